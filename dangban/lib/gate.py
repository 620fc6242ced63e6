"""One writer at a time on an SQLite file, across the threads of a process and across processes.

SQLite lets a second writer sleep and try again, for up to 100 ms at a time; behind this gate it is
woken the moment the first one is done. Between processes the gate is a file lock, which the kernel
hands on in order and takes back from a process that dies.
"""

from __future__ import annotations

import fcntl
import os
import threading

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
    """Not re-entrant: a connection remembers whether it has taken it."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._file = os.open(f"{path}.gate", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._since = 0.0
        self.longest = 0.0

    def take(self, patience: float = PATIENCE) -> None:
        if not self._lock.acquire(timeout=patience):
            raise GateTimeout
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._lock.release()
            raise
        self._since = clock.monotonic()

    def give(self, who: str) -> None:
        held = clock.monotonic() - self._since
        self.longest = max(self.longest, held)
        fcntl.flock(self._file, fcntl.LOCK_UN)
        self._lock.release()
        HELD.labels(who).observe(held)


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
