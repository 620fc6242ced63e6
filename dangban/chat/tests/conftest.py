"""A real server for the lane's tests, on each database there is."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator

import pytest

from dangban.testing import postgres
from dangban.testing.live import LiveServer, free_port, make_migrated

ALONE = {"DJANGO_SETTINGS_MODULE": "dangban.chat.tests.settings"}
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def address_of(kind: str, name: str) -> str:
    """Where a scratch database of this kind is; skips where its server is not installed."""
    if kind == "sqlite":
        return ""
    cluster = postgres.shared_cluster()
    if cluster is None:
        pytest.skip("PostgreSQL is not installed")
    return make_migrated(cluster, name, ALONE)


@pytest.fixture(scope="package", params=DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    """One server for the tests that do no lasting harm; each thread of the story is for one test."""
    url = address_of(request.param, f"lane_{os.getpid()}")
    story = "dangban.chat.tests.stories:threads"
    with LiveServer.start(story=story, database_url=url, environment=ALONE, count=60) as running:
        yield running


@pytest.fixture
def number(request: pytest.FixtureRequest) -> int:
    """A thread that no other test of this server uses."""
    used = getattr(request.config, "lane_threads_used", 0)
    request.config.lane_threads_used = used + 1  # type: ignore[attr-defined]
    return int(used % 60)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of our own, forgotten afterwards."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("Redis is not installed")
    port = free_port()
    process = subprocess.Popen(
        [program, "--port", str(port), "--save", "", "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL
    )
    yield f"redis://127.0.0.1:{port}/0"
    process.kill()
    process.wait()
