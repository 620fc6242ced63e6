"""The rules of each person, written in the form that tells the solver most.

Least lengths of runs are written as for power stations that must stay on or off for a while once they are switched:
over starts of runs, which leaves little between whole and broken rosters.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dangban.workforce.solver.model.board import Board, neighbours
from dangban.workforce.solver.model.sums import Sheet, Sum, total
from dangban.workforce.solver.problem import Limit, Person, Problem, Run, Shift, Tally


class Rules:
    """Writes the rules of one person."""

    def __init__(self, board: Board, person: Person) -> None:
        self.board, self.person = board, person
        self.sheet: Sheet = board.sheet
        self.problem: Problem = board.problem
        self.past = len(person.history)

    def write(self) -> None:
        for tally in self.person.tallies:
            self._tally(tally)
        for run in self.person.runs:
            flags = {day: self._in_run(run, day) for day in range(-self.past, self.problem.days)}
            if run.most:
                self._longest(flags, run.most)
            if run.least and run.least.bound > 1:
                self._shortest(flags, run.least)
        self._successions()

    def _tally(self, tally: Tally) -> None:
        found = self.board.count(self.person, tally.count)
        if tally.most:
            self.sheet.at_most(found, tally.most.bound - tally.before, tally.most.weight)
        if tally.least:
            self.sheet.at_least(found, tally.least.bound - tally.before, tally.least.weight)

    def _in_run(self, run: Run, day: int) -> Sum:
        if run.off:
            return self.board.off(self.person, day)
        return self.board.on(self.person, day, run.shifts)

    def _longest(self, flags: dict[int, Sum], most: Limit) -> None:
        for last in range(max(0, most.bound - self.past), self.problem.days):
            window = total(flags[day] for day in range(last - most.bound, last + 1))
            self.sheet.at_most(window, most.bound, most.weight)

    def _shortest(self, flags: dict[int, Sum], least: Limit) -> None:
        starts = {day: self._start(flags[day - 1], flags[day]) for day in range(1 - self.past, self.problem.days)}
        if least.weight is not None:
            self._short_costs(flags, starts, least)
            return
        for day in range(max(0, 1 - self.past), self.problem.days):
            recent = [starts[start] for start in range(day - least.bound + 1, day + 1) if start in starts]
            self.sheet.at_most(total(recent).plus(flags[day], -1), 0)

    def _start(self, before: Sum, now: Sum) -> Sum:
        if not before.terms and not now.terms:
            return Sum(int(now.constant and not before.constant))
        if not before.terms:
            return Sum() if before.constant else now
        if not now.terms:
            return Sum(1).plus(before, -1) if now.constant else Sum()
        start = self.sheet.flag()
        self.sheet.at_least(start.plus(before).plus(now, -1), 0)
        self.sheet.at_most(start.plus(now, -1), 0)
        self.sheet.at_most(start.plus(before), 1)
        return start

    def _short_costs(self, flags: dict[int, Sum], starts: dict[int, Sum], least: Limit) -> None:
        """One price for each run that is too short: started, then as many days on as it has, then off."""
        for begin, start in starts.items():
            for length in range(1, least.bound):
                end = begin + length
                if not 0 < end < self.problem.days:
                    continue
                rest = total(flags[day] for day in range(begin + 1, end))
                short = start.plus(rest).plus(flags[end], -1)
                self.sheet.at_most(short, length - 1, (least.weight or 0) * (least.bound - length))

    def _successions(self) -> None:
        rest = self.person.rest
        for before, day in neighbours(self.problem.days, self.past):
            firsts = self._worked(before)
            close = self._too_close(firsts, day, rest.bound) if rest else {}
            hard = {name: first.cannot_follow for name, first in firsts.items()}
            if rest and rest.weight is None:
                hard = {name: after | close[name] for name, after in hard.items()}
            for these, thens in _cliques(hard):
                both = self.board.on(self.person, before, these).plus(self.board.on(self.person, day, thens))
                self.sheet.at_most(both, 1)
            if rest and rest.weight is not None and any(close.values()):
                self._close_costs(before, day, close, rest.weight)

    def _worked(self, day: int) -> Mapping[str, Shift]:
        """What each name of a cell stands for on a day; yesterday's only one may have had hours of its own."""
        if day >= 0:
            return self.problem.shift_on[day]
        eve = self.problem.worked_on_eve(self.person)
        return {self.person.history[-1]: eve} if eve else {}

    def _close_costs(self, before: int, day: int, pairs: dict[str, frozenset[str]], weight: int) -> None:
        close = self.sheet.flag()
        for firsts, thens in _cliques(pairs):
            both = self.board.on(self.person, before, firsts).plus(self.board.on(self.person, day, thens))
            self.sheet.at_most(both.plus(close, -1), 1)
        self.sheet.cost(close, weight)

    def _too_close(self, firsts: Mapping[str, Shift], day: int, rest: int) -> dict[str, frozenset[str]]:
        thens = self.problem.shift_on[day].values()
        return {
            name: frozenset(then.id for then in thens if self.problem.too_close(first, then, rest))
            for name, first in firsts.items()
        }


def _cliques(pairs: dict[str, frozenset[str]]) -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    """Sets of shifts of which none may be followed by any of another set; every pair is in one of them."""
    seen = set()
    for thens in pairs.values():
        firsts = frozenset(shift for shift, after in pairs.items() if after >= thens)
        if thens and (firsts, thens) not in seen:
            seen.add((firsts, thens))
            yield firsts, thens
