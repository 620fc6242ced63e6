"""A roster is made in a process of its own, which can be ended."""

from __future__ import annotations

import os
import signal

import pytest

from dangban.testing.rosters import department
from dangban.workforce.solver import Person, check
from dangban.workforce.solver.child import ChildLost, Run
from dangban.workforce.solver.tests.small import need, problem

EASY = problem(Person("Lin"), days=2, cover=need("E", 1, 0, 1))
LARGE = department(people=30, weeks=4)


def test_a_child_gives_the_solution_and_how_it_came_there() -> None:
    run = Run(EASY, seconds=30)
    solution = run.result()
    assert (solution.status, solution.cells) == ("optimal", {"Lin": ("E", "E")})
    assert run.progress is not None
    assert run.progress.objective == 0
    run.stop()


def test_one_that_is_told_to_finish_gives_its_best_so_far() -> None:
    run = Run(LARGE, seconds=300)
    while run.progress is None:
        run.wait(0.1)
    run.finish()
    solution = run.result()
    assert solution.seconds < 60
    assert [breach for breach in check(LARGE, solution.cells) if breach.rule != "cover"] == []


def test_one_that_is_stopped_or_killed_has_no_result() -> None:
    run = Run(LARGE, seconds=300)
    assert not run.wait(0.1)
    run.stop()
    with pytest.raises(ChildLost, match="killed by signal 9"):
        run.result()
    run = Run(LARGE, seconds=300)
    os.kill(run.pid, signal.SIGTERM)
    with pytest.raises(ChildLost, match="killed by signal 15"):
        run.result()


def test_a_fault_in_the_child_is_told_by_its_name() -> None:
    run = Run(None, seconds=5)  # type: ignore[arg-type]
    with pytest.raises(ChildLost, match="AttributeError"):
        run.result()
