"""How many messages a second the lane takes, and how soon an agent's page has them.

    .venv/bin/python bench/message_lane.py [--database postgresql://…] [--seconds 5] [--rooms all|chat]

The server (and PostgreSQL, as it was started) runs on core 0, this program on core 1; its own use of
that core is printed, and above 70 % the run says nothing. Real schema, tokens, access and
projectors; with `--rooms all` also the speech guard and everything else that hangs on a message.
The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from dangban.testing.live import LiveServer

VISITORS = 5000
STREAMS = 50
FOLLOWED = 100
CONNECTIONS = 64


def story(visitors: int, handbook: bool) -> dict[str, Any]:
    """Threads of one shop, straight into the tables, and tokens for all."""
    from dangban.chat import tokens
    from dangban.chat.models import Thread, ThreadSequence
    from dangban.customers.models import Customer
    from dangban.lib import clock
    from dangban.people.models import Person, Shop
    from dangban.testing.live import cast_story

    told = cast_story(handbook=handbook)
    shop, now = Shop.objects.get(pk=told["shop"]), clock.now()
    customers = Customer.objects.bulk_create(Customer(name=f"客{n}", created_at=now) for n in range(visitors))
    threads = Thread.objects.bulk_create(
        Thread(shop=shop, customer=customer, public_id=f"bench{n}", created_at=now)
        for n, customer in enumerate(customers)
    )
    ThreadSequence.objects.bulk_create(ThreadSequence(thread=thread) for thread in threads)
    return {
        "threads": [thread.pk for thread in threads],
        "visitors": [tokens.visitor_token(thread, name="客") for thread in threads],
        "agent": tokens.agent_token(Person.objects.get(username="zhou")),
    }


@dataclass
class Load:
    """Posts over raw sockets and listens on streams; knows when each line was sent and seen."""

    port: int
    visitors: list[str]
    threads: list[int]
    sent: dict[str, float] = field(default_factory=dict)
    answered: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)
    _next: int = 0
    _seen: set[str] = field(default_factory=set)

    def open_streams(self, token: str) -> list[socket.socket]:
        streams = []
        for number in range(STREAMS):
            follow = {str(thread): 0 for thread in self.threads[number * FOLLOWED : (number + 1) * FOLLOWED]}
            stream = socket.create_connection(("127.0.0.1", self.port))
            stream.sendall(_request("/lane/agent/stream", token, json.dumps({"threads": follow})))
            streams.append(stream)
        return streams

    def post(self, connection: socket.socket) -> None:
        number = self._next % len(self.visitors)
        self._next += 1
        # Time-ordered, as our pages make them.
        client_id = f"{time.time_ns():x}-{self._next:x}"
        body = f'{{"client_id":"{client_id}","body":"亲，这款有货吗？什么时候能发货 {self._next}"}}'
        self.sent[client_id] = time.perf_counter()
        connection.sendall(_request("/lane/customer/messages", self.visitors[number], body))

    def hear(self, text: bytes) -> None:
        now = time.perf_counter()
        for part in text.split(b'"client_id":"')[1:]:
            client_id = part[: part.index(b'"')].decode()
            if client_id in self.sent and client_id not in self._seen:
                self._seen.add(client_id)
                self.latencies.append(now - self.sent[client_id])

    @property
    def lost(self) -> int:
        return self.answered - len(self._seen)


def _request(path: str, token: str, body: str) -> bytes:
    data = body.encode()
    return (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n"
    ).encode() + data


def drive(load: Load, streams: list[socket.socket], seconds: float, rate: float | None) -> float:
    """Post for a while: as fast as answers come, or at `rate` a second at random moments. Messages a second."""
    selector = selectors.DefaultSelector()
    buffers = dict.fromkeys(streams, b"")
    for stream in streams:
        stream.setblocking(False)
        selector.register(stream, selectors.EVENT_READ, "stream")
    idle = [socket.create_connection(("127.0.0.1", load.port)) for _ in range(CONNECTIONS)]
    for connection in idle:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, "post")
    began = time.perf_counter()
    due = began
    before = load.answered
    busy = 0
    while (now := time.perf_counter()) < began + seconds or busy:
        posting = now < began + seconds
        while posting and idle and (rate is None or due <= now):
            load.post(idle.pop())
            busy += 1
            due += random.expovariate(rate) if rate else 0
        for key, _events in selector.select(0.5 if rate is None else max(0.0, min(0.05, due - now))):
            data = buffers.get(key.fileobj, b"") + key.fileobj.recv(262_144)  # type: ignore[union-attr, call-overload]
            if key.data == "post" and not _is_whole(data):
                buffers[key.fileobj] = data  # type: ignore[index]
            elif key.data == "post":
                buffers[key.fileobj] = b""  # type: ignore[index]
                load.answered += data.startswith(b"HTTP/1.1 201")
                load.refused += not data.startswith(b"HTTP/1.1 201")
                busy -= 1
                idle.append(key.fileobj)  # type: ignore[arg-type]
            else:
                buffers[key.fileobj] = _whole_frames(load, data)  # type: ignore[index]
        if time.perf_counter() > began + seconds + 10:
            break
    took = time.perf_counter() - began
    end = time.perf_counter() + 2
    while load.lost and time.perf_counter() < end:
        for key, _events in selector.select(0.05):
            if key.data == "stream":
                data = key.fileobj.recv(262_144)  # type: ignore[union-attr]
                buffers[key.fileobj] = _whole_frames(load, buffers[key.fileobj] + data)  # type: ignore[index]
    for connection in idle:
        connection.close()
    return (load.answered - before) / took


def _is_whole(answer: bytes) -> bool:
    head, sep, body = answer.partition(b"\r\n\r\n")
    at = head.find(b"content-length: ")
    return bool(sep) and len(body) >= int(head[at + 16 :].split(b"\r", 1)[0])


def _whole_frames(load: Load, data: bytes) -> bytes:
    whole, _sep, rest = data.rpartition(b"\n\n")
    load.hear(whole)
    return rest


def cpu_of(pids: list[int]) -> float:
    """Seconds of CPU that these processes have used."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def fsync_latency(folder: Path) -> float:
    """Median of 200 small appends with fdatasync, in milliseconds."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(200):
            began = time.perf_counter()
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


def plain_inserts(folder: Path) -> float:
    """Rows a second that SQLite itself takes, 64 in a transaction, synchronous=FULL, same columns and keys."""
    import sqlite3

    db = sqlite3.connect(folder / "plain.sqlite3", isolation_level=None)
    db.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
        "CREATE TABLE m (id INTEGER PRIMARY KEY, thread INTEGER, seq INTEGER, author TEXT, author_id INTEGER,"
        " client_id TEXT, body TEXT, at TEXT, UNIQUE (thread, seq), UNIQUE (thread, author, author_id, client_id))"
    )
    rows, began = 0, time.perf_counter()
    while time.perf_counter() < began + 2:
        batch = [
            (rows + n, rows, "customer", 1, f"{time.time_ns():x}-{n}", "亲，这款有货吗", "2026-11-22")
            for n in range(64)
        ]
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO m (thread, seq, author, author_id, client_id, body, at) VALUES (?,?,?,?,?,?,?)",
            batch,
        )
        db.execute("COMMIT")
        rows += 64
    return rows / (time.perf_counter() - began)


@contextlib.contextmanager
def measured(server: LiveServer) -> Iterator[dict[str, float]]:
    """CPU of the server, of PostgreSQL and of this program over a stretch."""
    assert server.process is not None
    postgres = [
        int(pid)
        for pid in subprocess.run(
            ["pgrep", "-x", "postgres"], capture_output=True, text=True, check=False
        ).stdout.split()
    ]
    if not server.database_url:
        postgres = []
    used: dict[str, float] = {}
    began = time.perf_counter()
    own, theirs, base = _own_cpu(), cpu_of([server.process.pid]), cpu_of(postgres)
    yield used
    used["wall"] = time.perf_counter() - began
    used["own"] = _own_cpu() - own
    used["server"] = cpu_of([server.process.pid]) - theirs
    used["postgres"] = cpu_of(postgres) - base


def _own_cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(options: argparse.Namespace) -> dict[str, Any]:
    os.sched_setaffinity(0, {0})
    environment = {"DJANGO_SETTINGS_MODULE": "dangban.chat.tests.settings"} if options.rooms == "chat" else {}
    with LiveServer.start(
        story="bench.message_lane:story",
        database_url=options.database,
        environment=environment,
        visitors=VISITORS,
        handbook=options.rooms == "all",
    ) as server:
        os.sched_setaffinity(0, {1})
        load = Load(server.port, server.told["visitors"], server.told["threads"])
        streams = load.open_streams(server.told["agent"])
        time.sleep(1)
        with measured(server) as full:
            rate = drive(load, streams, options.seconds, None)
        count = load.answered
        time.sleep(2)
        load.latencies.clear()
        with measured(server) as half:
            at_half = drive(load, streams, options.seconds, rate / 2)
        cuts = statistics.quantiles(load.latencies, n=1000)
        figures = {
            "database": "postgresql" if options.database else "sqlite",
            "rooms": options.rooms,
            "messages_per_second": round(rate),
            "cpu_us_per_message": round(full["server"] / count * 1e6, 1),
            "cpu_us_postgres": round(full["postgres"] / count * 1e6, 1),
            "half_load_per_second": round(at_half),
            "delivery_p50_ms": round(cuts[499] * 1000, 2),
            "delivery_p99_ms": round(cuts[989] * 1000, 2),
            "lost": load.lost,
            "refused": load.refused,
            "generator_busy": round(max(full["own"] / full["wall"], half["own"] / half["wall"]), 2),
            "fsync_ms": round(fsync_latency(server.data), 2),
        }
        if not options.database:
            figures["plain_inserts_per_second"] = round(plain_inserts(server.data))
        figures["valid"] = figures["generator_busy"] <= 0.7 and load.lost == 0
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; SQLite without")
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rooms", choices=["all", "chat"], default="all")
    figures = run(parser.parse_args())
    for name, value in figures.items():
        print(f"{name:28} {value}")
    print(json.dumps(figures))
    return 0 if figures["valid"] else 1


if __name__ == "__main__":
    sys.exit(main())
