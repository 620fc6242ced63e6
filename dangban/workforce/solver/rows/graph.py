"""All rows that a person may have, as ways through a graph, and the cheapest of them for given prices of cells."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from dangban.workforce.solver.problem import Person, Problem
from dangban.workforce.solver.rows import GivenUp
from dangban.workforce.solver.rows.rules import NEVER, Machine, cells, machines

LARGEST = 1_500_000
"""Ways from one day to the next, of all days together, that are still quickly gone through."""
WIDEST = 4 * LARGEST
"""Ways before those that go on alike are joined."""


class TooLarge(GivenUp):
    """There are too many states to go through them again and again."""


@dataclass(slots=True)
class Step:
    """The ways of one day, from so many places: where each comes from, which cell it takes, what that costs and where
    it leads."""

    places: int
    source: NDArray[np.integer]
    cell: NDArray[np.integer]
    cost: NDArray[np.floating]
    target: NDArray[np.integer]

    def small(self) -> Step:
        """As it is kept for long: rosters with many people have many of them. Costs are whole numbers, and small."""
        nothing = np.zeros(0, dtype=np.int64)
        return Step(self.places, self.source.astype(np.int32), self.cell.astype(np.int8), self.cost.astype(np.float32), nothing)


class Graph:
    """Of one person, or of several whose rules are the same but for single cells and for what was before."""

    def __init__(self, problem: Problem, people: Sequence[Person]) -> None:
        """`TooLarge` where there are too many ways to try them over and over."""
        began = time.thread_time()
        width = len(cells(problem))
        never = _never(problem, people[0])
        parts = machines(problem, people[0])
        starts = {person.id: [part.start for part in machines(problem, person)] for person in people}
        while True:
            try:
                places, at = np.unique(np.array(list(starts.values())), axis=0, return_inverse=True)
                self._steps, kinds = _joined(_spread(parts, places, problem.days, width, never), width)
                break
            except TooLarge:
                loose = max(parts, key=lambda part: part.slack)
                if not loose.slack:
                    raise
                place = parts.index(loose)
                parts = parts[:place] + parts[place + 1 :]
                starts = {name: start[:place] + start[place + 1 :] for name, start in starts.items()}
        if self.ways > LARGEST:
            raise TooLarge
        # Ways stand in order of where they lead: the first of each place.
        self._first = [np.flatnonzero(np.diff(step.target, prepend=-1)) for step in self._steps]
        self._steps = [step.small() for step in self._steps]
        # Who leads nowhere from the beginning stands in the last place, from which there is no way.
        self._begin = np.full((len(people), self._steps[0].places + 1), inf)
        self._begin[range(len(people)), kinds[at.reshape(-1)]] = 0
        self._number = {name: number for number, name in enumerate(starts)}
        self.seconds = time.thread_time() - began

    @property
    def ways(self) -> int:
        return sum(len(step.source) for step in self._steps)

    def cheapest(self, person: str, prices: NDArray[np.float64]) -> tuple[float, list[int]]:
        """The least cost of a row with these prices for each day and cell, and its cells; infinite without any."""
        costs = [self._begin[self._number[person]]]
        for step, first, price in zip(self._steps, self._first, prices, strict=True):
            if not len(first):
                return inf, []
            reached = costs[-1][step.source]
            reached += price[step.cell]
            reached += step.cost
            costs.append(np.minimum.reduceat(reached, first))
        place = 0
        if costs[-1][place] == inf:
            return inf, []
        row = []
        for day in range(len(self._steps) - 1, -1, -1):
            step, first = self._steps[day], self._first[day]
            ways = slice(first[place], first[place + 1] if place + 1 < len(first) else None)
            reached = costs[day][step.source[ways]] + prices[day][step.cell[ways]] + step.cost[ways]
            way = first[place] + int(reached.argmin())
            row.append(int(step.cell[way]))
            place = int(step.source[way])
        return float(costs[-1][0]), row[::-1]


def _never(problem: Problem, person: Person) -> set[int]:
    """Cells that this person has on no day."""
    names = cells(problem)
    return {
        names.index(shift.id)
        for shift in problem.shifts
        if any(barred.days is None and (barred.shifts is None or shift.id in barred.shifts) for barred in person.barred)
    }


def _spread(
    parts: list[Machine], places: NDArray[np.int64], days: int, width: int, never: set[int]
) -> list[Step]:
    """Day by day all states that can be reached from these, numbered, with the ways that lead to them."""
    radix = np.cumprod([1, *(part.size for part in parts)])[:-1].astype(np.int64)
    steps = []
    total = 0
    for day in range(days):
        found = []
        for column in range(width):
            if column in never:
                continue
            then = np.column_stack([part.days[day].then[places[:, at], column] for at, part in enumerate(parts)])
            cost = np.sum([part.days[day].cost[places[:, at], column] for at, part in enumerate(parts)], axis=0)
            kept = np.flatnonzero((then != NEVER).all(axis=1))
            found.append((kept, np.full(len(kept), column), cost[kept], then[kept] @ radix))
        source, cell, price, code = (np.concatenate(each) for each in zip(*found, strict=True))
        codes, target = np.unique(code, return_inverse=True)
        steps.append(Step(len(places), source, cell, price, target))
        total += len(target)
        if total > WIDEST:
            raise TooLarge
        places = np.column_stack([codes // scale % part.size for scale, part in zip(radix, parts, strict=True)])
    return steps


def _joined(steps: list[Step], width: int) -> tuple[list[Step], NDArray[np.int64]]:
    """Without what leads to no end, and with all states as one from which everything goes on alike; which of them
    the states at the beginning are, -1 where they lead nowhere."""
    kinds = np.zeros(int(steps[-1].target.max(initial=-1)) + 1, dtype=np.int64)
    joined = []
    for step in reversed(steps):
        leads = np.full((step.places, width), -1, dtype=np.int64)
        price = np.zeros((step.places, width))
        alive = kinds[step.target] >= 0
        leads[step.source[alive], step.cell[alive]] = kinds[step.target[alive]]
        price[step.source[alive], step.cell[alive]] = step.cost[alive]
        kinds, shown = _kinds(leads, price)
        leads, price = leads[shown], price[shown]
        at, column = np.nonzero(leads >= 0)
        order = np.argsort(leads[at, column], kind="stable")
        at, column = at[order], column[order]
        joined.append(Step(len(shown), at, column, price[at, column], leads[at, column]))
    return joined[::-1], kinds


def _kinds(leads: NDArray[np.int64], price: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each state the number of its kind, -1 where it leads nowhere; and of each kind one state that shows it."""
    number = np.full(len(leads), -1, dtype=np.int64)
    some = np.flatnonzero((leads >= 0).any(axis=1))
    together = np.zeros(len(some), dtype=np.int64)
    # Pair by pair, which is much quicker than to compare whole lines.
    for values in (*leads[some].T, *price[some].T):
        _, alike = np.unique(values, return_inverse=True)
        _, together = np.unique(together * (alike.max(initial=0) + 1) + alike, return_inverse=True)
    _, first, number[some] = np.unique(together, return_index=True, return_inverse=True)
    return number, some[first]
