"""What those who run the server ask it: is it alive, can it serve, how is it doing."""

from __future__ import annotations

import asyncio
import hmac
import os
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from dangban.chat.lane.http import Receive, Request, Scope, Send
from dangban.chat.lane.lane import Lane
from dangban.chat.lane.limits import is_this_machine
from dangban.chat.lane.store import Store, Unavailable
from dangban.chat.tokens import from_header

# Whoever asks whether we are ready does not wait long for an answer.
PATIENCE = 2.0

# Where the processes behind one port keep their figures together; the library reads it when it is first loaded.
SHARED = "PROMETHEUS_MULTIPROC_DIR"
_LIVE = re.compile(r"gauge_live\w*_(\d+)\.db$")

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
    await request.reply(200, figures(), "text/plain; version=0.0.4")


def figures() -> bytes:
    """This process's figures; with several behind the port, those of all together, whoever is asked."""
    folder = os.environ.get(SHARED)
    if not folder:
        return generate_latest()
    _forget_the_dead(Path(folder))
    together = CollectorRegistry()
    MultiProcessCollector(together, folder)
    return generate_latest(together)


@contextmanager
def shared_figures() -> Iterator[None]:
    """A folder for the figures of the processes that are started in this block; gone with them."""
    folder = tempfile.mkdtemp(prefix="dangban-figures-")
    os.environ[SHARED] = folder
    try:
        yield
    finally:
        del os.environ[SHARED]
        shutil.rmtree(folder, ignore_errors=True)


def _forget_the_dead(folder: Path) -> None:
    """Streams and queues of a process that was killed are no longer there; what it counted stays counted."""
    for file in folder.iterdir():
        found = _LIVE.search(file.name)
        if found is None:
            continue
        try:
            os.kill(int(found[1]), 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)


DOORS: dict[str, Door] = {
    "/health": health,
    "/ready": ready,
    "/health/": health,
    "/ready/": ready,
    "/metrics": metrics,
}
