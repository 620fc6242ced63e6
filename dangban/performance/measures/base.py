"""What a measure is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from dangban.handbook.shapes.words import Words

# Raised whenever a definition below changes, and kept with every figure that was made by it.
VERSION = 2

Unit = Literal["count", "share", "seconds", "fen", "ratio", "hours", "points"]
Direction = Literal["up", "down", ""]
# When a figure stands: at the end of its day, when the days in which an order counts are over,
# or when cancellations and refunds change it no more.
Settles = Literal["day", "window", "refunds"]
Source = Literal["conversations", "orders", "aftersales", "people", "given", "targets"]

_PLACES = {"count": 0, "share": 2, "seconds": 2, "fen": 2, "ratio": 4, "hours": 2, "points": 2}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure. `over` and `under` name the columns summed; without `under` it is a plain sum.

    `shop_share`: the figure divided by the same figure of the shops in which the person has it.
    """

    code: str
    label: Words
    definition: Words
    unit: Unit
    over: tuple[str, ...] = ()
    under: tuple[str, ...] = ()
    source: Source = "conversations"
    direction: Direction = "up"
    settles: Settles = "day"
    attribution: str = ""
    clock: str = ""
    shop_share: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.over, *self.under)))

    def value(self, numerator: int, denominator: int | None) -> Decimal | None:
        """What people read: percent, seconds, yuan; nothing where nothing was measured."""
        if denominator is None:
            amount = Decimal(numerator)
        elif denominator == 0:
            return None
        else:
            amount = Decimal(numerator) / Decimal(denominator)
        scaled = amount * _SCALES[self.unit]
        return scaled.quantize(Decimal(1).scaleb(-_PLACES[self.unit]), ROUND_HALF_UP)


# Shares are told in percent; what is kept in milliseconds and fen in seconds and yuan.
_SCALES = {
    "count": Decimal(1), "share": Decimal(100), "seconds": Decimal("0.001"), "fen": Decimal("0.01"),
    "ratio": Decimal(1), "hours": Decimal(1) / 3600, "points": Decimal(1),
}  # fmt: skip
