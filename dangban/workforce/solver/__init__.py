"""Finds rosters. Knows neither the database nor the clock of the company; see docs/workforce.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dangban.workforce.solver.check import (
    Score,
    check,
    check_person,
    counted,
    covered,
    score,
    shortages,
)
from dangban.workforce.solver.problem import (
    LEADER,
    OFF,
    Barred,
    Breach,
    Cells,
    Count,
    Cover,
    Fairness,
    Fixed,
    Hindered,
    Limit,
    Penalty,
    Person,
    Problem,
    Progress,
    Rotation,
    Run,
    Shift,
    Solution,
    Stability,
    Tally,
    Unmet,
    Wish,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "LEADER", "OFF", "Barred", "Breach", "Cells", "Count", "Cover", "Fairness", "Fixed", "Hindered", "Limit",
    "Penalty", "Person", "Problem", "Progress", "Rotation", "Run", "Score", "Shift", "Solution", "Stability", "Tally",
    "Unmet", "Wish", "check", "check_person", "counted", "covered", "score", "shortages", "solve",
]  # fmt: skip


def solve(
    problem: Problem,
    seconds: float = 30,
    workers: int = 1,
    seed: int = 1,
    hint: Cells | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """The best roster that is found in time; see `search.solve`. What solves is loaded by this call only: a web
    process that merely checks rosters stays small, and asks `child` for new ones."""
    from dangban.workforce.solver import search

    return search.solve(problem, seconds, workers, seed, hint, on_progress, stop)
