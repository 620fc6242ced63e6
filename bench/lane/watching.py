"""What a run costs and leaves behind, seen from outside: CPU, memory, the server's own metrics, the database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.lane import cores
from bench.lane.cores import TICKS

BEHIND = (
    "SELECT count(*), COALESCE(sum(s.last_seq - COALESCE(p.seq, 0)), 0) FROM chat_threadsequence s"
    " LEFT JOIN chat_threadprojection p ON p.thread_id = s.thread_id WHERE s.last_seq > COALESCE(p.seq, 0)"
)


@dataclass(frozen=True)
class Used:
    """CPU seconds of a stretch, and how long it was."""

    wall: float = 1.0
    server: float = 0.0
    postgres: float = 0.0
    generator: float = 0.0
    # By anybody, on the server's core and on the generator's.
    servers_core: float = 0.0
    own_core: float = 0.0

    @property
    def others(self) -> float:
        """The share of the server's core that went to programs that are not part of this."""
        return max(0.0, self.servers_core - self.server - self.postgres) / self.wall

    @property
    def others_beside(self) -> float:
        """The same of the generator's core."""
        return max(0.0, self.own_core - self.generator) / self.wall


class Watch:
    """CPU of the server, of PostgreSQL and of this program since the last look."""

    def __init__(self, server: int, postmaster: int | None) -> None:
        self._server = server
        self._postmaster = postmaster
        self._last = self._now()

    def _now(self) -> Used:
        postgres = tree_cpu(self._postmaster) if self._postmaster else 0.0
        times = os.times()
        own = times.user + times.system
        return Used(
            time.perf_counter(),
            cpu_of(self._server),
            postgres,
            own,
            cores.busy(cores.SERVERS),
            cores.busy(cores.OWN),
        )

    def look(self) -> Used:
        now, last = self._now(), self._last
        self._last = now
        return Used(*(after - before for after, before in zip(astuple(now), astuple(last), strict=True)))


def cpu_of(pid: int, *, children: bool = False) -> float:
    """User and system seconds of a process, with those of its children that have ended if wanted."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(int(field) for field in fields[11 : 15 if children else 13]) / TICKS
    return 0.0


def tree_cpu(parent: int) -> float:
    """The same of a process and all its children, whether they have ended or not."""
    return cpu_of(parent, children=True) + sum(cpu_of(child) for child in children_of(parent))


def children_of(parent: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(parent)], capture_output=True, text=True, check=False)
    return [int(pid) for pid in found.stdout.split()]


def memory_of(pid: int) -> dict[str, float]:
    """Resident and proportional memory in megabytes."""
    told: dict[str, float] = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("Rss", "Pss"):
            told[name.lower()] = int(value.split()[0]) / 1024
    return told


def fsync_latency(folder: Path) -> tuple[float, float]:
    """Median and 99th percentile of 300 small appends with fdatasync, in milliseconds."""
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(300):
            began = time.perf_counter()
            os.write(file.fileno(), b"x" * 4096)
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), sorted(took)[296]


class Database:
    """The server's database, asked beside it."""

    def __init__(self, url: str, data: Path) -> None:
        self.url = url
        self._file = data / "dangban.sqlite3"
        self.postmaster = postmaster(url) if url else None

    @property
    def is_postgres(self) -> bool:
        return bool(self.url)

    def ask(self, sql: str) -> list[tuple[int, ...]]:
        if self.url:
            with psycopg.connect(self.url, autocommit=True) as db:
                return db.execute(sql.encode()).fetchall()
        with contextlib.closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=20)) as there:
            return there.execute(sql).fetchall()

    def behind(self) -> tuple[int, int]:
        """Threads and lines whose effects are still to come."""
        threads, lines = self.ask(BEHIND)[0]
        return int(threads), int(lines)


def postmaster(url: str) -> int | None:
    """The process whose children serve PostgreSQL's connections, if it runs on this machine."""
    if urlsplit(url).hostname not in ("127.0.0.1", "localhost", None):
        return None
    with psycopg.connect(url) as db:
        pid = db.execute("SELECT pg_backend_pid()").fetchall()[0][0]
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


Metrics = dict[str, float]


def metrics(url: str) -> Metrics:
    with urllib.request.urlopen(f"{url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return {
        name: float(value) for name, _, value in (line.rpartition(" ") for line in lines if line[0] != "#")
    }


def quantile(before: Metrics, after: Metrics, name: str, share: float, *, label: str = "") -> float | None:
    """A quantile of what a histogram has taken in between, straight within each of its buckets."""
    buckets = sorted(_buckets(before, after, name, label))
    if not buckets or not buckets[-1][1]:
        return None
    wanted, below, start = share * buckets[-1][1], 0.0, 0.0
    for bound, count in buckets:
        if count >= wanted:
            if bound == float("inf"):
                return start
            return start + (bound - start) * ((wanted - below) / (count - below) if count > below else 1.0)
        below, start = count, bound
    return None


def mean(before: Metrics, after: Metrics, name: str) -> float:
    """The mean of what a histogram has taken in between."""
    count = after.get(f"{name}_count", 0.0) - before.get(f"{name}_count", 0.0)
    return (after.get(f"{name}_sum", 0.0) - before.get(f"{name}_sum", 0.0)) / count if count else 0.0


def _buckets(before: Metrics, after: Metrics, name: str, label: str) -> Iterator[tuple[float, float]]:
    for key, value in after.items():
        if key.startswith(f"{name}_bucket{{") and label in key:
            bound = key.partition('le="')[2].partition('"')[0]
            yield float(bound.replace("+Inf", "inf")), value - before.get(key, 0.0)


def milliseconds(took: Sequence[float], share: float) -> float | None:
    """A percentile of measured seconds."""
    if not took:
        return None
    ordered = sorted(took)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2)
