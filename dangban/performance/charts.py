"""Small charts of ours: coordinates for an SVG that a template draws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

WIDTH, HEAD, HEIGHT, FOOT = 640, 28, 150, 28
# Few bars stay bars; words need this much room beside each other, on a phone too.
_WIDEST, _WORDS = 64.0, 120.0


class Point(NamedTuple):
    label: str
    value: Decimal | None
    told: str
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    label: str
    told: str
    # Told under the axis; not under every bar, so that they don't run into one another.
    named: bool
    provisional: bool
    # Its value stands over it: every one of few, else the highest.
    valued: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def anchor(self) -> str:
        """Words at the edge stay within the drawing."""
        return "start" if self.middle < _WORDS / 2 else "end" if self.middle > WIDTH - _WORDS / 2 else "middle"

    @property
    def words_at(self) -> float:
        return {"start": self.x, "end": round(self.x + self.width, 1)}.get(self.anchor, self.middle)


@dataclass(frozen=True, slots=True)
class Target:
    """What each of the last points is to reach: those from `since` on."""

    value: Decimal
    told: str
    since: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    # The target's height and where its line begins, where there is one.
    line: float | None = None
    line_from: float = 0
    target: str = ""
    width: int = WIDTH
    height: int = HEAD + HEIGHT + FOOT
    base: int = HEAD + HEIGHT

    @property
    def is_open(self) -> bool:
        return any(bar.provisional and bar.height for bar in self.bars)


def bars(points: Sequence[Point], target: Target | None = None) -> Chart | None:
    """One bar a point; a missing value leaves its place empty."""
    known = {place: point.value for place, point in enumerate(points) if point.value is not None}
    if not known or max(known.values()) <= 0:
        return None
    most = max([*known.values(), target.value if target else Decimal(0)])
    step = WIDTH / len(points)
    width = min(step * 0.76, _WIDEST)
    every = max(1, -(-len(points) // 8))
    told = _told(known, step)
    drawn = tuple(
        Bar(
            round(place * step + (step - width) / 2, 1), round(HEAD + HEIGHT - _high(point.value, most), 1), round(width, 1), round(_high(point.value, most), 1),
            point.label, point.told, place % every == 0, point.provisional, place in told,
        )
        for place, point in enumerate(points)
    )  # fmt: skip
    if target is None:
        return Chart(drawn)
    return Chart(drawn, round(HEAD + HEIGHT - _high(target.value, most), 1), round(target.since * step, 1), target.told)


def _told(known: dict[int, Decimal], step: float) -> set[int]:
    """Whose value is written over the bar; of many the highest, which has nothing beside it."""
    return set(known) if step >= _WORDS else {max(known, key=lambda place: (known[place], place))}


def _high(value: Decimal | None, most: Decimal) -> float:
    return float(value / most * HEIGHT) if value and value > 0 else 0.0
