"""Plans while they are made: begun, their cells written, what each shift needs, given up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.models import Person, Team
from dangban.workforce import access, queries
from dangban.workforce.models import Cell, DutyPeriod, Generation, Plan
from dangban.workforce.rosters import skills
from dangban.workforce.rosters.problems import as_on, people_of, rules_of
from dangban.workforce.rosters.versions import turns
from dangban.workforce.shifts import Shift

MOST_WEEKS = 5
PROMISED = "-"
MOST_PEOPLE = 500


def make_plan(team: Team, first_day: date, weeks: int, *, by: Person, at: datetime) -> Plan:
    """A draft from a Monday on. What is entered for these days already stands in it, set by hand."""
    access.must_plan(by, team)
    if first_day.weekday() != 0:
        raise BadInput(_("A roster begins on a Monday."), fields={"first_day": [_("Choose a Monday.")]})
    if not 1 <= weeks <= MOST_WEEKS:
        raise BadInput(_("A roster is of one to five weeks."), fields={"weeks": [_("One to five weeks.")]})
    if first_day + timedelta(weeks=weeks) <= clock.business_day(at):
        raise Refused(_("These days are over."))
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        _refuse_overlap(team, first_day, weeks)
        plan = Plan.objects.create(team=team, first_day=first_day, weeks=weeks, made_by=by, made_at=at)
        rows = DutyPeriod.objects.filter(team=team, day__gte=plan.first_day, day__lte=plan.last_day)
        # A roster has one shift a day; of two that were entered by hand it takes the first.
        entered = {(duty.person_id, duty.day): duty for duty in rows.order_by("-starts_at")}
        Cell.objects.bulk_create(
            Cell(plan=plan, person_id=duty.person_id, day=duty.day, shift=duty.name, hours=duty.shift.hours, is_fixed=True)
            for duty in entered.values()
        )
        record("workforce.plan_made", subject=plan, by=by, change=_named(plan), at=at)
    return plan


def set_cells(
    plan: Plan, places: Collection[tuple[int, date]], shift: Shift | None, *, by: HasActor, at: datetime, fixed: bool = True,
    seen: Mapping[tuple[int, date], str] | None = None,
) -> Plan:  # fmt: skip
    """Write a shift, or a day of rest, into cells by hand; not `fixed`, an empty cell is left to the computer.

    `seen` is what the cells were (`mark`) when somebody looked: if another was faster, nothing is written over.
    """
    access.must_plan(by, plan.team)
    with transaction.atomic():
        plan = locked(plan)
        members = {person.pk: person.name for person in people_of(plan)}
        days = set(plan.days)
        if not places or any(who not in members or day not in days for who, day in places):
            raise BadInput(_("This is no cell of the roster."))
        held = Cell.objects.filter(plan=plan, person_id__in={who for who, _day in places})
        there = {(cell.person_id, cell.day): cell for cell in held}
        if seen is not None:
            _refuse_overwriting([place for place in sorted(set(places)) if mark(there.get(place)) != seen.get(place, "")], members)
        Cell.objects.filter(pk__in=[there[place].pk for place in set(places) if place in there]).delete()
        if shift is not None or fixed:
            rules = rules_of(plan, at)
            Cell.objects.bulk_create(
                Cell(
                    plan=plan, person_id=who, day=day, shift=shift.name if shift else "",
                    hours=as_on(shift, day, rules).hours if shift else "", is_fixed=fixed,
                )
                for who, day in sorted(set(places))
            )  # fmt: skip
        touch(plan)
    return plan


def mark(cell: Cell | None) -> str:
    """What a cell shows, in a word: its shift, ``-`` for a promised rest, nothing where the computer may write."""
    if cell is None:
        return ""
    return cell.shift or (PROMISED if cell.is_fixed else "")


def _refuse_overwriting(places: Sequence[tuple[int, date]], names: Mapping[int, str]) -> None:
    if places:
        told = [f"{names[who]} {day:%m-%d}" for who, day in places]
        raise Conflict(
            _("Somebody else has just changed %(cells)s. You see it now as it is; nothing of yours was written over it.")
            % {"cells": "、".join(told[:5])},  # han
            details=told,
        )


def set_needs(
    plan: Plan, wanted: Mapping[date, Mapping[str, int]], *, by: HasActor, at: datetime, skill: str = ""
) -> Plan:
    """How many each of these shifts needs, instead of what the handbook says; or how many of them with a skill."""
    access.must_plan(by, plan.team)
    if any(not 0 <= people <= MOST_PEOPLE for of_day in wanted.values() for people in of_day.values()):
        raise BadInput(_("Write how many people, from 0 to 500."), fields={"people": [_("From 0 to 500.")]})
    known = {shift.name for _first, then in turns(plan.days, rules_of(plan, at)) for shift in queries.shifts_of(then)}
    if any(shift not in known for of_day in wanted.values() for shift in of_day):
        raise BadInput(_("There is no shift of this name in the handbook."), fields={"shift": [_("Choose a shift.")]})
    if skill and skill not in skills.offered(plan.team):
        raise BadInput(_("Nobody of the team has this skill."), fields={"skill": [_("Choose one of the list.")]})
    with transaction.atomic():
        plan = locked(plan)
        if not set(wanted) <= set(plan.days):
            raise BadInput(_("This is no day of the roster."))
        for day, of_day in wanted.items():
            if skill:
                plan.skilled[day.isoformat()] = _with_skill(plan.skilled.get(day.isoformat(), {}), skill, of_day)
            else:
                plan.cover[day.isoformat()] = {**plan.cover.get(day.isoformat(), {}), **of_day}
        plan.save(update_fields=["cover", "skilled"])
        touch(plan)
    return plan


def _with_skill(held: Mapping[str, Mapping[str, int]], skill: str, of_day: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Nobody needed with a skill is no need."""
    found = {shift: dict(needs) for shift, needs in held.items()}
    for shift, people in of_day.items():
        found[shift] = {code: count for code, count in {**found.get(shift, {}), skill: people}.items() if count}
    return found


def drop_plan(plan: Plan, *, by: HasActor, at: datetime) -> None:
    """Give a draft up. What was published is changed, not dropped."""
    access.must_plan(by, plan.team)
    with transaction.atomic():
        plan = locked(plan)
        if plan.state != Plan.State.DRAFT:
            raise Refused(_("A published roster is changed and published again; it can't be thrown away."))
        plan.state = Plan.State.DROPPED
        plan.save(update_fields=["state"])
        plan.generations.filter(state__in=[Generation.State.WAITING, Generation.State.RUNNING]).update(state=Generation.State.CANCELLED, ended_at=at)
        record("workforce.plan_dropped", subject=plan, by=by, change=_named(plan), at=at)


def locked(plan: Plan) -> Plan:
    """The plan as it is now, held until the end of the transaction."""
    found = Plan.objects.select_for_update(no_key=True, of=("self",)).select_related("team").get(pk=plan.pk)
    if found.state == Plan.State.DROPPED:
        raise Conflict(_("This roster was dropped meanwhile."))
    return found


def touch(plan: Plan) -> None:
    plan.version += 1
    plan.save(update_fields=["version"])


def _refuse_overlap(team: Team, first_day: date, weeks: int) -> None:
    last = first_day + timedelta(days=weeks * 7 - 1)
    near = Plan.objects.filter(team=team, first_day__lte=last, first_day__gt=first_day - timedelta(weeks=MOST_WEEKS))
    other = next((one for one in near.exclude(state=Plan.State.DROPPED) if one.last_day >= first_day), None)
    if other is not None:
        raise Refused(
            _("There is a roster from %(first)s to %(last)s already.")
            % {"first": other.first_day.isoformat(), "last": other.last_day.isoformat()}
        )


def _named(plan: Plan) -> dict[str, object]:
    return {"team": plan.team.name, "first_day": plan.first_day.isoformat(), "weeks": plan.weeks}
