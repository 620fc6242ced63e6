"""A problem as a model of the constraint solver."""

from __future__ import annotations

from dangban.workforce.solver.model.board import Board, Open
from dangban.workforce.solver.model.people import Rules
from dangban.workforce.solver.model.sums import Sheet
from dangban.workforce.solver.model.whole import write_costs
from dangban.workforce.solver.problem import Cells, Problem

__all__ = ["Board", "Open", "build"]


def build(problem: Problem, open_cells: Open | None = None, kept: Cells | None = None, strict: bool = False) -> Board:
    """The whole problem, or what is open of it while all else stays as it is `kept`.

    Strictly, settled cells that break a rule make the model infeasible; otherwise they are left to the check.
    """
    board = Board(problem, Sheet(strict), open_cells, kept)
    for person in board.people:
        Rules(board, person).write()
    write_costs(board)
    board.sheet.minimise()
    return board
