"""How the journal tells of the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk.models import Notice, Task
from dangban.desk.ports import registry
from dangban.journal import ports
from dangban.lib import rail

VERBS = {
    "desk.deadline_missed": _("the time ran out for"),
    "desk.deadline_escalated": _("a breach was reported up for"),
    "desk.deadline_cancelled": _("ended the clock of"),
    "desk.deadline_moved": _("passed the clock to somebody else for"),
    "desk.breach_withdrawn": _("a breach was taken back, the act had come in time, for"),
    "desk.task_written": _("noted the task"),
    "desk.task_done": _("finished the task"),
    "desk.task_reopened": _("reopened the task"),
    "desk.task_delegated": _("passed on the task"),
    "desk.notice_written": _("wrote the notice"),
    "desk.notice_reminded": _("reminded those who had not confirmed"),
    "desk.notice_withdrawn": _("withdrew the notice"),
    "desk.approval_asked": _("asked for approval of"),
    "desk.approval_granted": _("granted what was asked for"),
    "desk.approval_refused": _("refused what was asked for"),
}

FIELDS = {
    "kind": _("kind"),
    "rule": _("rule"),
    "owner": _("owner"),
    "title": _("title"),
    "answer": _("answer"),
    "told": _("told"),
    "must_read": _("must be read"),
    "due_at": _("due"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS)
    ports.name_values("kind", registry.deadline_kinds)
    ports.name_subject(
        "desk.task", _("task"), titles=lambda ids: dict(Task.objects.filter(pk__in=ids).values_list("pk", "title"))
    )
    ports.name_subject(
        "desk.notice", _("notice"), url_name="notice",
        titles=lambda ids: dict(Notice.objects.filter(pk__in=ids).values_list("pk", "title")),
    )  # fmt: skip
    rail.register(rail.RailItem("inbox", pgettext_lazy("rail", "Inbox"), "inbox", "inbox", order=12))
