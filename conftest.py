"""For every test: translations are compiled, and nothing talks to the network outside this machine."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator

import hypothesis
import pytest

from dangban.project import translations

LOCAL = {"127.0.0.1", "::1", "localhost"}

# The same examples every time: a suite that fails now and then tells nobody anything. DANGBAN_EXPLORE=1 looks for new ones.
# A busy machine is slow at making examples, too; that is no fault of what is tested.
hypothesis.settings.register_profile(
    "house", deadline=None, derandomize=not os.environ.get("DANGBAN_EXPLORE"), suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("house")


def pytest_configure(config: pytest.Config) -> None:
    # Under xdist the first process does it for the workers.
    if not hasattr(config, "workerinput"):
        translations.compile_all()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the tests' database: only that may answer differently on another kind of database. Long tests come first."""
    for item in items:
        if _asks_the_database(item):
            item.add_marker("rows")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def _asks_the_database(item: pytest.Item) -> bool:
    from django.test import TransactionTestCase

    case = getattr(item, "cls", None)
    return (
        (isinstance(case, type) and issubclass(case, TransactionTestCase))
        or item.get_closest_marker("django_db") is not None
        or bool({"db", "transactional_db", "live_server", "django_db_setup"} & set(getattr(item, "fixturenames", ())))
    )


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """In memory the tables are there before Django looks: it finds them up to date, and no process makes them for itself."""
    from django.conf import settings

    from dangban.testing.live import empty_database

    if settings.DATABASES["default"].get("TEST", {}).get("NAME") != ":memory:":
        yield
        return
    made = sqlite3.connect(empty_database())
    shared = sqlite3.connect("file:memorydb_default?mode=memory&cache=shared", uri=True)
    made.backup(shared)
    made.close()
    yield
    shared.close()


@pytest.fixture(autouse=True, scope="session")
def _only_this_machine() -> None:
    connect = socket.socket.connect

    def local_only(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in LOCAL:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = local_only  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_the_journal() -> None:
    """Between tests with real commits the tables are emptied; only then the triggers of the journal and the ledgers step
    aside, and the state's calendar is entered again."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from dangban.aftersales.triggers import LEDGER as SETTLEMENTS
    from dangban.journal import triggers as journal
    from dangban.leave.triggers import LEDGER as LEAVE
    from dangban.stock.triggers import LEDGER as STOCK
    from dangban.workforce.holidays import fill_missing

    kept = (journal, STOCK, SETTLEMENTS, LEAVE)
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_what_is_kept(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        for ledger in kept:
            ledger.remove(self.connection)
        flush(self, sql_list)
        for ledger in kept:
            ledger.install(self.connection)
        # What the tables begin with is there for the next test too, whichever that is.
        fill_missing()

    BaseDatabaseOperations.execute_sql_flush = flush_what_is_kept  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="class")
def _no_handbook_remembered_by_a_class() -> None:
    """A class sets up its story before its first test's own fixtures."""
    _forget_the_handbook()


@pytest.fixture(autouse=True)
def _no_handbook_remembered() -> None:
    """What one test adopted is rolled back with it; the next reads the handbook anew."""
    _forget_the_handbook()


def _forget_the_handbook() -> None:
    from dangban.handbook.current import forget

    forget()
