"""Open streams and what is pushed into them. Everything here runs on the event loop.

A stream follows threads, each from a cursor. A line is pushed when it is the next one; when one is
missing in between, the log is read from the cursor on. So it does not matter in which order
subscribing, reading and ringing happen, nor whether a ring is lost or comes twice.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from prometheus_client import Counter, Gauge

from dangban.chat import hub
from dangban.chat.bubbles import bubble
from dangban.chat.lane.store import Unavailable
from dangban.chat.ports import Line
from dangban.chat.tokens import Agent, Visitor
from dangban.lib import clock

# A reader that is this far behind is closed, and catches up from its cursor when it comes back.
LONGEST_BACKLOG = 512 * 1024
# Announcements of changed subjects are collected for this long; message lines never wait.
COALESCE = 0.1
HEARTBEAT = 15.0
PAGE = 200

OPEN = Gauge("dangban_streams_open", "Open streams", ["kind"], multiprocess_mode="livesum")
CLOSED = Counter("dangban_streams_closed_total", "Streams closed by us", ["why"])
DELIVERED = Counter("dangban_lines_delivered_total", "Lines pushed into streams")

encode = msgspec.json.Encoder().encode
ReadLines = Callable[[int, int, int], Awaitable[list[Line]]]
# Who hears of a change: whoever sees a shop, a person, or the customer of a thread.
Audience = tuple[Literal["shop", "person", "thread"], int]


def frame(name: str, data: Any, identity: str = "") -> bytes:
    head = f"event: {name}\nid: {identity}\ndata: " if identity else f"event: {name}\ndata: "
    return head.encode() + encode(data) + b"\n\n"


class News:
    """A line on its way to streams, encoded once for each audience."""

    __slots__ = ("_for_agents", "_for_customers", "line")

    def __init__(self, line: Line) -> None:
        self.line = line
        self._for_agents: bytes | None = None
        self._for_customers: bytes | None = None

    @property
    def for_agents(self) -> bytes:
        if self._for_agents is None:
            self._for_agents = frame("message", bubble(self.line), self._identity)
        return self._for_agents

    @property
    def for_customers(self) -> bytes:
        if self._for_customers is None:
            drawn = bubble(self.line, customer=True)
            self._for_customers = frame("message", drawn, self._identity) if drawn else b""
        return self._for_customers

    @property
    def _identity(self) -> str:
        return f"thread:{self.line.thread_id}:{self.line.seq}"


class Changes:
    """Announcements of newer versions, gathered by whom they are for. The newest version of a subject stands."""

    def __init__(self) -> None:
        self._by_audience: dict[Audience, dict[tuple[str, int], int]] = {}

    def add(self, audience: Audience, event: hub.Changed) -> None:
        versions = self._by_audience.setdefault(audience, {})
        subject = (event.subject, event.id)
        versions[subject] = max(event.version, versions.get(subject, 0))

    def frames(self) -> list[tuple[Audience, bytes]]:
        """Each audience's announcements as one piece, ready to send."""
        return [
            (audience, frame("changed", {"changes": [(*subject, version) for subject, version in versions.items()]}))
            for audience, versions in self._by_audience.items()
        ]


@dataclass(slots=True)
class Follow:
    """One thread in one stream: the last line pushed, the last one heard of, and whether the log is being read."""

    cursor: int
    heard: int
    reading: bool = False


class Stream:
    """What waits to be sent to one open response."""

    __slots__ = (
        "_pending",
        "_size",
        "_wake",
        "claims",
        "follows",
        "id",
        "sent",
        "session",
        "why",
    )

    def __init__(self, claims: Agent | Visitor, session: str = "") -> None:
        self.id = secrets.token_urlsafe(12)
        self.claims = claims
        # The log-in that an agent's stream belongs to; its tokens are renewed as long as this holds.
        self.session = session
        self.follows: dict[int, Follow] = {}
        # Whether anything was sent since the last heartbeat.
        self.sent = False
        self.why = ""
        self._pending: list[bytes] = []
        self._size = 0
        self._wake = asyncio.Event()

    @property
    def is_agents(self) -> bool:
        return isinstance(self.claims, Agent)

    @property
    def is_full(self) -> bool:
        """Whether reading on from the log has to wait until something has been sent."""
        return self._size > LONGEST_BACKLOG // 2

    def push(self, data: bytes) -> None:
        if self.why:
            return
        self._pending.append(data)
        self._size += len(data)
        if self._size > LONGEST_BACKLOG:
            self.close("slow")
        self._wake.set()

    def take(self, news: News) -> bool:
        """Push a line if it is the next one of its thread; False if lines before it are missing."""
        line = news.line
        follow = self.follows.get(line.thread_id)
        if follow is None or line.seq <= follow.cursor:
            return True
        follow.heard = max(follow.heard, line.seq)
        if line.seq > follow.cursor + 1:
            return False
        follow.cursor = line.seq
        data = news.for_agents if self.is_agents else news.for_customers
        if data:
            self.push(data)
        return True

    def close(self, why: str) -> None:
        if not self.why:
            self.why = why
            CLOSED.labels(why).inc()
        self._wake.set()

    async def next(self) -> bytes:
        """All that waits, as one piece; empty once the stream is closed."""
        while not self._pending and not self.why:
            self._wake.clear()
            await self._wake.wait()
        if self.why:
            return b""
        data = b"".join(self._pending)
        self._pending.clear()
        self._size = 0
        self.sent = True
        return data


class Board:
    """All open streams of this process, by what they want to hear of."""

    def __init__(self, read_lines: ReadLines) -> None:
        self._read_lines = read_lines
        self._by_thread: dict[int, set[Stream]] = {}
        self._agents: dict[int, set[Stream]] = {}
        self._streams: dict[str, Stream] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changes: Changes | None = None

    # --- coming and going

    def add(self, stream: Stream) -> None:
        self._streams[stream.id] = stream
        if isinstance(stream.claims, Agent):
            self._agents.setdefault(stream.claims.person_id, set()).add(stream)
        OPEN.labels("agent" if stream.is_agents else "customer").inc()

    def remove(self, stream: Stream) -> None:
        if self._streams.pop(stream.id, None) is None:
            return
        for thread_id in list(stream.follows):
            self.unfollow(stream, thread_id)
        if isinstance(stream.claims, Agent):
            _discard(self._agents, stream.claims.person_id, stream)
        OPEN.labels("agent" if stream.is_agents else "customer").dec()

    def get(self, stream_id: str) -> Stream | None:
        return self._streams.get(stream_id)

    def has_agent(self, person_id: int) -> bool:
        return person_id in self._agents

    @property
    def person_ids(self) -> list[int]:
        return list(self._agents)

    def follow(self, stream: Stream, thread_id: int, since: int) -> None:
        """Push lines beyond `since`, those that are there already first."""
        stream.follows[thread_id] = Follow(cursor=since, heard=since)
        self._by_thread.setdefault(thread_id, set()).add(stream)
        self._catch_up(stream, thread_id)

    def unfollow(self, stream: Stream, thread_id: int) -> None:
        stream.follows.pop(thread_id, None)
        _discard(self._by_thread, thread_id, stream)

    def expiring(self, seconds: int) -> list[Stream]:
        """Agents' streams whose token ends within `seconds` and can be renewed."""
        limit = clock.now().timestamp() + seconds
        return [stream for stream in self._all_agents() if stream.session and stream.claims.expires < limit]

    def close_agents(self, why: str) -> None:
        for stream in self._all_agents():
            stream.close(why)

    def close_all(self, why: str) -> None:
        for stream in list(self._streams.values()):
            stream.close(why)

    # --- what happens

    def publish(self, lines: Sequence[Line]) -> None:
        """Lines that have just been committed."""
        delivered = 0
        for line in lines:
            followers = self._by_thread.get(line.thread_id)
            if not followers:
                continue
            news = News(line)
            delivered += len(followers)
            for stream in followers:
                if not stream.take(news):
                    self._catch_up(stream, line.thread_id)
        DELIVERED.inc(delivered)

    def rung(self, event: hub.Ring) -> None:
        match event:
            case hub.Lines():
                for thread_id, seq in event.ends:
                    self.grown(thread_id, seq)
            case hub.Changed():
                self._changed(event)
            case hub.Together():
                for change in event.changes:
                    self._changed(change)
            case hub.Typing():
                self._typing(event)
            case hub.Read():
                self._read(event)
            case hub.PresenceTold():
                self._presence(event)
            case hub.Revoked():
                for stream in list(self._agents.get(event.person, ())):
                    stream.close("revoked")

    def grown(self, thread_id: int, seq: int) -> None:
        """A thread's log has reached `seq`: whoever follows it and has less reads on."""
        for stream in self._by_thread.get(thread_id, ()):
            follow = stream.follows[thread_id]
            if seq > follow.cursor:
                follow.heard = max(follow.heard, seq)
                self._catch_up(stream, thread_id)

    @property
    def threads(self) -> list[int]:
        return list(self._by_thread)

    def heartbeat(self) -> None:
        for stream in self._streams.values():
            if not stream.sent:
                stream.push(b": still here\n\n")
            stream.sent = False

    def _changed(self, event: hub.Changed) -> None:
        """Gathered for a moment, then told to each audience in one piece."""
        if self._changes is None:
            self._changes = Changes()
            asyncio.get_running_loop().call_later(COALESCE, self._tell_changes)
        if event.shop is not None:
            self._changes.add(("shop", event.shop), event)
        for person in event.persons:
            if event.shop is None or not all(_sees(stream, event.shop) for stream in self._agents.get(person, ())):
                self._changes.add(("person", person), event)
        if event.thread is not None:
            self._changes.add(("thread", event.thread), event)

    def _tell_changes(self) -> None:
        changes, self._changes = self._changes, None
        for audience, data in changes.frames() if changes else ():
            for stream in self._hearers(audience):
                stream.push(data)

    def _hearers(self, audience: Audience) -> list[Stream]:
        match audience:
            case ("shop", shop):
                return [stream for stream in self._all_agents() if _sees(stream, shop)]
            case ("person", person):
                return list(self._agents.get(person, ()))
            case (_, thread):
                return [stream for stream in self._by_thread.get(thread, ()) if not stream.is_agents]

    def _typing(self, event: hub.Typing) -> None:
        told = {"thread": event.thread, "author": event.author, "name": event.name}
        for_agents = frame("typing", {**told, "author_id": event.author_id, "text": event.text})
        for_customers = frame("typing", told) if event.author == "agent" else b""
        for stream in self._by_thread.get(event.thread, ()):
            if _is_by(stream, event.author, event.author_id):
                continue
            data = for_agents if stream.is_agents else for_customers
            if data:
                stream.push(data)

    def _read(self, event: hub.Read) -> None:
        told = {"thread": event.thread, "reader": event.reader, "seq": event.seq}
        for_agents = frame("read", {**told, "reader_id": event.reader_id})
        for_customers = frame("read", told)
        for stream in self._by_thread.get(event.thread, ()):
            if not _is_by(stream, event.reader, event.reader_id):
                stream.push(for_agents if stream.is_agents else for_customers)

    def _presence(self, event: hub.PresenceTold) -> None:
        told = {"person": event.person, "state": event.state, "reason": event.reason, "since": event.since}
        data = frame("presence", told)
        for stream in self._all_agents():
            if event.shops is None or any(_sees(stream, shop) for shop in event.shops):
                stream.push(data)

    def _all_agents(self) -> list[Stream]:
        return [stream for streams in self._agents.values() for stream in streams]

    def _catch_up(self, stream: Stream, thread_id: int) -> None:
        follow = stream.follows[thread_id]
        if follow.reading:
            return
        follow.reading = True
        task = asyncio.get_running_loop().create_task(self._read_on(stream, thread_id, follow))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read_on(self, stream: Stream, thread_id: int, follow: Follow) -> None:
        """Push what the log has beyond the cursor, until nothing heard of is missing."""
        try:
            while stream.follows.get(thread_id) is follow and not stream.why:
                lines = await self._read_lines(thread_id, follow.cursor, PAGE)
                for line in lines:
                    # Who catches up takes it at their own pace; a page of long lines must not pass for slowness.
                    while stream.is_full and not stream.why:
                        await asyncio.sleep(0.02)
                    stream.take(News(line))
                if len(lines) < PAGE and (not lines or follow.heard <= follow.cursor):
                    return
        except Unavailable:
            stream.close("database")
        finally:
            follow.reading = False


def _discard(sets: dict[int, set[Stream]], key: int, stream: Stream) -> None:
    members = sets.get(key)
    if members is not None:
        members.discard(stream)
        if not members:
            del sets[key]


def _sees(stream: Stream, shop_id: int) -> bool:
    return isinstance(stream.claims, Agent) and stream.claims.sees(shop_id)


def _is_by(stream: Stream, author: str, author_id: int) -> bool:
    claims = stream.claims
    if isinstance(claims, Agent):
        return author == "agent" and claims.person_id == author_id
    return author == "customer"
