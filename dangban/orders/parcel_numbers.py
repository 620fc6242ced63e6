"""Parcels of which a platform's file tells by its column of tracking numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from dangban.orders import events
from dangban.orders.models import Order, Parcel

GONE = (Order.Status.PART, Order.Status.SENT, Order.Status.SIGNED, Order.Status.DONE)
# Shops write several into one cell.
_BETWEEN = re.compile(r"[\s,，;；、/|]+")
_NUMBER = re.compile(r"[0-9A-Z-]{6,40}")
# Longer cells are no list of parcels.
_MOST = 20


def split(written: str) -> list[str]:
    """The tracking numbers in a cell, each once; what can't be one is left out."""
    parts = _BETWEEN.split(written.strip().upper())
    return list(dict.fromkeys(part for part in parts if _NUMBER.fullmatch(part)))[:_MOST]


def bring(orders: Sequence[Order], at: datetime) -> int:
    """Keep a parcel for each number of orders that have left: three queries, whatever their number.

    Call it inside the transaction that brings the orders. Known ones stay as they are.
    """
    told = {order.pk: split(order.tracking_number) for order in orders if order.status in GONE and order.tracking_number}
    if not any(told.values()):
        return 0
    known = set(Parcel.objects.filter(order__in=list(told)).values_list("order", "number"))
    rows = list(_rows(orders, told, known, at))
    parcels = Parcel.objects.bulk_create(rows)
    events.brought(parcels, at)
    return len(parcels)


def _rows(
    orders: Sequence[Order], told: dict[int, list[str]], known: set[tuple[int, str]], at: datetime
) -> Iterator[Parcel]:
    for order in orders:
        for number in told.get(order.pk, ()):
            if (order.pk, number) not in known:
                known.add((order.pk, number))
                sent_at = order.dispatched_at or order.paid_at or at
                yield Parcel(order=order, shop_id=order.shop_id, courier=order.courier[:40], number=number, sent_at=sent_at)
