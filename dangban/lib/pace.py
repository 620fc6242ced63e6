"""Writing much in small transactions: each short enough that nobody waiting to write notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from . import clock

T = TypeVar("T")

BUDGET = 0.010
_MOST = 400


class Pace:
    """How many items fit into one short transaction, learnt from how long the last ones took."""

    def __init__(self, first: int = 20, budget: float = BUDGET) -> None:
        self.size = first
        self.budget = budget
        self.longest = 0.0

    def took(self, seconds: float, count: int) -> None:
        self.longest = max(self.longest, seconds)
        if count < self.size and seconds < self.budget:
            return
        per_item = max(seconds / max(count, 1), 1e-6)
        # Never more than doubled at once: one lucky chunk says little about the next.
        self.size = max(1, min(int(self.budget / per_item), self.size * 2, _MOST))

    def chunks(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """Slices of `items`, each as large as the pace allows when it is asked for."""
        done = 0
        while done < len(items):
            chunk = items[done : done + self.size]
            done += len(chunk)
            yield chunk

    def measured(self) -> Stopwatch:
        return Stopwatch(self)


class Stopwatch:
    """``with pace.measured() as watch: …; watch.count = 12`` tells the pace what a transaction cost."""

    def __init__(self, pace: Pace) -> None:
        self.pace = pace
        self.count = 0

    def __enter__(self) -> Stopwatch:
        self._start = clock.monotonic()
        return self

    def __exit__(self, *failure: object) -> None:
        if failure[0] is None:
            self.pace.took(clock.monotonic() - self._start, self.count)
