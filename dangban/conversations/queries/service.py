"""Smaller reads of the floor: places in the queue, slow replies, wishes in a line, ratings, enquiries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404

from dangban.chat.models import Message
from dangban.conversations import access, facts
from dangban.conversations.invitations import invitation_of
from dangban.conversations.models import Conversation, Enquiry, Invitation, Rating, Reception
from dangban.conversations.rules import clocks, guard, wishes
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.orders.queries.delivery import delivery_to
from dangban.people.models import Person, Shop
from dangban.shops.models import Courier

invitation_for = invitation_of


def waiting_position(conversation: Conversation) -> int | None:
    """The place in the queue, counted from 1; None unless the customer stands in it."""
    if conversation.state != Conversation.State.WAITING or conversation.queued_at is None:
        return None
    return facts.place_in_line(conversation, in_force())


@dataclass(frozen=True, slots=True)
class Alarm:
    """Slow replies of a person: how many customers wait too long, and the one who waits longest."""

    count: int
    since: datetime | None
    seconds: int
    conversation_id: int | None


def alarm(person: Person) -> Alarm:
    """What the slow-reply alarm shows: closed at zero, one click leads to the longest wait (one query)."""
    at = clock.now()
    rules = in_force(at)
    rows = Conversation.objects.filter(
        assignee=person, state=Conversation.State.SERVING, waiting_since__isnull=False
    ).order_by("waiting_since", "pk")
    slow = [
        (pk, since)
        for pk, since in rows.values_list("pk", "waiting_since")
        if since and clocks.is_slow((at - since).total_seconds(), rules)
    ]
    if not slow:
        return Alarm(0, None, 0, None)
    pk, since = slow[0]
    return Alarm(len(slow), since, int((at - since).total_seconds()), pk)


def guard_findings(person: Person, text: str) -> list[guard.Finding]:
    """What the speech guard would say of a line, while it is typed."""
    return guard.compiled(in_force(clock.now())).examine(text)


def suggestions(conversation: Conversation, seq: int) -> list[wishes.Suggestion]:
    """What one line of the customer's seems to ask for, compared with what they ordered (eight queries)."""
    line = Message.objects.filter(thread=conversation.thread_id, seq=seq).first()
    if line is None:
        raise Http404
    return wishes.suggestions(line.body, _talk(conversation, clock.business_day(line.at)))


def _talk(conversation: Conversation, today: date) -> wishes.Talk:
    order = (
        Order.objects.filter(customer=conversation.customer_id, shop=conversation.shop_id)
        .order_by("-created_at", "-pk")
        .first()
    )
    ordered = [
        wishes.OrderedLine(line.title, line.variant, line.quantity) for line in (order.lines.all() if order else ())
    ]
    couriers = list(
        Courier.objects.filter(shop=conversation.shop_id, stopped_on=None)
        .order_by("position", "pk")
        .values_list("name", flat=True)
    )
    if order is None or not order.province:
        return wishes.Talk(today, couriers, ordered=ordered)
    going = delivery_to(conversation.shop, order.province, order.city)
    return wishes.Talk(today, couriers, [offer.name for offer in going.offers], going.is_remote, ordered)


def intending_customers(person: Person, day: date | None = None) -> QuerySet[Enquiry]:
    """Customers who mean to buy and have not; with a day, those to be contacted by its end."""
    rows = Enquiry.objects.filter(access.serving(person), outcome=Enquiry.Outcome.OPEN)
    if day is not None:
        _start, end = clock.day_span(day, time(0))
        rows = rows.filter(next_contact_at__isnull=False, next_contact_at__lt=end)
    return rows


@dataclass(frozen=True, slots=True)
class Satisfaction:
    """Sums behind the three shares: invited of those served, answered of those invited, content of those who answered."""

    served: int
    invited: int
    rated: int
    content: int
    stars: int

    @property
    def invitation_rate(self) -> float | None:
        return self.invited / self.served if self.served else None

    @property
    def answer_rate(self) -> float | None:
        return self.rated / self.invited if self.invited else None

    @property
    def content_rate(self) -> float | None:
        return self.content / self.rated if self.rated else None

    @property
    def average(self) -> float | None:
        return self.stars / self.rated if self.rated else None


def satisfaction(
    person: Person, since: date, until: date, who: Person | None = None, shop: Shop | None = None
) -> Satisfaction:
    """Figures of invitations and ratings by the day of the invitation, both days included (three queries)."""
    if not person.can("conversations.supervise"):
        who = person
    start, end = clock.day_span(since)[0], clock.day_span(until)[1]
    invited = Invitation.objects.filter(
        access.serving(person, "conversation__shop"), at__gte=start, at__lt=end
    )
    served = Reception.objects.filter(
        access.serving(person), business_day__gte=since, business_day__lte=until, mutual=True
    )
    if who is not None:
        invited, served = invited.filter(person=who), served.filter(person=who)
    if shop is not None:
        invited, served = invited.filter(conversation__shop=shop), served.filter(shop=shop)
    rated = Rating.objects.filter(invitation__in=invited).aggregate(
        count=Count("pk"), content=Count("pk", filter=Q(stars__gte=4)), stars=Sum("stars")
    )
    customers = served.values("shop_id", "customer_id", "business_day").distinct().count()
    return Satisfaction(customers, invited.count(), rated["count"], rated["content"], rated["stars"] or 0)

