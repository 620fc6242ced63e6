"""The lane of one process: its writer, readers, streams and the looks round that heal what was missed."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import msgspec
import structlog
from django.conf import settings
from django.db import close_old_connections

from dangban.chat import hub, ports
from dangban.chat.lane import accounts, doorbell
from dangban.chat.lane.bounds import Bounds, read_bounds
from dangban.chat.lane.limits import Buckets
from dangban.chat.lane.patience import Patience
from dangban.chat.lane.rights import Rights
from dangban.chat.lane.store import Store, Unavailable, open_store
from dangban.chat.lane.streams import HEARTBEAT, Board, Stream, frame
from dangban.chat.lane.writer import Kept, Mark, Outcome, Post, Probe, Said, Writer
from dangban.chat.ports import Line, Sender
from dangban.chat.projection import Projecting
from dangban.chat.sweeping import Sweeping
from dangban.chat.tokens import AGENT_SECONDS, Agent
from dangban.lib import clock

log = structlog.get_logger(__name__)
T = TypeVar("T")

LOOK_ROUND = 1.5
SEEN_EVERY = 20.0
PATIENCE = 15.0
MOST_THREADS = 100_000


class Lane:
    def __init__(self) -> None:
        on_sqlite = settings.DATABASES["default"]["ENGINE"] == "dangban.project.sqlite"
        self._readers = ThreadPoolExecutor(2 if on_sqlite else 4, "lane-reader")
        self._django = ThreadPoolExecutor(2, "lane-django")
        # Pictures and files take their time; nobody's log-in waits behind them.
        self._media = ThreadPoolExecutor(2, "lane-media")
        self._mine = threading.local()
        self._threads: dict[int, tuple[int, int]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._stops: list[Callable[[], None]] = []
        self._active: set[int] = set()
        # Who sends each open stream, and which of them were told to end on the last look round.
        self._sending: dict[Stream, asyncio.Task[Any] | None] = {}
        self._overdue: set[Stream] = set()
        self.stopping = False
        self.board = Board(self._read_lines)
        self.rights = Rights(lambda ids: self.read(Store.rights, ids))
        self.writer = Writer(open_store, self._settle)
        self.projecting = Projecting()
        self.sweeping = Sweeping()
        self.bounds = Bounds()
        self._posters = Patience(PATIENCE)
        self.customers = Buckets(self.bounds.customer_rate)
        self.addresses = Buckets(self.bounds.customer_rate)

    # --- beginning and end

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        await self.refresh_bounds()
        self.writer.start()
        self._stops.append(hub.listen(self._heard))
        self._stops.append(doorbell.bell().answer(hub.rung, self._was_deaf))
        self.projecting.start()
        self.sweeping.start()
        if checkpoint := _checkpointer():
            checkpoint.start()
            self._stops.append(checkpoint.stop)
        for work, seconds in (
            (self._look_round, LOOK_ROUND),
            (self._cut_off, LOOK_ROUND),
            (self._beat, HEARTBEAT),
            (self._say_who_is_here, SEEN_EVERY),
            (self._renew_tokens, AGENT_SECONDS / 10),
            (self.refresh_bounds, 5.0),
        ):
            self._tasks.append(asyncio.create_task(self._every(seconds, work)))

    def quit_streams_soon(self) -> None:
        """The same from a signal handler."""
        self._loop.call_soon_threadsafe(self.quit_streams)

    def quit_streams(self) -> None:
        """Let every page know at once that it should come back, elsewhere or in a moment."""
        self.stopping = True
        self.board.close_all("stopping")

    async def stop(self) -> None:
        """Write what has been taken in, project it, and let everything go."""
        self.quit_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.to_thread(self.writer.stop)
        await asyncio.sleep(0)
        for stop in self._stops:
            stop()
        await asyncio.to_thread(self.sweeping.stop)
        await asyncio.to_thread(self.projecting.stop)
        self._readers.shutdown(wait=False)
        self._django.shutdown(wait=True)
        self._media.shutdown(wait=True)

    # --- posting

    async def post(self, sender: Sender, line: Line, *, confirmed: bool = False) -> Outcome:
        """Hand a line to the writer; back when it has been decided, and committed if it was kept."""
        answer: asyncio.Future[Outcome] = self._loop.create_future()
        self.writer.post(Post(sender, line, confirmed, answer))
        try:
            with self._posters.one():
                return await answer
        except TimeoutError as error:
            # It may yet be kept; the same line again will tell.
            raise Unavailable("the writer does not answer") from error

    async def can_keep(self) -> bool:
        """Whether lines are being kept at this moment, or could be."""
        if self.writer.has_kept(within=2):
            return True
        answer: asyncio.Future[bool] = self._loop.create_future()

        def tell(able: bool) -> None:
            if not answer.done():
                answer.set_result(able)

        self.writer.probe(Probe(lambda able: self._loop.call_soon_threadsafe(tell, able)))
        return await answer

    def mark_read(self, mark: Mark) -> None:
        self.writer.mark(mark)
        hub.ring(hub.Read(mark.thread_id, mark.reader, mark.reader_id, mark.seq))

    def _settle(self, posts: Sequence[Post], outcomes: Sequence[Outcome]) -> None:
        """In the writer's thread, after the commit."""
        fresh = [outcome.line for outcome in outcomes if isinstance(outcome, Kept) and not outcome.again]
        self._loop.call_soon_threadsafe(self._tell, posts, outcomes, fresh)
        if fresh:
            ends = {line.thread_id: line.seq for line in fresh}
            self.projecting.rung(ends)
            hub.ring_elsewhere(hub.Lines(list(ends.items())))

    def _tell(self, posts: Sequence[Post], outcomes: Sequence[Outcome], fresh: Sequence[Line]) -> None:
        for post, outcome in zip(posts, outcomes, strict=True):
            if not post.answer.done():
                post.answer.set_result(outcome)
            self._keep_findings(post, outcome)
        self.board.publish(fresh)

    def _keep_findings(self, post: Post, outcome: Outcome) -> None:
        """What the gate remarked on or refused is kept off the hot path."""
        gate = ports.registry.gate
        if gate is None or not isinstance(outcome, Kept | Said):
            return
        verdict = outcome.verdict
        if isinstance(outcome, Kept) and (outcome.again or not verdict.remarks):
            return
        line = outcome.line if isinstance(outcome, Kept) else post.line
        sent = isinstance(outcome, Kept)
        self.later(partial(gate.kept, post.sender, line, verdict, sent=sent))

    # --- reading

    async def read(self, statement: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run one of the store's statements on a reader's own connection."""
        return await self._loop.run_in_executor(
            self._readers, partial(self._read, statement, arguments, named)
        )

    def _read(self, statement: Callable[..., T], arguments: Sequence[Any], named: dict[str, Any]) -> T:
        store: Store | None = getattr(self._mine, "store", None)
        if store is None:
            store = self._mine.store = open_store()
        method: Callable[..., T] = getattr(store, statement.__name__)
        return method(*arguments, **named)

    async def lines_to_show(self, thread_id: int, **where: int | None) -> list[Line]:
        """Lines of a thread; those taken back keep their place and lose what they said."""
        lines = await self.read(Store.lines, thread_id, **where)
        recalled = await self.read(Store.recalled, thread_id)
        return [msgspec.structs.replace(line, body="", payload={}) if line.seq in recalled else line for line in lines]

    async def _read_lines(self, thread_id: int, since: int, limit: int) -> list[Line]:
        return await self.lines_to_show(thread_id, since=since, limit=limit)

    async def thread(self, thread_id: int) -> tuple[int, int] | None:
        """The shop and the customer of a thread, or None where there is none."""
        if thread_id not in self._threads:
            if len(self._threads) > MOST_THREADS:
                self._threads.clear()
            self._threads |= await self.read(Store.threads, [thread_id])
        return self._threads.get(thread_id)

    # --- Django, in threads of its own

    async def django(self, work: Callable[..., T], *arguments: Any) -> T:
        return await self._loop.run_in_executor(self._django, partial(_with_connection, work, *arguments))

    async def media(self, work: Callable[..., T], *arguments: Any) -> T:
        """The same for what handles files."""
        return await self._loop.run_in_executor(self._media, partial(_with_connection, work, *arguments))

    def later(self, work: Callable[[], None]) -> None:
        """Run `work` in a Django thread; what it raises is logged."""
        self._django.submit(_logged, partial(_with_connection, work))

    # --- who is here

    async def open(self, stream: Stream) -> None:
        claims = stream.claims
        is_first = isinstance(claims, Agent) and not self.board.has_agent(claims.person_id)
        self.board.add(stream)
        self._sending[stream] = asyncio.current_task()
        if is_first and isinstance(claims, Agent):
            self.later(partial(accounts.stream_opened, claims.person_id, clock.now()))

    def shut(self, stream: Stream) -> None:
        self.board.remove(stream)
        self._sending.pop(stream, None)
        claims = stream.claims
        if isinstance(claims, Agent) and not self.board.has_agent(claims.person_id) and not self.stopping:
            self.later(partial(accounts.stream_closed, claims.person_id, clock.now()))

    def active(self, person_id: int) -> None:
        self._active.add(person_id)

    # --- looks round

    def _heard(self, event: hub.Ring) -> None:
        """From any thread."""
        if isinstance(event, hub.Lines):
            self.projecting.rung(dict(event.ends))
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._rung, event)

    def _was_deaf(self) -> None:
        """From any thread: other processes rang in vain. Lines are in the log; for all else pages ask anew when they come back."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.board.close_agents, "deaf")

    def _rung(self, event: hub.Ring) -> None:
        if isinstance(event, hub.Revoked):
            self.rights.forget(event.person)
        self.board.rung(event)

    async def _every(self, seconds: float, work: Callable[[], Any]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await work()
            except Unavailable as error:
                log.warning("lane.database", error=str(error))
            except Exception:
                log.exception("lane.background")

    async def _look_round(self) -> None:
        """Heals lost rings, and closes streams of those whose rights were changed elsewhere."""
        threads = self.board.threads
        for start in range(0, len(threads), 1000):
            for thread_id, seq in (await self.read(Store.last_seqs, threads[start : start + 1000])).items():
                self.board.grown(thread_id, seq)
        for person_id in await self.rights.refresh():
            self.board.rung(hub.Revoked(person_id))

    async def _cut_off(self) -> None:
        """Streams that were closed and still stand in the middle of sending: their readers have stopped reading."""
        closed = {stream for stream in self._sending if stream.why}
        for stream in closed & self._overdue:
            task = self._sending[stream]
            if task is not None:
                task.cancel()
        self._overdue = closed

    async def _beat(self) -> None:
        self.board.heartbeat()

    async def _say_who_is_here(self) -> None:
        active, self._active = self._active, set()
        here = self.board.person_ids
        if here or active:
            await self.django(accounts.keep_seen, here, sorted(active), clock.now())

    async def _renew_tokens(self) -> None:
        for stream in self.board.expiring(AGENT_SECONDS // 2):
            claims = await self.django(accounts.renewed, stream.session)
            # Somebody else may have signed in with the same browser meanwhile.
            if claims is None or not is_same_person(stream, claims):
                stream.close("signed_out")
            else:
                stream.claims = claims
                stream.push(frame("token", accounts.handed_out(claims)))

    async def refresh_bounds(self) -> None:
        self.bounds = await self.django(read_bounds)
        self.customers.per_minute = self.bounds.customer_rate
        self.addresses.per_minute = self.bounds.customer_rate


def is_same_person(stream: Stream, claims: Agent) -> bool:
    return isinstance(stream.claims, Agent) and stream.claims.person_id == claims.person_id


def _with_connection(work: Callable[..., T], *arguments: Any) -> T:
    close_old_connections()
    try:
        return work(*arguments)
    finally:
        close_old_connections()


def _logged(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:
        log.exception("lane.later")


def _checkpointer() -> Any:
    config = settings.DATABASES["default"]
    if config["ENGINE"] != "dangban.project.sqlite":
        return None
    from dangban.chat.lane.checkpoint import Checkpointer

    return Checkpointer(str(config["NAME"]))


def sender_line(
    thread_id: int,
    sender: Sender,
    *,
    client_id: str,
    kind: str,
    body: str,
    payload: dict[str, Any],
    internal: bool,
) -> Line:
    """A line as it goes to the writer, stamped with the server's time."""
    at = clock.now()
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    line = Line(
        thread_id=thread_id,
        author=sender.author,
        author_id=sender.id,
        author_name=sender.name,
        client_id=client_id,
        kind=kind,
        body=body,
        payload=payload,
        internal=internal,
        at=at,
    )
    return line
