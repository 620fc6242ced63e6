"""Writing much in small transactions: each short enough that nobody waiting to write notices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from . import clock

T = TypeVar("T")

BUDGET = 0.010
_MOST = 400


class Pace:
    """How many items fit into one short transaction, learnt from how long the last ones worked.

    Only the work counts, not the commit: waiting for the disk takes as long for one row as for a
    hundred, and smaller transactions would only wait more often. Nor does it go below `least`:
    on a busy machine everything looks slow, and single rows would make it slower.
    """

    def __init__(self, first: int = 25, budget: float = BUDGET, least: int = 25) -> None:
        self.size = first
        self.budget = budget
        self.least = least
        self.taken: list[float] = []

    @property
    def longest(self) -> float:
        """Seconds that the longest transaction worked."""
        return max(self.taken, default=0.0)

    def over(self, seconds: float) -> int:
        """How many transactions worked longer than that."""
        return sum(one > seconds for one in self.taken)

    def took(self, seconds: float, count: int) -> None:
        """Learn from one transaction of `count` items."""
        self.taken.append(seconds)
        if count < self.size and seconds < self.budget:
            return
        per_item = max(seconds / max(count, 1), 1e-6)
        # Never more than doubled at once: one lucky chunk says little about the next.
        self.size = max(self.least, min(int(self.budget / per_item), self.size * 2, _MOST))

    def chunks(self, items: Sequence[T]) -> Iterator[Sequence[T]]:
        """Slices of `items`, each as large as the pace allows when it is asked for."""
        done = 0
        while done < len(items):
            chunk = items[done : done + self.size]
            done += len(chunk)
            yield chunk

    @contextmanager
    def measured(self, count: int) -> Iterator[None]:
        """Around the work of a transaction, inside it."""
        started = clock.monotonic()
        yield
        self.took(clock.monotonic() - started, count)
