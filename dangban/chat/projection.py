"""Follows the log: what hangs on a thread is brought up to date within a quarter of a second.

Each thread has a cursor that moves in the transaction of the effects, so every line has its
effects once, whoever is killed when. Any process may project any thread.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import structlog
from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection, transaction
from prometheus_client import Counter, Gauge, Histogram

from dangban.chat import ports
from dangban.chat.models import ThreadProjection
from dangban.chat.ports import Line
from dangban.chat.rows import columns, line_of
from dangban.lib import clock
from dangban.lib.many import among, insert_many, update_many

log = structlog.get_logger(__name__)

EVERY = 0.08
LOOK_ROUND = 5.0
# One transaction projects threads one by one until it has lasted this long, so that writers need not wait.
SHORT = 0.006
# As many as go together: on SQLite in about that time; on PostgreSQL nobody waits at a gate, and each
# statement is a way to another process and back.
CHUNKS = {"sqlite": 48, "postgresql": 256}
PAGE = 500
# Nobody's lines are to blame for these, and trying them one by one would not help.
AWAY = (OperationalError, InterfaceError)
LONGEST_PAUSE = 60.0

LAG = Histogram(
    "dangban_projection_lag_seconds",
    "From a line's commit to its effects",
    buckets=(0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1, 2, 5, 10, 30),
)
BEHIND = Gauge(
    "dangban_projection_threads_behind", "Threads whose log is ahead of their projections", multiprocess_mode="livesum"
)
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
        """End once what has been rung for is done."""
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
            except Exception:
                # The database may be away for a while; this thread may not be.
                log.exception("projection.failed")
                self._stopped.wait(1)
            self._wake.wait(timeout=LOOK_ROUND / 2)
            self._wake.clear()
            self._stopped.wait(EVERY)
        with contextlib.suppress(Error):
            self._project()
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
    """Bring these threads up to date, many in one short transaction; returns those that failed."""
    # In ascending order, as the writer locks them: two processes never wait for each other.
    waiting = sorted(thread_ids, reverse=True)
    size = CHUNKS[connection.vendor]
    failed: set[int] = set()
    while waiting:
        chunk = waiting[: -size - 1 : -1]
        try:
            done, broken = _project_chunk(chunk)
        except AWAY:
            raise
        except Exception:
            # What takes many threads at once fell over one of them: each on its own, to find which.
            if len(chunk) == 1:
                done, broken = set(chunk), set(chunk)
                log.exception("projection.failed", thread=chunk[0])
            else:
                done, broken = set(chunk), set().union(*(project([thread_id]) for thread_id in chunk))
        failed |= broken
        waiting = [thread_id for thread_id in waiting if thread_id not in done]
    FAILED.inc(len(failed))
    return failed


def _project_chunk(thread_ids: Sequence[int]) -> tuple[set[int], set[int]]:
    """Give new lines their effects: the threads that are done with, and of these the failed."""
    news = _read_news(thread_ids)
    done = {thread_id for thread_id in thread_ids if thread_id not in news.lines and thread_id <= news.up_to}
    if not news.lines:
        return done, set()
    # Whatever can be worked out before writing is: on SQLite everybody waits from here to the commit.
    bulk = [
        (projector, projector.prepare(news.lines)) for projector in ports.registry.bulk_projectors.values()
    ]
    moved = _together_if_it_can_be(news, bulk)
    one_by_one, broken = _project_rest(news, moved, bulk)
    return done | broken | ((moved | one_by_one) - {news.cut_off}), broken


@dataclass(frozen=True, slots=True)
class _News:
    """Lines beyond the cursors, where these stood, and the thread of which not all lines fitted, or 0."""

    lines: dict[int, list[Line]]
    cursors: dict[int, int]
    cut_off: int
    up_to: int


Bulk = Sequence[tuple[ports.BulkProjector | ports.PlainProjector, Mapping[int, Any]]]


def _read_news(thread_ids: Sequence[int]) -> _News:
    condition, ids = among(thread_ids)
    sql = (
        f"SELECT {columns('m', postgres=connection.vendor == 'postgresql')}, COALESCE(p.seq, 0)"
        " FROM chat_threadsequence s LEFT JOIN chat_threadprojection p ON p.thread_id = s.thread_id"
        # Threads first, then their lines from the cursor on, whatever a planner makes of the counts.
        " CROSS JOIN chat_message m WHERE m.thread_id = s.thread_id AND m.seq > COALESCE(p.seq, 0)"
        f" AND s.thread_id {condition} ORDER BY m.thread_id, m.seq LIMIT {PAGE}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        rows = cursor.fetchall()
    lines: dict[int, list[Line]] = {}
    cursors: dict[int, int] = {}
    for row in rows:
        line = line_of(row)
        lines.setdefault(line.thread_id, []).append(line)
        cursors[line.thread_id] = row[-1]
    cut_off = rows[-1][0] if len(rows) == PAGE else 0
    return _News(lines, cursors, cut_off, cut_off or thread_ids[-1])


def _together_if_it_can_be(news: _News, bulk: Bulk) -> set[int]:
    try:
        return _project_together(news, bulk)
    except AWAY:
        raise
    except Exception:
        # Nothing of it was kept; one by one it will be seen whose lines those were.
        if connection.needs_rollback:
            raise
        log.exception("projection.together_failed", threads=len(news.lines))
        return set()


def _project_together(news: _News, bulk: Bulk) -> set[int]:
    """The threads with nothing special about them, in few statements; returns those that moved."""
    plain = ports.registry.plain_projectors
    if plain.keys() != ports.registry.projectors.keys():
        return set()
    prepared = [(projector, projector.prepare(news.lines)) for projector in plain.values()]
    taken = _taken_by_all(news.lines, [threads for _projector, threads in prepared])
    if not taken:
        return set()
    with _without_a_flush(), transaction.atomic():
        lines = _unmoved(news, taken)
        held = [
            projector.hold({thread_id: threads[thread_id] for thread_id in lines})
            for projector, threads in prepared
        ]
        lines = _taken_by_all(lines, held)
        _keep([*prepared, *bulk], lines)
        _move_cursors(lines)
    return set(lines)


@contextlib.contextmanager
def _without_a_flush() -> Iterator[None]:
    """Let a transaction's commit wait for the next one that is flushed to the disk.

    Only for what posts nothing: what a power cut takes of plain talk's effects is read off the log
    and done again, and meanwhile nobody waits for a flush of many pages.
    """
    if connection.in_atomic_block:
        yield
        return
    relaxed, strict = _FLUSHES[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(relaxed)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(strict)


_FLUSHES = {
    "sqlite": ("PRAGMA synchronous=NORMAL", "PRAGMA synchronous=FULL"),
    "postgresql": ("SET synchronous_commit TO off", "RESET synchronous_commit"),
}


def _taken_by_all(
    lines: Mapping[int, Sequence[Line]], taken: Sequence[Collection[int]]
) -> dict[int, Sequence[Line]]:
    return {
        thread_id: new for thread_id, new in lines.items() if all(thread_id in threads for threads in taken)
    }


def _project_rest(news: _News, moved: Collection[int], bulk: Bulk) -> tuple[set[int], set[int]]:
    """What did not go together, one by one in short transactions: the threads that moved, and those that failed."""
    rest: dict[int, Sequence[Line]] = {
        thread_id: lines for thread_id, lines in news.lines.items() if thread_id not in moved
    }
    done: set[int] = set()
    failed: set[int] = set()
    while rest:
        with transaction.atomic():
            turn = _turn(rest)
            unmoved = _unmoved(news, turn)
            kept, broken = _project_threads(unmoved)
            _keep(bulk, kept)
            _move_cursors(kept)
        done |= kept.keys()
        failed |= broken
        rest = {
            thread_id: lines
            for thread_id, lines in rest.items()
            if thread_id not in turn
            or (thread_id in unmoved and thread_id not in kept and thread_id not in broken)
        }
    return done, failed


def _turn(rest: Mapping[int, Sequence[Line]]) -> Mapping[int, Sequence[Line]]:
    """What goes into one transaction.

    Where several processes write at once, that is one thread: whoever held what one customer's routing
    holds, and waited for the next customer's conversation, would stand in a ring with a sweep.
    """
    return dict(islice(rest.items(), 1)) if connection.vendor == "postgresql" else rest


def _keep(work: Bulk, lines: Mapping[int, Sequence[Line]]) -> None:
    for projector, prepared in work:
        projector.keep([prepared[thread_id] for thread_id in lines if thread_id in prepared])


def _unmoved(news: _News, wanted: Mapping[int, Sequence[Line]]) -> dict[int, Sequence[Line]]:
    """The threads whose cursors still stand where they were read, locked until the end of the transaction.

    Somebody else may have been there meanwhile; what they left is read again.
    """
    locked = _lock_cursors(wanted)
    return {
        thread_id: lines
        for thread_id, lines in wanted.items()
        if locked[thread_id] == news.cursors[thread_id]
    }


def _project_threads(new: Mapping[int, Sequence[Line]]) -> tuple[dict[int, Sequence[Line]], set[int]]:
    """The threads whose lines have had their effects, as many as there was time for, and those that failed."""
    began = clock.monotonic()
    moved: dict[int, Sequence[Line]] = {}
    broken: set[int] = set()
    for thread_id, lines in new.items():
        if moved and clock.monotonic() - began > SHORT:
            break
        if _project_thread(thread_id, lines):
            moved[thread_id] = lines
        else:
            broken.add(thread_id)
    return moved, broken


def _lock_cursors(thread_ids: Iterable[int]) -> dict[int, int]:
    """Where the projections of these threads stand; nobody else moves them until the end of the transaction."""
    wanted = list(thread_ids)
    condition, ids = among(wanted)
    lock = " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT thread_id, seq FROM chat_threadprojection WHERE thread_id {condition} ORDER BY thread_id{lock}",
            [ids],
        )
        cursors = dict(cursor.fetchall())
    missing = [thread_id for thread_id in wanted if thread_id not in cursors]
    if not missing:
        return cursors
    insert_many(ThreadProjection, ["thread", "seq"], [(thread_id, 0) for thread_id in missing], skip=True)
    return _lock_cursors(wanted)


def _project_thread(thread_id: int, lines: Sequence[Line]) -> bool:
    """The projectors that take one thread at a time; False if one failed and nothing of theirs was kept."""
    try:
        with transaction.atomic():
            for projector in ports.registry.projectors.values():
                projector(thread_id, lines)
    except Exception:
        if connection.needs_rollback:
            raise
        log.exception("projection.failed", thread=thread_id)
        return False
    return True


def _move_cursors(moved: Mapping[int, Sequence[Line]]) -> None:
    update_many(
        ThreadProjection,
        ["thread", "seq"],
        [(thread_id, lines[-1].seq) for thread_id, lines in moved.items()],
    )
    now = clock.now()
    for lines in moved.values():
        LAG.observe(max(0.0, (now - lines[0].at).total_seconds()))
