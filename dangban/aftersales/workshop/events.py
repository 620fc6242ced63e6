"""What a rework order tells the rooms it came from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from dangban.aftersales.models.workshop import ReworkOrder
from dangban.lib.actor import Actor

OnClosed = Callable[[ReworkOrder, Actor, datetime], None]
_closed: list[OnClosed] = []


def on_closed(handler: OnClosed) -> None:
    """`handler(order, by, at)` runs in the transaction in which a rework order is finished or called off."""
    if handler not in _closed:
        _closed.append(handler)


def closed(order: ReworkOrder, by: Actor, at: datetime) -> None:
    for handler in _closed:
        handler(order, by, at)
