"""SQLite connections that take the write gate before they write.

A transaction holds it from its BEGIN IMMEDIATE to its COMMIT or ROLLBACK, a statement outside of
one for as long as it runs. What reads never waits.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any

from django.db.backends.sqlite3.base import DatabaseWrapper as SQLiteWrapper
from django.db.backends.sqlite3.base import SQLiteCursorWrapper
from django.db.utils import OperationalError

from dangban.lib.gate import GateTimeout, WriteGate, gate_of

_HARMLESS = re.compile(
    r"\s*(SELECT|WITH|VALUES|PRAGMA|EXPLAIN|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT)\b", re.IGNORECASE
)


class DatabaseWrapper(SQLiteWrapper):
    _gate: WriteGate | None = None
    _inside = False

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        self._gate = gate_of(str(conn_params["database"]))
        return super().get_new_connection(conn_params)

    def create_cursor(self, name: str | None = None) -> Any:
        cursor = self.connection.cursor(factory=GatedCursor)
        cursor.wrapper = self
        return cursor

    def enter_gate(self) -> None:
        if self._gate is None or self._inside:
            return
        try:
            self._gate.take()
        except GateTimeout as error:
            raise OperationalError("database is locked") from error
        self._inside = True

    def leave_gate(self) -> None:
        """Open the gate again, unless a transaction is still under way on this connection."""
        if self._inside and self._gate and not self._is_in_transaction():
            self._inside = False
            self._gate.give("django")

    def _is_in_transaction(self) -> bool:
        try:
            return bool(self.connection and self.connection.in_transaction)
        except sqlite3.ProgrammingError:
            # Closed, by whatever went wrong.
            return False

    @property
    def writes_alone(self) -> bool:
        return self._inside or self._gate is None

    def _start_transaction_under_autocommit(self) -> None:
        self.enter_gate()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        finally:
            self.leave_gate()

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self.leave_gate()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self.leave_gate()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            if self._inside and self._gate:
                self._inside = False
                self._gate.give("django")


class GatedCursor(SQLiteCursorWrapper):
    wrapper: DatabaseWrapper

    def execute(self, query: str, params: Any = None) -> Any:
        if self.wrapper.writes_alone or _HARMLESS.match(query):
            return super().execute(query, params)
        self.wrapper.enter_gate()
        try:
            return super().execute(query, params)
        finally:
            self.wrapper.leave_gate()

    def executemany(self, query: str, param_list: Any) -> Any:
        if self.wrapper.writes_alone:
            return super().executemany(query, param_list)
        self.wrapper.enter_gate()
        try:
            return super().executemany(query, param_list)
        finally:
            self.wrapper.leave_gate()
