"""The server's entry: hot doors to the message lane, everything else to Django behind the bridge."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
import threading
from types import FrameType
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangban.project.settings")

import django

django.setup()

# The loop, the writer and the projections hand work to each other all the time; with Python's own
# 5 ms each would wait that long for the next to let go, with the write gate in hand.
sys.setswitchinterval(0.0005)

import structlog  # noqa: E402

from dangban.chat.lane import doors  # noqa: E402
from dangban.chat.lane.lane import Lane  # noqa: E402
from dangban.lib import background  # noqa: E402
from dangban.people import access  # noqa: E402
from dangban.project import watch  # noqa: E402
from dangban.project.bridge import Bridge, Receive, Scope, Send  # noqa: E402

log = structlog.get_logger(__name__)

# As long as it may take until another process notices that rights were taken away.
SCOPE_SECONDS = 2.0


class Server:
    """One process: its lane and its Django."""

    def __init__(self) -> None:
        self.lane: Lane | None = None
        self.bridge: Bridge | None = None
        self.stopping = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.lane is not None
        assert self.bridge is not None
        path = scope["path"]
        if doors.is_ours(path):
            await doors.enter(self.lane, scope, receive, send)
        elif path in watch.DOORS:
            await watch.DOORS[path](self.lane, scope, receive, send)
        else:
            await self.bridge(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            self.bridge = Bridge()
            self.lane = Lane()
            await self.lane.start()
        except Exception as error:
            log.exception("server.start_failed")
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        _leave_the_program_alone()
        access.remember_scopes(SCOPE_SECONDS)
        _let_streams_go_first(self.lane)
        loops = background.start(self.stopping)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.stopping.set()
        await asyncio.to_thread(_wait_for, loops)
        await self.lane.stop()
        self.bridge.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _leave_the_program_alone() -> None:
    """Keep the collector from looking through all that was loaded for good, again and again.

    A full look takes a tenth of a second, in which nobody is answered; what requests leave behind is
    young and is still looked through often enough.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _wait_for(loops: list[threading.Thread]) -> None:
    """The sealer seals what is left; nobody waits longer than a deployment would."""
    for loop in loops:
        loop.join(timeout=5)


def _let_streams_go_first(lane: Lane) -> None:
    """Open streams never end by themselves, so at the signal to stop they are told to come back later."""
    for number in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(number)

        def stop(sig: int, at: FrameType | None, before: Any = before) -> None:
            lane.quit_streams_soon()
            if callable(before):
                before(sig, at)

        signal.signal(number, stop)


app = Server()
