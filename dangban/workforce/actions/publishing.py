"""A roster is published: it becomes duty, everybody it concerns is told, and says that they know it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.desk.actions import notify
from dangban.handbook.current import in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import Conflict, Refused
from dangban.people.models import Person
from dangban.workforce import access, clauses
from dangban.workforce.actions.duty import CORRECTED_WITHIN
from dangban.workforce.actions.following import tell
from dangban.workforce.actions.laying import lay_duty
from dangban.workforce.actions.planning import locked, touch
from dangban.workforce.models import Cell, DutyPeriod, Plan, Published, Receipt
from dangban.workforce.rosters import judging, problems
from dangban.workforce.shifts import Shift


def publish(plan: Plan, *, by: Person, at: datetime, in_spite_of: str = "", version: int | None = None) -> Published:
    """Make it duty. Rules that are broken must be answered for in words; the law's included.

    `version` is the one that was looked at: what somebody else changed since is not published unseen.
    """
    access.must_plan(by, plan.team)
    rules = problems.rules_of(plan, at)
    with transaction.atomic():
        plan = locked(plan)
        if version is not None and version != plan.version:
            raise Conflict(_("Somebody else has changed this roster meanwhile. Look at it as it is now, then publish."))
        facts = problems.read(plan, rules)
        rows = {str(one.pk): problems.row_of(one, facts) for one in facts.people}
        broken = judging.of_all(judging.stretches(facts), rows)
        if broken and not in_spite_of.strip():
            raise Refused(
                ngettext(
                    "%(count)s point of this roster breaks a rule. Mend it, or say why it is published all the same.",
                    "%(count)s points of this roster break rules. Mend them, or say why it is published all the same.",
                    len(broken),
                ) % {"count": len(broken)},
                code="broken_rules",
            )  # fmt: skip
        first_time = plan.state == Plan.State.DRAFT
        changed = lay_duty(plan.team, _wanted(plan, facts, at), by=by, at=at)
        plan.state, plan.published_at = Plan.State.PUBLISHED, at
        plan.save(update_fields=["state", "published_at"])
        published = _keep(plan, facts, sum(map(len, changed.values())), by=by, at=at)
        told = {person.pk for person in facts.people} if first_time else set(changed)
        _ask_to_know(published, facts, told, changed, first_time, by=by, at=at)
        change = {"team": plan.team.name, "first_day": plan.first_day.isoformat(), "changes": published.changes, "broken": len(broken)}
        if in_spite_of.strip():
            change["reason"] = in_spite_of.strip()[:300]
        ahead = (plan.first_day - clock.business_day(at)).days
        because = [rules.because(clauses.PUBLISHED_AHEAD, days_ahead=ahead).as_data()]
        record("workforce.plan_published", subject=plan, by=by, change=change, because=because, at=at)
        touch(plan)
    return published


def is_late(plan: Plan, at: datetime) -> bool:
    """Whether it comes later than the handbook wants rosters to be known."""
    return clock.business_day(at) > plan.first_day - in_force(at)[clauses.PUBLISHED_AHEAD]


def acknowledge(receipt: Receipt, *, by: Person, at: datetime) -> Receipt:
    """Somebody knows their roster; older ones of the same plan count as known with it."""
    if receipt.person_id != by.pk:
        raise Refused(_("Everybody answers for themselves."))
    with transaction.atomic():
        waiting = Receipt.objects.select_for_update(no_key=True).filter(
            person=by, published__plan_id=receipt.published.plan_id, published__number__lte=receipt.published.number,
            acknowledged_at=None,
        )  # fmt: skip
        if waiting.update(acknowledged_at=at):
            change = {"first_day": receipt.published.plan.first_day.isoformat(), "roster_version": receipt.published.number}
            record("workforce.roster_known", subject=receipt.published.plan, by=by, change=change, at=at)
    receipt.refresh_from_db()
    return receipt


def unpublished_changes(plan: Plan, at: datetime) -> int:
    """How many cells differ from duty as it stands."""
    rows = DutyPeriod.objects.filter(
        team_id=plan.team_id, day__gte=plan.first_day, day__lte=plan.last_day, person__in=problems.people_of(plan)
    )
    duty = {
        (one.person_id, one.day): (one.name, clock.local(one.starts_at).time(), clock.local(one.ends_at).time())
        for one in rows.order_by("-starts_at")
    }
    cells = {}
    for cell in Cell.objects.filter(plan=plan).exclude(shift=""):
        shift = problems.shift_of(cell)
        if shift is not None:
            cells[cell.person_id, cell.day] = (shift.name, shift.begins, shift.ends)
    oldest = clock.business_day(at) - CORRECTED_WITHIN
    return sum(duty.get(key) != cells.get(key) for key in {*duty, *cells} if key[1] >= oldest)


def _wanted(plan: Plan, facts: problems.Facts, at: datetime) -> dict[tuple[int, date], Shift | None]:
    """Days that are long over stay as they were."""
    oldest = clock.business_day(at) - CORRECTED_WITHIN
    wanted: dict[tuple[int, date], Shift | None] = {}
    for person in facts.people:
        for day in plan.days:
            if day >= oldest:
                cell = facts.cells.get((person.pk, day))
                wanted[person.pk, day] = problems.shift_of(cell) if cell is not None else None
    served = DutyPeriod.objects.filter(
        person_id__in=[person.pk for person in facts.people], day__gte=oldest, day__lte=plan.last_day
    ).exclude(team_id=plan.team_id)
    # Who works for another team that day rests here, and keeps that duty.
    for duty in served:
        if wanted.get((duty.person_id, duty.day), True) is None:
            del wanted[duty.person_id, duty.day]
    return wanted


def _keep(plan: Plan, facts: problems.Facts, changes: int, *, by: Person, at: datetime) -> Published:
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for (person_id, day), cell in sorted(facts.cells.items()):
        if cell.shift:
            cells[str(person_id)][day.isoformat()] = f"{cell.shift} {cell.hours}"
    number = Published.objects.filter(plan=plan).count() + 1
    return Published.objects.create(plan=plan, number=number, cells=dict(cells), changes=changes, by=by, at=at)


def _ask_to_know(
    published: Published, facts: problems.Facts, told: set[int], changed: dict[int, list[tuple[date, Shift | None]]],
    first_time: bool, *, by: Person, at: datetime,
) -> None:  # fmt: skip
    concerned = [person for person in facts.people if person.pk in told and (person.pk in changed or str(person.pk) in published.cells)]
    Receipt.objects.bulk_create(Receipt(published=published, person=person) for person in concerned)
    for person in concerned:
        if not first_time:
            tell(person, changed.get(person.pk, []), by=by, at=at)
            continue
        with translation.override(person.language):
            last = published.plan.first_day + timedelta(weeks=published.plan.weeks, days=-1)
            title = _("Your roster from %(first)s to %(last)s is there") % {
                "first": f"{published.plan.first_day:%m-%d}", "last": f"{last:%m-%d}",
            }  # fmt: skip
        notify(person, title, by=by, url=reverse("own_roster"), at=at)
