"""Has a roster made in a process of its own, at low priority, which never touches the database.

The child gets the problem on its standard input and tells progress and the solution on its output. When the input is
closed, by whoever has seen enough or because the parent is gone, it ends with the best it has.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from typing import Any, BinaryIO

from dangban.workforce.solver.problem import Cells, Problem, Progress, Solution

NICE = 10
OVERTIME = 120
"""Seconds beyond the time given after which a child is taken for stuck."""
ROOT = Path(__file__).resolve().parents[3]


class ChildLost(Exception):
    """The child ended without an answer; the message says how."""


class Run:
    """A roster in the making: wait for it and take the result, or `finish` early with the best so far, or `stop` it."""

    def __init__(
        self, problem: Problem, seconds: float = 30, workers: int = 1, seed: int = 1, hint: Cells | None = None
    ) -> None:
        self.progress: Progress | None = None
        self._solution: Solution | None = None
        self._fault = ""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - read in `result`
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "dangban.workforce.solver.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, "PYTHONPATH": path},
        )
        asked = {"problem": problem, "seconds": seconds, "workers": workers, "seed": seed, "hint": hint}
        with suppress(BrokenPipeError):
            pickle.dump(asked, self._input)
            self._input.flush()
        self._reader = Thread(target=self._listen, daemon=True)
        self._reader.start()
        self._latest = time.monotonic() + seconds + OVERTIME

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def finished(self) -> bool:
        return not self._reader.is_alive()

    def finish(self) -> None:
        """Let the child end soon with the best it has."""
        with suppress(BrokenPipeError):
            self._input.close()

    def stop(self) -> None:
        """End it at once, if it has not ended yet; there is no result then."""
        self._process.kill()
        self._process.wait()

    def wait(self, seconds: float) -> bool:
        """Wait so many seconds at most; whether it has finished. One that is stuck is killed."""
        self._reader.join(seconds)
        if not self.finished and time.monotonic() > self._latest:
            self._process.kill()
            self._reader.join()
        return self.finished

    def result(self) -> Solution:
        """The solution, waited for; `ChildLost` where there is none. Ask once."""
        while not self.wait(1):
            pass
        self.finish()
        code = self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        with self._errors as errors:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip()
        if self._solution is None:
            raise ChildLost(self._fault or _how_it_ended(code, said))
        return self._solution

    @property
    def _input(self) -> BinaryIO:
        assert self._process.stdin
        return self._process.stdin  # type: ignore[return-value]

    def _listen(self) -> None:
        assert self._process.stdout
        with suppress(EOFError, pickle.UnpicklingError):
            while True:
                told = pickle.load(self._process.stdout)  # noqa: S301 - our own child
                if isinstance(told, Progress):
                    self.progress = told
                elif isinstance(told, Solution):
                    self._solution = told
                else:
                    self._fault = str(told)


def _how_it_ended(code: int, said: str) -> str:
    how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
    return f"The search for a roster {how}." + (f" {said.splitlines()[-1]}" if said else "")


def main() -> None:
    os.nice(NICE)
    # What libraries print must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent
    enough = Event()
    Thread(target=_until_closed, args=(enough,), daemon=True).start()
    try:
        from dangban.workforce.solver.search import solve

        answer: Any = solve(**asked, on_progress=lambda told: _say(answers, told), stop=enough.is_set)
    except Exception:  # the parent words it
        answer = traceback.format_exc(limit=-3)
    _say(answers, answer)
    os._exit(0)


def _until_closed(enough: Event) -> None:
    sys.stdin.buffer.read()
    enough.set()


def _say(answers: BinaryIO, what: Any) -> None:
    # A parent that is gone wants no answers; the closed input ends the search.
    with suppress(BrokenPipeError):
        answers.write(pickle.dumps(what))
        answers.flush()


if __name__ == "__main__":
    main()
