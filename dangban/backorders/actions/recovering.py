"""Customers who waited buy: the goods go over to their order, the sale is credited to who registered them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from dangban.backorders import holding
from dangban.backorders.models import Ordered, Wait
from dangban.desk import actions as desk
from dangban.lib.actor import SYSTEM
from dangban.orders.models import Order, OrderLine
from dangban.stock import actions as stock
from dangban.stock import ledger

State = Wait.State
_AT_ONCE = 200
# Goods of these are still to leave; of the others they have left, or never will.
_TO_LEAVE = (Order.Status.PAID, Order.Status.PART)


def note_orders(orders: Sequence[Order], at: datetime) -> None:
    """Which of these orders are by customers who wait for what is in them. In the transaction of the orders:
    it only adds rows; `settle_ordered` draws the consequences under the locks of the goods."""
    placed = {order.pk: order for order in orders if order.customer_id is not None and order.is_sale}
    gone = [order.pk for order in placed.values() if _is_gone(order)]
    if gone:
        Ordered.objects.filter(order__in=gone, settled_at__isnull=False).update(settled_at=None)
    customers = {order.customer_id for order in placed.values() if order.pk not in gone}
    waits = Wait.objects.filter(customer__in=customers, state__in=Wait.OPEN).values_list("pk", "customer", "shop", "gets", "sku", "registered_at")
    found = list(waits)
    if not found:
        return
    lines: dict[int, list[OrderLine]] = {}
    for line in OrderLine.objects.filter(order__in=list(placed), sku__in={one for row in found for one in row[3:5]}):
        lines.setdefault(line.order_id, []).append(line)
    rows = []
    for pk, customer, shop, gets, asked, since in found:
        for order in placed.values():
            own = [line for line in lines.get(order.pk, ()) if line.sku_id in (gets, asked)]
            if own and order.customer_id == customer and order.shop_id == shop and order.created_at >= since:
                rows.append(
                    Ordered(wait_id=pk, order=order, quantity=sum(line.quantity for line in own), amount_fen=_worth(order, own), at=at)
                )
    Ordered.objects.bulk_create(rows, ignore_conflicts=True)


def settle_ordered(now: datetime) -> int:
    """Orders of customers who waited that are paid, or will not be, each in a transaction of its own."""
    open_ones = Ordered.objects.filter(settled_at=None).exclude(order__status=Order.Status.UNPAID).order_by("pk")
    return sum(_settle(pk, now) for pk in list(open_ones.values_list("pk", flat=True)[:_AT_ONCE]))


def _settle(pk: int, now: datetime) -> int:
    with transaction.atomic():
        ordered = Ordered.objects.select_related("order").get(pk=pk)
        wait = holding.locked(ordered.wait_id)
        ordered = Ordered.objects.select_for_update(no_key=True, of=("self",)).select_related("order").get(pk=pk)
        order = ordered.order
        if ordered.settled_at is not None or order.status == Order.Status.UNPAID:
            return 0
        if _is_gone(order):
            _give_up(wait, order, now)
        elif wait.is_open:
            _recover(wait, ordered, now)
        ordered.settled_at = now
        ordered.save(update_fields=["settled_at"])
    return 1


def _recover(wait: Wait, ordered: Ordered, now: datetime) -> None:
    order = ordered.order
    reservation = holding.reservation_of(wait)
    if reservation is not None and order.status in _TO_LEAVE:
        stock.pass_on(
            reservation, ordered.quantity, subject=("orders.order", order.pk), label=order.platform_id, url=f"/orders/{order.pk}/",
            by=SYSTEM, at=now,
        )  # fmt: skip
        # What lies there is the order's from here on.
        wait.ready = 0
    else:
        holding.let_go(wait, by=SYSTEM, why=order.platform_id, at=now)
    knew = wait.state in (State.TOLD, State.REACHED)
    if knew:
        desk.meet_deadline(wait, holding.REACH, by=SYSTEM, at=now)
    holding.close(wait, State.BOUGHT, by=SYSTEM, why="", at=order.paid_at or now)
    wait.bought, wait.recovered_fen = order, ordered.amount_fen
    holding.journal("recovered", wait, by=SYSTEM, at=now, order=order.platform_id, amount_fen=ordered.amount_fen)
    holding.store(wait)


def _give_up(wait: Wait, order: Order, now: datetime) -> None:
    """The order is closed or refunded in full: nothing was recovered, what it held goes to those who wait."""
    if wait.bought_id != order.pk or wait.state != State.BOUGHT:
        return
    ledger.lock(wait.gets_id)
    stock.release_all(("orders.order", order.pk), by=SYSTEM, why=str(order.get_status_display()), at=now)
    wait.state, wait.recovered_fen = State.WITHDRAWN, 0
    wait.why = str(order.get_refund_display() if order.refund == Order.Refund.FULL else order.get_status_display())
    holding.journal("given_back", wait, by=SYSTEM, at=now, order=order.platform_id)
    holding.store(wait)


def _is_gone(order: Order) -> bool:
    return order.status == Order.Status.CLOSED or order.refund == Order.Refund.FULL


def _worth(order: Order, lines: Sequence[OrderLine]) -> int:
    """What these lines came to; where no price is known, their pieces' share of the order. Never more than was paid."""
    most = order.paid_fen or order.total_fen
    if all(line.price_fen is not None for line in lines):
        return min(most, sum((line.price_fen or 0) * line.quantity for line in lines))
    pieces = sum(line.quantity for line in lines)
    return most * pieces // max(order.quantity, pieces, 1)
