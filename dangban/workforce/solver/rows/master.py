"""Which rows to take together: the linear programme over the rows known so far, and what it would pay for others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

from dangban.workforce.solver.problem import Person, Problem
from dangban.workforce.solver.rows import GivenUp
from dangban.workforce.solver.rows.rules import cells

Row = tuple[int, ...]
"""A row of cells by their numbers, 0 being the day off."""


@dataclass(slots=True)
class Column:
    person: int
    row: Row
    cost: float
    share: mathopt.Variable


@dataclass(slots=True)
class Prices:
    """What each line of the cover pays for one more, and what each person's row is worth; the cost of it all."""

    lines: NDArray[np.float64]
    people: NDArray[np.float64]
    cost: float
    shares: list[tuple[float, Column]] = field(default_factory=list)


class Unsolved(GivenUp):
    """The linear programme has no answer, for want of precision."""


class Master:
    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.columns: dict[tuple[int, Row], Column] = {}
        self.counts = _Counts(problem)
        self._model = mathopt.Model()
        self._lines = [self._line(line.need, line.under, line.over) for line in problem.cover]
        self._people = [self._model.add_linear_constraint(lb=1, ub=1) for _ in problem.people]
        self._settled: list[Column] = []
        self._start()

    def _start(self) -> None:
        self._solver = mathopt.IncrementalSolver(self._model, mathopt.SolverType.GLOP)

    def _line(self, need: int, under: int, over: int) -> mathopt.LinearConstraint:
        line = self._model.add_linear_constraint(lb=need, ub=need)
        for cost, sign in ((under, 1), (over, -1)):
            slack = self._model.add_variable(lb=0)
            self._model.objective.set_linear_coefficient(slack, cost)
            line.set_coefficient(slack, sign)
        return line

    def add(self, person: int, row: Row, cost: float) -> Column:
        """One that isn't known yet."""
        share = self._model.add_variable(lb=0)
        self._model.objective.set_linear_coefficient(share, cost)
        self._people[person].set_coefficient(share, 1)
        for line in self.counts.lines_of(person, row):
            self._lines[line].set_coefficient(share, 1)
        column = self.columns[person, row] = Column(person, row, cost, share)
        return column

    def settle(self, columns: Sequence[Column]) -> None:
        """These are taken, beside those that are already."""
        for column in columns:
            column.share.lower_bound = 1
            self._settled.append(column)

    def release(self) -> None:
        for column in self._settled:
            column.share.lower_bound = 0
        self._settled = []

    def solve(self) -> Prices:
        """`Unsolved` in rare cases."""
        result = self._result() or self._afresh()
        duals = result.dual_values()
        values = result.variable_values()
        shares = [(value, column) for column in self.columns.values() if (value := values[column.share]) > 1e-6]
        return Prices(
            np.array([duals[line] for line in self._lines]),
            np.array([duals[person] for person in self._people]),
            result.objective_value(),
            shares,
        )


    def _result(self) -> mathopt.SolveResult | None:
        try:
            result = self._solver.solve(params=mathopt.SolveParameters(threads=1))
        except Exception:  # what it raises where it lost its way differs from release to release
            return None
        return result if result.termination.reason == mathopt.TerminationReason.OPTIMAL else None

    def _afresh(self) -> mathopt.SolveResult:
        """Without what it remembers of earlier ones, from which it went astray."""
        self._start()
        result = self._result()
        if result is None:
            raise Unsolved
        return result


class _Counts:
    """Which lines of the cover each cell of a person's row counts for."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._names = cells(problem)
        self._known: dict[tuple[object, str], dict[tuple[int, int], list[int]]] = {}
        self._of = [self._lines(person) for person in problem.people]

    def _lines(self, person: Person) -> dict[tuple[int, int], list[int]]:
        key = (person.skills, person.team)
        if key not in self._known:
            found: dict[tuple[int, int], list[int]] = {}
            for at, line in enumerate(self._problem.cover):
                if line.counts(person):
                    for shift in line.shifts.intersection(self._names):
                        found.setdefault((line.day, self._names.index(shift)), []).append(at)
            self._known[key] = found
        return self._known[key]

    def lines_of(self, person: int, row: Row) -> list[int]:
        known = self._of[person]
        return [line for cell in enumerate(row) for line in known.get(cell, ())]

    def worth(self, person: int, lines: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the lines pay for each cell of a person."""
        worth = np.zeros((self._problem.days, len(self._names)))
        for (day, cell), several in self._of[person].items():
            worth[day, cell] = lines[several].sum()
        return worth
