"""Questions that these tests put to a server again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import httpx
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from dangban.testing.crash.load import PLAIN
from dangban.testing.live import LiveServer


def status(server: LiveServer, path: str) -> int:
    return httpx.get(f"{server.url}{path}", timeout=30, verify=PLAIN).status_code


def until(holds: Callable[[], Any], seconds: float = 60) -> Any:
    """What `holds` returns once it is true; the seconds are patience, not expectation."""
    give_up = time.monotonic() + seconds
    while not (found := holds()):
        if time.monotonic() > give_up:
            raise AssertionError(f"not within {seconds} s")
        time.sleep(0.05)
    return found


def figures(server: LiveServer) -> dict[str, float]:
    """Each figure by its name and labels, as ``dangban_streams_open{kind=agent}``."""
    found = {}
    for family in text_string_to_metric_families(httpx.get(f"{server.url}/metrics", timeout=30, verify=PLAIN).text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def row(server: LiveServer, sql: str) -> Any:
    """The first value that PostgreSQL answers, or None."""
    with psycopg.connect(server.database_url, autocommit=True) as db:
        found = db.execute(sql).fetchone()  # type: ignore[arg-type, call-overload]
    return found[0] if found else None
