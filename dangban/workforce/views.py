"""The page of duty: people by days, for one team and one week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock
from dangban.people.access import members_of
from dangban.people.models import Person, Team
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions, queries
from dangban.workforce.forms import read_cell
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift


@dataclass(frozen=True, slots=True)
class Cell:
    person: Person
    day: date
    duty: DutyPeriod | None
    is_today: bool
    may_edit: bool

    @property
    def hours(self) -> str:
        if self.duty is None:
            return ""
        begins, ends = clock.local(self.duty.starts_at).time(), clock.local(self.duty.ends_at).time()
        return Shift("", begins, ends).hours

    @property
    def extended(self) -> bool:
        return self.duty is not None and any(one.ended_at is None for one in self.duty.extensions.all())


@login_required
@require_safe
def duty(request: PersonRequest) -> HttpResponse:
    teams = list(access.visible_teams(request.user))
    chosen = _chosen(request, teams)
    now = clock.now()
    monday = _monday(request.GET.get("day", ""))
    days = [monday + timedelta(days=offset) for offset in range(7)]
    context: dict[str, Any] = {
        "teams": teams,
        "team": chosen,
        "days": days,
        "today": clock.business_day(now),
        "shifts": queries.shifts(now),
        "previous": monday - timedelta(days=7),
        "following": monday + timedelta(days=7),
    }
    if chosen is not None:
        may_edit = access.may_plan(request.user, chosen)
        context |= {"rows": _rows(chosen, days, may_edit), "may_edit": may_edit, "now_on": _now_on(chosen)}
    return render(request, "workforce/duty.html", context)


@login_required
@require_POST
def set_cell(request: PersonRequest, team_pk: int, person_pk: int, day: str) -> HttpResponse:
    """One cell; answers with the cell as it then is."""
    team = access.get_team(request.user, team_pk)
    person = members_of([team.pk]).filter(pk=person_pk).first()
    if person is None:
        raise Http404
    on, now = _day(day), clock.now()
    shift = read_cell(request.POST.get("shift", ""), request.POST.get("hours", ""), now)
    if shift is None:
        actions.clear_duty(person, team, on, by=request.user, at=now)
    else:
        actions.set_duty(person, team, on, shift, by=request.user, at=now)
    if request.headers.get("HX-Request") != "true":
        return redirect(f"{reverse('duty')}?team={team.pk}&day={on}")
    found = DutyPeriod.objects.filter(person=person, day=on).prefetch_related("extensions").first()
    cell = Cell(person, on, found, on == clock.business_day(now), may_edit=True)
    return render(request, "workforce/_cell.html", {"cell": cell, "team": team, "shifts": queries.shifts(now)})


@login_required
@require_POST
def copy_week(request: PersonRequest, team_pk: int, day: str) -> HttpResponse:
    team = access.get_team(request.user, team_pk)
    monday = _monday(day)
    count = actions.copy_week(team, monday, by=request.user, at=clock.now())
    messages.success(request, ngettext("%(count)s shift entered.", "%(count)s shifts entered.", count) % {"count": count})
    return redirect(f"{reverse('duty')}?team={team.pk}&day={monday}")


def _chosen(request: PersonRequest, teams: list[Team]) -> Team | None:
    """The team in the address, else one's own, else the first."""
    wanted = request.GET.get("team", "")
    if wanted:
        for team in teams:
            if str(team.pk) == wanted:
                return team
        raise Http404
    own = request.user.scope.teams
    return next((team for team in teams if team.pk in own), teams[0] if teams else None)


def _rows(team: Team, days: list[date], may_edit: bool) -> list[tuple[Person, list[Cell]]]:
    people = list(members_of([team.pk]).order_by("name", "pk"))
    entered = {
        (duty.person_id, duty.day): duty
        for duty in DutyPeriod.objects.filter(team=team, day__gte=days[0], day__lte=days[-1]).prefetch_related("extensions")
    }
    today = clock.business_day(clock.now())
    return [
        (person, [Cell(person, day, entered.get((person.pk, day)), day == today, may_edit) for day in days])
        for person in people
    ]


def _now_on(team: Team) -> list[DutyPeriod]:
    return list(queries.on_duty(clock.now(), [team.pk]).order_by("person__name"))


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = clock.business_day(clock.now())
    if not 2000 <= day.year < 2200:
        day = clock.business_day(clock.now())
    return day - timedelta(days=day.weekday())


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Http404 from error
    if not 2000 <= day.year < 2200:
        raise Http404
    return day
