"""Rosters: the list of plans, the grid, its cells, publishing, computing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock
from dangban.lib.days import typed_day
from dangban.lib.errors import BadInput, Conflict
from dangban.people.models import Person
from dangban.people.requests import PersonRequest
from dangban.workforce import access, actions
from dangban.workforce.actions.publishing import is_late, unpublished_changes
from dangban.workforce.models import Cell, Generation, Plan, Receipt
from dangban.workforce.rosters import problems, reading, skills, storing, telling
from dangban.workforce.shifts import Shift
from dangban.workforce.views.addresses import chosen_team, day_of, monday_of, whole_number

PLANS_SHOWN = 20
CELLS_AT_ONCE = 2000


@login_required
@require_safe
def rosters(request: PersonRequest) -> HttpResponse:
    teams = list(access.visible_teams(request.user))
    team = chosen_team(request, teams)
    plans: list[Plan] = []
    if team is not None:
        plans = list(access.visible_plans(request.user).filter(team=team).order_by("-first_day")[:PLANS_SHOWN])
    waiting = {plan.pk: 0 for plan in plans}
    for plan_id in Receipt.objects.filter(published__plan__in=plans, acknowledged_at=None).values_list(
        "published__plan_id", flat=True
    ):
        waiting[plan_id] += 1
    next_monday = monday_of("") + timedelta(days=7)
    context = {
        "teams": teams, "team": team, "plans": [(plan, waiting[plan.pk]) for plan in plans], "next_monday": next_monday,
        "may_plan": team is not None and access.may_plan(request.user, team),
    }  # fmt: skip
    return render(request, "workforce/rosters.html", context)


@login_required
@require_POST
def make(request: PersonRequest, team_pk: int) -> HttpResponse:
    team = access.get_team(request.user, team_pk)
    first, weeks = typed_day(request.POST.get("first_day", "")), whole_number(request.POST.get("weeks", ""), 0)
    if first is None:
        raise BadInput(_("Choose the first day."), fields={"first_day": [_("Choose the first day.")]})
    plan = actions.make_plan(team, first, weeks, by=request.user, at=clock.now())
    return redirect("roster", plan.pk)


@login_required
@require_safe
def roster(request: PersonRequest, pk: int) -> HttpResponse:
    plan = access.get_plan(request.user, pk)
    now = clock.now()
    may_plan = access.may_plan(request.user, plan.team)
    context = _context(plan, may_plan) | {
        "is_late": plan.state == Plan.State.DRAFT and is_late(plan, now),
        "changes": unpublished_changes(plan, now) if plan.state == Plan.State.PUBLISHED else 0,
        "unknown": _not_acknowledged(plan) if may_plan else [],
        "generation": plan.generations.order_by("-pk").first() if may_plan else None,
        "skills": skills.offered(plan.team) if may_plan else {},
    }
    if context["generation"] is not None:
        context |= _generated(context["generation"], plan)
    printed = request.GET.get("print") == "1"
    return render(request, "workforce/roster_print.html" if printed else "workforce/roster.html", context)


@login_required
@require_POST
def set_cells(request: PersonRequest, pk: int) -> HttpResponse:
    """Cells as ``person:day`` and what they become; answers with the rows, the foot and what is wrong."""
    plan = access.get_planned(request.user, pk)
    cells = request.POST.getlist("cell")
    if len(cells) > CELLS_AT_ONCE:
        raise BadInput(_("Write at most %(count)s cells at once.") % {"count": CELLS_AT_ONCE})
    places, was = [_place(one) for one in cells], request.POST.getlist("was")
    facts = problems.read(plan, problems.rules_of(plan, clock.now()), [])
    shift, fixed = _typed(request.POST.get("shift", ""), facts)
    seen = dict(zip(places, was, strict=True)) if len(was) == len(places) else None
    by_page = request.headers.get("HX-Request") == "true"
    try:
        actions.set_cells(plan, places, shift, by=request.user, at=clock.now(), fixed=fixed, seen=seen)
    except Conflict as somebody_was_faster:
        if not by_page:
            raise
        plan.refresh_from_db()
        answer = render(request, "workforce/_roster_changed.html", _context(plan, may_plan=True))
        answer["HX-Trigger"] = json.dumps({"toast": {"text": somebody_was_faster.message, "kind": "bad"}})
        return answer
    if not by_page:
        return redirect("roster", plan.pk)
    known, version = whole_number(request.POST.get("version", ""), 0), plan.version
    plan.refresh_from_db()
    touched = {person for person, _day in places}
    # Another has changed cells since the page was drawn: then all of it comes anew.
    people = [one for one in problems.people_of(plan) if one.pk in touched] if known in (0, version) else None
    return render(request, "workforce/_roster_changed.html", _context(plan, may_plan=True, people=people))


@login_required
@require_POST
def set_needs(request: PersonRequest, pk: int) -> HttpResponse:
    """How many a shift needs, on a day or on all; of a skill, where one is chosen."""
    plan = access.get_planned(request.user, pk)
    people = whole_number(request.POST.get("people", ""), -1)
    shift, skill = request.POST.get("shift", "")[:20], request.POST.get("skill", "")[:60]
    days = [day_of(request.POST["day"])] if request.POST.get("day") else plan.days
    actions.set_needs(plan, {day: {shift: people} for day in days}, by=request.user, at=clock.now(), skill=skill)
    return redirect("roster", plan.pk)


@login_required
@require_POST
def publish(request: PersonRequest, pk: int) -> HttpResponse:
    plan = access.get_planned(request.user, pk)
    published = actions.publish(
        plan, by=request.user, at=clock.now(), in_spite_of=request.POST.get("in_spite_of", ""),
        version=whole_number(request.POST.get("version", ""), 0) or None,
    )  # fmt: skip
    text = ngettext("Published: %(count)s shift changed.", "Published: %(count)s shifts changed.", published.changes)
    messages.success(request, text % {"count": published.changes})
    return redirect("roster", plan.pk)


@login_required
@require_POST
def drop(request: PersonRequest, pk: int) -> HttpResponse:
    plan = access.get_planned(request.user, pk)
    actions.drop_plan(plan, by=request.user, at=clock.now())
    messages.success(request, _("The draft is dropped."))
    return redirect("rosters")


@login_required
@require_POST
def compute(request: PersonRequest, pk: int) -> HttpResponse:
    """Start computing; with a person and days it is a trial of what happens without them."""
    plan = access.get_planned(request.user, pk)
    absent = []
    if request.POST.get("absent"):
        person = whole_number(request.POST["absent"], 0)
        absent.append((person, day_of(request.POST.get("absent_first", "")), day_of(request.POST.get("absent_last", ""))))
    seconds = whole_number(request.POST.get("seconds", "30"), 0)
    actions.ask_roster(plan, by=request.user, at=clock.now(), seconds=seconds, absent=absent)
    return redirect("roster", plan.pk)


@login_required
@require_safe
def generation(request: PersonRequest, pk: int) -> HttpResponse:
    """How far it has come; the page asks every second while it runs."""
    found = _generation(request, pk)
    context = {"generation": found, "plan": found.plan} | _generated(found, found.plan)
    return render(request, "workforce/_generation.html", context)


@login_required
@require_POST
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    found = _generation(request, pk)
    if not actions.cancel_roster(found, by=request.user, at=clock.now()):
        raise Conflict(_("It had ended already."))
    return redirect("roster", found.plan_id)


@login_required
@require_POST
def take_over(request: PersonRequest, pk: int) -> HttpResponse:
    found = _generation(request, pk)
    count = actions.take_over(found, by=request.user, at=clock.now())
    text = ngettext("%(count)s cell changed; what was set by hand stayed.", "%(count)s cells changed; what was set by hand stayed.", count)
    messages.success(request, text % {"count": count})
    return redirect("roster", found.plan_id)


def _context(plan: Plan, may_plan: bool, people: list[Person] | None = None) -> dict[str, Any]:
    grid = reading.grid(plan, clock.now(), people)
    letters = {key.letter: key.shift.name for key in grid.keys}
    today = clock.business_day(clock.now())
    return {"plan": plan, "grid": grid, "rows": grid.rows, "may_plan": may_plan, "letters": letters, "today": today}


def _generation(request: PersonRequest, pk: int) -> Generation:
    found = Generation.objects.select_related("plan__team").filter(pk=pk).first()
    if found is None or not access.visible_plans(request.user).filter(pk=found.plan_id).exists():
        raise Http404
    access.must_plan(request.user, found.plan.team)
    return found


def _generated(found: Generation, plan: Plan) -> dict[str, Any]:
    """What a computed roster says of itself, in words."""
    names = dict(Person.objects.filter(memberships__team=plan.team_id).values_list("pk", "name"))
    rules = problems.rules_of(plan, clock.now())
    unmet = storing.unmet_from(found.result.get("unmet", []))
    absent = [(names.get(person, "–"), date.fromisoformat(first), date.fromisoformat(last)) for person, first, last in found.absent]
    told = telling.tell_unmet(unmet, plan.days, names, rules)
    return {"unmet": told, "absent": absent, "runs": _runs(found), "is_taken": _is_taken(found, plan)}


def _is_taken(found: Generation, plan: Plan) -> bool:
    """Whether the plan says what was computed, wherever nobody has written by hand."""
    if found.state != Generation.State.DONE:
        return False
    held = {(str(cell.person_id), cell.day): cell for cell in Cell.objects.filter(plan=plan)}
    now = clock.now()
    begins, rules = problems.begins(plan, now), problems.rules_of(plan, now)
    days = [(index, day, problems.hours_on(day, rules)) for index, day in enumerate(plan.days) if day >= begins]
    return all(
        _says(held.get((person, day)), row[index], hours) for person, row in found.result["cells"].items() for index, day, hours in days
    )


def _says(cell: Cell | None, name: str, hours: Mapping[str, str]) -> bool:
    if cell is None:
        return not name
    return cell.is_fixed or (cell.shift == name and cell.hours == hours.get(name, cell.hours))


def _runs(found: Generation) -> bool:
    return found.state in (Generation.State.WAITING, Generation.State.RUNNING)


def _not_acknowledged(plan: Plan) -> list[Person]:
    latest: dict[int, Receipt] = {}
    for receipt in Receipt.objects.filter(published__plan=plan).select_related("person").order_by("published__number"):
        latest[receipt.person_id] = receipt
    return [receipt.person for receipt in latest.values() if receipt.acknowledged_at is None]


def _place(text: str) -> tuple[int, date]:
    person, _colon, day = text.partition(":")
    return whole_number(person, 0), day_of(day)


def _typed(name: str, facts: problems.Facts) -> tuple[Shift | None, bool]:
    """A shift, ``rest`` (promised) or ``clear`` (left to the computer)."""
    if name in ("rest", "clear"):
        return None, name == "rest"
    found = next((shift for shift in facts.shifts if shift.name == name), None)
    if found is None:
        raise BadInput(_("There is no shift of this name in the handbook."), fields={"shift": [name[:40]]})
    return found, True
