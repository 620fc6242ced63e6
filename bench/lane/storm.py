"""Thousands of open pages: what they take, and how long it lasts until all are back after the line broke."""

from __future__ import annotations

import contextlib
import resource
import select
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass

from bench.lane.wire import request

PATIENCE = 60.0


def raise_limit(wanted: int) -> int:
    """Let this program, and what it starts, hold so many sockets; how many it got."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


@dataclass
class Page:
    """One customer's open page, and how many lines it has missed."""

    asks: bytes
    socket: socket.socket
    missed: int
    asked: bool = False
    said_hello: bool = False


class Pages:
    """All of them; everything that happens is waited for in one epoll."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: dict[int, Page] = {}
        self._greeted = 0
        self._missed = 0

    def open(self, tokens: Sequence[str], since: Sequence[int], missed: Sequence[int]) -> tuple[float, float]:
        """Connect them all at once; seconds until all were greeted, and until each had what it missed."""
        self._greeted, self._missed = 0, sum(missed)
        poll = select.epoll()
        began, greeted = time.perf_counter(), 0.0
        for token, cursor, count in zip(tokens, since, missed, strict=True):
            self._connect(poll, request("/lane/customer/stream", token, f'{{"since":{cursor}}}'), count)
            self._turn(poll, 0)
        while not greeted or self._missed:
            self._turn(poll, 0.05)
            now = time.perf_counter()
            if not greeted and self._greeted == len(self._open):
                greeted = now
            if now > began + PATIENCE:
                raise RuntimeError(
                    f"{self._greeted} of {len(self._open)} were greeted, {self._missed} lines are missing"
                )
        poll.close()
        return greeted - began, time.perf_counter() - began

    def _connect(self, poll: select.epoll, asks: bytes, missed: int) -> None:
        connection = socket.socket()
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.connect(("127.0.0.1", self._port))
        self._open[connection.fileno()] = Page(asks, connection, missed)
        poll.register(connection, select.EPOLLIN | select.EPOLLOUT)

    def _turn(self, poll: select.epoll, wait: float) -> None:
        for number, events in poll.poll(wait, 1024):
            page = self._open[number]
            if events & select.EPOLLOUT and not page.asked:
                page.socket.send(page.asks)
                page.asked = True
                poll.modify(number, select.EPOLLIN)
            if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
                self._read(page)

    def _read(self, page: Page) -> None:
        data = page.socket.recv(65_536)
        if not data:
            raise RuntimeError("a stream was closed while it was waited for")
        if not page.said_hello and b"event: hello" in data:
            page.said_hello = True
            self._greeted += 1
        got = min(page.missed, data.count(b"event: message"))
        page.missed -= got
        self._missed -= got

    def close(self) -> None:
        """The line breaks: nobody says goodbye."""
        for page in self._open.values():
            page.socket.close()
        self._open.clear()
