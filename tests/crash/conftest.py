"""A department on each database, made once; every test breaks a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from dangban.testing import postgres
from dangban.testing.crash.installation import Ready, make_ready

ON_POSTGRES = pytest.param("postgres", marks=pytest.mark.postgres)


@pytest.fixture(scope="session")
def on_sqlite() -> Iterator[Ready]:
    ready = make_ready()
    yield ready
    shutil.rmtree(ready.file.parent, ignore_errors=True)


@pytest.fixture(scope="session")
def on_postgres() -> Iterator[Ready]:
    """On a server of our own, which keeps what it says that it has committed, and may be stopped."""
    if postgres.programs() is None:
        pytest.skip("PostgreSQL is not installed")
    cluster = postgres.start_cluster(options={"fsync": "off", "full_page_writes": "off", **postgres.FEW_ROWS})
    ready = make_ready(cluster)
    yield ready
    cluster.stop()
    shutil.rmtree(ready.file.parent, ignore_errors=True)


@pytest.fixture(params=["sqlite", ON_POSTGRES])
def ready(request: pytest.FixtureRequest) -> Ready:
    made: Ready = request.getfixturevalue(f"on_{request.param}")
    return made
