"""The load generator: raw sockets in one epoll, so that it takes little of the core it runs on.

Customers write into the sessions of a window that moves over all threads; after a few lines of a
customer their agent answers through the agents' own door, and the thread leaves the window. So
turns close and open as in a department, and nobody waits long enough for alarms.
"""

from __future__ import annotations

import json
import random
import re
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

CONNECTIONS = 64
WINDOW = 1000
CLIENT_ID = re.compile(rb'"client_id":"([^"]+)"')
ASKS = (
    "亲，这款有货吗？什么时候能发货 {}",
    "尺寸怎么选，一米八的床用哪个 {}",
    "可以换成深蓝色的吗，谢谢 {}",
    "快递到哪里了 {}",
)
ANSWERS = (
    "您好，有货的，今天下单明天发出 {}",
    "一米八的床选二米二的被套 {}",
    "可以的，已经给您记下了 {}",
    "包裹在路上，今天派送 {}",
)


def request(path: str, token: str, body: str, *headers: str) -> bytes:
    data = body.encode()
    lines = [
        f"POST {path} HTTP/1.1",
        "Host: localhost",
        f"Content-Length: {len(data)}",
        "Content-Type: application/json",
        *([f"Authorization: Bearer {token}"] if token else []),
        *headers,
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + data


class Heard(Protocol):
    def readable(self) -> None: ...


class Wire:
    """All sockets of the generator."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._poll = select.epoll()
        self._heard: dict[int, Heard] = {}

    def connect(self) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.setblocking(False)
        return connection

    def hear(self, connection: socket.socket, by: Heard) -> None:
        self._heard[connection.fileno()] = by
        self._poll.register(connection, select.EPOLLIN)

    def forget(self, connection: socket.socket) -> None:
        if self._heard.pop(connection.fileno(), None):
            self._poll.unregister(connection)
        connection.close()

    def turn(self, wait: float) -> None:
        """Hand what has arrived to whoever hears it."""
        for number, _events in self._poll.poll(wait, 512):
            heard = self._heard.get(number)
            if heard is not None:
                heard.readable()


class Asker:
    """One connection that is kept open: a request, its answer, the next request."""

    def __init__(self, wire: Wire, answered: Callable[[Asker, bytes], None]) -> None:
        self._wire = wire
        self._answered = answered
        self._data = b""
        self.what: Any = None
        self._waits = False
        self._open()

    def _open(self) -> None:
        self._connection = self._wire.connect()
        self._wire.hear(self._connection, self)

    def ask(self, data: bytes, what: Any = None) -> None:
        self.what, self._waits = what, True
        self._connection.sendall(data)

    def readable(self) -> None:
        got = self._connection.recv(65_536)
        self._data += got
        if got and not _is_whole(self._data):
            return
        data, self._data = self._data, b""
        if not got:
            self._wire.forget(self._connection)
            self._open()
        # A server may close a connection that was not needed for a while.
        if self._waits:
            self._waits = False
            self._answered(self, data)

    def close(self) -> None:
        self._wire.forget(self._connection)


class Ear:
    """One open stream; hands on whole events."""

    def __init__(self, wire: Wire, data: bytes, heard: Callable[[bytes], None]) -> None:
        self._wire = wire
        self._heard = heard
        self._rest = b""
        self._connection = wire.connect()
        self._connection.sendall(data)
        self.is_open = False
        self.ended = False
        wire.hear(self._connection, self)

    def readable(self) -> None:
        got = self._connection.recv(262_144)
        if not got:
            self.ended = True
            self.close()
            return
        self.is_open = True
        whole, _sep, self._rest = (self._rest + got).rpartition(b"\n\n")
        if whole:
            self._heard(whole)

    def close(self) -> None:
        self._wire.forget(self._connection)


def _is_whole(answer: bytes) -> bool:
    head, sep, body = answer.partition(b"\r\n\r\n")
    if not sep:
        return False
    at = head.lower().find(b"content-length: ")
    if at < 0:
        return b" 204 " in head[:20] or b" 304 " in head[:20]
    return len(body) >= int(head[at + 16 :].split(b"\r", 1)[0])


@dataclass(frozen=True)
class Doors:
    """Where to post and to listen."""

    post: str = "/lane/customer/messages"
    answer: str = "/lane/agent/threads/{}/messages"
    stream: str = "/lane/agent/stream"


class Beside(Protocol):
    """What goes on meanwhile."""

    def turn(self, now: float) -> None: ...


@dataclass
class Phase:
    """What one stretch of load came to."""

    seconds: float = 0.0
    answered: int = 0
    # Of these, before the stretch was over; the rest were on their way.
    in_time: int = 0
    refused: int = 0
    by_agents: int = 0
    # Customer's post → agent's stream, in seconds.
    delivery: list[float] = field(default_factory=list)
    because: dict[str, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        return self.in_time / self.seconds if self.seconds else 0.0


class Load:
    """Posts, listens, and knows when each line was sent and seen."""

    def __init__(self, wire: Wire, told: dict[str, Any], *, doors: Doors, answers: float) -> None:
        self.wire = wire
        self._told = told
        self._doors = doors
        self._share = answers
        # A customer's lines before an answer is due.
        self._lines = max(1, round((1 - answers) / answers)) if answers else 0
        self.phase = Phase()
        self.doubled = 0
        self._sent: dict[bytes, float] = {}
        self._kept: set[bytes] = set()
        self._seen: set[bytes] = set()
        self._asked: dict[int, int] = {}
        order = list(range(len(told["threads"])))
        random.Random(1).shuffle(order)
        self._window: deque[int] = deque(order[:WINDOW])
        self._outside: deque[int] = deque(order[WINDOW:])
        self._due: deque[int] = deque()
        self._count = 0
        self._idle: list[Asker] = []
        self._busy = 0
        self.ears: list[Ear] = []

    def open_streams(self) -> None:
        """A stream for each agent, following the threads of their customers."""
        follows: list[dict[str, None]] = [{} for _ in self._told["agents"]]
        for thread, agent in zip(self._told["threads"], self._told["agent_of"], strict=True):
            follows[agent][str(thread)] = None
        for token, follow in zip(self._told["agents"], follows, strict=True):
            data = request(self._doors.stream, token, json.dumps({"threads": follow}))
            self.ears.append(Ear(self.wire, data, self._hear))
        end = time.perf_counter() + 30
        while not all(ear.is_open for ear in self.ears):
            if time.perf_counter() > end:
                raise RuntimeError("the agents' streams did not open")
            self.wire.turn(0.1)

    def connect(self) -> None:
        self._idle = [Asker(self.wire, self._answered) for _ in range(CONNECTIONS)]

    def close(self) -> None:
        for one in (*self._idle, *self.ears):
            one.close()

    def drive(
        self,
        *,
        until: Callable[[float], bool],
        rate: float | None = None,
        beside: Sequence[Beside] = (),
        lines: Callable[[], bytes | None] | None = None,
    ) -> Phase:
        """Post until told to stop: as fast as answers come, or at `rate` a second at random moments.

        Returns when every line that was kept has been seen, or no longer can be expected.
        """
        phase = self.phase = Phase()
        make = lines or self._line
        began = due = time.perf_counter()
        while not until((now := time.perf_counter()) - began):
            while self._idle and (rate is None or (rate > 0 and due <= now)):
                data = make()
                if data is None:
                    break
                self._post(data, now if rate is None else due)
                due += random.expovariate(rate) if rate else 0
            for other in beside:
                other.turn(now)
            # With nothing due, or every connection waiting for its answer, there is only to listen.
            idle = not rate or not self._idle
            self.wire.turn(0.01 if idle else max(0.0, min(0.01, due - time.perf_counter())))
        phase.seconds, phase.in_time = time.perf_counter() - began, phase.answered
        self._settle(beside)
        return phase

    def _settle(self, beside: Sequence[Beside]) -> None:
        end = time.perf_counter() + 15
        while (self._busy or self.lost) and (now := time.perf_counter()) < end:
            for other in beside:
                other.turn(now)
            self.wire.turn(0.02)

    @property
    def lost(self) -> int:
        """Lines that were acknowledged and not pushed."""
        return len(self._kept - self._seen)

    # --- posting

    def _post(self, data: bytes, at: float) -> None:
        found = CLIENT_ID.search(data)
        assert found
        self._sent[found.group(1)] = at
        self._busy += 1
        self._idle.pop().ask(data, found.group(1))

    def _line(self) -> bytes:
        if self._due and (not self._window or random.random() < self._share):
            return self._answer(self._due.popleft())
        number = self._window.popleft()
        self._asked[number] = asked = self._asked.get(number, 0) + 1
        if self._lines and asked >= self._lines:
            self._due.append(number)
        else:
            self._window.append(number)
        return request(self._doors.post, self._told["visitors"][number], self._body("c", ASKS))

    def _answer(self, number: int) -> bytes:
        self._asked[number] = 0
        self._outside.append(number)
        self._window.append(self._outside.popleft())
        self.phase.by_agents += 1
        token = self._told["agents"][self._told["agent_of"][number]]
        path = self._doors.answer.format(self._told["threads"][number])
        return request(path, token, self._body("a", ANSWERS))

    def first_line(self, token: str) -> bytes:
        return request(self._doors.post, token, self._body("n", ASKS))

    def _body(self, who: str, said: Sequence[str]) -> str:
        self._count += 1
        text = said[self._count % len(said)].format(self._count)
        # In order of time, as pages make them.
        return f'{{"client_id":"{who}{time.time_ns():x}-{self._count:x}","body":"{text}"}}'

    def _answered(self, asker: Asker, data: bytes) -> None:
        self._busy -= 1
        self._idle.append(asker)
        if data.startswith(b"HTTP/1.1 201"):
            self.phase.answered += 1
            if not asker.what.startswith(b"n"):
                self._kept.add(asker.what)
        else:
            self.phase.refused += 1
            why = data.split(b"\r\n", 1)[0].decode() + " " + data.rpartition(b"\r\n\r\n")[2].decode()[:160]
            self.phase.because[why] = self.phase.because.get(why, 0) + 1

    def _hear(self, events: bytes) -> None:
        now = time.perf_counter()
        for client_id in CLIENT_ID.findall(events):
            sent = self._sent.get(client_id)
            if sent is None:
                continue
            if client_id in self._seen:
                self.doubled += 1
                continue
            self._seen.add(client_id)
            if client_id.startswith(b"c"):
                self.phase.delivery.append(now - sent)
