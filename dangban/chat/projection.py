"""Follows the log: what hangs on a thread is brought up to date within a quarter of a second.

Each thread has a cursor that moves in the transaction of the effects, so every line has its
effects once, whoever is killed when. Any process may project any thread.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

import structlog
from django.db import DatabaseError, close_old_connections, connection, transaction
from prometheus_client import Counter, Gauge, Histogram

from dangban.chat import ports
from dangban.chat.models import Message, ThreadProjection
from dangban.chat.rows import as_line
from dangban.lib import clock

log = structlog.get_logger(__name__)

EVERY = 0.1
LOOK_ROUND = 5.0
# One transaction projects threads until it has lasted this long, so that writers need not wait.
SHORT = 0.015
PAGE = 200
LONGEST_PAUSE = 60.0

LAG = Histogram(
    "dangban_projection_lag_seconds",
    "From a line's commit to its effects",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 5, 30),
)
BEHIND = Gauge("dangban_projection_threads_behind", "Threads whose log is ahead of their projections")
FAILED = Counter("dangban_projection_failures_total", "Threads that could not be projected")


class Projecting:
    """A thread that projects what was rung for, and looks round for what was not."""

    def __init__(self) -> None:
        self._dirty: set[int] = set()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projection", daemon=True)
        self._pauses: dict[int, tuple[float, float]] = {}

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._wake.set()
        self._thread.join(timeout=20)

    def rung(self, ends: Mapping[int, int]) -> None:
        with self._lock:
            self._dirty.update(ends)
        self._wake.set()

    def _run(self) -> None:
        next_look = 0.0
        while not self._stopped.is_set():
            try:
                close_old_connections()
                if clock.monotonic() >= next_look:
                    self.rung(dict.fromkeys(behind(), 0))
                    next_look = clock.monotonic() + LOOK_ROUND
                self._project()
            except DatabaseError as error:
                log.warning("projection.database", error=str(error))
                self._stopped.wait(1)
            self._wake.wait(timeout=LOOK_ROUND / 2)
            self._wake.clear()
            self._stopped.wait(EVERY)
        close_old_connections()

    def _project(self) -> None:
        with self._lock:
            dirty, self._dirty = self._dirty, set()
        now = clock.monotonic()
        ready = [thread_id for thread_id in sorted(dirty) if self._pauses.get(thread_id, (0, 0))[0] <= now]
        BEHIND.set(len(ready))
        self._note(project(ready), ready)

    def _note(self, failed: set[int], tried: Sequence[int]) -> None:
        """Threads that failed are tried again after growing pauses; the look round brings them back."""
        for thread_id in tried:
            if thread_id not in failed:
                self._pauses.pop(thread_id, None)
                continue
            pause = min(LONGEST_PAUSE, 2 * self._pauses.get(thread_id, (0, 0.5))[1])
            self._pauses[thread_id] = (clock.monotonic() + pause, pause)


def run_pending() -> int:
    """Project everything there is, here and now; returns how many threads it took. For tests and the command line."""
    done = 0
    while threads := behind():
        failed = project(threads)
        done += len(threads) - len(failed)
        if failed:
            raise RuntimeError(f"threads that could not be projected: {sorted(failed)}")
    return done


def behind(limit: int = 2000) -> list[int]:
    """Threads whose log is ahead of their projections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT s.thread_id FROM chat_threadsequence s"
            " LEFT JOIN chat_threadprojection p ON p.thread_id = s.thread_id"
            " WHERE s.last_seq > COALESCE(p.seq, 0) ORDER BY s.thread_id LIMIT %s",
            [limit],
        )
        return [row[0] for row in cursor.fetchall()]


def project(thread_ids: Iterable[int]) -> set[int]:
    """Bring these threads up to date, several in one short transaction; returns those that failed."""
    # In ascending order, as the writer locks them: two processes never wait for each other.
    waiting = sorted(thread_ids, reverse=True)
    failed: set[int] = set()
    while waiting:
        began = clock.monotonic()
        with transaction.atomic():
            while waiting and clock.monotonic() - began < SHORT:
                thread_id = waiting.pop()
                try:
                    with transaction.atomic():
                        more = _project_thread(thread_id)
                except Exception:
                    if connection.needs_rollback:
                        raise
                    FAILED.inc()
                    log.exception("projection.failed", thread=thread_id)
                    failed.add(thread_id)
                else:
                    if more:
                        waiting.append(thread_id)
    return failed


def _project_thread(thread_id: int) -> bool:
    """Give the next lines of a thread their effects; True if there are more."""
    cursor, _made = ThreadProjection.objects.select_for_update().get_or_create(thread_id=thread_id)
    lines = [
        as_line(row)
        for row in Message.objects.filter(thread_id=thread_id, seq__gt=cursor.seq).order_by("seq")[:PAGE]
    ]
    if not lines:
        return False
    for projector in ports.registry.projectors.values():
        projector(thread_id, lines)
    ThreadProjection.objects.filter(pk=thread_id).update(seq=lines[-1].seq)
    now = clock.now()
    for line in lines:
        LAG.observe(max(0.0, (now - line.at).total_seconds()))
    return len(lines) == PAGE
