"""Wishes noted before there was an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dangban.journal.actions import record
from dangban.lib.actor import Actor
from dangban.orders import ticking
from dangban.orders.models import Order, Requirement


def bring_wishes_home(orders: Sequence[Order], *, by: Actor, at: datetime) -> None:
    """Wishes noted before there was an order move to the customer's first order that comes in."""
    by_customer: dict[int, Order] = {}
    for order in sorted(orders, key=lambda order: order.created_at):
        if order.customer_id is not None and order.status != Order.Status.CLOSED:
            by_customer.setdefault(order.customer_id, order)
    waiting = Requirement.objects.filter(
        order=None, settled_at=None, shop__in={order.shop_id for order in orders}, customer__in=by_customer
    )
    for wish in waiting.select_for_update(of=("self",)).select_related("shop").order_by("pk"):
        order = by_customer[wish.customer_id]
        if order.created_at >= wish.at:
            wish.order = order
            wish.save(update_fields=["order"])
            if not ticking.end_if_gone(wish, by=by, at=at):
                ticking.start(wish, by=by, at=at)
            change = {"order": order.platform_id}
            record("orders.requirement_moved", subject=wish, by=by, shop=wish.shop_id, change=change, at=at)
