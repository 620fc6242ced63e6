"""What upper rooms add to goods wherever they are shown: how many are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class StockNote:
    """What an agent may say of a SKU: how many are free, what comes next, what the warehouse said today."""

    free: int
    expected: int = 0
    expected_on: date | None = None
    said_out: bool = False
    said: str = ""

    @property
    def is_out(self) -> bool:
        return self.said_out or self.free <= 0


# Ids of SKUs; what nobody keeps stock of is left out.
Source = Callable[[Sequence[int]], Mapping[int, StockNote]]

_stock: list[Source] = []


def register_stock(source: Source) -> None:
    """Called from the `ready` of the room that keeps stock."""
    _stock[:] = [source]


def stock_of(skus: Sequence[int]) -> Mapping[int, StockNote]:
    return _stock[0](skus) if _stock and skus else {}
