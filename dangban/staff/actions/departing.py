"""Somebody will leave: entered ahead, withdrawn as long as they are here, carried out by the clock after their last day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import notify, settle_tasks, write_task
from dangban.journal.actions import record
from dangban.lib import clock, days
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.access import people_who_may
from dangban.people.actions import check_successor, depart
from dangban.people.actions.leaving import decide
from dangban.people.models import Person
from dangban.staff import access
from dangban.staff.models import Departure
from dangban.staff.ports import registry

MOST_AHEAD = timedelta(days=366)


def enter_departure(
    person: Person, kind: str, last_day: date, *, by: Person, at: datetime, reason: str = "", to: Person | None = None
) -> Departure:
    """Until the last day the person works and is planned; what was planned for later is taken out, and the account closes
    by itself on the day after."""
    access.must_let_go(by, person)
    _check_day(person, last_day, at)
    if kind not in Departure.Kind.values:
        raise BadInput(_("Choose why."), fields={"kind": [_("Choose why.")]})
    reason = refuse_unstorable(reason.strip(), "reason")[:200]
    if to is not None:
        check_successor(person, to)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if Departure.objects.filter(Departure.OPEN, person=person).exists():
            raise Conflict(_("The leaving of %(name)s is entered already. Withdraw it first.") % {"name": person.name})
        decision = decide(person, to, at)
        # First: once it is entered, nobody plans them for these days, not even to take them out.
        kept = {name: source.take_out(person, last_day, at=at) for name, source in sorted(registry.planned.items())}
        made = Departure.objects.create(
            person=person, kind=kind, last_day=last_day, reason=reason, to=to, entered_by=by, entered_at=at, kept=kept
        )
        change = {"departure": kind, "last_day": last_day.isoformat(), "handed_to": to.name if to else None}
        because = [one.as_data() for one in decision.because]
        record("staff.departure_entered", subject=person, by=by, change=change, personal={"reason": reason}, because=because, at=at)
        _tell(made, by, at)
    return made


def withdraw_departure(made: Departure, why: str, *, by: Person, at: datetime) -> Departure:
    """They stay after all: what was taken out of the rosters comes back where nothing else was planned meanwhile."""
    access.must_let_go(by, made.person)
    why = refuse_unstorable(why.strip(), "why")[:200]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    with transaction.atomic():
        held = Departure.objects.select_for_update(of=("self",), no_key=True).get(pk=made.pk)
        person = Person.objects.select_for_update(no_key=True).get(pk=made.person_id)
        if not held.is_open or not person.is_active:
            raise Conflict(_("This leaving is withdrawn or carried out already."))
        held.withdrawn_at, held.withdrawn_by, held.withdrawn_because = at, by, why
        held.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
        for name, source in sorted(registry.planned.items()):
            source.put_back(person, held.kept.get(name, []), at=at)
        settle_tasks(held, by=by, at=at)
        change = {"departure": held.kind, "last_day": held.last_day.isoformat()}
        record("staff.departure_withdrawn", subject=person, by=by, change=change, personal={"reason": why}, at=at)
        for told in _concerned(held, by):
            with translation.override(told.language):
                title = _("%(name)s stays: the leaving is withdrawn") % {"name": person.name}
            notify(told, title, why, by=by, url=address(held), at=at)
    return held


def carry_out_due(at: datetime) -> int:
    """Accounts of those whose last day is over and whose last shift has ended; each once."""
    due = Departure.objects.filter(Departure.OPEN, last_day__lt=clock.business_day(at)).order_by("last_day", "pk")
    return sum(_carry_out(pk, at) for pk in list(due.values_list("pk", flat=True)[:100]))


def _carry_out(pk: int, at: datetime) -> bool:
    made = Departure.objects.select_related("person", "to", "entered_by").get(pk=pk)
    # A night shift ends first; one that nobody ever ended holds nothing up for longer than a day.
    waits = any(source.is_at_work(made.person, at) for source in registry.planned.values())
    if waits and clock.business_day(at) <= made.last_day + timedelta(days=1):
        return False
    with transaction.atomic():
        # Withdrawn this moment, or carried out by another server.
        if not Departure.objects.select_for_update(no_key=True).get(pk=pk).is_open:
            return False
        if not Person.objects.filter(pk=made.person_id, is_active=True).exists():
            Departure.objects.filter(pk=pk).update(closed_at=at)
            return True
        with translation.override(settings.LANGUAGE_CODE):
            reason = " · ".join(filter(None, (str(made.get_kind_display()), made.reason)))[:200]
        try:
            # Marks the departure as carried out, with what the staff file ends.
            depart(made.person, made.to, reason=reason, entered_by=made.entered_by, last_day=made.last_day, at=at)
        except Conflict:
            return False
    return True


def address(made: Departure) -> str:
    return reverse("staff:departure", args=[made.person_id])


def _check_day(person: Person, last_day: date, at: datetime) -> None:
    today = clock.business_day(at)
    if not person.is_active:
        raise Refused(_("%(name)s has left already.") % {"name": person.name})
    if last_day < today or last_day > today + MOST_AHEAD or (person.hired_on is not None and last_day < person.hired_on):
        message = _("A day from today on, within a year. For somebody who is gone already, close the account.")
        raise BadInput(message, fields={"last_day": [message]})


def _concerned(made: Departure, by: Person) -> list[Person]:
    """The person, who stands above them, who takes over, and personnel."""
    found = [made.person, made.person.manager, made.to, *people_who_may("staff.manage").order_by("pk")]
    return [one for one in dict.fromkeys(found) if one is not None and one.is_active and one != by]


def _tell(made: Departure, by: Person, at: datetime) -> None:
    for told in _concerned(made, by):
        with translation.override(told.language):
            title = _("%(name)s leaves; last day of work %(day)s") % {"name": made.person.name, "day": made.last_day.isoformat()}
            body = str(made.get_kind_display())
        notify(told, title, body, by=by, url=address(made), at=at)
    owner = made.person.manager if made.person.manager is not None and made.person.manager.is_active else by
    with translation.override(owner.language):
        title = _("Have the work of %(name)s handed over by %(day)s") % {"name": made.person.name, "day": made.last_day.isoformat()}
    write_task(title, by=SYSTEM, owner=owner, subject=made, url=address(made), due_at=days.end_of(made.last_day), at=at)
