"""Addresses of attendance."""

from django.urls import include, path

from dangban.attendance.views import dingtalk, own, records, team

pages = [
    path("", own.own, name="own"),
    path("punch/", own.punch, name="punch"),
    path("people/<int:pk>/", own.person, name="person"),
    path("people/<int:pk>/late/", own.late, name="late"),
    path("records/<int:pk>/", records.record, name="record"),
    path("records/<int:pk>/repair/", records.repair, name="repair"),
    path("repairs/<int:pk>/word/", records.vouch, name="vouch"),
    path("consequences/", team.follows, name="follows"),
    path("consequences/<int:pk>/", records.consequence, name="consequence"),
    path("consequences/<int:pk>/<slug:verb>/", records.act, name="consequence-act"),
    path("team/", team.week, name="team"),
    path("team/<int:pk>/<str:day>/publication/", team.publish, name="publish"),
    path("published/<int:pk>/", team.published, name="published"),
    path("unjudged/", team.unjudged, name="unjudged"),
    path("adherence/", team.adherence_day, name="adherence"),
    path("months/", team.months, name="months"),
    path("months/<str:month>/close/", team.close, name="close"),
    path("dingtalk/", dingtalk.home, name="dingtalk"),
    path("dingtalk/files/<int:pk>/", dingtalk.run, name="intake"),
    path("dingtalk/files/<int:pk>/confirmation/", dingtalk.confirmation, name="intake-confirmation"),
    path("dingtalk/users/", dingtalk.users, name="users"),
    path("dingtalk/users/by-name/", dingtalk.match_all, name="match-all"),
    path("dingtalk/users/<int:pk>/", dingtalk.match, name="match"),
    path("dingtalk/application/", dingtalk.app, name="app"),
    path("dingtalk/application/removal/", dingtalk.app_removal, name="app-removal"),
]

urlpatterns = [path("attendance/", include((pages, "attendance")))]
