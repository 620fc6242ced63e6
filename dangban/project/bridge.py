"""Django behind ASGI, run synchronously on a few threads that stay.

Django's own ASGI handler costs four to six times as much for a thin request. A body is spooled
here, under limits of size and time, before it takes a thread, so that slow senders block nobody.
"""

from __future__ import annotations

import asyncio
import contextvars
import tempfile
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, Any

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.base import BaseHandler
from django.core.signals import request_started
from django.http import HttpResponse, HttpResponseBase
from django.urls import set_script_prefix
from django.utils.translation import gettext as _
from prometheus_client import Gauge, Histogram

from dangban.chat.lane.http import Gone, Problem, Request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

BODY_LIMIT = 100 * 1024 * 1024
# Who is not signed in has only forms to send; customers' files go through the lane.
STRANGERS_LIMIT = 256 * 1024
IN_MEMORY = 256 * 1024
# The slowest sender that is waited for, after a first allowance.
ALLOWANCE = 20.0
SLOWEST = 20 * 1024
MOST_WAITING = 256
PIECE = 128 * 1024

WAITING = Gauge("dangban_django_waiting", "Requests that wait for one of Django's threads", multiprocess_mode="livesum")
TOOK = Histogram(
    "dangban_django_seconds",
    "Django's part of a request",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30),
)


class SyncHandler(BaseHandler):
    """Django's middleware and views, for one request at a time on the calling thread."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware()

    def answer(self, scope: Scope, body: IO[bytes]) -> HttpResponseBase:
        set_script_prefix(scope.get("root_path", "") or "/")
        request_started.send(sender=self.__class__, scope=scope)
        return self.get_response(ASGIRequest(dict(scope), body))


@dataclass
class Turn:
    """One request's way through a thread; `gone` is set once its asker has hung up."""

    gone: bool = False


class Bridge:
    def __init__(self) -> None:
        # SQLite writes one after the other anyway; PostgreSQL makes a thread wait for the network.
        threads = 3 if settings.DATABASES["default"]["ENGINE"] == "dangban.project.sqlite" else 6
        self._threads = ThreadPoolExecutor(threads, "django")
        self._handler = SyncHandler()
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        try:
            await self._serve(request)
        except Problem as problem:
            await request.refuse(problem)
        except Gone:
            return

    def stop(self) -> None:
        self._threads.shutdown(wait=True)

    async def _serve(self, request: Request) -> None:
        if self._waiting >= MOST_WAITING:
            raise request.problem(
                503,
                "busy",
                lambda: _("Too much is going on at the moment; please try again in a few seconds."),
                headers={"retry-after": "3"},
            )
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            await spool(request, body)
            turn = Turn()
            watch = asyncio.create_task(_watch(request.receive, turn))
            try:
                response = await self._in_thread(self._answer, request.scope, body, turn)
                await self._send(request, response, turn)
            finally:
                watch.cancel()

    def _answer(self, scope: Scope, body: IO[bytes], turn: Turn) -> HttpResponseBase:
        self._waiting -= 1
        WAITING.set(self._waiting)
        if turn.gone:
            raise Gone
        with TOOK.time():
            response = self._handler.answer(scope, body)
            # A view may have left it to be rendered lazily; that belongs to this thread.
            if isinstance(response, HttpResponse):
                response.content  # noqa: B018
            return response

    async def _in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        if work == self._answer:
            self._waiting += 1
            WAITING.set(self._waiting)
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, context.run, work, *arguments)

    async def _send(self, request: Request, response: HttpResponseBase, turn: Turn) -> None:
        try:
            await request.send(
                {"type": "http.response.start", "status": response.status_code, "headers": _headers(response)}
            )
            if isinstance(response, HttpResponse):
                await request.send({"type": "http.response.body", "body": response.content})
            else:
                await self._stream(request, response, turn)
        finally:
            # Ends the request for Django: its connections are looked after on the thread they belong to.
            await self._in_thread(response.close)

    async def _stream(self, request: Request, response: HttpResponseBase, turn: Turn) -> None:
        pieces = _pieces(iter(response))
        while not turn.gone:
            data = await self._in_thread(next, pieces, None)
            if data is None:
                break
            await request.send({"type": "http.response.body", "body": data, "more_body": True})
        await request.send({"type": "http.response.body", "body": b"", "more_body": False})


async def spool(request: Request, body: IO[bytes]) -> None:
    """Copy what is sent into `body`, unless it is too much or comes too slowly."""
    limit = BODY_LIMIT if f"{settings.SESSION_COOKIE_NAME}=" in request.header(b"cookie") else STRANGERS_LIMIT
    if int(request.header(b"content-length") or 0) > limit:
        raise request.too_large(limit)
    loop = asyncio.get_running_loop()
    began = loop.time()
    size = 0
    more = True
    while more:
        try:
            async with asyncio.timeout_at(began + ALLOWANCE + size / SLOWEST):
                message = await request.receive()
        except TimeoutError as error:
            raise request.too_slow() from error
        if message["type"] == "http.disconnect":
            raise Gone
        data = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(data)
        if size > limit:
            raise request.too_large(limit)
        if data:
            body.write(data)
    body.seek(0)


async def _watch(receive: Receive, turn: Turn) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    turn.gone = True


def _headers(response: HttpResponseBase) -> list[tuple[bytes, bytes]]:
    head = [(name.lower().encode("ascii"), value.encode("latin-1")) for name, value in response.items()]
    head += [(b"set-cookie", morsel.OutputString().encode("ascii")) for morsel in response.cookies.values()]
    return head


def _pieces(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in larger pieces: each costs a change of threads."""
    waiting: list[bytes] = []
    size = 0
    for chunk in chunks:
        waiting.append(chunk)
        size += len(chunk)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
