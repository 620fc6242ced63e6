"""Targets of a month, and what a leader agreed with somebody."""

from __future__ import annotations

from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.days import last_of_month, month_of
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop, Team
from dangban.performance import access
from dangban.performance.measures import MEASURES
from dangban.performance.models import Card, CoachingNote, Target

# Sums that can be broken down to days; rates have no parts.
TARGETED = ("sales", "net_sales", "deals", "enquiries", "handled", "cases", "saved_sales")


def set_target(of: Person | Team | Shop, measure: str, month: date, amount: int, *, by: Person, at: datetime | None = None) -> Target | None:
    """What is to be reached in a month; 0 takes the target away. Not once a final card went by it."""
    _may(by, of)
    at, month = at or clock.now(), month_of(month)
    if measure not in TARGETED or MEASURES[measure].under:
        raise BadInput(_("Choose a figure that adds up."), fields={"measure": [_("Choose a figure that adds up.")]})
    if amount < 0:
        raise BadInput(_("A target is not below nothing."), fields={"amount": [_("A target is not below nothing.")]})
    if last_of_month(month) < clock.business_day(at) and Card.objects.filter(month=month, state=Card.State.FINAL).exists():
        raise Refused(_("Scorecards of this month are final; its targets stand."), code="final")
    whose = {"person": of if isinstance(of, Person) else None, "team": of if isinstance(of, Team) else None, "shop": of if isinstance(of, Shop) else None}
    with transaction.atomic():
        there = Target.objects.select_for_update().filter(month=month, measure=measure, **whose).first()
        if (there.amount if there else 0) == amount:
            return there
        if amount == 0 and there is not None:
            there.delete()
            there = None
        elif there is not None:
            there.amount, there.set_by, there.set_at = amount, by, at
            there.save()
        else:
            try:
                with transaction.atomic():
                    there = Target.objects.create(month=month, measure=measure, amount=amount, set_by=by, set_at=at, **whose)
            except IntegrityError as error:
                raise Conflict(_("Somebody has just set this target. Look at it as it is now.")) from error
        record("performance.target_set", subject=of, by=by, change={"month": f"{month:%Y-%m}", "measure": measure, "amount": amount}, at=at)
    return there


def coach(person: Person, text: str, *, by: Person, month: date | None = None, measure: str = "", at: datetime | None = None) -> CoachingNote:
    """Note what was agreed with somebody; both of them see it."""
    access.must_for(by, person, access.COACH)
    at = at or clock.now()
    text = refuse_unstorable(text.strip(), "text")[:1000]
    if not text:
        raise BadInput(_("Write what you agreed."), fields={"text": [_("Write what you agreed.")]})
    with transaction.atomic():
        note = CoachingNote.objects.create(
            person=person, month=month_of(month or clock.business_day(at)), measure=measure if measure in MEASURES else "", text=text, by=by, at=at
        )
        record("performance.coached", subject=person, by=by, change={"measure": note.measure}, at=at)
    return note


def _may(by: Person, of: Person | Team | Shop) -> None:
    if isinstance(of, Person):
        access.must_for(by, of, access.MANAGE)
        return
    there = access.visible_teams(by, access.MANAGE) if isinstance(of, Team) else access.visible_shops(by, access.MANAGE)
    if not there.filter(pk=of.pk).exists():
        raise NotAllowed(_("Targets of this team or shop are not yours to set."))
