"""The sheet of a day, on the screen and on paper."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dangban.lib import clock
from dangban.lib.days import typed_day
from dangban.people.requests import PersonRequest
from dangban.workforce import access, sheets
from dangban.workforce.views.addresses import chosen_team


@login_required
@require_safe
def day_sheet(request: PersonRequest) -> HttpResponse:
    teams = list(access.visible_teams(request.user))
    team = chosen_team(request, teams)
    now = clock.now()
    day = typed_day(request.GET.get("day", "")) or clock.business_day(now)
    context = {
        "teams": teams, "team": team, "day": day, "previous": day - timedelta(days=1), "following": day + timedelta(days=1),
        "sheet": sheets.sheet(team, day, now) if team is not None else None,
    }  # fmt: skip
    return render(request, "workforce/day_sheet.html", context)
