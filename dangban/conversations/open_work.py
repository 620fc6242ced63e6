"""What is open with a person on the floor: for their off-boarding, and for their inbox."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.conversations import access, assigning, facts, reminders
from dangban.conversations.actions import overrides
from dangban.conversations.models import (
    Assignment,
    Conversation,
    Enquiry,
    GuardOverride,
    Promise,
    Transfer,
)
from dangban.desk.models import Deadline
from dangban.desk.ports import InboxItem, Leftover
from dangban.handbook.actions import in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.text import whole
from dangban.people.models import Person, Team
from dangban.people.ports import OpenItem

State = Conversation.State


class OpenWork:
    """Customers being served, promises and intending customers, handed to a named person."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        return [
            *(_item("conversation", one.pk, str(one.customer), one.pk) for one in _serving(person)),
            *(_item("promise", one.pk, one.text, one.conversation_id) for one in _promises(person)),
            *(
                _item("enquiry", one.pk, _to_ask(one), one.conversation_id)
                for one in _enquiries(person).select_related("customer")
            ),
        ]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        handed = 0
        rules = in_force(at)
        offered = Transfer.objects.filter(state=Transfer.State.OFFERED)
        for offer in offered.filter(Q(to_person=person) | Q(from_person=person)):
            held = assigning.locked(offer.conversation_id)
            offered.filter(pk=offer.pk).update(state=Transfer.State.WITHDRAWN, settled_at=at)
            assigning.store(held, people=(offer.to_person_id,))
            if offer.to_person is not None:
                reminders.ring([offer.to_person])
        for one in _serving(person):
            _give(one, to, by=by, at=at, rules=rules)
            handed += 1
        for promise in _promises(person):
            _pass_promise(promise, to, by=by, at=at)
            handed += 1
        reminders.ring([person, to])
        return handed + _enquiries(person).update(owner=to, updated_at=at)

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        """One customer, promise or intending customer, as a shift hands them over."""
        kind, _colon, number = key.partition(":")
        pk = whole(number) or 0
        given = 0
        if kind == "conversation":
            for one in _serving(person).filter(pk=pk):
                _give(one, to, by=by, at=at, rules=in_force(at))
                given += 1
        elif kind == "promise":
            for promise in _promises(person).filter(pk=pk):
                _pass_promise(promise, to, by=by, at=at)
                given += 1
        elif kind == "enquiry":
            given = _enquiries(person).filter(pk=pk).update(owner=to, updated_at=at)
        reminders.ring([person, to])
        return given > 0


def _to_ask(enquiry: Enquiry) -> str:
    asked = _("Ask %(customer)s again") % {"customer": enquiry.customer}
    return f"{asked} · {enquiry.wanted}" if enquiry.wanted else asked


def unanswered(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """What a day is not signed off over: customers who wait, messages left, promises and contacts due today."""
    left = Deadline.objects.filter(owner=person, kind=reminders.LEFT_MESSAGE, met_at=None, cancelled_at=None)
    messages = Conversation.objects.filter(pk__in=left.values("subject_id")).select_related("customer").order_by("pk")
    found = [
        *(
            _left("conversation", one.pk, _("Answer %(customer)s") % {"customer": one.customer}, one.pk)
            for one in _serving(person).filter(waiting_since__isnull=False)
        ),
        *(_left("conversation", one.pk, f"{_('Left message')} · {one.customer}", one.pk) for one in messages),
        *(_left("promise", one.pk, one.text, one.conversation_id) for one in _promises(person).filter(due_at__lt=end)),
        *(
            _left("enquiry", one.pk, _("Ask %(customer)s again") % {"customer": one.customer}, one.conversation_id)
            for one in _enquiries(person).filter(next_contact_at__lt=end).select_related("customer").order_by("pk")
        ),
    ]
    return found


def not_sold(team: Team, start: datetime, end: datetime) -> Sequence[str]:
    """Why customers of a team's shops did not buy that day: for the leader's summary."""
    lost = Enquiry.objects.filter(
        shop__in=team.shops.all(), outcome=Enquiry.Outcome.LOST, outcome_at__gte=start, outcome_at__lt=end
    )
    counted = lost.exclude(reason="").values("reason").annotate(n=Count("pk")).order_by("-n", "reason")
    return [f"{Enquiry.Reason(row['reason']).label} {row['n']}" for row in counted]


class Inbox:
    """Transfers offered to a person, customers to ask again today, and blocked lines that one may let pass."""

    def items(self, person: Person, at: datetime) -> Iterable[InboxItem]:
        for offer in _offers(person).select_related("conversation__customer", "from_person"):
            yield InboxItem(
                key=f"transfer:{offer.pk}",
                kind="conversations",
                label=_("%(name)s passes %(customer)s on to you")
                % {"name": offer.from_person, "customer": offer.conversation.customer},
                url=reminders.address(offer.conversation_id),
                since=offer.at,
                shop_id=offer.conversation.shop_id,
                detail=offer.note,
                acts=(),
            )
        for enquiry in _due(person, at).select_related("customer"):
            yield InboxItem(
                key=f"enquiry:{enquiry.pk}",
                kind="conversations",
                label=_("Ask %(customer)s again") % {"customer": enquiry.customer},
                url=reminders.address(enquiry.conversation_id),
                due_at=enquiry.next_contact_at,
                since=enquiry.at,
                missed=enquiry.next_contact_at is not None and enquiry.next_contact_at < at,
                shop_id=enquiry.shop_id,
                detail=enquiry.wanted,
                acts=("snooze",),
            )
        for row in _overrides(person, at):
            yield InboxItem(
                key=f"override:{row.pk}",
                kind="conversations",
                label=_("%(name)s asks to send a blocked line") % {"name": row.person},
                url=reverse("guard_hits"),
                since=row.asked_at,
                shop_id=row.shop_id,
                detail=row.body,
                acts=(),
            )

    def count(self, person: Person, at: datetime) -> int:
        return _offers(person).count() + _due(person, at).count() + len(_overrides(person, at))


def _give(one: Conversation, to: Person, *, by: Actor, at: datetime, rules: Rules) -> None:
    held = assigning.locked(one.pk)
    team_id = facts.team_of(to.pk, held.shop_id, at)
    assigning.give(held, to.pk, how=Assignment.How.HANDED_OVER, because=(), at=at, rules=rules, by=by, team_id=team_id)


def _pass_promise(promise: Promise, to: Person, *, by: Actor, at: datetime) -> None:
    promise.owner = to
    promise.save(update_fields=["owner"])
    reminders.hand_promise_clock(promise, by=by, at=at)


def _left(kind: str, pk: int, label: str, conversation_id: int) -> Leftover:
    return Leftover(f"{kind}:{pk}", label, reminders.address(conversation_id))


def _item(kind: str, pk: int, label: str, conversation_id: int) -> OpenItem:
    return OpenItem(f"{kind}:{pk}", label, reminders.address(conversation_id))


def _serving(person: Person) -> QuerySet[Conversation]:
    rows = Conversation.objects.filter(assignee=person, state=State.SERVING)
    return rows.select_related("customer").order_by("pk")


def _promises(person: Person) -> QuerySet[Promise]:
    return Promise.objects.filter(owner=person, kept_at=None, withdrawn_at=None).order_by("due_at", "pk")


def _enquiries(person: Person) -> QuerySet[Enquiry]:
    return Enquiry.objects.filter(owner=person, outcome=Enquiry.Outcome.OPEN, next_contact_at__isnull=False)


def _offers(person: Person) -> QuerySet[Transfer]:
    return Transfer.objects.filter(to_person=person, state=Transfer.State.OFFERED).order_by("pk")


def _due(person: Person, at: datetime) -> QuerySet[Enquiry]:
    _start, end = clock.day_span(clock.business_day(at), time(0))
    return _enquiries(person).filter(next_contact_at__lt=end).order_by("next_contact_at", "pk")


def _overrides(person: Person, at: datetime) -> Sequence[GuardOverride]:
    if not person.can(overrides.PERMISSION):
        return []
    rows = GuardOverride.objects.filter(access.serving(person), settled_at=None).exclude(person=person)
    return [row for row in rows.select_related("person").order_by("pk") if not overrides.reserved_for(row, person, at)]
