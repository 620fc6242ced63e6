"""The lane's few hand-written statements, in both dialects.

A test posts through these and through the models and compares the rows; whoever changes a column
of the log changes this file with it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import psycopg
from django.conf import settings
from psycopg import errors

from dangban.chat.ports import Line
from dangban.chat.rows import as_json, columns, line_of
from dangban.lib.gate import GateTimeout, gate_of

# Who sent it and under which id: the same again is the same line.
Key = tuple[int, str, int, str]


class Unavailable(Exception):
    """The database can't keep anything at the moment: down, full, or locked for too long.

    `passing`: two processes stood in each other's way and trying again will do.
    """

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


class Store(Protocol):
    """One connection. Any failure of the database itself is raised as Unavailable."""

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]: ...
    @contextmanager
    def writing(self) -> Iterator[None]: ...
    def lock(self, thread_ids: Sequence[int]) -> dict[int, int]:
        """The last numbers of those threads that nobody else holds; they are held until the end of the transaction."""

    def touch(self, at: datetime) -> None:
        """Write something small, to see whether it can be done."""

    def find(self, keys: Sequence[Key]) -> dict[Key, Line]: ...
    def append(self, lines: Sequence[Line]) -> None: ...
    def mark_read(self, marks: Sequence[tuple[int, str, int, int, datetime]]) -> None: ...
    def lines(
        self, thread_id: int, *, since: int | None = None, before: int | None = None, limit: int
    ) -> list[Line]: ...
    def recalled(self, thread_id: int) -> frozenset[int]: ...
    def last_seqs(self, thread_ids: Sequence[int]) -> dict[int, int]: ...
    def threads(self, thread_ids: Sequence[int]) -> dict[int, tuple[int, int]]: ...
    def rights(self, person_ids: Sequence[int]) -> dict[int, int]: ...
    def close(self) -> None: ...


# Served by a partial index: there are few such lines, and most threads have none.
RECALLS = "SELECT payload FROM chat_message WHERE thread_id=%s AND kind='recall'"


TOUCH = (
    "INSERT INTO chat_lease (name, holder, until) VALUES ('ready', '', %s)"
    " ON CONFLICT (name) DO UPDATE SET until = excluded.until"
)


def key_of(line: Line) -> Key:
    return line.thread_id, line.author, line.author_id, line.client_id


def open_store() -> Store:
    """A connection of one's own to the database that Django is configured with."""
    config = settings.DATABASES["default"]
    if config["ENGINE"] == "dangban.project.sqlite":
        return SQLiteStore(str(config["NAME"]))
    return PostgresStore()


def connect(purpose: str, **more: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """A connection to the PostgreSQL that Django is configured with, outside of Django."""
    config = settings.DATABASES["default"]
    about: dict[str, Any] = {
        "host": config["HOST"],
        "port": config["PORT"],
        "dbname": config["NAME"],
        "user": config["USER"],
        "password": config["PASSWORD"],
    }
    known = {name: value for name, value in (config["OPTIONS"] | about).items() if value}
    return psycopg.connect(
        **known, autocommit=True, connect_timeout=5, application_name=f"dangban {purpose}", **more
    )


def growth(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """How far each thread's sequence moves on, by thread, always in the same order."""
    counts: dict[int, int] = {}
    for line in lines:
        counts[line.thread_id] = counts.get(line.thread_id, 0) + 1
    return sorted(counts.items())


class SQLiteStore:
    def __init__(self, path: str) -> None:
        self._gate = gate_of(path)
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=256)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=20000",
            "cache_size=-16000",
            "temp_store=MEMORY",
            # The side connection of `checkpoint.py` does this; never a customer's message.
            "wal_autocheckpoint=0",
        ):
            self._db.execute(f"PRAGMA {pragma}")

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._run(sql.replace("%s", "?"), params)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction behind the write gate."""
        try:
            if self._gate:
                self._gate.take(first=True)
        except GateTimeout as error:
            raise Unavailable("locked") from error
        try:
            self._run("BEGIN IMMEDIATE")
            yield
            self._run("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise
        finally:
            if self._gate:
                self._gate.give("lane")

    def lock(self, thread_ids: Sequence[int]) -> dict[int, int]:
        # BEGIN IMMEDIATE holds everything already.
        return self.last_seqs(thread_ids)

    def touch(self, at: datetime) -> None:
        self._run(TOUCH.replace("%s", "?"), [_sqlite_time(at)])

    def last_seqs(self, thread_ids: Sequence[int]) -> dict[int, int]:
        rows = self._run(
            "SELECT thread_id, last_seq FROM chat_threadsequence WHERE thread_id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(thread_ids))],
        )
        return dict(rows)

    def find(self, keys: Sequence[Key]) -> dict[Key, Line]:
        found: dict[Key, Line] = {}
        for key in keys:
            rows = self._run(
                f"SELECT {_COLUMNS} FROM chat_message WHERE thread_id=? AND author=? AND author_id=? AND client_id=?",
                key,
            )
            if rows:
                found[key] = line_of(rows[0])
        return found

    def append(self, lines: Sequence[Line]) -> None:
        try:
            self._db.executemany(
                "INSERT INTO chat_message (thread_id, seq, author, author_id, author_name, client_id, kind,"
                " internal, body, payload, at) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
                [
                    (
                        line.thread_id, line.seq, line.author, line.author_id, line.author_name, line.client_id,
                        line.kind, line.internal, line.body, as_json(line.payload), _sqlite_time(line.at),
                    )
                    for line in lines
                ],
            )  # fmt: skip
            self._db.executemany(
                "UPDATE chat_threadsequence SET last_seq = last_seq + ? WHERE thread_id = ?",
                [(count, thread_id) for thread_id, count in growth(lines)],
            )
        except sqlite3.Error as error:
            raise Unavailable(str(error)) from error

    def mark_read(self, marks: Sequence[tuple[int, str, int, int, datetime]]) -> None:
        try:
            self._db.executemany(
                "INSERT INTO chat_readmark (thread_id, reader, reader_id, seq, at) VALUES (?,?,?,?,?)"
                " ON CONFLICT (thread_id, reader, reader_id) DO UPDATE SET seq=excluded.seq, at=excluded.at"
                " WHERE excluded.seq > chat_readmark.seq",
                [(*mark[:4], _sqlite_time(mark[4])) for mark in marks],
            )
        except sqlite3.Error as error:
            raise Unavailable(str(error)) from error

    def lines(
        self, thread_id: int, *, since: int | None = None, before: int | None = None, limit: int
    ) -> list[Line]:
        sql, params = lines_query(thread_id, since, before, limit)
        rows = self._run(sql.format(columns=_COLUMNS).replace("%s", "?"), params)
        return _in_order([line_of(row) for row in rows])

    def recalled(self, thread_id: int) -> frozenset[int]:
        rows = self._run(RECALLS.replace("%s", "?"), [thread_id])
        return frozenset(json.loads(payload)["seq"] for (payload,) in rows)

    def threads(self, thread_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        rows = self._run(
            "SELECT id, shop_id, customer_id FROM chat_thread WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(thread_ids))],
        )
        return {thread_id: (shop_id, customer_id) for thread_id, shop_id, customer_id in rows}

    def rights(self, person_ids: Sequence[int]) -> dict[int, int]:
        rows = self._run(
            "SELECT id, rights_version FROM people_person WHERE is_active AND id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(person_ids))],
        )
        return dict(rows)

    def close(self) -> None:
        self._db.close()

    def _run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(sql, params).fetchall()
        except sqlite3.OperationalError as error:
            raise Unavailable(str(error)) from error


class PostgresStore:
    def __init__(self) -> None:
        self._db: psycopg.Connection[tuple[Any, ...]] | None = None
        self._inside = False

    def fetch(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return self._run(sql, params)

    @contextmanager
    def writing(self) -> Iterator[None]:
        self._run("BEGIN")
        self._inside = True
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._inside = False

    def lock(self, thread_ids: Sequence[int]) -> dict[int, int]:
        # A long action in one thread holds up nobody who writes in another; and who never waits is in no deadlock.
        rows = self._run(
            "SELECT thread_id, last_seq FROM chat_threadsequence WHERE thread_id = ANY(%s)"
            " ORDER BY thread_id FOR NO KEY UPDATE SKIP LOCKED",
            [sorted(thread_ids)],
        )
        return dict(rows)

    def touch(self, at: datetime) -> None:
        self._run(TOUCH, [at])

    def last_seqs(self, thread_ids: Sequence[int]) -> dict[int, int]:
        rows = self._run(
            "SELECT thread_id, last_seq FROM chat_threadsequence WHERE thread_id = ANY(%s)",
            [list(thread_ids)],
        )
        return dict(rows)

    def find(self, keys: Sequence[Key]) -> dict[Key, Line]:
        rows = self._run(
            f"SELECT {columns('m', postgres=True)} FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[])"
            " AS k (thread_id, author, author_id, client_id)"
            " JOIN chat_message m USING (thread_id, author, author_id, client_id)",
            [list(column) for column in zip(*keys, strict=True)],
        )
        return {key_of(line): line for line in map(line_of, rows)}

    def append(self, lines: Sequence[Line]) -> None:
        columns = zip(
            *(
                (
                    line.thread_id, line.seq, line.author, line.author_id, line.author_name, line.client_id,
                    line.kind, line.internal, line.body, as_json(line.payload), line.at,
                )
                for line in lines
            ),
            strict=True,
        )  # fmt: skip
        threads, counts = zip(*growth(lines), strict=True)
        self._run(
            "WITH grown AS (UPDATE chat_threadsequence s SET last_seq = s.last_seq + g.count"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS g (thread_id, count) WHERE s.thread_id = g.thread_id)"
            " INSERT INTO chat_message (thread_id, seq, author, author_id, author_name, client_id, kind, internal,"
            " body, payload, at) SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[],"
            " %s::text[], %s::text[], %s::text[], %s::bool[], %s::text[], %s::jsonb[], %s::timestamptz[])",
            [list(threads), list(counts), *(list(column) for column in columns)],
        )

    def mark_read(self, marks: Sequence[tuple[int, str, int, int, datetime]]) -> None:
        self._run(
            "INSERT INTO chat_readmark (thread_id, reader, reader_id, seq, at)"
            " SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[])"
            " ON CONFLICT (thread_id, reader, reader_id) DO UPDATE SET seq=excluded.seq, at=excluded.at"
            " WHERE excluded.seq > chat_readmark.seq",
            [list(column) for column in zip(*sorted(marks), strict=True)],
        )

    def lines(
        self, thread_id: int, *, since: int | None = None, before: int | None = None, limit: int
    ) -> list[Line]:
        sql, params = lines_query(thread_id, since, before, limit)
        return _in_order(
            [line_of(row) for row in self._run(sql.format(columns=_POSTGRES_COLUMNS), params)]
        )

    def recalled(self, thread_id: int) -> frozenset[int]:
        rows = self._run(RECALLS, [thread_id])
        return frozenset((json.loads(kept) if isinstance(kept, str) else kept)["seq"] for (kept,) in rows)

    def threads(self, thread_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        rows = self._run(
            "SELECT id, shop_id, customer_id FROM chat_thread WHERE id = ANY(%s)", [list(thread_ids)]
        )
        return {thread_id: (shop_id, customer_id) for thread_id, shop_id, customer_id in rows}

    def rights(self, person_ids: Sequence[int]) -> dict[int, int]:
        rows = self._run(
            "SELECT id, rights_version FROM people_person WHERE is_active AND id = ANY(%s)",
            [list(person_ids)],
        )
        return dict(rows)

    def close(self) -> None:
        if self._db:
            self._db.close()

    def _run(self, sql: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        # A line that breaks within a transaction must not go on outside of it.
        is_new = self._db is None or (self._db.closed and not self._inside)
        try:
            if is_new or self._db is None:
                self._db = connect("lane", options="-c timezone=UTC -c lock_timeout=10000")
            cursor = self._db.execute(sql, params or None, prepare=True)
            return cursor.fetchall() if cursor.description else []
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:
            if not is_new and not self._inside and self._db is not None and self._db.closed:
                # The server was restarted since this line was last used; nothing had begun on it.
                return self._run(sql, params)
            raise Unavailable(str(error), passing=isinstance(error, PASSING)) from error

    def _roll_back(self) -> None:
        """Leave no transaction behind, or else no connection."""
        if self._db is None:
            return
        try:
            self._db.rollback()
        except psycopg.Error:
            self._db.close()


_COLUMNS = columns()
_POSTGRES_COLUMNS = columns(postgres=True)


def lines_query(thread_id: int, since: int | None, before: int | None, limit: int) -> tuple[str, list[int]]:
    """Lines after `since`, oldest first; or the newest ones, before `before` if it is given."""
    if since is not None:
        return "SELECT {columns} FROM chat_message WHERE thread_id=%s AND seq > %s ORDER BY seq LIMIT %s", [
            thread_id,
            since,
            limit,
        ]
    if before is not None:
        return (
            "SELECT {columns} FROM chat_message WHERE thread_id=%s AND seq < %s ORDER BY seq DESC LIMIT %s",
            [
                thread_id,
                before,
                limit,
            ],
        )
    return "SELECT {columns} FROM chat_message WHERE thread_id=%s ORDER BY seq DESC LIMIT %s", [
        thread_id,
        limit,
    ]


def _sqlite_time(at: datetime) -> str:
    return str(at.replace(tzinfo=None))


def _in_order(lines: list[Line]) -> list[Line]:
    return lines if len(lines) < 2 or lines[0].seq < lines[-1].seq else lines[::-1]


PASSING = (errors.DeadlockDetected, errors.SerializationFailure, errors.LockNotAvailable)
