"""Who may see and serve which conversations."""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.chat.models import Thread
from dangban.conversations.models import (
    Assignment,
    AutoReply,
    Conversation,
    Enquiry,
    GuardOverride,
    Promise,
    Seat,
    Transfer,
)
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, RoleGrant, TeamMembership

Row = TypeVar("Row", bound=Model)

PERMISSIONS = {
    "conversations.serve": gettext_lazy("Answer customers"),
    "conversations.search": gettext_lazy("Search what was said"),
    "conversations.supervise": gettext_lazy("See the floor, step in, whisper, take over, set presence"),
    "conversations.override_guard": gettext_lazy("Let a blocked wording pass"),
    "conversations.manage_scripts": gettext_lazy("Write scripts for a team or the company"),
    "conversations.manage_replies": gettext_lazy("Set automatic replies and seats"),
    "conversations.export": gettext_lazy("Export conversations and figures"),
}


def serving(person: Person, path: str = "shop") -> Q:
    """The condition that keeps rows to shops whose conversations this person may read."""
    shops = _served(person)
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def _served(person: Person) -> frozenset[int] | None:
    """The shops in which this person serves or supervises; None for all."""
    shops: frozenset[int] = frozenset()
    for permission in ("conversations.serve", "conversations.supervise"):
        granted = scope(person).granted.get(permission, frozenset())
        if granted is None:
            return None
        shops |= granted
    return shops


def readable(person: Person, path: str = "shop") -> Q:
    """`serving`, within what this person sees: one list of shops, since two would hide from SQLite how few rows are meant."""
    kept, served = scope(person), _served(person)
    if kept.everywhere:
        return Q() if served is None else Q(**{f"{path}__in": served})
    return Q(**{f"{path}__in": kept.shops if served is None else kept.shops & served})


def visible_conversations(person: Person) -> QuerySet[Conversation]:
    return Conversation.objects.filter(readable(person))


def visible_threads(person: Person) -> QuerySet[Thread]:
    return Thread.objects.filter(readable(person))


def visible_colleagues(person: Person) -> QuerySet[Person]:
    """Oneself and whoever serves, or once served, one of the shops one sees; their figures may be asked for."""
    kept = scope(person)
    if kept.everywhere:
        return Person.objects.all()
    by_team = TeamMembership.objects.filter(team__shops__in=kept.shops).values("person_id")
    by_role = RoleGrant.objects.filter(Q(shop__in=kept.shops) | Q(team__shops__in=kept.shops)).values("person_id")
    return Person.objects.filter(Q(pk=person.pk) | Q(pk__in=by_team) | Q(pk__in=by_role))


def get_conversation(person: Person, pk: int) -> Conversation:
    found = visible_conversations(person).select_related("shop", "thread", "assignee", "customer").filter(pk=pk)
    return _first(found)


def get_thread(person: Person, pk: int) -> Thread:
    return _first(visible_threads(person).select_related("shop", "customer").filter(pk=pk))


def get_assignment(person: Person, pk: int) -> Assignment:
    return _first(Assignment.objects.filter(serving(person, "conversation__shop"), pk=pk))


def get_transfer(person: Person, pk: int) -> Transfer:
    rows = Transfer.objects.select_related("conversation", "conversation__shop")
    return _first(rows.filter(serving(person, "conversation__shop"), pk=pk))


def get_promise(person: Person, pk: int) -> Promise:
    return _first(Promise.objects.select_related("conversation").filter(serving(person), pk=pk))


def get_enquiry(person: Person, pk: int) -> Enquiry:
    return _first(Enquiry.objects.select_related("conversation").filter(serving(person), pk=pk))


def get_override(person: Person, pk: int) -> GuardOverride:
    return _first(GuardOverride.objects.select_related("thread", "person").filter(serving(person), pk=pk))


def get_seat(person: Person, pk: int) -> Seat:
    return _first(Seat.objects.select_related("shop").filter(scope(person).filter("shop"), pk=pk))


def get_auto_reply(person: Person, pk: int) -> AutoReply:
    kept = scope(person)
    seen = Q(shop=None) | kept.filter("shop")
    return _first(AutoReply.objects.select_related("shop").filter(seen, pk=pk))


def require(person: Person, permission: str, shop_id: int | None) -> None:
    """NotAllowed unless a role of this person grants `permission` for this shop."""
    if not person.can(permission, shop=shop_id):
        raise NotAllowed(_("Your role does not include this: %(what)s.") % {"what": PERMISSIONS[permission]})


def _first(rows: QuerySet[Row]) -> Row:
    row = rows.first()
    if row is None:
        raise Http404
    return row
