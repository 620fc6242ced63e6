"""Somebody leaves: their open work goes to a named person, and nothing of theirs opens any more."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.access import must_manage, must_not_be_self, scope
from dangban.people.models import OffBoarding, Person, RoleGrant, TeamMembership
from dangban.people.ports import registry
from dangban.people.revocation import rights_changed


def off_board(person: Person, to: Person, *, reason: str, by: Person, at: datetime) -> OffBoarding:
    """Close an account. Everything open goes to `to` in the same transaction, or nothing happens."""
    must_manage(by)
    must_not_be_self(by, person)
    _check_successor(person, to)
    if not reason.strip():
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        locked = Person.objects.select_for_update().get(pk=person.pk)
        if not locked.is_active:
            raise Conflict(_("This account is closed already."))
        handed = {
            name: source.hand_over(locked, to, by=by.actor, at=at)
            for name, (_label, source) in sorted(registry.open_work.items())
        }
        left = OffBoarding.objects.create(
            person=locked, at=at, by=by, handed_to=to, reason=reason.strip(), handed_over=handed
        )
        _close(locked, at)
        change = {"handed_to": to.name, "handed_over": handed, "reason": reason.strip()}
        record("people.left", subject=locked, by=by, change=change, at=at)
        rights_changed(locked)
    return left


def _check_successor(person: Person, to: Person) -> None:
    """Whoever takes over must be able to see what they take over."""
    if to.pk == person.pk:
        raise BadInput(_("Open work goes to somebody else."), fields={"to": [_("Choose another person.")]})
    if not to.is_active:
        raise Refused(_("%(name)s no longer works here and can't take over.") % {"name": to.name})
    taking = scope(to)
    if not taking.everywhere and not scope(person).shops <= taking.shops:
        raise Refused(
            _("%(name)s does not serve all shops of the person who leaves. Add the shops first or name somebody else.")
            % {"name": to.name}
        )


def _close(person: Person, at: datetime) -> None:
    today = clock.business_day(at)
    Person.objects.filter(pk=person.pk).update(is_active=False)
    TeamMembership.objects.filter(person=person, until=None).update(until=today)
    RoleGrant.objects.filter(Q(until=None) | Q(until__gt=at), person=person).update(until=at)
    for session in UserSession.objects.filter(user=person):
        session.end()
