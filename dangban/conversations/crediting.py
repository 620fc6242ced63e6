"""What came of enquiries, and to whom a sale counts: by the rules that performance tools go by.

An order belongs to an enquiry when it was placed, or (placed before anybody was asked) paid, between
the enquiry and the end of its last day. Each order is one person's at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

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
    return keep_credits([order])[order.pk]


def keep_credits(orders: Sequence[Order]) -> dict[int, Credit]:
    """Whose sales many orders are, by order, with few queries; what stands and still fits is left alone."""
    kept = {credit.order_id: credit for credit in Credit.objects.filter(order__in=orders)}
    due = [order for order in orders if order.pk not in kept or kept[order.pk].paid_at != order.paid_at]
    answers = _answers(due)
    new, changed = [], []
    for order in due:
        values = _credited(order, answers.get((order.shop_id, order.customer_id or 0), []))
        credit = kept.get(order.pk)
        if credit is None:
            kept[order.pk] = credit = Credit(order=order, **values)
            new.append(credit)
        else:
            for name, value in values.items():
                setattr(credit, name, value)
            changed.append(credit)
    Credit.objects.bulk_create(new, batch_size=500)
    Credit.objects.bulk_update(changed, ["by_order_id", "by_payment_id", "person_id", "paid_at", "because"], batch_size=200)
    return kept


def _answers(orders: Sequence[Order]) -> dict[tuple[int, int], list[tuple[int, datetime]]]:
    """Who answered these orders' buyers and when, by shop and customer."""
    found: dict[tuple[int, int], list[tuple[int, datetime]]] = {}
    customers = {order.customer_id for order in orders if order.customer_id is not None}
    if not customers:
        return found
    days = max(in_force(order.created_at)[ENQUIRY_DAYS] for order in orders)
    first = min(order.created_at for order in orders) - days
    last = max(order.paid_at or order.created_at for order in orders)
    rows = Turn.objects.filter(customer__in=customers, answered_by__isnull=False, answered_at__gte=first, answered_at__lte=last)
    for shop, customer, person, at in rows.order_by().values_list("shop", "customer", "answered_by", "answered_at"):
        if at is not None:
            found.setdefault((shop, customer), []).append((person, at))
    return found


def _credited(order: Order, answers: Sequence[tuple[int, datetime]]) -> dict[str, Any]:
    rules = in_force(order.created_at)
    days = rules[ENQUIRY_DAYS]
    before_payment = _among(answers, order.paid_at, days) if order.paid_at is not None else []
    found = credit.of_order(_among(answers, order.created_at, days), before_payment, rules)
    return {
        "shop_id": order.shop_id, "by_order_id": found.by_order, "by_payment_id": found.by_payment, "person_id": found.person,
        "paid_at": order.paid_at, "because": [one.as_data() for one in found.decision.because],
    }  # fmt: skip


def _among(answers: Sequence[tuple[int, datetime]], moment: datetime, days: timedelta) -> list[credit.Served]:
    first = clock.day_span(clock.business_day(moment) - days + timedelta(days=1))[0]
    by_person: dict[int, list[datetime]] = {}
    for person, at in answers:
        if first <= at <= moment:
            by_person.setdefault(person, []).append(at)
    return [credit.Served(person, max(times), len(times)) for person, times in by_person.items()]
