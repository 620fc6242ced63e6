"""What a machine has for tests, and free ports on it."""

from __future__ import annotations

import os
import random
import shutil
import socket
import time
from pathlib import Path


def chromium() -> str | None:
    """A Chromium to drive; DANGBAN_CHROMIUM names one that is elsewhere."""
    named = os.environ.get("DANGBAN_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


# Bound and not listening, as long as this process lives.
_held: list[socket.socket] = []


def free_port() -> int:
    """A port that nobody listens on, and that nobody else is given while this process lives: a server starts long after its port
    was chosen, and may be down for a while. It lies below those that connections are given: who tries to reach a server that is
    down may be given its port for their own end, and then it can't come back."""
    chance = random.SystemRandom()
    while True:
        port, holding = chance.randrange(20_000, 32_000), socket.socket()
        try:
            holding.bind(("127.0.0.1", port))
        except OSError:
            holding.close()
            continue
        # From here on those may listen there who say that they share it, as servers do; another look for a free port does not.
        holding.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _held.append(holding)
        return port


def wait_for_port(port: int, *, seconds: float = 60) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port} after {seconds:.0f} s")
