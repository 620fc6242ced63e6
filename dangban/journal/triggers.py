"""The database itself refuses to change what is written in the journal.

Sealing may fill in `position` and `hash` once; nothing else of an entry is ever updated, and none
is deleted. Both dialects say the same.
"""

from __future__ import annotations

from typing import Any

TABLE = "journal_entry"
REFUSAL = "the journal is append-only"
WRITTEN = (
    "id",
    "at",
    "verb",
    "actor_kind",
    "actor_id",
    "actor_name",
    "subject_kind",
    "subject_id",
    "shop_id",
    "change",
    "because",
    "personal_digest",
)
_QUOTED = ", ".join(f'"{column}"' for column in WRITTEN)
NAMES = ("journal_entry_kept", "journal_entry_written", "journal_entry_sealed")

SQLITE = (
    f"CREATE TRIGGER journal_entry_kept BEFORE DELETE ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f"CREATE TRIGGER journal_entry_written BEFORE UPDATE OF {_QUOTED} ON {TABLE} "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    f'CREATE TRIGGER journal_entry_sealed BEFORE UPDATE OF "position", "hash" ON {TABLE} '
    f'WHEN OLD."position" IS NOT NULL BEGIN SELECT RAISE(ABORT, \'{REFUSAL}\'); END',
)

POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER journal_entry_kept BEFORE DELETE ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    f"CREATE TRIGGER journal_entry_written BEFORE UPDATE OF {_QUOTED} ON {TABLE} "
    "FOR EACH ROW EXECUTE FUNCTION journal_refuse()",
    f'CREATE TRIGGER journal_entry_sealed BEFORE UPDATE OF "position", "hash" ON {TABLE} '
    'FOR EACH ROW WHEN (OLD."position" IS NOT NULL) EXECUTE FUNCTION journal_refuse()',
    f"CREATE TRIGGER journal_entry_emptied BEFORE TRUNCATE ON {TABLE} "
    "FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()",
)


def install(connection: Any) -> None:
    for statement in SQLITE if connection.vendor == "sqlite" else POSTGRESQL:
        _execute(connection, statement)


def remove(connection: Any) -> None:
    if connection.vendor == "sqlite":
        for name in NAMES:
            _execute(connection, f"DROP TRIGGER IF EXISTS {name}")
        return
    for name in (*NAMES, "journal_entry_emptied"):
        _execute(connection, f"DROP TRIGGER IF EXISTS {name} ON {TABLE}")


def _execute(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
