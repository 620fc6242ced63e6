"""What a machine has for tests, and free ports on it."""

from __future__ import annotations

import os
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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port} after {seconds:.0f} s")
