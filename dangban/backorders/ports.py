"""What the register asks of rooms above: who sold an order."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dangban.orders.models import Order
    from dangban.people.models import Person

SellerSource = Callable[["Order"], "Person | None"]
_seller: list[SellerSource] = []


def register_seller(source: SellerSource) -> None:
    """Called by the room that knows who talked to the customer before they bought."""
    _seller[:] = [source]


def seller_of(order: Order) -> Person | None:
    return _seller[0](order) if _seller else None
