"""Two cores: one for what is measured, one for what loads it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

SERVERS, OWN = 0, 1
TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def started_on(core: int) -> Iterator[None]:
    """What is started within runs on this core; this program itself stays on its own."""
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, {OWN})


def prefer(pid: int, nice: int) -> None:
    """Let a process, and what it starts, go before others (root only, for negative values)."""
    if not nice:
        return
    os.setpriority(os.PRIO_PROCESS, pid, nice)
    # Where the kernel shares between sessions, only the session's own value counts against others.
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(nice))


def busy(core: int) -> float:
    """Seconds in which anything ran on a core, since the machine was started."""
    for line in Path("/proc/stat").read_text().splitlines():
        name, *fields = line.split()
        if name == f"cpu{core}":
            user, nice, system, _idle, _wait, interrupt, soft, steal = (int(field) for field in fields[:8])
            return (user + nice + system + interrupt + soft + steal) / TICKS
    return 0.0
