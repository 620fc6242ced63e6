"""How one process wakes the others: a unix datagram on one host, PostgreSQL's NOTIFY, or Redis.

`send` never waits for anybody and never fails the caller: the log has been committed, and who
missed the ring finds it on the next look round.
"""

from __future__ import annotations

import base64
import contextlib
import os
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

# A NOTIFY payload may have 8000 bytes, in base64; longer rings carry nothing that a look round would not find.
LONGEST = 5500
CHANNEL = "dangban_doorbell"


class Bell(Protocol):
    def send(self, message: bytes) -> None: ...
    def answer(self, rung: Callable[[bytes], None]) -> Callable[[], None]:
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
        self._own: Path | None = None
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

    def answer(self, rung: Callable[[bytes], None]) -> Callable[[], None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        own = self._folder / f"{os.getpid()}-{threading.get_ident() % 10_000}.sock"
        own.unlink(missing_ok=True)
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        ear.bind(str(own))
        self._own = own
        _in_thread("doorbell", lambda: self._hear(ear, rung))

        def stop() -> None:
            own.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                ear.shutdown(socket.SHUT_RDWR)
            ear.close()

        return stop

    @staticmethod
    def _hear(ear: socket.socket, rung: Callable[[bytes], None]) -> None:
        while True:
            try:
                message = ear.recv(65_536)
            except OSError:
                return
            if not message:
                return
            rung(message)

    def _neighbours(self) -> list[Path]:
        now = clock.monotonic()
        if now - self._looked_at > 1:
            self._looked_at = now
            self._others = [path for path in self._folder.glob("*.sock") if path != self._own]
        return self._others


class PostgresBell:
    """NOTIFY on a connection of its own, after the commit: inside it, NOTIFY would queue all commits."""

    def __init__(self) -> None:
        self._out: psycopg.Connection | None = None
        self._lock = threading.Lock()

    def send(self, message: bytes) -> None:
        if len(message) > LONGEST:
            return
        with self._lock:
            try:
                if self._out is None or self._out.closed:
                    self._out = connect("doorbell")
                self._out.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{os.getpid()}:{base64.b64encode(message).decode()}"])
            except psycopg.Error as error:
                log.warning("doorbell.lost", error=str(error))

    def answer(self, rung: Callable[[bytes], None]) -> Callable[[], None]:
        stopped = threading.Event()

        def hear() -> None:
            while not stopped.is_set():
                try:
                    with connect("doorbell") as ear:
                        ear.execute(f"LISTEN {CHANNEL}")
                        self._pass_on(ear, rung, stopped)
                except psycopg.Error as error:
                    log.warning("doorbell.deaf", error=str(error))
                    stopped.wait(1)

        _in_thread("doorbell", hear)
        return stopped.set

    @staticmethod
    def _pass_on(ear: psycopg.Connection, rung: Callable[[bytes], None], stopped: threading.Event) -> None:
        while not stopped.is_set():
            for note in ear.notifies(timeout=1):
                sender, _, text = note.payload.partition(":")
                if sender != str(os.getpid()):
                    rung(base64.b64decode(text))


class RedisBell:
    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._mark = f"{socket.gethostname()}-{os.getpid()}:".encode()

    def send(self, message: bytes) -> None:
        try:
            self._redis.publish(CHANNEL, self._mark + message)
        except redis.RedisError as error:
            log.warning("doorbell.lost", error=str(error))

    def answer(self, rung: Callable[[bytes], None]) -> Callable[[], None]:
        stopped = threading.Event()

        def hear() -> None:
            while not stopped.is_set():
                try:
                    with self._redis.pubsub(ignore_subscribe_messages=True) as ear:
                        ear.subscribe(CHANNEL)
                        while not stopped.is_set():
                            note = ear.get_message(timeout=1)
                            if note and not note["data"].startswith(self._mark):
                                rung(note["data"].partition(b":")[2])
                except redis.RedisError as error:
                    log.warning("doorbell.deaf", error=str(error))
                    stopped.wait(1)

        _in_thread("doorbell", hear)
        return stopped.set


def _in_thread(name: str, run: Callable[[], None]) -> None:
    threading.Thread(target=run, name=name, daemon=True).start()
