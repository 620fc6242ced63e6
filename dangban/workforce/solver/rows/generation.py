"""Rows found by what they would earn, and rosters made of them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from math import ceil, inf
from random import Random

import numpy as np
from numpy.typing import NDArray

from dangban.workforce.solver.check import check_person, score_person
from dangban.workforce.solver.problem import Cells, Person, Problem
from dangban.workforce.solver.rows import GivenUp
from dangban.workforce.solver.rows.graph import Graph, TooLarge
from dangban.workforce.solver.rows.master import Column, Master, Prices, Row
from dangban.workforce.solver.rows.rules import cells as names_of
from dangban.workforce.solver.rows.rules import prices

LARGEST = 30_000_000
"""Ways of all graphs together: some 400 MB."""
KEPT = 0.6
"""How much of the best prices so far is kept in the next ones; without it they swing to and fro."""
ROUNDS = 8
"""How often rows are looked for before the next people are settled."""
SETTLED = 0.999
TOGETHER = 12
"""Of so many people in doubt, one is settled at once."""
NEGLIGIBLE = 1e-6


class Interrupted(GivenUp):
    """The time is over."""


class NoRow(GivenUp):
    """The rules of somebody contradict each other, or they are fixed on a shift that there is not."""


class Generation:
    def __init__(self, problem: Problem, seconds: float, over: Callable[[], bool]) -> None:
        """`TooLarge` where that can't be done in so many seconds; `Interrupted` when it is over."""
        self.problem = problem
        self._over = over
        self._names = names_of(problem)
        self._graphs = _graphs(problem, seconds, over)
        self._own = [prices(problem, person) for person in problem.people]
        self._master = Master(problem)
        self._refused: set[tuple[int, Row]] = set()

    def bound(self, cells: Cells, tell: Callable[[float], None]) -> None:
        """No roster costs less: told as it rises. Begins with the rows of a roster."""
        for at, person in enumerate(self.problem.people):
            self._column(at, cells[person.id])
        everybody = range(len(self.problem.people))
        best, steady = -inf, None
        while True:
            paid = self._solve()
            lines = paid.lines if steady is None else KEPT * steady + (1 - KEPT) * paid.lines
            bound, found = self._look(everybody, lines, paid)
            if not found:
                # Between old prices and new ones nothing was found; it may still be at the new ones themselves.
                lines = paid.lines
                bound, found = self._look(everybody, lines, paid)
            if bound > best:
                best, steady = bound, lines
                tell(bound)
            # Costs are whole: between the bound rounded up and what the rows cost nothing is left to be found.
            if not found or ceil(best - NEGLIGIBLE) >= paid.cost - NEGLIGIBLE:
                return

    def renew(
        self, cells: Cells, among: Collection[str], chance: Random, rounds: int = ROUNDS
    ) -> dict[str, tuple[str, ...]]:
        """A roster in which these people have new rows, settled one after the other: first those about whom there is
        no doubt, and where there is none, one of those about whom there is least. Between them rows are looked for
        so many times."""
        people = self.problem.people
        kept = [self._column(at, cells[person.id]) for at, person in enumerate(people) if person.id not in among]
        free = {at for at, person in enumerate(people) if person.id in among}
        settled = {column.person: column for column in kept}
        self._master.settle(kept)
        try:
            while free:
                chosen = _surest(self._priced(free, rounds), free, chance)
                self._master.settle(chosen)
                settled |= {column.person: column for column in chosen}
                free -= settled.keys()
        finally:
            self._master.release()
        return {
            person.id: tuple(self._names[cell] for cell in settled[at].row) for at, person in enumerate(people)
        }

    def _priced(self, free: Collection[int], rounds: int) -> Prices:
        for _round in range(rounds):
            paid = self._solve()
            if not self._look(free, paid.lines, paid)[1]:
                return paid
        return self._solve()

    def _look(self, among: Collection[int], lines: NDArray[np.float64], paid: Prices) -> tuple[float, int]:
        """For each of these people the row that is cheapest at such prices; the bound that follows if it is
        everybody, and how many rows are worth more than they cost at what is paid now."""
        bound = sum(price * line.need for price, line in zip(lines, self.problem.cover, strict=True))
        found = 0
        for at in among:
            if self._over():
                raise Interrupted
            name = self.problem.people[at].id
            cost, row = self._graphs[at].cheapest(name, self._own[at] - self._master.counts.worth(at, lines))
            if cost == inf:
                raise NoRow
            bound += cost
            found += self._add(at, tuple(row), paid)
        return bound, found

    def _add(self, at: int, row: Row, paid: Prices) -> bool:
        """Whether a row is new and worth it, and keeps the rules: a graph may have left one away."""
        if (at, row) in self._master.columns or (at, row) in self._refused:
            return False
        person = self.problem.people[at]
        cells = [self._names[cell] for cell in row]
        cost = score_person(self.problem, person.id, cells)
        earned = sum(paid.lines[line] for line in self._master.counts.lines_of(at, row)) + paid.people[at]
        if cost > earned - NEGLIGIBLE:
            return False
        if check_person(self.problem, person.id, cells):
            self._refused.add((at, row))
            return False
        self._master.add(at, row, cost)
        return True

    def _column(self, at: int, cells: Collection[str]) -> Column:
        if not set(cells) <= set(self._names):
            raise NoRow
        row = tuple(self._names.index(cell) for cell in cells)
        known = self._master.columns.get((at, row))
        person = self.problem.people[at]
        return known or self._master.add(at, row, score_person(self.problem, person.id, tuple(cells)))

    def _solve(self) -> Prices:
        if self._over():
            raise Interrupted
        return self._master.solve()


def _surest(paid: Prices, free: Collection[int], chance: Random) -> list[Column]:
    shares = [(share, column) for share, column in paid.shares if column.person in free]
    sure = [column for share, column in shares if share > SETTLED]
    if sure:
        return sure
    shares.sort(key=lambda each: each[0] * chance.uniform(0.8, 1), reverse=True)
    surest = {column.person: column for _, column in reversed(shares)}
    ranked = dict.fromkeys(column.person for _, column in shares)
    return [surest[person] for person in list(ranked)[: max(1, len(free) // TOGETHER)]]


def _graphs(problem: Problem, seconds: float, over: Callable[[], bool]) -> list[Graph]:
    """One for each person, those with the same rules sharing theirs."""
    rules = [_rules(problem, person) for person in problem.people]
    sharing: dict[object, list[Person]] = {}
    for person, key in zip(problem.people, rules, strict=True):
        sharing.setdefault(key, []).append(person)
    known: dict[object, Graph] = {}
    for key, people in sharing.items():
        if over():
            raise Interrupted
        known[key] = Graph(problem, people)
        share = len(known) / len(sharing)
        spent = sum(graph.seconds for graph in known.values())
        ways = sum(graph.ways for graph in known.values())
        if spent > seconds * share + 1 or ways > LARGEST * share + 1_000_000:
            raise TooLarge
    return [known[key] for key in rules]


def _rules(problem: Problem, person: Person) -> object:
    """What is the same for two people who share a graph."""
    always = tuple(barred for barred in person.barred if barred.days is None)
    evenness = tuple(
        (each.count, each.weight, each.before.get(person.id, 0), each.share.get(person.id, 100))
        for each in problem.fairness
        if each.includes(person.id)
    )
    return person.tallies, person.runs, person.rest, bool(person.history), always, evenness
