"""Moves SQLite's write-ahead log into the database file beside the writers, a little at a time."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import structlog
from prometheus_client import Gauge

from dangban.lib.gate import GateTimeout, gate_of

log = structlog.get_logger(__name__)

EVERY = 0.05
WORTHWHILE = 256 * 1024
# Beyond this, readers have kept the log from being emptied for too long: everybody waits once.
BOUND = 64 * 1024 * 1024

WAL = Gauge("dangban_wal_bytes", "Size of SQLite's write-ahead log", multiprocess_mode="livemax")


class Checkpointer:
    def __init__(self, path: str) -> None:
        self._path = path
        self._log = Path(f"{path}-wal")
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoint", daemon=True)
        self._done = 0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=10)

    def _run(self) -> None:
        db = sqlite3.connect(self._path, isolation_level=None)
        db.execute("PRAGMA synchronous=FULL")
        db.execute("PRAGMA busy_timeout=0")
        while not self._stopped.wait(EVERY):
            try:
                self._look(db)
            except sqlite3.OperationalError as error:
                log.warning("checkpoint.failed", error=str(error))
                self._stopped.wait(1)
        db.close()

    def _look(self, db: sqlite3.Connection) -> None:
        try:
            about = self._log.stat()
        except FileNotFoundError:
            return
        if about.st_mtime_ns == self._done:
            return
        self._done = about.st_mtime_ns
        size = about.st_size
        WAL.set(size)
        if size > BOUND:
            self._force(db)
        elif size > WORTHWHILE:
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _force(self, db: sqlite3.Connection) -> None:
        gate = gate_of(self._path)
        if gate is None:
            return
        try:
            gate.take(patience=1)
        except GateTimeout:
            return
        try:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            gate.give("checkpoint")
