"""Django's SQLite connections take the write gate when they write, and only then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import ConnectionHandler

from dangban.lib.gate import GateTimeout, WriteGate, gate_of
from dangban.project.configuration import database_from_url


class Held:
    """Two connections of one process to one file, and the gate between them."""

    def __init__(self, path: Path) -> None:
        config = database_from_url("", default=path)
        self.one = ConnectionHandler({"default": config})["default"]
        self.other = ConnectionHandler({"default": config})["default"]
        gate = gate_of(str(path))
        assert gate is not None
        self.gate: WriteGate = gate
        self.run("CREATE TABLE t (x INTEGER PRIMARY KEY)")

    def run(self, sql: str, *params: object) -> list[tuple[object, ...]]:
        with self.one.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())

    @property
    def is_free(self) -> bool:
        try:
            self.gate.take(patience=0)
        except GateTimeout:
            return False
        self.gate.give("test")
        return True


@pytest.fixture
def held(tmp_path: Path, django_db_blocker: pytest.FixtureRequest) -> Iterator[Held]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        pair = Held(tmp_path / "db.sqlite3")
        yield pair
        pair.one.close()
        pair.other.close()


@pytest.fixture
def atomic(held: Held, monkeypatch: pytest.MonkeyPatch) -> object:
    """`transaction.atomic` on the first of the two connections."""
    monkeypatch.setattr(transaction, "get_connection", lambda _using=None: held.one)
    return transaction.atomic


def test_a_transaction_holds_the_gate_until_it_commits(held: Held, atomic: type[transaction.Atomic]) -> None:
    with atomic():
        held.run("INSERT INTO t VALUES (1)")
        assert not held.is_free
    assert held.is_free


def test_a_transaction_that_fails_gives_it_back(held: Held, atomic: type[transaction.Atomic]) -> None:
    with pytest.raises(ZeroDivisionError), atomic():  # noqa: PT012
        held.run("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError
    assert held.is_free
    assert held.run("SELECT * FROM t") == []


def test_a_savepoint_that_fails_keeps_it(held: Held, atomic: type[transaction.Atomic]) -> None:
    with atomic():
        with pytest.raises(IntegrityError), atomic():  # noqa: PT012
            held.run("INSERT INTO t VALUES (1)")
            held.run("INSERT INTO t VALUES (1)")
        assert not held.is_free
        held.run("INSERT INTO t VALUES (2)")
    assert held.is_free
    assert held.run("SELECT * FROM t") == [(2,)]


def test_a_single_statement_holds_it_while_it_runs(held: Held) -> None:
    held.run("INSERT INTO t VALUES (1)")
    assert held.is_free
    with pytest.raises(IntegrityError):
        held.run("INSERT INTO t VALUES (1)")
    assert held.is_free


def test_reading_never_waits(held: Held) -> None:
    held.gate.take()
    assert held.run("SELECT count(*) FROM t") == [(0,)]
    held.gate.give("test")


def test_closing_in_the_middle_gives_it_back(held: Held, atomic: type[transaction.Atomic]) -> None:
    block = atomic()
    block.__enter__()
    held.run("INSERT INTO t VALUES (1)")
    held.one.connection.close()
    with pytest.raises(Exception, match="closed"):
        block.__exit__(None, None, None)
    assert held.is_free
