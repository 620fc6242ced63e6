"""Addresses of the desk."""

from __future__ import annotations

from django.urls import path

from dangban.desk.views import inbox, notices, things

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/list/", inbox.inbox_list, name="inbox_list"),
    path("inbox/count/", inbox.inbox_count, name="inbox_count"),
    path("inbox/day/", inbox.day, name="inbox_day"),
    path("inbox/<str:key>/snooze/", inbox.snooze, name="inbox_snooze"),
    path("inbox/<str:key>/wake/", inbox.wake, name="inbox_wake"),
    path("inbox/<str:key>/delegation/", inbox.delegate, name="inbox_delegate"),
    path("tasks/new/", things.new_task, name="task_new"),
    path("tasks/<int:pk>/done/", things.finish_task, name="task_done"),
    path("tasks/<int:pk>/reopen/", things.reopen_task, name="task_reopen"),
    path("approvals/<int:pk>/", things.approval, name="approval"),
    path("notices/", notices.notices, name="notices"),
    path("notices/new/", notices.new_notice, name="notice_new"),
    path("notices/banner/", notices.banner, name="notice_banner"),
    path("notices/<int:pk>/", notices.notice, name="notice"),
    path("notices/<int:pk>/receipt/", notices.read, name="notice_read"),
    path("notices/<int:pk>/withdrawal/", notices.withdraw, name="notice_withdraw"),
]
