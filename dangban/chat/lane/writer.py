"""One writer, group commit: what arrives while a transaction is committed goes into the next one.

Posts are decided and numbered inside the transaction that keeps them, and answered after its
commit. Whoever posts waits for nothing else.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import structlog
from django.db import Error, close_old_connections
from prometheus_client import Counter, Gauge, Histogram

from dangban.chat import ports
from dangban.chat.lane.store import Key, Store, Unavailable, key_of
from dangban.chat.ports import Line, Sender, Verdict
from dangban.lib import clock

log = structlog.get_logger(__name__)

BATCH = 256
LONGEST_QUEUE = 4096
# When nothing waits but lines of threads that somebody else's transaction holds.
PAUSE = 0.005
# After a batch that could not be kept nobody is sent here for so long, whatever smaller things can be written.
DOUBT = 5.0

WAITING = Gauge("dangban_writer_queue", "Posts that wait for the writer", multiprocess_mode="livesum")
BATCHES = Histogram(
    "dangban_writer_batch", "Posts in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
COMMIT = Histogram(
    "dangban_writer_commit_seconds",
    "From the beginning of a batch to its commit",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
POSTED = Counter("dangban_posts_total", "Posts by what became of them", ["outcome"])


class Kept(msgspec.Struct, frozen=True):
    """The line stands in the log; `again` if it did so before this post."""

    line: Line
    again: bool = False
    verdict: Verdict = ports.SEND


@dataclass(frozen=True, slots=True)
class Said:
    """The gate refused it, or warns and wants it confirmed."""

    verdict: Verdict


class Clash(Exception):
    """The same client id was used for another line."""


class NoThread(Exception):
    """There is no such thread."""


class Full(Exception):
    """More is waiting than can be written soon."""


class Later(Exception):
    """Another transaction holds the thread; others need not wait for it."""


Outcome = Kept | Said | Exception
Settle = Callable[[Sequence["Post"], Sequence[Outcome]], None]


class Post(msgspec.Struct, eq=False):
    """One line on its way into the log. `answer` is the poster's future; only the loop touches it."""

    sender: Sender
    line: Line
    confirmed: bool
    answer: Any


@dataclass(frozen=True, slots=True)
class Mark:
    """How far somebody has read."""

    thread_id: int
    reader: str
    reader_id: int
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Probe:
    """Somebody asks whether anything can be kept; called with the answer, in the writer's thread."""

    answer: Callable[[bool], object]


Item = Post | Mark | Probe


class Writer:
    """Runs in a thread of its own on a connection of its own; `settle` is called there, once a batch."""

    def __init__(self, open_store: Callable[[], Store], settle: Settle) -> None:
        self._open_store = open_store
        self._settle = settle
        self._queue: queue.SimpleQueue[Item | None] = queue.SimpleQueue()
        self._later: list[Post] = []
        self._kept_at = self._failed_at = -DOUBT
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._store: Store

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Write what is waiting, then end."""
        self._queue.put(None)
        self._thread.join(timeout=30)

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def post(self, post: Post) -> None:
        if self._queue.qsize() >= LONGEST_QUEUE:
            raise Full
        self._queue.put(post)

    def mark(self, mark: Mark) -> None:
        """Nobody waits for a read mark: under load it may be dropped, the next one tells more."""
        if self._queue.qsize() < LONGEST_QUEUE:
            self._queue.put(mark)

    def probe(self, probe: Probe) -> None:
        """Answer once everything that waits before it has had its turn."""
        self._queue.put(probe)

    def has_kept(self, within: float) -> bool:
        """Whether something was kept so many seconds ago or less, and nothing failed since."""
        return self._failed_at < self._kept_at >= clock.monotonic() - within

    @property
    def is_in_doubt(self) -> bool:
        return self._failed_at > max(self._kept_at, clock.monotonic() - DOUBT)

    def _run(self) -> None:
        self._store = self._open_store()
        going = True
        while going or self._later:
            batch, going = self._gather(going)
            WAITING.set(self._queue.qsize())
            if batch:
                self._work(batch)
        self._store.close()

    def _gather(self, going: bool) -> tuple[list[Item], bool]:
        """Everything that waits, up to a batch; waits for the first. Lines put off come first, after a short pause."""
        batch: list[Item] = [*self._later]
        self._later.clear()
        try:
            if not going:
                time.sleep(PAUSE)
                return batch, False
            item = self._queue.get(timeout=PAUSE) if batch else self._queue.get()
            while item is not None:
                batch.append(item)
                if len(batch) >= BATCH:
                    return batch, True
                item = self._queue.get_nowait()
        except queue.Empty:
            return batch, True
        return batch, False

    def _work(self, batch: Sequence[Item]) -> None:
        # Who gave up waiting will ask again under the same id; nothing is written behind their back.
        posts = [item for item in batch if isinstance(item, Post) and not item.answer.done()]
        marks = [item for item in batch if isinstance(item, Mark)]
        if posts or marks:
            self._write(posts, marks)
        for item in batch:
            if isinstance(item, Probe):
                item.answer(self._can_keep())

    def _can_keep(self) -> bool:
        if self.has_kept(within=1):
            return True
        try:
            with self._store.writing():
                self._store.touch(clock.now())
        except Exception as error:
            log.warning("writer.unavailable", error=str(error), posts=0)
            self._failed_at = clock.monotonic()
            return False
        return not self.is_in_doubt

    def _write(self, posts: Sequence[Post], marks: Sequence[Mark]) -> None:
        BATCHES.observe(len(posts))
        with COMMIT.time():
            outcomes = self._attempt(posts, marks)
        if any(isinstance(outcome, Later) for outcome in outcomes):
            pairs = list(zip(posts, outcomes, strict=True))
            self._later += (post for post, outcome in pairs if isinstance(outcome, Later))
            pairs = [(post, outcome) for post, outcome in pairs if not isinstance(outcome, Later)]
            posts, outcomes = [post for post, _outcome in pairs], [outcome for _post, outcome in pairs]
        if any(isinstance(outcome, Unavailable) for outcome in outcomes):
            self._failed_at = clock.monotonic()
        elif any(isinstance(outcome, Kept) for outcome in outcomes):
            self._kept_at = clock.monotonic()
        for name, count in Tally(map(_name, outcomes)).items():
            POSTED.labels(name).inc(count)
        try:
            self._settle(posts, outcomes)
        except Exception:
            # The lines are safe; their posters will ask again and be told so.
            log.exception("writer.settle_failed")

    def _attempt(self, posts: Sequence[Post], marks: Sequence[Mark], tries: int = 3) -> Sequence[Outcome]:
        try:
            return write(self._store, posts, marks)
        except (Unavailable, Error) as error:
            # What the gate knows from Django (the handbook in force) came over a connection of Django's.
            close_old_connections()
            if isinstance(error, Unavailable) and error.passing and tries:
                return self._attempt(posts, marks, tries - 1)
            log.error("writer.unavailable", error=str(error), posts=len(posts))
            return [Unavailable(str(error))] * len(posts)
        except Exception as error:
            if len(posts) > 1 or (posts and marks):
                # One of them is poison: each on its own, so that it harms only itself.
                return [outcome for post in posts for outcome in self._attempt([post], ())]
            log.exception("writer.failed")
            return [error] * len(posts)


def write(store: Store, posts: Sequence[Post], marks: Sequence[Mark] = ()) -> Sequence[Outcome]:
    """Decide, number and keep a batch in one transaction; the outcome of each post, in order."""
    with store.writing():
        outcomes = _decide(store, posts) if posts else []
        fresh = [outcome.line for outcome in outcomes if isinstance(outcome, Kept) and not outcome.again]
        if fresh:
            store.append(fresh)
        if marks:
            store.mark_read(_newest(marks))
    return outcomes


def _decide(store: Store, posts: Sequence[Post]) -> list[Outcome]:
    ids = sorted({post.line.thread_id for post in posts})
    last = store.lock(ids)
    held = _held(store, ids, last)
    known = store.find([key_of(post.line) for post in posts])
    gate = ports.registry.gate
    asked = sorted({post.line.thread_id for post in posts if gate and gate.asks(post.line)})
    facts = gate.facts(asked, store.fetch) if gate and asked else {}
    outcomes: list[Outcome] = []
    for post in posts:
        outcome = Later() if post.line.thread_id in held else _decide_one(post, known, last, gate, facts)
        if isinstance(outcome, Kept) and not outcome.again:
            last[post.line.thread_id] = outcome.line.seq
            known[key_of(outcome.line)] = outcome.line
        outcomes.append(outcome)
    return outcomes


def _held(store: Store, ids: Sequence[int], last: Mapping[int, int]) -> set[int]:
    """Threads that are there and could not be locked."""
    missing = [thread_id for thread_id in ids if thread_id not in last]
    return set(store.last_seqs(missing)) if missing else set()


def _decide_one(
    post: Post, known: dict[Key, Line], last: dict[int, int], gate: ports.PostingGate | None, facts: Any
) -> Outcome:
    line = post.line
    there = known.get(key_of(line))
    if there is not None:
        return Kept(there, again=True) if is_same(there, line) else Clash()
    if line.thread_id not in last:
        return NoThread()
    verdict = ports.SEND
    if gate:
        verdict = gate.decide(facts.get(line.thread_id), post.sender, line, confirmed=post.confirmed)
        if verdict.act == "refuse" or (verdict.act == "warn" and not post.confirmed):
            return Said(verdict)
    return Kept(msgspec.structs.replace(line, seq=last[line.thread_id] + 1), verdict=verdict)


def is_same(there: Line, line: Line) -> bool:
    return (there.kind, there.body, there.internal, there.payload) == (
        line.kind,
        line.body,
        line.internal,
        line.payload,
    )


def _newest(marks: Sequence[Mark]) -> list[tuple[int, str, int, int, datetime]]:
    newest: dict[tuple[int, str, int], Mark] = {}
    for mark in marks:
        whose = (mark.thread_id, mark.reader, mark.reader_id)
        if whose not in newest or newest[whose].seq < mark.seq:
            newest[whose] = mark
    return [(mark.thread_id, mark.reader, mark.reader_id, mark.seq, mark.at) for mark in newest.values()]


def _name(outcome: Outcome) -> str:
    match outcome:
        case Kept(again=True):
            return "repeated"
        case Kept():
            return "kept"
        case Said(verdict):
            return verdict.act
        case _:
            return type(outcome).__name__.lower()
