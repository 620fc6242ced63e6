"""What others may hear of orders. Handlers run inside the transaction of what happened and may refuse it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dangban.orders.models import Order, Parcel

Changed = Callable[["Order", Sequence[str], datetime], object]
Came = Callable[[Sequence["Order"], datetime], object]
Left = Callable[["Parcel", datetime], object]
Brought = Callable[[Sequence["Parcel"], datetime], object]

_changed: list[Changed] = []
_left: list[Left] = []
_brought: list[Brought] = []
_came: list[Came] = []


def on_changed(handler: Changed) -> None:
    """`handler(order, fields, at)`: what is to be sent, to whom or how became another; `fields` of order and lines."""
    _changed.append(handler)


def changed(order: Order, fields: Sequence[str], at: datetime) -> None:
    for handler in _changed if fields else ():
        handler(order, fields, at)


def on_left(handler: Left) -> None:
    """`handler(parcel, at)`: a parcel has left for the customer."""
    _left.append(handler)


def left(parcel: Parcel, at: datetime) -> None:
    for handler in _left:
        handler(parcel, at)


def on_came(handler: Came) -> None:
    """`handler(orders, at)`: these came in, were paid, closed or refunded."""
    _came.append(handler)


def came(orders: Sequence[Order], at: datetime) -> None:
    for handler in _came if orders else ():
        handler(orders, at)


def on_brought(handler: Brought) -> None:
    """`handler(parcels, at)`: a file told of parcels that are on their way or have arrived; many at once."""
    _brought.append(handler)


def brought(parcels: Sequence[Parcel], at: datetime) -> None:
    for handler in _brought if parcels else ():
        handler(parcels, at)
