"""What people share or wish: the cover, evenness, rotation, stability."""

from __future__ import annotations

from dangban.workforce.solver.model.board import Board
from dangban.workforce.solver.model.sums import Sum, total
from dangban.workforce.solver.problem import Fairness, Person, Rotation


def write_costs(board: Board) -> None:
    _cover(board)
    for fairness in board.problem.fairness:
        for person in board.people:
            if fairness.includes(person.id):
                _fairness(board, fairness, person)
    for person in board.people:
        _wishes(board, person)
        if board.problem.rotation:
            _rotation(board, board.problem.rotation, person)
        _stability(board, person)


def _cover(board: Board) -> None:
    for line in board.problem.cover:
        found = total(
            board.on(person, line.day, line.shifts) for person in board.problem.people if line.counts(person)
        )
        board.sheet.at_least(found, line.need, line.under)
        board.sheet.at_most(found, line.need, line.over)


def _fairness(board: Board, fairness: Fairness, person: Person) -> None:
    """As many steps as there are pieces, each dearer than the one before, so that the cheapest are taken first."""
    found = board.count(person, fairness.count)
    before = fairness.before.get(person.id, 0)
    for nth in range(1, found.constant + 1):
        board.sheet.costs.constant += fairness.step(person.id, before + nth)
    steps = []
    for nth in range(found.constant + 1, found.largest + 1):
        step = board.sheet.flag()
        board.sheet.cost(step, fairness.step(person.id, before + nth))
        steps.append(step)
    if steps:
        board.sheet.at_most(found.plus(total(steps), -1), found.constant)


def _wishes(board: Board, person: Person) -> None:
    for wish in person.wishes:
        had = board.is_cell(person, wish.day, wish.shift)
        board.sheet.cost(Sum(1).plus(had, -1) if wish.wanted else had, wish.weight)


def _rotation(board: Board, rotation: Rotation, person: Person) -> None:
    kinds = sorted({shift.kind for shift in board.problem.shifts} - {""})
    of_kind = {kind: {shift.id for shift in board.problem.shifts if shift.kind == kind} for kind in kinds}
    last: dict[str, Sum] = {}
    for week in board.problem.weeks:
        used = {kind: board.any_of([board.on(person, day, of_kind[kind]) for day in week]) for kind in kinds}
        board.sheet.at_most(total(used.values()), 1, rotation.mixed)
        for kind, before in last.items():
            board.sheet.at_most(before.plus(used[kind]), 1, rotation.repeated)
        last = used


def _stability(board: Board, person: Person) -> None:
    stability = board.problem.stability
    if stability:
        for day, shift in stability.cells.get(person.id, {}).items():
            board.sheet.cost(Sum(1).plus(board.is_cell(person, day, shift), -1), stability.weight)
