"""A real server for the lane's tests, on each database there is."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from dangban.testing import postgres
from dangban.testing.live import LiveServer

ALONE = {"DJANGO_SETTINGS_MODULE": "dangban.chat.tests.settings"}
DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def address_of(kind: str, name: str) -> str:
    """Where a scratch database of this kind is; skips where its server is not installed."""
    if kind == "sqlite":
        return ""
    cluster = postgres.shared_cluster()
    if cluster is None:
        pytest.skip("PostgreSQL is not installed")
    return cluster.make(name)


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
