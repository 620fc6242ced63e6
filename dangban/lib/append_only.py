"""Tables whose rows the database itself refuses to change or delete: ledgers, and the journal in its own way.

A room declares `LEDGER = AppendOnly(...)` in its `triggers.py` and puts `LEDGER.migration()` into a migration. Both
dialects say the same; what is refused arrives as an `IntegrityError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import migrations


@dataclass(frozen=True, slots=True)
class AppendOnly:
    """`name` begins the triggers' names; `refusal` is what the database answers to a change."""

    table: str
    name: str
    refusal: str

    def install(self, connection: Any) -> None:
        """Set the triggers; those that are there are set anew."""
        self.remove(connection)
        self._execute(connection, self._sqlite() if connection.vendor == "sqlite" else self._postgresql())

    def remove(self, connection: Any) -> None:
        where = "" if connection.vendor == "sqlite" else f" ON {self.table}"
        self._execute(connection, [f"DROP TRIGGER IF EXISTS {trigger}{where}" for _event, trigger in self._triggers()])

    def migration(self) -> migrations.RunPython:
        return migrations.RunPython(
            lambda apps, schema_editor: self.install(schema_editor.connection),
            lambda apps, schema_editor: self.remove(schema_editor.connection),
        )

    def _triggers(self) -> tuple[tuple[str, str], ...]:
        return ("DELETE", f"{self.name}_kept"), ("UPDATE", f"{self.name}_written")

    def _sqlite(self) -> list[str]:
        return [
            f"CREATE TRIGGER {trigger} BEFORE {event} ON {self.table} BEGIN SELECT RAISE(ABORT, '{self.refusal}'); END"
            for event, trigger in self._triggers()
        ]

    def _postgresql(self) -> list[str]:
        function = f"{self.name}_refuse"
        return [
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{self.refusal}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            *(
                f"CREATE TRIGGER {trigger} BEFORE {event} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {function}()"
                for event, trigger in self._triggers()
            ),
        ]

    @staticmethod
    def _execute(connection: Any, statements: list[str]) -> None:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
