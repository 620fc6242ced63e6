"""Loops that run beside the server, each in a thread of its own, until the server stops.

A room registers its loop when the program starts; whoever runs a server calls `start`. Several
servers may run the same loops: each loop elects its one worker, or fires by conditional updates.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

Loop = Callable[[threading.Event], None]

RESTART_AFTER = 1.0

_loops: dict[str, Loop] = {}
_log = logging.getLogger("dangban.background")


def register(name: str, loop: Loop) -> None:
    """`loop(stop)` is to return soon after `stop` is set; the same name again replaces the loop."""
    _loops[name] = loop


def names() -> list[str]:
    return sorted(_loops)


def start(stop: threading.Event) -> list[threading.Thread]:
    """Start every registered loop; set `stop` and join the threads to end them."""
    threads = [
        threading.Thread(target=_keep_running, args=(name, loop, stop), name=f"dangban-{name}", daemon=True)
        for name, loop in sorted(_loops.items())
    ]
    for thread in threads:
        thread.start()
    return threads


def every(seconds: float, step: Callable[[], object]) -> Loop:
    """A loop that calls `step`, then waits `seconds`, then calls it again."""

    def loop(stop: threading.Event) -> None:
        while not stop.is_set():
            step()
            stop.wait(seconds)

    return loop


def _keep_running(name: str, loop: Loop, stop: threading.Event) -> None:
    """A loop that fails (the database was away for a moment) is logged and begun again."""
    while not stop.is_set():
        try:
            loop(stop)
        except Exception:
            _log.exception("the loop %s failed and begins again", name)
            stop.wait(RESTART_AFTER)
