"""A department on each database, made once; every test breaks a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from dangban.chat.tests.conftest import redis_url
from dangban.testing import postgres
from dangban.testing.crash.installation import Ready, make_ready

__all__ = ["redis_url"]

ON_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def on_sqlite() -> Iterator[Ready]:
    ready = make_ready()
    yield ready
    shutil.rmtree(ready.file.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def on_postgres() -> Ready:
    cluster = postgres.shared_cluster()
    if cluster is None:
        pytest.skip("PostgreSQL is not installed")
    return make_ready(cluster)


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def ready(request: pytest.FixtureRequest) -> Ready:
    made: Ready = request.getfixturevalue(f"on_{request.param}")
    return made
