"""What others may hear of stock: promised goods that lie ready now, and promised goods that are lost again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Allotted:
    """A reservation was given goods (`change` above zero), or had to give some back."""

    reservation: int
    subject_kind: str
    subject_id: int
    sku: int
    shop: int
    change: int
    missing: int


Handler = Callable[[Sequence[Allotted], datetime], None]

_handlers: list[Handler] = []


def on_arrived(handler: Handler) -> None:
    """`handler(allotted, at)` runs in the transaction in which waiting reservations got or lost goods."""
    _handlers.append(handler)


def arrived(allotted: Sequence[Allotted], at: datetime) -> None:
    for handler in _handlers if allotted else ():
        handler(allotted, at)
