"""Requests and answers of the lane, without a framework in between."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import parse_qs

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.chat.lane.patience import Patience

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
T = TypeVar("T")

BODY_LIMIT = 128 * 1024
BODY_SECONDS = 20.0
# What is thrown away of a body that is too large, so that its sender still hears why.
DRAIN = 8 * 1024 * 1024

encode = msgspec.json.Encoder().encode


class Problem(Exception):
    """A refusal, answered as an RFC 9457 document. `detail` is for people and already in their language."""

    def __init__(
        self, status: int, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more


class Gone(Exception):
    """Whoever asked has hung up."""


class Request:
    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = scope
        self.receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self._headers: dict[bytes, bytes] | None = None

    async def send(self, message: MutableMapping[str, Any]) -> None:
        try:
            await self._send(message)
        except (RuntimeError, OSError) as error:
            # The server's way of saying that the line was closed meanwhile.
            raise Gone from error

    def header(self, name: bytes) -> str:
        if self._headers is None:
            self._headers = dict(self.scope["headers"])
        return self._headers.get(name, b"").decode("latin-1")

    @property
    def address(self) -> str:
        client = self.scope.get("client")
        return client[0] if client else ""

    @cached_property
    def query(self) -> dict[str, str]:
        return {
            name: values[-1]
            for name, values in parse_qs(self.scope["query_string"].decode("latin-1")).items()
        }

    def number(self, name: str) -> int | None:
        """A number of the query, or None where there is none; refuses anything else."""
        text = self.query.get(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 18:
            raise self.problem(
                422, "not-a-number", lambda: _("“%(name)s” has to be a number.") % {"name": name}
            )
        return int(text)

    @cached_property
    def language(self) -> str:
        """English for those who ask for it, otherwise Chinese."""
        cookie = self.header(b"cookie")
        if "dangban_language=en" in cookie:
            return "en"
        if "dangban_language=" in cookie:
            return settings.LANGUAGE_CODE
        return "en" if self.header(b"accept-language").lower().startswith("en") else settings.LANGUAGE_CODE

    def problem(
        self,
        status: int,
        code: str,
        detail: Callable[[], str],
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Problem:
        """A problem whose words `detail` says in the asker's language."""
        with override(self.language):
            return Problem(status, code, detail(), headers=headers, **more)

    async def body(self, limit: int = BODY_LIMIT) -> bytes:
        """The whole body; refuses one that is larger, or that does not arrive in time."""
        if int(self.header(b"content-length") or 0) > limit:
            await self._drain()
            raise self.too_large(limit)
        try:
            with _senders.one():
                return await self._read(limit)
        except TimeoutError as error:
            raise self.too_slow() from error

    async def _read(self, limit: int) -> bytes:
        message = await self.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        body: bytes = message.get("body", b"")
        while message.get("more_body"):
            if len(body) > limit:
                break
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            body += message.get("body", b"")
        if len(body) > limit:
            if message.get("more_body"):
                await self._drain()
            raise self.too_large(limit)
        return body

    async def _drain(self) -> None:
        """Read on for a while without keeping anything: an answer in mid-upload is often not heard."""
        left = DRAIN
        try:
            async with asyncio.timeout(5):
                while left > 0:
                    message = await self.receive()
                    left -= len(message.get("body", b""))
                    if not message.get("more_body"):
                        return
        except TimeoutError:
            return

    def too_large(self, limit: int) -> Problem:
        size = f"{limit // 1024} KB" if limit < 1024 * 1024 else f"{limit // (1024 * 1024)} MB"
        return self.problem(
            413,
            "too-large",
            lambda: _("This is too large; up to %(size)s can be sent at once.") % {"size": size},
            headers={"connection": "close"},
            limit=limit,
        )

    def too_slow(self) -> Problem:
        return self.problem(
            408,
            "too-slow",
            lambda: _("The connection was too slow and nothing was kept. Please send it again."),
            headers={"connection": "close"},
        )

    async def json(self, kind: type[T], limit: int = BODY_LIMIT) -> T:
        """The body as `kind`; refuses what does not fit, naming the place."""
        body = await self.body(limit)
        try:
            return _decoder(kind).decode(body or b"{}")
        except msgspec.DecodeError as error:
            reason = str(error)
        except UnicodeDecodeError:
            reason = "UTF-8"
        except RecursionError:
            reason = "too many levels"
        raise self.problem(
            422,
            "not-understood",
            lambda: _("The server could not understand this: %(reason)s") % {"reason": reason},
        )

    async def answer(self, status: int, data: Any = None, headers: Mapping[str, str] | None = None) -> None:
        body = b"" if data is None else encode(data)
        await self.reply(status, body, "application/json", headers)

    async def reply(
        self, status: int, body: bytes, content_type: str, headers: Mapping[str, str] | None = None
    ) -> None:
        head = [
            (b"content-type", content_type.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
            *((name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()),
        ]
        if status == 204:
            head = head[2:]
        await self.send({"type": "http.response.start", "status": status, "headers": head})
        await self.send({"type": "http.response.body", "body": body})

    async def refuse(self, problem: Problem) -> None:
        document = {
            "type": f"about:blank#{problem.code}",
            "title": problem.code,
            "status": problem.status,
            "code": problem.code,
            "detail": problem.detail,
            **problem.more,
        }
        await self.reply(problem.status, encode(document), "application/problem+json", problem.headers)


_senders = Patience(BODY_SECONDS)
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    if kind not in _decoders:
        _decoders[kind] = msgspec.json.Decoder(kind)
    return _decoders[kind]
