"""Sales as figures see them, made of orders and of whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Q

from dangban.conversations.clauses import CREDIT
from dangban.conversations.crediting import keep_credits
from dangban.conversations.models import Credit
from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.orders.models import Contact, Order, Remark
from dangban.performance.clauses import BRUSHED_FLAGS, CHASE_AFTER, SALES_FLAG, VOID_FLAGS
from dangban.performance.models import Deal, Nick

AT_ONCE = 500
_FIELDS = (
    "customer_id", "created_day", "paid_day", "counted_day", "by_order_id", "by_payment_id", "by_first_id", "person_id",
    "chased_by_id", "tagged_by_id", "void", "total_fen", "paid_fen", "refunded_fen", "quantity", "because",
)  # fmt: skip
_TOKEN = re.compile(r"[0-9A-Za-z]+")


def build(first: date, last: date) -> int:
    """The deals of all sales placed or paid on these days; one row an order, changed where it was there."""
    start, end = clock.day_span(first)[0], clock.day_span(last)[1]
    placed = Q(created_at__gte=start, created_at__lt=end) | Q(paid_at__gte=start, paid_at__lt=end)
    orders = Order.objects.filter(placed, purpose=Order.Purpose.SALE).order_by("pk").iterator(AT_ONCE)
    made = 0
    while several := list(islice(orders, AT_ONCE)):
        made += _keep(several)
    return made


def _keep(orders: Sequence[Order]) -> int:
    credits = keep_credits(orders)
    chased = _chased(orders)
    tagged = _tagged(orders)
    there = {deal.order_id: deal for deal in Deal.objects.filter(order__in=orders)}
    new, changed = [], []
    for order in orders:
        values = _values(order, credits.get(order.pk), chased.get(order.pk), tagged.get(order.pk))
        deal = there.get(order.pk)
        if deal is None:
            new.append(Deal(order=order, shop_id=order.shop_id, **values))
        elif any(getattr(deal, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(deal, name, value)
            changed.append(deal)
    Deal.objects.bulk_create(new, batch_size=AT_ONCE)
    Deal.objects.bulk_update(changed, _FIELDS, batch_size=100)
    return len(new) + len(changed)


def _values(order: Order, credit: Credit | None, chased: Contact | None, tagged: int | None) -> dict[str, Any]:
    rules = in_force(order.created_at)
    created = clock.business_day(order.created_at)
    paid = clock.business_day(order.paid_at) if order.paid_at is not None else None
    by_order = credit.by_order_id if credit is not None else None
    by_payment = credit.by_payment_id if credit is not None else None
    silent_at_once = by_order is None and order.paid_at is not None and order.paid_at - order.created_at <= rules[CHASE_AFTER]
    return {
        "customer_id": order.customer_id, "created_day": created, "paid_day": paid,
        "counted_day": created if rules[CREDIT] == "order" else paid,
        "by_order_id": by_order, "by_payment_id": by_payment, "by_first_id": by_order or by_payment,
        "person_id": credit.person_id if credit is not None else None,
        "chased_by_id": chased.person_id if chased is not None and not silent_at_once else None,
        "tagged_by_id": tagged, "void": _void(order, rules).value,
        "total_fen": order.total_fen, "paid_fen": order.paid_fen, "refunded_fen": order.refunded_fen, "quantity": order.quantity,
        "because": credit.because if credit is not None else [],
    }  # fmt: skip


def _void(order: Order, rules: Rules) -> Deal.Void:
    if order.flag and order.flag in rules[BRUSHED_FLAGS]:
        return Deal.Void.BRUSHED
    if order.status == Order.Status.CLOSED and order.paid_at is None:
        return Deal.Void.CANCELLED
    if order.flag and order.flag in rules[VOID_FLAGS]:
        return Deal.Void.FLAG
    return Deal.Void.NONE


def _chased(orders: Sequence[Order]) -> dict[int, Contact]:
    """The contact that a payment followed, by order."""
    rows = Contact.objects.filter(follow_up__order__in=orders, paid_at__isnull=False).select_related("follow_up").order_by("at")
    return {row.follow_up.order_id: row for row in rows}


def _tagged(orders: Sequence[Order]) -> dict[int, int]:
    """Whose staff number stands in the remark of an order with the flag that the handbook asks for."""
    flags = {order.pk: _sales_flag(order) for order in orders}
    marked = [order for order in orders if flags[order.pk] and order.flag == flags[order.pk]]
    if not marked:
        return {}
    numbers: dict[str, list[Nick]] = {}
    for nick in Nick.objects.filter(kind=Nick.Kind.NUMBER).order_by("since"):
        numbers.setdefault(nick.name, []).append(nick)
    remarks: dict[int, str] = {order.pk: order.platform_remark for order in marked}
    for remark in Remark.objects.filter(order__in=marked).order_by("at"):
        remarks[remark.order_id] = f"{remarks[remark.order_id]} {remark.text}"
    return {order.pk: who for order in marked for who in islice(_numbers(remarks[order.pk], numbers, clock.business_day(order.created_at)), 1)}


def _numbers(text: str, numbers: dict[str, list[Nick]], day: date) -> Iterator[int]:
    """Who bore a number on the day: it goes from one person to the next."""
    for token in reversed(_TOKEN.findall(text)):
        for nick in numbers.get(token, ()):
            if nick.since <= day and (nick.until is None or day < nick.until):
                yield nick.person_id


def _sales_flag(order: Order) -> str:
    rules = in_force(order.created_at)
    return str(rules[SALES_FLAG]) if rules.has(SALES_FLAG) else ""
