"""What came of enquiries, and to whom a sale counts: by the rules that performance tools go by.

An order belongs to an enquiry when it was placed, or (placed before anybody was asked) paid, between
the enquiry and the end of its last day. Each order is one person's at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q

from dangban.conversations.clauses import ENQUIRY_DAYS
from dangban.conversations.models import Credit, Enquiry, Turn
from dangban.conversations.rules import credit
from dangban.handbook.actions import in_force
from dangban.lib import clock
from dangban.orders.models import Order

Outcome = Enquiry.Outcome


@dataclass(frozen=True, slots=True)
class Came:
    """What is known of an enquiry at a moment."""

    outcome: str
    at: datetime
    order: Order | None = None


def until(asked_at: datetime, days: timedelta) -> datetime:
    """The end of the days in which an order counts, the day of asking the first of them."""
    last = clock.business_day(asked_at) + days - timedelta(days=1)
    return clock.day_span(last)[1]


def came_of(enquiry: Enquiry, at: datetime, days: timedelta) -> Came | None:
    """None while it is open: within its days, or while the customer is to be asked again."""
    end = until(enquiry.at, days)
    order = _order_of(enquiry, end)
    if order is not None and order.paid_at is not None:
        return Came(Outcome.PAID, order.paid_at, order)
    if order is not None and order.status != Order.Status.CLOSED:
        return Came(Outcome.ORDERED, order.created_at, order)
    if at >= end and (enquiry.next_contact_at is None or enquiry.next_contact_at < at):
        return Came(Outcome.LOST, at, order)
    return None


def _order_of(enquiry: Enquiry, end: datetime) -> Order | None:
    """The first that was placed in time, a paid one before others; else one placed in silence and paid in time."""
    theirs = Order.objects.filter(customer=enquiry.customer_id, shop=enquiry.shop_id, purpose=Order.Purpose.SALE)
    placed = list(theirs.filter(created_at__gte=enquiry.at, created_at__lt=end).order_by("created_at", "pk")[:20])
    bought = [one for one in placed if one.paid_at is not None]
    kept = [one for one in placed if one.status != Order.Status.CLOSED]
    if bought or kept or placed:
        return (bought or kept or placed)[0]
    silent = theirs.filter(created_at__lt=enquiry.at, created_at__gte=enquiry.at - timedelta(days=15))
    return silent.filter(paid_at__gte=enquiry.at, paid_at__lt=end).order_by("paid_at", "pk").first()


def keep_credit(order: Order) -> Credit:
    """Keep whose sale it is; again when it has been paid meanwhile. Call it inside a transaction."""
    kept = Credit.objects.filter(order=order).first()
    if kept is not None and kept.paid_at == order.paid_at:
        return kept
    rules = in_force(order.created_at)
    days = rules[ENQUIRY_DAYS]
    before_order = _served(order, order.created_at, days)
    before_payment = _served(order, order.paid_at, days) if order.paid_at is not None else []
    found = credit.of_order(before_order, before_payment, rules)
    values = {
        "shop_id": order.shop_id, "by_order_id": found.by_order, "by_payment_id": found.by_payment, "person_id": found.person,
        "paid_at": order.paid_at, "because": [one.as_data() for one in found.decision.because],
    }  # fmt: skip
    return Credit.objects.update_or_create(order=order, defaults=values)[0]


def _served(order: Order, moment: datetime, days: timedelta) -> list[credit.Served]:
    """Who answered this buyer before the moment, on its day or the days before that the handbook counts."""
    first = clock.day_span(clock.business_day(moment) - days + timedelta(days=1))[0]
    answers = Turn.objects.filter(
        Q(customer=order.customer_id, shop=order.shop_id, answered_by__isnull=False),
        answered_at__gte=first, answered_at__lte=moment,
    )  # fmt: skip
    rows = answers.order_by().values_list("answered_by").annotate(last=Max("answered_at"), rounds=Count("pk"))
    return [credit.Served(person, last, rounds) for person, last, rounds in rows]
