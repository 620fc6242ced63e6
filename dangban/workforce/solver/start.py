"""A first roster, person by person: each gets the best row beside those who have theirs already."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from ortools.sat.python import cp_model

from dangban.workforce.solver.check import check_person
from dangban.workforce.solver.explain import loosened
from dangban.workforce.solver.model import build
from dangban.workforce.solver.problem import OFF, Cells, Person, Problem

SECONDS_EACH = 2


def first(problem: Problem, hint: Cells | None, chance: Random) -> tuple[Problem, dict[str, tuple[str, ...]]]:
    """Everybody has a row in the end. Who can't have one because their rules contradict each other is loosened in the
    problem that is given back.

    Rows of the hint that keep the rules are taken over.
    """
    cells: dict[str, tuple[str, ...]] = {person.id: (OFF,) * problem.days for person in problem.people}
    waiting = []
    for person in problem.people:
        row = tuple(hint.get(person.id, ())) if hint else ()
        if len(row) == problem.days and not check_person(problem, person.id, row):
            cells[person.id] = row
        else:
            waiting.append(person)
    chance.shuffle(waiting)
    for person in waiting:
        found = _row(problem, person, cells)
        if found is None:
            people = tuple(loosened(each) if each.id == person.id else each for each in problem.people)
            problem = replace(problem, people=people)
            found = _row(problem, problem.person[person.id], cells)
        cells[person.id] = found or _kept_fixed(problem, person)
    return problem, cells


def _row(problem: Problem, person: Person, cells: Cells) -> tuple[str, ...] | None:
    board = build(problem, {person.id: range(problem.days)}, cells)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = SECONDS_EACH
    if solver.solve(board.sheet.cp) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    return board.cells(solver)[person.id]


def _kept_fixed(problem: Problem, person: Person) -> tuple[str, ...]:
    """Nothing but what is fixed: what is left where no row was found in time."""
    return tuple(person.fixed[day].shift if day in person.fixed else OFF for day in range(problem.days))
