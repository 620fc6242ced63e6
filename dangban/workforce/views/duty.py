"""The page of duty: people by days, for one team and one week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock
from dangban.people.models import Person, Team
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions, queries
from dangban.workforce.forms import read_cell
from dangban.workforce.models import DutyPeriod
from dangban.workforce.views.addresses import chosen_team, day_of, monday_of


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
        return self.duty.shift.hours

    @property
    def extended(self) -> bool:
        return self.duty is not None and any(one.ended_at is None for one in self.duty.extensions.all())


@login_required
@require_safe
def duty(request: PersonRequest) -> HttpResponse:
    teams = list(access.visible_teams(request.user))
    chosen = chosen_team(request, teams)
    now = clock.now()
    monday = monday_of(request.GET.get("day", ""))
    days = [monday + timedelta(days=offset) for offset in range(7)]
    context: dict[str, Any] = {
        "teams": teams,
        "team": chosen,
        "days": days,
        "today": clock.business_day(now),
        "shifts": queries.shifts(_then(monday)),
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
    on, now = day_of(day), clock.now()
    person = queries.members_on(team, on, on).filter(pk=person_pk).first()
    if person is None:
        raise Http404
    shift = read_cell(request.POST.get("shift", ""), request.POST.get("hours", ""), _then(on))
    if shift is None:
        actions.clear_duty(person, team, on, by=request.user, at=now)
    else:
        actions.set_duty(person, team, on, shift, by=request.user, at=now)
    if request.headers.get("HX-Request") != "true":
        return redirect(f"{reverse('duty')}?team={team.pk}&day={on}")
    found = DutyPeriod.objects.filter(person=person, day=on).prefetch_related("extensions").first()
    cell = Cell(person, on, found, on == clock.business_day(now), may_edit=True)
    return render(request, "workforce/_cell.html", {"cell": cell, "team": team, "shifts": queries.shifts(_then(on))})


def _then(day: date) -> datetime:
    """Days to come have the shifts that the handbook names then."""
    return max(clock.now(), clock.day_span(day)[0])


@login_required
@require_POST
def copy_week(request: PersonRequest, team_pk: int, day: str) -> HttpResponse:
    team = access.get_team(request.user, team_pk)
    monday = monday_of(day)
    count = actions.copy_week(team, monday, by=request.user, at=clock.now())
    messages.success(request, ngettext("%(count)s shift entered.", "%(count)s shifts entered.", count) % {"count": count})
    return redirect(f"{reverse('duty')}?team={team.pk}&day={monday}")


def _rows(team: Team, days: list[date], may_edit: bool) -> list[tuple[Person, list[Cell]]]:
    rows = DutyPeriod.objects.filter(team=team, day__gte=days[0], day__lte=days[-1]).prefetch_related("extensions")
    entered = {(duty.person_id, duty.day): duty for duty in rows}
    # Who left the team or the company since has served all the same.
    there = Q(pk__in=queries.members_on(team, days[0], days[-1])) | Q(pk__in={person_id for person_id, _day in entered})
    people = list(Person.objects.filter(there).order_by("name", "pk"))
    today = clock.business_day(clock.now())
    return [
        (person, [Cell(person, day, entered.get((person.pk, day)), day == today, may_edit) for day in days])
        for person in people
    ]


def _now_on(team: Team) -> list[DutyPeriod]:
    return list(queries.on_duty(clock.now(), [team.pk]).order_by("person__name"))
