"""What the pages of duty read from an address."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import Http404

from dangban.lib import clock
from dangban.lib.days import typed_day
from dangban.people.models import Team
from dangban.people.requests import PersonRequest


def chosen_team(request: PersonRequest, teams: list[Team]) -> Team | None:
    """The team in the address, else one's own, else the first."""
    wanted = request.GET.get("team", "")
    if wanted:
        for team in teams:
            if str(team.pk) == wanted:
                return team
        raise Http404
    own = request.user.scope.teams
    return next((team for team in teams if team.pk in own), teams[0] if teams else None)


def monday_of(text: str) -> date:
    """The Monday of the week of a day in an address; of this week where there is none."""
    day = typed_day(text) or clock.business_day(clock.now())
    return day - timedelta(days=day.weekday())


def day_of(text: str) -> date:
    day = typed_day(text)
    if day is None:
        raise Http404
    return day


def whole_number(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else default
