"""Who works what on which day, as variables where this is open and as plain numbers where it is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise
from random import Random

from ortools.sat.python import cp_model

from dangban.workforce.solver.model.sums import Sheet, Sum, total
from dangban.workforce.solver.problem import OFF, Cells, Count, Person, Problem

Open = Mapping[str, Collection[int]]
"""For each person the days that are to be decided anew; who is not in it keeps everything."""
UNIT, LURE = 1000, 10
"""What a unit of cost counts beside a lure while the search wanders."""


class Board:
    """The cells of those who have something open. Without `open_cells` everything is; otherwise the rest is `kept`."""

    def __init__(self, problem: Problem, sheet: Sheet, open_cells: Open | None = None, kept: Cells | None = None) -> None:
        self.problem = problem
        self.sheet = sheet
        self.kept = kept or {}
        self.people = [person for person in problem.people if open_cells is None or open_cells.get(person.id)]
        self._cells: dict[tuple[str, int], dict[str, Sum]] = {}
        self._counts: dict[tuple[str, Count], Sum] = {}
        for person in self.people:
            for day in range(problem.days):
                settled = open_cells is not None and day not in open_cells[person.id]
                self._cells[person.id, day] = self._cell(person, day, settled)

    def is_open(self, person: Person) -> bool:
        return (person.id, 0) in self._cells

    def on(self, person: Person, day: int, shifts: Collection[str] | None = None) -> Sum:
        """Whether a person works one of these shifts on a day, which may lie before the plan."""
        if day < 0:
            return Sum(int(_works(person.history[day], shifts)))
        if not self.is_open(person):
            return Sum(int(_works(self.kept[person.id][day], shifts)))
        cell = self._cells[person.id, day]
        works = cell.keys() - {OFF}
        if shifts is None or works <= set(shifts):
            return Sum(1).plus(cell[OFF], -1)
        return total(cell[shift] for shift in cell if shift in shifts)

    def off(self, person: Person, day: int) -> Sum:
        return Sum(1).plus(self.on(person, day), -1) if day < 0 else self.is_cell(person, day, OFF)

    def is_cell(self, person: Person, day: int, shift: str) -> Sum:
        """Whether a cell holds just this shift or day off."""
        if not self.is_open(person):
            return Sum(int(self.kept[person.id][day] == shift))
        return self._cells[person.id, day].get(shift, Sum())

    def count(self, person: Person, count: Count) -> Sum:
        """How much of something a person gets in the plan."""
        known = self._counts.get((person.id, count))
        if known is None:
            known = self._counts[person.id, count] = self._counted(person, count)
        return known

    def hint(self, cells: Cells) -> None:
        """Begin the search where this roster is."""
        for (person, day), cell in self._cells.items():
            for shift, flag in cell.items():
                for _, variable in flag.terms:
                    self.sheet.cp.add_hint(variable, int(cells[person][day] == shift))

    def wander(self, cells: Cells, chance: Random) -> int:
        """Prefer, among rosters that cost the same, one that differs from this one: a little is paid for some cells
        drawn by chance, in all less than half of one unit of cost. A search that has come closer to its bound than
        what is given back has found the least cost."""
        others = [
            variable
            for (person, day), cell in self._cells.items()
            for shift, flag in cell.items()
            for _, variable in flag.terms
            if cells[person][day] != shift
        ]
        drawn = chance.sample(others, min(len(others), UNIT // 2 // LURE - 1))
        lures = Sum(LURE * len(drawn), [(-LURE, variable) for variable in drawn])
        self.sheet.costs = Sum().plus(self.sheet.costs, UNIT).plus(lures)
        self.sheet.minimise()
        return UNIT // 2 - 1

    def cells(self, solver: cp_model.CpSolver | cp_model.CpSolverSolutionCallback) -> dict[str, tuple[str, ...]]:
        """The roster that was found: kept rows as they were."""
        found: dict[str, tuple[str, ...]] = {}
        for person in self.problem.people:
            if self.is_open(person):
                found[person.id] = tuple(self._found(solver, person.id, day) for day in range(self.problem.days))
            else:
                found[person.id] = tuple(self.kept[person.id])
        return found

    def _found(self, solver: cp_model.CpSolver | cp_model.CpSolverSolutionCallback, person: str, day: int) -> str:
        for shift, flag in self._cells[person, day].items():
            if flag.constant or any(solver.value(variable) for _, variable in flag.terms):
                return shift
        return OFF

    def _cell(self, person: Person, day: int, settled: bool) -> dict[str, Sum]:
        fixed = person.fixed.get(day)
        if fixed and fixed.shift not in (OFF, *self._possible(person, day)):
            self.sheet.contradicted()
        if settled or fixed:
            return {OFF: Sum()} | {(self.kept[person.id][day] if not fixed else fixed.shift): Sum(1)}
        cell = {OFF: self.sheet.flag()} | {shift: self.sheet.flag() for shift in self._possible(person, day)}
        if len(cell) == 1:
            return {OFF: Sum(1)}
        self.sheet.exactly_one([variable for flag in cell.values() for _, variable in flag.terms])
        return cell

    def _possible(self, person: Person, day: int) -> Iterator[str]:
        for shift in self.problem.shift:
            if not any(
                (barred.days is None or day in barred.days) and (barred.shifts is None or shift in barred.shifts)
                for barred in person.barred
            ):
                yield shift

    def _counted(self, person: Person, count: Count) -> Sum:
        days = range(self.problem.days) if count.days is None else sorted(count.days)
        if count.unit == "minutes":
            return total(
                Sum().plus(self.is_cell(person, day, shift.id), shift.minutes)
                for day in days
                for shift in self.problem.shift_on[day].values()
                if count.shifts is None or shift.id in count.shifts
            )
        if count.unit == "weekends":
            return total(
                self.any_of([self.on(person, day, count.shifts) for day in weekend if day in days])
                for weekend in self.problem.weekends
            )
        return total(self.on(person, day, count.shifts) for day in days)

    def any_of(self, flags: Sequence[Sum]) -> Sum:
        """Whether at least one of these holds."""
        if any(not flag.terms and flag.constant for flag in flags):
            return Sum(1)
        open_flags = [flag for flag in flags if flag.terms]
        if len(open_flags) < 2:
            return open_flags[0] if open_flags else Sum()
        either = self.sheet.flag()
        for flag in open_flags:
            self.sheet.at_most(flag.plus(either, -1), 0)
        self.sheet.at_least(total(open_flags).plus(either, -1), 0)
        return either


def neighbours(days: int, past: int) -> Iterator[tuple[int, int]]:
    """Each day of the plan with the one before it, as far as that is known."""
    return pairwise(range(-1 if past else 0, days))


def _works(cell: str, shifts: Collection[str] | None) -> bool:
    return cell != OFF and (shifts is None or cell in shifts)
