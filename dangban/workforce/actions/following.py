"""A roster follows what is changed in duty afterwards; of a published one, who it concerns is told."""

from __future__ import annotations

from datetime import date, datetime

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import notify
from dangban.journal.actions import HasActor
from dangban.people.models import Person, Team
from dangban.workforce.models import Cell, Plan
from dangban.workforce.queries import LONGEST_PLAN
from dangban.workforce.shifts import Shift


def follow(person: Person, team: Team, day: date, shift: Shift | None, *, by: HasActor, at: datetime) -> None:
    """Call it in the transaction that changed the duty; nothing happens where there is no roster for the day.

    A draft follows too: published later, it would take back what was changed meanwhile.
    """
    plan = plan_of(team, day)
    if plan is None:
        return
    write_cell(plan, person, day, shift)
    if plan.state == Plan.State.PUBLISHED:
        tell(person, [(day, shift)], by=by, at=at)


def plan_of(team: Team, day: date) -> Plan | None:
    """The roster of a day, published or still a draft."""
    found = Plan.objects.filter(team=team, first_day__lte=day, first_day__gt=day - LONGEST_PLAN).exclude(state=Plan.State.DROPPED)
    return next((plan for plan in found.order_by("-first_day") if day <= plan.last_day), None)


def write_cell(plan: Plan, person: Person, day: date, shift: Shift | None) -> None:
    if shift is None:
        Cell.objects.filter(plan=plan, person=person, day=day).delete()
        return
    values = {"shift": shift.name, "hours": shift.hours, "is_fixed": True}
    Cell.objects.update_or_create(plan=plan, person=person, day=day, defaults=values)


def tell(person: Person, changes: list[tuple[date, Shift | None]], *, by: HasActor, at: datetime) -> None:
    """Somebody hears of changes to what was published to them, unless they made them."""
    if by.actor.kind == "person" and by.actor.id == person.pk:
        return
    with translation.override(person.language):
        lines = [
            f"{day:%m-%d} {shift.name} {shift.hours}" if shift else _("%(day)s rest") % {"day": f"{day:%m-%d}"}
            for day, shift in changes[:10]
        ]
        title = _("Your roster has changed: %(days)s") % {"days": "，".join(lines)}
    notify(person, title[:200], by=by, url=reverse("own_roster"), at=at)
