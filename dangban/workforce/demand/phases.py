"""Which phase of which campaign a day belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Phase:
    """Days counted from the first (``start``) or last day (``end``) of a campaign, or all ``between`` them."""

    name: str
    anchor: str
    first: int
    last: int
    share: float

    def holds(self, day: date, begins: date, ends: date) -> bool:
        if self.anchor == "between":
            return begins <= day <= ends
        anchor = begins if self.anchor == "start" else ends
        return anchor + timedelta(days=self.first) <= day <= anchor + timedelta(days=self.last)


def phase_of(day: date, campaigns: Iterable[tuple[date, date]], phases: Sequence[Phase]) -> Phase | None:
    """Of several phases the strongest: the last day of one campaign may lie in the warm-up of the next.

    A phase ``between`` holds only where no other one of the same campaign does.
    """
    found: list[Phase] = []
    for begins, ends in campaigns:
        held = [phase for phase in phases if phase.holds(day, begins, ends)]
        found += [phase for phase in held if phase.anchor != "between"] or held
    return max(found, key=lambda phase: phase.share, default=None)
