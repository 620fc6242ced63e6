"""For every test: translations are compiled, and nothing talks to the network outside this machine."""

from __future__ import annotations

import importlib
import os
import socket

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
    """Between tests with real commits the tables are emptied; only then the triggers of the journal and the ledgers step aside."""
    from django.db.backends.base.operations import BaseDatabaseOperations

    from dangban.journal import triggers

    ledger = importlib.import_module("dangban.stock.migrations.0002_append_only")
    settlements = importlib.import_module("dangban.aftersales.migrations.0021_ledger_append_only")
    flush = BaseDatabaseOperations.execute_sql_flush

    def flush_with_journal(self: BaseDatabaseOperations, sql_list: list[str]) -> None:
        triggers.remove(self.connection)
        ledger.remove(self.connection)
        settlements.remove(self.connection)
        flush(self, sql_list)
        settlements.install(self.connection)
        ledger.install(self.connection)
        triggers.install(self.connection)

    BaseDatabaseOperations.execute_sql_flush = flush_with_journal  # type: ignore[method-assign]


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
