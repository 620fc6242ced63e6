"""What those who run the server ask it: is it alive, can it serve, how is it doing."""

from __future__ import annotations

import asyncio
import hmac
import os
from collections.abc import Awaitable, Callable

from prometheus_client import generate_latest

from dangban.chat.lane.http import Receive, Request, Scope, Send
from dangban.chat.lane.lane import Lane
from dangban.chat.lane.limits import is_this_machine
from dangban.chat.lane.store import Store, Unavailable
from dangban.chat.tokens import from_header

# Whoever asks whether we are ready does not wait long for an answer.
PATIENCE = 2.0

Door = Callable[[Lane, Scope, Receive, Send], Awaitable[None]]


async def health(_lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
    """The process answers; says nothing of what it depends on."""
    await Request(scope, receive, send).answer(200, {"status": "ok"})


async def ready(lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
    """Whether requests can be served: not while stopping, and only with a database that answers and keeps."""
    request = Request(scope, receive, send)
    if lane.stopping:
        await request.answer(503, {"status": "stopping"})
        return
    try:
        async with asyncio.timeout(PATIENCE):
            await lane.read(Store.last_seqs, [0])
            if not (lane.writer.is_alive and await lane.can_keep()):
                raise Unavailable("writer")
    except (Unavailable, TimeoutError):
        await request.answer(503, {"status": "down", "database": "unavailable"}, {"retry-after": "2"})
        return
    await request.answer(200, {"status": "ok"})


async def metrics(_lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
    """For Prometheus on this machine, or with the token of DANGBAN_METRICS_TOKEN."""
    request = Request(scope, receive, send)
    token = os.environ.get("DANGBAN_METRICS_TOKEN", "")
    given = from_header(request.header(b"authorization"))
    if not (token and hmac.compare_digest(given.encode(), token.encode())) and not is_this_machine(
        request.address
    ):
        await request.answer(404)
        return
    await request.reply(200, generate_latest(), "text/plain; version=0.0.4")


DOORS: dict[str, Door] = {
    "/health": health,
    "/ready": ready,
    "/health/": health,
    "/ready/": ready,
    "/metrics": metrics,
}
