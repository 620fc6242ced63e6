"""One writer at a time on an SQLite file, across the threads of a process and across processes.

SQLite lets a second writer sleep and try again, for up to 100 ms at a time; behind this gate it is
woken the moment the first one is done. Between processes the gate is a file lock, which the kernel
hands on in order and takes back from a process that dies.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque

from prometheus_client import Histogram

from dangban.lib import clock

HELD = Histogram(
    "dangban_gate_held_seconds",
    "How long one writer held the SQLite write gate",
    ["who"],
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
# Longer than any action should hold it; a thread that waits longer is told that the database is locked.
PATIENCE = 20.0


class GateTimeout(Exception):
    """Somebody held the gate for longer than anybody should."""


class WriteGate:
    """First come, first served, except that messages go before everything else.

    Not re-entrant: a connection remembers whether it has taken it.
    """

    def __init__(self, path: str) -> None:
        self._mutex = threading.Lock()
        self._taken = False
        self._waiting: deque[threading.Lock] = deque()
        self._file = os.open(f"{path}.gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._since = 0.0
        self.longest = 0.0

    def take(self, patience: float = PATIENCE, *, first: bool = False) -> None:
        turn = self._queue_up(first)
        if turn is not None and not turn.acquire(timeout=patience) and self._leave_queue(turn):
            raise GateTimeout
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._pass_on()
            raise
        self._since = clock.monotonic()

    def give(self, who: str) -> None:
        held = clock.monotonic() - self._since
        self.longest = max(self.longest, held)
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._pass_on()
        HELD.labels(who).observe(held)

    def _queue_up(self, first: bool) -> threading.Lock | None:
        """A place in the queue; None if the gate was free and is ours."""
        with self._mutex:
            if not self._taken:
                self._taken = True
                return None
            turn = threading.Lock()
            turn.acquire()
            if first:
                self._waiting.appendleft(turn)
            else:
                self._waiting.append(turn)
            return turn

    def _leave_queue(self, turn: threading.Lock) -> bool:
        """False if it was our turn at the last moment."""
        with self._mutex:
            if turn not in self._waiting:
                return False
            self._waiting.remove(turn)
            return True

    def _pass_on(self) -> None:
        """Hand over to the next in line, who is then sure to be it."""
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_gates: dict[str, WriteGate] = {}
_making = threading.Lock()


def gate_of(path: str) -> WriteGate | None:
    """The gate of a database file; a database in memory has one connection and needs none."""
    if path == ":memory:" or "mode=memory" in path:
        return None
    path = os.path.realpath(path)
    with _making:
        if path not in _gates:
            _gates[path] = WriteGate(path)
        return _gates[path]
