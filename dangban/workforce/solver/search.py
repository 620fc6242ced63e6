"""How a roster is found: a first one person by person, then the whole, and parts of it over and over.

Small problems are solved, and proven optimal, as one model; of large ones whole rows are chosen (`rows`), which also
gives the bound. Other workers meanwhile, and all of them afterwards, open a part of the best roster, have it made anew
while the rest stays, and keep what is no worse.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from math import sqrt
from random import Random
from threading import Lock

from ortools.sat.python import cp_model

from dangban.workforce.solver import explain, neighbourhoods, start
from dangban.workforce.solver.check import check_person, score, shortages
from dangban.workforce.solver.model import Board, build
from dangban.workforce.solver.problem import Cells, Problem, Progress, Solution
from dangban.workforce.solver.rows import GivenUp
from dangban.workforce.solver.rows.generation import ROUNDS, Generation

FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)
SMALL = 400
"""Cells of a problem of which the whole model is likely to be solved."""
ROWS_SHARE = 0.35
"""How much of the time may go into what is needed to look for rows."""
FEWEST = 0.2
"""Which part of the people gets new rows at once, at least; mostly not many more, now and then all."""
PART_SECONDS = 0.5
LONGEST_PART = 30.0
"""Seconds of work for one part, at first and at the most."""


def solve(
    problem: Problem,
    seconds: float = 30,
    workers: int = 1,
    seed: int = 1,
    hint: Cells | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Solution:
    """The best roster found in so many seconds, beginning at the hint where that keeps the rules.

    Rules that contradict each other give way where they must, and are told as unmet. `stop` is asked often; the best
    roster until then is given back.
    """
    return Search(problem, seconds, workers, seed, on_progress, stop).run(hint)


class Search:
    def __init__(
        self,
        problem: Problem,
        seconds: float,
        workers: int,
        seed: int,
        on_progress: Callable[[Progress], None] | None,
        stop: Callable[[], bool] | None,
    ) -> None:
        self.asked = self.problem = problem
        self.seconds, self.workers, self.seed = seconds, workers, seed
        self.on_progress, self.stop = on_progress, stop
        self.began = time.monotonic()
        self.lock = Lock()
        self.cells: dict[str, tuple[str, ...]] = {}
        self.objective: int | None = None
        self.bound = 0
        self.kinds = neighbourhoods.kinds()
        self.patience = PART_SECONDS
        self._running: set[cp_model.CpSolver] = set()

    def run(self, hint: Cells | None) -> Solution:
        self.problem, self.cells = start.first(self.problem, hint, Random(self.seed))  # noqa: S311
        self.objective = score(self.problem, self.cells).total
        self._tell()
        tasks = self._tasks()
        with ThreadPoolExecutor(len(tasks)) as pool:
            self._await([pool.submit(task) for task in tasks])
        return self._solution()

    def _await(self, futures: list[Future[None]]) -> None:
        """Until all have ended; when it is over they are stopped in the midst of it, and a fault is not lost."""
        while wait(futures, 0.2).not_done:
            if self._over():
                for solver in tuple(self._running):
                    solver.stop_search()
        for future in futures:
            future.result()

    @property
    def left(self) -> float:
        return self.seconds - (time.monotonic() - self.began)

    def _over(self) -> bool:
        proven = self.objective is not None and self.bound >= self.objective
        return proven or self.left < 0.05 or bool(self.stop and self.stop())

    def _tasks(self) -> list[Callable[[], None]]:
        """What goes on side by side. Looking for whole rows may come to nothing, so something else is done beside it
        even for one worker."""
        other = self._whole_first if self._size <= SMALL else partial(self._improve, 1)
        more = [partial(self._improve, number) for number in range(2, self.workers)]
        return [self._by_rows, other] if self.workers == 1 else [self._by_rows_first, other, *more]

    def _by_rows_first(self) -> None:
        self._by_rows()
        self._improve(0)

    def _whole_first(self) -> None:
        self._whole()
        self._improve(1)

    def _by_rows(self) -> None:
        """The bound, and rosters made of rows."""
        chance = Random(self.seed)  # noqa: S311
        everybody = [person.id for person in self.problem.people]
        try:
            rows = Generation(self.problem, self.seconds * ROWS_SHARE, self._over)
            rows.bound(self.cells, self._raise_bound)
            among, rounds = everybody, 1
            while not self._over():
                began = time.monotonic()
                renewed = rows.renew(dict(self.cells), among, chance, rounds)
                self._merge(renewed, dict.fromkeys(among, range(self.problem.days)))
                spent = max(time.monotonic() - began, 0.001)
                # Twice as many people take four times as long: no more of them than are done before the time is over.
                in_time = len(among) * sqrt(max(0, self.left) / 2 / spent) / (1 if rounds == ROUNDS else 2)
                several = 1 if rounds == 1 else FEWEST + (1 - FEWEST) * chance.random() ** 2
                among = chance.sample(everybody, min(len(everybody), round(max(2, min(several * len(everybody), in_time)))))
                rounds = ROUNDS
        except GivenUp:
            return

    def _whole(self) -> None:
        """The whole model for nearly all of the time."""
        if self._over():
            return
        board = build(self.problem)
        board.hint(self.cells)
        solver = _solver(min(self.seconds * 0.9, self.left), self.seed)
        solver.best_bound_callback = self._raise_bound
        if self._solve(solver, board, _Watch(self, board)) in FOUND:
            self._raise_bound(solver.best_objective_bound)

    def _solve(
        self, solver: cp_model.CpSolver, board: Board, watch: cp_model.CpSolverSolutionCallback | None = None
    ) -> cp_model.CpSolverStatus:
        self._running.add(solver)
        try:
            return solver.solve(board.sheet.cp, watch)
        finally:
            self._running.discard(solver)

    def _improve(self, number: int) -> None:
        """Part by part until the time is over."""
        chance = Random(self.seed * 1000 + number)  # noqa: S311
        while not self._over():
            with self.lock:
                kind = neighbourhoods.pick(self.kinds, chance)
                cells = dict(self.cells)
            self._part(kind, cells, chance)

    def _part(self, kind: neighbourhoods.Kind, cells: Cells, chance: Random) -> None:
        open_cells = kind.choose(self.problem, cells, int(kind.size), chance)
        board = build(self.problem, open_cells, cells)
        board.hint(cells)
        gap = board.wander(cells, chance)
        allowed = min(self.patience, self.seconds / 10)
        solver = _solver(max(self.left, 0.01), chance.randrange(1 << 30))
        # Seconds of work rather than of the clock: on a busy machine a part takes longer, but is not given up earlier.
        solver.parameters.max_deterministic_time = allowed
        solver.parameters.absolute_gap_limit = gap
        # A part is small and solved often: looking long for what could be simplified costs more than it saves.
        solver.parameters.max_presolve_iterations = 1
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        status = self._solve(solver, board)
        if status not in FOUND:
            kind.learn(False, 1, 0, self._size)
            self._be_patient(0)
            return
        gain = self._merge(board.cells(solver), open_cells)
        kind.learn(status == cp_model.OPTIMAL, solver.deterministic_time / allowed, gain, self._size)
        self._be_patient(gain)

    def _be_patient(self, gain: int) -> None:
        """Small parts while one in seven helps; when fewer do, there is more time for each, and they grow."""
        self.patience = max(self.patience * 0.85, PART_SECONDS) if gain else min(self.patience * 1.03, LONGEST_PART)

    @property
    def _size(self) -> int:
        return self.problem.days * len(self.problem.people)

    def _merge(self, found: Cells, open_cells: neighbourhoods.Open) -> int:
        """Put what was opened into the best roster there is by now; how much that gained."""
        with self.lock:
            merged = dict(self.cells)
            for person, days in open_cells.items():
                row = list(merged[person])
                for day in days:
                    row[day] = found[person][day]
                merged[person] = tuple(row)
            assert self.objective is not None
            objective = score(self.problem, merged).total
            if objective > self.objective or not self._keeps(merged, open_cells):
                return 0
            gain = self.objective - objective
            self.cells, self.objective = merged, objective
        if gain:
            self._tell()
        return gain

    def _keeps(self, cells: Cells, open_cells: neighbourhoods.Open) -> bool:
        """Whether nobody breaks more rules than before: two workers may have opened different days of one person."""
        return all(
            len(check_person(self.problem, person, cells[person]))
            <= len(check_person(self.problem, person, self.cells[person]))
            for person in open_cells
        )

    def found(self, board: Board, solver: cp_model.CpSolverSolutionCallback) -> None:
        """A better roster of the whole model."""
        cells = board.cells(solver)
        objective = score(self.problem, cells).total
        with self.lock:
            if self.objective is not None and objective >= self.objective:
                return
            self.cells, self.objective = cells, objective
        self._tell()

    def _raise_bound(self, bound: float) -> None:
        self.bound = max(self.bound, int(bound - 1e-6) + 1 if bound > 0 else 0)

    def _tell(self) -> None:
        if self.on_progress:
            self.on_progress(Progress(time.monotonic() - self.began, self.objective, self.bound))

    def _solution(self) -> Solution:
        broken = explain.contradictions(self.asked, self.cells)
        objective = score(self.asked, self.cells).total
        proven = self.objective is not None and self.bound >= self.objective
        status = "relaxed" if broken else "optimal" if proven else "feasible"
        unmet = (*broken, *shortages(self.asked, self.cells))
        seconds = time.monotonic() - self.began
        # With rules that gave way, the bound is one of another problem.
        bound = 0 if broken else min(self.bound, objective)
        return Solution(self.cells, objective, bound, status, seconds, unmet)


class _Watch(cp_model.CpSolverSolutionCallback):
    """Hears of each better roster while the whole model is solved."""

    def __init__(self, search: Search, board: Board) -> None:
        super().__init__()
        self._search, self._board = search, board

    def on_solution_callback(self) -> None:
        self._search.found(self._board, self)


def _solver(seconds: float, seed: int) -> cp_model.CpSolver:
    """One whose linear relaxation holds everything: without it, rosters with lengths of runs are hardly bounded.

    It works alone: the others that would join it know no such relaxation, and are of less use than a part improved.
    """
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.random_seed = seed
    solver.parameters.linearization_level = 2
    return solver
