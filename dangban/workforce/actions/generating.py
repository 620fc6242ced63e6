"""A computed roster is asked for, called off, taken over into its plan."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.models import Person
from dangban.workforce import access
from dangban.workforce.actions.planning import locked, touch
from dangban.workforce.models import Cell, Generation, Plan
from dangban.workforce.rosters import problems
from dangban.workforce.shifts import Shift

SHORTEST, LONGEST = 5, 300


def ask_roster(
    plan: Plan, *, by: Person, at: datetime, seconds: int = 30, absent: Sequence[tuple[int, date, date]] = ()
) -> Generation:
    """Let the roster be computed; with `absent` as a trial: what if these people were away."""
    access.must_plan(by, plan.team)
    if not SHORTEST <= seconds <= LONGEST:
        raise BadInput(_("Give it between 5 and 300 seconds."), fields={"seconds": [_("From 5 to 300.")]})
    with transaction.atomic():
        plan = locked(plan)
        running = plan.generations.filter(state__in=[Generation.State.WAITING, Generation.State.RUNNING]).first()
        if running is not None:
            raise Conflict(_("This roster is being computed already."))
        members = {person.pk for person in problems.people_of(plan)}
        if not members:
            raise Refused(_("Nobody belongs to this team in these weeks."))
        if problems.begins(plan, at) > plan.last_day:
            raise Refused(_("These days are over."))
        if any(person_id not in members for person_id, _first, _last in absent):
            raise BadInput(_("Choose somebody of this roster."))
        begins = max(plan.first_day, problems.begins(plan, at))
        if any(first > last or first > plan.last_day or last < begins for _person, first, last in absent):
            raise BadInput(_("Choose days of this roster that are still to come."))
        return Generation.objects.create(
            plan=plan, seconds=seconds, asked_by=by, asked_at=at,
            absent=[[person_id, first.isoformat(), last.isoformat()] for person_id, first, last in absent],
        )  # fmt: skip


def cancel_roster(generation: Generation, *, by: Person, at: datetime) -> bool:
    """Whoever computes it sees this within a second and stops; the plan stays as it is."""
    access.must_plan(by, generation.plan.team)
    open_ones = [Generation.State.WAITING, Generation.State.RUNNING]
    with transaction.atomic():
        return bool(
            Generation.objects.filter(pk=generation.pk, state__in=open_ones).update(
                state=Generation.State.CANCELLED, ended_at=at
            )
        )


def take_over(generation: Generation, *, by: Person, at: datetime) -> int:
    """Write what was computed into the plan; cells set by hand since then stay, and days that are over. Returns how many
    changed."""
    access.must_plan(by, generation.plan.team)
    if generation.state != Generation.State.DONE or not generation.result.get("cells"):
        raise Refused(_("There is no computed roster to take over."))
    with transaction.atomic():
        plan = locked(generation.plan)
        facts = problems.read(plan, problems.rules_of(plan, at))
        shifts = {shift.name: shift for shift in facts.shifts}
        if any(name and name not in shifts for row in generation.result["cells"].values() for name in row):
            raise Conflict(_("The handbook's shifts have changed since. Let the roster be computed again."))
        changed = 0
        stale: list[int] = []
        fresh: list[Cell] = []
        begins = problems.begins(plan, at)
        for person in facts.people:
            row: Sequence[str] = generation.result["cells"].get(str(person.pk), ())
            for day, name in zip(plan.days, row, strict=False):
                held = facts.cells.get((person.pk, day))
                shift = problems.as_on(shifts[name], day, facts.rules) if name else None
                if day < begins or (held is not None and held.is_fixed) or _same(held, shift):
                    continue
                changed += 1
                stale += [held.pk] if held is not None else []
                fresh += [Cell(plan=plan, person=person, day=day, shift=shift.name, hours=shift.hours)] if shift is not None else []
        Cell.objects.filter(pk__in=stale).delete()
        Cell.objects.bulk_create(fresh)
        touch(plan)
        change = {"team": plan.team.name, "first_day": plan.first_day.isoformat(), "changes": changed}
        record("workforce.roster_computed", subject=plan, by=by, change=change, at=at)
    return changed


def _same(cell: Cell | None, shift: Shift | None) -> bool:
    """A cell that was written before the handbook changed has the hours of then: it isn't the same."""
    return (cell.shift if cell else "", cell.hours if cell else "") == (shift.name if shift else "", shift.hours if shift else "")
