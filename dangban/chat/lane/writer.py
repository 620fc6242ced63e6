"""One writer, group commit: what arrives while a transaction is committed goes into the next one.

Posts are decided and numbered inside the transaction that keeps them, and answered after its
commit. Whoever posts waits for nothing else.
"""

from __future__ import annotations

import queue
import threading
from collections import Counter as Tally
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from django.db import Error, close_old_connections
from prometheus_client import Counter, Gauge, Histogram

from dangban.chat import ports
from dangban.chat.lane.store import Key, Store, Unavailable, key_of
from dangban.chat.ports import Line, Sender, Verdict

log = structlog.get_logger(__name__)

BATCH = 256
LONGEST_QUEUE = 4096

WAITING = Gauge("dangban_writer_queue", "Posts that wait for the writer")
BATCHES = Histogram(
    "dangban_writer_batch", "Posts in one transaction", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256)
)
COMMIT = Histogram(
    "dangban_writer_commit_seconds",
    "From the beginning of a batch to its commit",
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5),
)
POSTED = Counter("dangban_posts_total", "Posts by what became of them", ["outcome"])


@dataclass(frozen=True, slots=True)
class Kept:
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


Outcome = Kept | Said | Exception
Settle = Callable[[Sequence["Post"], Sequence[Outcome]], None]


@dataclass(slots=True, eq=False)
class Post:
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


class Writer:
    """Runs in a thread of its own on a connection of its own; `settle` is called there, once a batch."""

    def __init__(self, open_store: Callable[[], Store], settle: Settle) -> None:
        self._open_store = open_store
        self._settle = settle
        self._queue: queue.SimpleQueue[Post | Mark | None] = queue.SimpleQueue()
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

    def _run(self) -> None:
        self._store = self._open_store()
        going = True
        while going:
            batch, going = self._gather()
            WAITING.set(self._queue.qsize())
            if batch:
                self._work(batch)
        self._store.close()

    def _gather(self) -> tuple[list[Post | Mark], bool]:
        """Everything that waits, up to a batch; waits for the first."""
        batch: list[Post | Mark] = []
        item = self._queue.get()
        while item is not None:
            batch.append(item)
            if len(batch) >= BATCH:
                return batch, True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return batch, True
        return batch, False

    def _work(self, batch: Sequence[Post | Mark]) -> None:
        posts = [item for item in batch if isinstance(item, Post)]
        marks = [item for item in batch if isinstance(item, Mark)]
        BATCHES.observe(len(posts))
        with COMMIT.time():
            outcomes = self._attempt(posts, marks)
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
    known = store.find([key_of(post.line) for post in posts])
    gate = ports.registry.gate
    asked = sorted({post.line.thread_id for post in posts if gate and gate.asks(post.line)})
    facts = gate.facts(asked, store.fetch) if gate and asked else {}
    outcomes: list[Outcome] = []
    for post in posts:
        outcome = _decide_one(post, known, last, gate, facts)
        if isinstance(outcome, Kept) and not outcome.again:
            last[post.line.thread_id] = outcome.line.seq
            known[key_of(outcome.line)] = outcome.line
        outcomes.append(outcome)
    return outcomes


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
    return Kept(replace(line, seq=last[line.thread_id] + 1), verdict=verdict)


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
