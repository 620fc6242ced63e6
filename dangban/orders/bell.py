"""Tells open pages that an order, or what its buyer wished, is not what it was."""

from __future__ import annotations

from dangban.chat import hub
from dangban.desk.models import Deadline
from dangban.orders.models import Order, OrderException, Requirement


def order_changed(order: Order) -> None:
    """Call it inside the transaction that changes the order."""
    _tell(order.pk, order.customer_id, order.shop_id)


def shop_loaded(shop_id: int) -> None:
    """Many orders of a shop came or changed at once: told in one word, whatever their number."""
    hub.changed("orders", shop_id, shop_id=shop_id)


def wish_changed(wish: Requirement) -> None:
    _tell(wish.order_id, wish.customer_id, wish.shop_id)


def clock_changed(deadline: Deadline) -> None:
    """The clock of a wish was warned of, has run out, or is somebody else's."""
    wish = Requirement.objects.filter(pk=deadline.subject_id).first()
    if wish is not None:
        wish_changed(wish)


def unpaid_changed(shop_id: int) -> None:
    """Somebody was contacted, paid, or has to be seen to: whoever has the shop's unpaid orders open."""
    hub.changed("unpaid", shop_id, shop_id=shop_id)


def contact_clock_changed(deadline: Deadline) -> None:
    if deadline.shop_id is not None:
        unpaid_changed(deadline.shop_id)


def _tell(order_id: int | None, customer_id: int | None, shop_id: int) -> None:
    if order_id is not None:
        hub.changed("order", order_id, shop_id=shop_id)
    if customer_id is not None:
        hub.changed("customer", customer_id, shop_id=shop_id)


def exception_changed(exception: OrderException) -> None:
    """It was opened, promised upon, given to somebody else or settled: its page, the board, the order."""
    hub.changed("exception", exception.pk, exception.version, shop_id=exception.shop_id)
    order_changed(exception.order)
