"""Addresses of leave."""

from __future__ import annotations

from django.urls import include, path

from dangban.leave.views import asking, one, team

pages = [
    path("", asking.own, name="own"),
    path("new/", asking.new, name="new"),
    path("check/", asking.check, name="check"),
    path("calls/new/", asking.call, name="call"),
    path("team/", team.team, name="team"),
    path("team/export/", team.export, name="export"),
    path("balances/", team.balances, name="balances"),
    path("balances/<int:pk>/", team.ledger, name="ledger"),
    path("<int:pk>/", one.one, name="request"),
    path("<int:pk>/answer/", one.answer, name="answer"),
    path("<int:pk>/withdrawal/", one.withdraw, name="withdraw"),
    path("<int:pk>/cancellation/", one.cancel, name="cancel"),
    path("<int:pk>/writing/", one.writing, name="writing"),
    path("<int:pk>/stand-in/", one.stand_in, name="stand-in"),
]

urlpatterns = [path("leave/", include((pages, "leave")))]
