"""Somebody leaves: their open work goes to somebody else, and nothing of theirs opens any more."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people import rules
from dangban.people.access import must_manage, must_not_be_self, scope
from dangban.people.models import OffBoarding, Person, RoleGrant, TeamMembership
from dangban.people.ports import registry
from dangban.people.revocation import rights_changed

# A refusal lists what is open; nobody reads further than this.
_TOLD = 20


def off_board(person: Person, to: Person | None, *, reason: str, by: Person, at: datetime) -> OffBoarding:
    """Close an account. Everything open goes to somebody else in the same transaction, or nothing happens.

    Whether that somebody must be named is the handbook's; who is not named is whoever `falls_to` says.
    """
    must_manage(by)
    must_not_be_self(by, person)
    if to is not None:
        _check_successor(person, to)
    if not reason.strip():
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        if not locked.is_active:
            raise Conflict(_("This account is closed already."))
        decision = _decide(locked, to, at)
        heir = to or falls_to(locked, by)
        handed = {
            name: source.hand_over(locked, heir, by=by.actor, at=at)
            for name, (_label, source) in sorted(registry.open_work.items())
        }
        taken_by = heir if to is not None or any(handed.values()) else None
        left = OffBoarding.objects.create(
            person=locked, at=at, by=by, handed_to=taken_by, reason=reason.strip(), handed_over=handed
        )
        _close(locked, at)
        change = {"handed_to": taken_by.name if taken_by else None, "handed_over": handed, "reason": reason.strip()}
        because = [one.as_data() for one in decision.because]
        record("people.left", subject=locked, by=by, change=change, because=because, at=at)
        if decision.because:
            keep(decision, subject=locked, by=by, at=at)
        rights_changed(locked)
    return left


def _decide(person: Person, to: Person | None, at: datetime) -> Decision:
    open_work = [
        f"{label}: {item.label}"
        for _name, (label, source) in sorted(registry.open_work.items())
        for item in source.list(person)
    ]
    decision = rules.leaving(len(open_work), to is not None, in_force(at))
    if decision.outcome != "may":
        message = _("Name somebody to whom the open work goes.")
        raise Refused(message, decision=decision, details=open_work[:_TOLD], code="name_somebody")
    return decision


def falls_to(person: Person, by: Person) -> Person:
    """Who gets what is open and goes to nobody by name: the next superior who can see it, else who closes the account."""
    superior = person.manager
    while superior is not None and not _can_take_over(person, superior):
        superior = superior.manager
    return superior or by


def _check_successor(person: Person, to: Person) -> None:
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


def _close(person: Person, at: datetime) -> None:
    today = clock.business_day(at)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    TeamMembership.objects.filter(person=person, until=None).update(until=today)
    RoleGrant.objects.filter(Q(until=None) | Q(until__gt=at), person=person).update(until=at)
    for session in UserSession.objects.filter(user=person):
        session.end()
