"""The rooms' sweeps (clocks, routing, sealing): about once a second, in one process at a time."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from datetime import datetime, timedelta

import structlog
from django.db import Error, close_old_connections
from prometheus_client import Histogram

from dangban.chat import ports
from dangban.chat.models import Lease
from dangban.lib import clock

log = structlog.get_logger(__name__)

EVERY = 1.0
# A holder that was killed is replaced after this long.
LEASE = timedelta(seconds=5)
NAME = "sweeps"

TOOK = Histogram("dangban_sweep_seconds", "One sweep", ["name"], buckets=(0.001, 0.005, 0.02, 0.1, 0.5, 2))


class Sweeping:
    """A thread that sweeps while this process holds the lease."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sweeps", daemon=True)
        self._holder = f"{socket.gethostname()}:{os.getpid()}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """End after the sweep under way, and let another process begin at once."""
        self._stopped.set()
        self._thread.join(timeout=20)

    def _run(self) -> None:
        while not self._stopped.wait(EVERY):
            try:
                close_old_connections()
                if hold_lease(NAME, self._holder, clock.now()):
                    sweep(clock.now())
            except Exception:
                # The database may be away for a while; this thread may not be.
                log.exception("sweeps.failed")
        with contextlib.suppress(Error):
            Lease.objects.filter(name=NAME, holder=self._holder).delete()
        close_old_connections()


def sweep(now: datetime) -> None:
    """Run every room's sweep once; one that fails does not keep the others from running."""
    for name, run in list(ports.registry.sweeps.items()):
        with TOOK.labels(name).time():
            try:
                run(now)
            except Exception:
                log.exception("sweep.failed", name=name)


def hold_lease(name: str, holder: str, now: datetime) -> bool:
    """Take, keep or be refused a lease; conditional updates decide between processes."""
    until = now + LEASE
    mine = Lease.objects.filter(name=name, holder=holder, until__gt=now + LEASE / 2)
    if mine.exists():
        return True
    if Lease.objects.filter(name=name, holder=holder).update(until=until):
        return True
    if Lease.objects.filter(name=name, until__lt=now).update(holder=holder, until=until):
        return True
    _lease, made = Lease.objects.get_or_create(name=name, defaults={"holder": holder, "until": until})
    return made
