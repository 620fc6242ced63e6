"""Somebody leaves: their open work goes to somebody else, and nothing of theirs opens any more."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people import rules
from dangban.people.access import must_manage, must_not_be_self, people_who_may, scope
from dangban.people.models import OffBoarding, Person, RoleGrant, TeamMembership
from dangban.people.ports import registry
from dangban.people.revocation import rights_changed

# A refusal lists what is open; nobody reads further than this.
_TOLD = 20


def off_board(
    person: Person, to: Person | None, *, reason: str, by: Person, at: datetime, last_day: date | None = None
) -> OffBoarding:
    """Close an account. Everything open goes to somebody else in the same transaction, or nothing happens.

    Whether that somebody must be named is the handbook's; who is not named is whoever `falls_to` says. The last day of
    work is today where no earlier one is given.
    """
    must_manage(by)
    must_not_be_self(by, person)
    if to is not None:
        check_successor(person, to)
    if not reason.strip():
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    last_day = _gone_since(person, last_day, at)
    with transaction.atomic():
        locked = _locked(person)
        decision = decide(locked, to, at)
        return _leave(locked, to, to or falls_to(locked, by), decision, reason.strip(), last_day, entered_by=by, by=by.actor, at=at)


def depart(person: Person, to: Person | None, *, reason: str, entered_by: Person, last_day: date, at: datetime) -> OffBoarding:
    """Close the account of somebody whose last day, entered ahead, is over. Whoever was to take over and can't any more
    is passed over; nothing holds it up."""
    with transaction.atomic():
        locked = _locked(person)
        heir = to if to is not None and _can_take_over(locked, to) else None
        falling = heir or falls_to(locked, entered_by)
        if not falling.is_active:
            falling = people_who_may("people.manage").exclude(pk=locked.pk).order_by("pk").first() or falling
        decision = rules.leaving(len(_open_with(locked)), True, in_force(at))
        return _leave(locked, heir, falling, decision, reason, last_day, entered_by=entered_by, by=SYSTEM, at=at)


def _locked(person: Person) -> Person:
    """What is decided about somebody is held before the person is, as those who decide hold it."""
    for source in registry.held_first:
        source(person)
    locked = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    if not locked.is_active:
        raise Conflict(_("This account is closed already."))
    return locked


def _gone_since(person: Person, last_day: date | None, at: datetime) -> date:
    today = clock.business_day(at)
    first = person.hired_on or date.min
    if last_day is not None and not min(first, today) <= last_day <= today:
        message = _("A day that lies ahead is entered as a leaving; the account closes by itself then.")
        raise BadInput(message, fields={"last_day": [message if last_day > today else _("They were not hired yet on that day.")]})
    return last_day or today


def _leave(
    locked: Person, to: Person | None, heir: Person, decision: Decision, reason: str, last_day: date, *, entered_by: Person, by: Actor, at: datetime
) -> OffBoarding:
    # Written first: the rooms end what lies after the last day.
    left = OffBoarding.objects.create(person=locked, at=at, last_day=last_day, by=entered_by, reason=reason)
    handed = {name: source.hand_over(locked, heir, by=by, at=at) for name, (_label, source) in sorted(registry.open_work.items())}
    taken_by = heir if to is not None or any(handed.values()) else None
    left.handed_to, left.handed_over = taken_by, handed
    left.save(update_fields=["handed_to", "handed_over"])
    _close(locked, last_day, at)
    change = {
        "last_day": last_day.isoformat(), "handed_to": taken_by.name if taken_by else None, "handed_over": handed, "reason": reason,
    }  # fmt: skip
    because = [one.as_data() for one in decision.because]
    record("people.left", subject=locked, by=by, change=change, because=because, at=at)
    if decision.because:
        keep(decision, subject=locked, by=by, at=at)
    rights_changed(locked)
    return left


def decide(person: Person, to: Person | None, at: datetime) -> Decision:
    """``may`` leave; refused while open work must go to somebody by name and nobody is named."""
    open_work = _open_with(person)
    decision = rules.leaving(len(open_work), to is not None, in_force(at))
    if decision.outcome != "may":
        message = _("Name somebody to whom the open work goes.")
        raise Refused(message, decision=decision, details=open_work[:_TOLD], code="name_somebody")
    return decision


def _open_with(person: Person) -> list[str]:
    return [
        f"{label}: {item.label}"
        for _name, (label, source) in sorted(registry.open_work.items())
        for item in source.list(person)
    ]


def falls_to(person: Person, by: Person) -> Person:
    """Who gets what is open and goes to nobody by name: the next superior who can see it, else who closes the account."""
    superior = person.manager
    while superior is not None and not _can_take_over(person, superior):
        superior = superior.manager
    return superior or by


def check_successor(person: Person, to: Person) -> None:
    """Whoever takes over must be able to see what they take over."""
    if to.pk == person.pk:
        raise BadInput(_("Open work goes to somebody else."), fields={"to": [_("Choose another person.")]})
    if not to.is_active:
        raise Refused(_("%(name)s no longer works here and can't take over.") % {"name": to.name})
    if not _can_take_over(person, to):
        raise Refused(
            _("%(name)s does not serve all shops of the person who leaves. Add the shops first or name somebody else.")
            % {"name": to.name}
        )


def _can_take_over(person: Person, to: Person) -> bool:
    taking = scope(to)
    return to.is_active and (taking.everywhere or scope(person).shops <= taking.shops)


def _close(person: Person, last_day: date, at: datetime) -> None:
    """Teams end with the last day, rights at once."""
    until = min(clock.business_day(at), last_day + timedelta(days=1))
    Person.objects.filter(pk=person.pk).update(is_active=False)
    for member in TeamMembership.objects.filter(person=person, until=None):
        TeamMembership.objects.filter(pk=member.pk).update(until=max(member.since, until))
    RoleGrant.objects.filter(Q(until=None) | Q(until__gt=at), person=person).update(until=at)
    for session in UserSession.objects.filter(user=person):
        session.end()
