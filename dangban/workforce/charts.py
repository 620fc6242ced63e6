"""Step lines and areas for charts, as paths in a drawing of given size. Zero is at the bottom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Frame:
    """So many steps wide; `top` is the greatest value shown."""

    steps: int
    top: float
    width: int = 1000
    height: int = 160

    def x(self, step: float) -> float:
        return round(step * self.width / max(1, self.steps), 1)

    def y(self, value: float) -> float:
        return round(self.height - self.height * min(value, self.top) / self.top, 1) if self.top else float(self.height)

    def line(self, values: Sequence[float | None]) -> str:
        """Steps from value to value; None leaves a gap."""
        parts, drawing = [], False
        for step, value in enumerate(values):
            if value is None:
                drawing = False
                continue
            parts.append(f"{'L' if drawing else 'M'}{self.x(step)} {self.y(value)}H{self.x(step + 1)}")
            drawing = True
        return "".join(parts)

    def area(self, values: Sequence[float]) -> str:
        """The same, filled down to zero."""
        steps = "".join(f"V{self.y(value)}H{self.x(step + 1)}" for step, value in enumerate(values))
        return f"M0 {self.height}{steps}V{self.height}Z" if values else ""


def round_top(value: float) -> int:
    """A round figure not below the greatest value, for the top of a chart."""
    for step in (2, 5, 10, 20, 40, 50, 100, 200, 400, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000):
        if value <= step:
            return step
    return int(value) + 1
