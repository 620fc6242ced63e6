"""How one process wakes the others: a unix datagram on one host, PostgreSQL's NOTIFY, or Redis.

`send` never waits for anybody and never fails the caller: the log has been committed, and who
missed the ring finds it on the next look round. A process that could not hear for a while mends its
ear by itself and calls `missed`, for what was only rung for is in no log.
"""

from __future__ import annotations

import atexit
import base64
import contextlib
import os
import queue
import secrets
import socket
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

import psycopg
import redis
import structlog
from django.conf import settings

from dangban.chat.lane.store import connect
from dangban.lib import clock

log = structlog.get_logger(__name__)

# A NOTIFY payload may have 8000 bytes; longer rings carry nothing that a look round would not find.
LONGEST = 5500
CHANNEL = "dangban_doorbell"
# Process ids repeat, in containers above all.
OWN_MARK = secrets.token_hex(6)
# How long a unix socket's file may be gone before its process makes another.
MEND = 1.0
# Rings that wait for a bell that does not answer; what is beyond is left to the look round.
MOST_WAITING = 1000
PAUSE = 1.0

Rung = Callable[[bytes], None]
Missed = Callable[[], None]


class Bell(Protocol):
    def send(self, message: bytes) -> None: ...
    def answer(self, rung: Rung, missed: Missed) -> Callable[[], None]:
        """Call `rung` for what other processes send, from a thread; the returned function stops it."""


@cache
def bell() -> Bell:
    """The bell of this installation: DANGBAN_DOORBELL is ``unix`` (default), ``postgres`` or ``redis``."""
    kind = os.environ.get("DANGBAN_DOORBELL", "redis" if settings.REDIS_URL else "unix")
    if kind == "redis":
        return RedisBell(settings.REDIS_URL)
    if kind == "postgres":
        return PostgresBell()
    return UnixBell(settings.DATA_DIR / "doorbell")


class UnixBell:
    """A socket file per process in one folder; whoever rings sends to all of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._own = folder / f"{os.getpid()}-{OWN_MARK}.sock"
        self._others: list[Path] = []
        self._looked_at = -1.0

    def send(self, message: bytes) -> None:
        for path in self._neighbours():
            try:
                self._out.sendto(message, str(path))
            except (ConnectionRefusedError, FileNotFoundError):
                # Its process was killed.
                path.unlink(missing_ok=True)
            except OSError:
                continue

    def answer(self, rung: Rung, missed: Missed) -> Callable[[], None]:
        stopped = threading.Event()
        ear = self._listen()
        _in_thread("doorbell", lambda: self._hear(ear, rung, missed, stopped))

        def stop() -> None:
            stopped.set()
            self._own.unlink(missing_ok=True)

        return stop

    def _listen(self) -> socket.socket:
        self._folder.mkdir(parents=True, exist_ok=True)
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        ear.settimeout(MEND)
        ear.bind(str(self._own))
        return ear

    def _hear(self, ear: socket.socket, rung: Rung, missed: Missed, stopped: threading.Event) -> None:
        mended_at = clock.monotonic()
        while not stopped.is_set():
            with contextlib.suppress(TimeoutError):
                rung(ear.recv(65_536))
            if clock.monotonic() - mended_at < MEND:
                continue
            mended_at = clock.monotonic()
            if not self._own.exists() and not stopped.is_set():
                # Somebody tidied the folder: nobody could ring here since.
                log.warning("doorbell.deaf", error="the socket's file is gone")
                with contextlib.suppress(OSError):
                    ear, old = self._listen(), ear
                    old.close()
                    missed()
        ear.close()

    def _neighbours(self) -> list[Path]:
        now = clock.monotonic()
        if now - self._looked_at > 1:
            self._looked_at = now
            self._others = [path for path in self._folder.glob("*.sock") if path != self._own]
        return self._others


class Posted:
    """Rings for a bell across the network, sent one after the other by a thread of their own."""

    def __init__(self, send: Callable[[bytes], object]) -> None:
        self._send = send
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, message: bytes) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="doorbell-out", daemon=True)
                self._thread.start()
                # A command that ends at once has its rings sent first, if the bell answers.
                atexit.register(self._finish)
        with contextlib.suppress(queue.Full):
            self._waiting.put_nowait(message)

    def _run(self) -> None:
        quiet_until = 0.0
        while (message := self._waiting.get()) is not None:
            if clock.monotonic() < quiet_until:
                continue
            try:
                self._send(message)
            except (psycopg.Error, redis.RedisError, OSError) as error:
                log.warning("doorbell.lost", error=str(error))
                quiet_until = clock.monotonic() + PAUSE

    def _finish(self) -> None:
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=PAUSE)
        if self._thread is not None:
            self._thread.join(timeout=PAUSE)


class PostgresBell:
    """NOTIFY on a connection of its own, after the commit: inside it, NOTIFY would queue all commits."""

    def __init__(self) -> None:
        self._out: psycopg.Connection | None = None
        self._posted = Posted(self._notify)

    def send(self, message: bytes) -> None:
        if len(message) <= LONGEST:
            self._posted.put(message)

    def _notify(self, message: bytes) -> None:
        text = f"{OWN_MARK}:{base64.b64encode(message).decode()}"
        if self._out is None or self._out.closed:
            self._out = connect("doorbell")
        self._out.execute("SELECT pg_notify(%s, %s)", [CHANNEL, text])

    def answer(self, rung: Rung, missed: Missed) -> Callable[[], None]:
        stopped = threading.Event()

        def listen(hears: Callable[[], None]) -> None:
            with connect("doorbell") as ear:
                ear.execute(f"LISTEN {CHANNEL}")
                hears()
                while not stopped.is_set():
                    for note in ear.notifies(timeout=1):
                        sender, _, text = note.payload.partition(":")
                        if sender != OWN_MARK:
                            rung(base64.b64decode(text))

        _in_thread("doorbell", lambda: _keep_listening(listen, missed, stopped))
        return stopped.set


class RedisBell:
    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._mark = f"{OWN_MARK}:".encode()
        self._posted = Posted(lambda message: self._redis.publish(CHANNEL, self._mark + message))

    def send(self, message: bytes) -> None:
        self._posted.put(message)

    def answer(self, rung: Rung, missed: Missed) -> Callable[[], None]:
        stopped = threading.Event()

        def listen(hears: Callable[[], None]) -> None:
            with self._redis.pubsub(ignore_subscribe_messages=True) as ear:
                ear.subscribe(CHANNEL)
                hears()
                while not stopped.is_set():
                    note = ear.get_message(timeout=1)
                    if note and not note["data"].startswith(self._mark):
                        rung(note["data"].partition(b":")[2])

        _in_thread("doorbell", lambda: _keep_listening(listen, missed, stopped))
        return stopped.set


def _keep_listening(
    listen: Callable[[Callable[[], None]], None], missed: Missed, stopped: threading.Event
) -> None:
    """Listen again whenever the line breaks; `listen` calls what it is given once it hears."""
    was_deaf = False

    def hears() -> None:
        nonlocal was_deaf
        if was_deaf:
            was_deaf = False
            missed()

    while not stopped.is_set():
        try:
            listen(hears)
        except (psycopg.Error, redis.RedisError, OSError) as error:
            log.warning("doorbell.deaf", error=str(error))
            was_deaf = True
            stopped.wait(PAUSE)


def _in_thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()
