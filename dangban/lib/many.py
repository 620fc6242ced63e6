"""Many rows in one statement, where the ORM's objects would cost more than the database.

For projections and imports that write the same few columns of hundreds of rows. Values are plain:
instants are aware and in UTC, keys are numbers. Nothing here checks rights or keeps a journal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, models

Row = Sequence[Any]


def among(ids: Collection[int]) -> tuple[str, Any]:
    """A condition for “is one of these numbers”, and its one parameter: the same statement for any count."""
    if connection.vendor == "sqlite":
        return "IN (SELECT value FROM json_each(%s))", json.dumps(list(ids))
    return "= ANY(%s)", list(ids)


def as_instant(value: datetime | str) -> datetime:
    """An instant as a hand-written statement brings it from either database."""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    # SQLite holds UTC without saying so.
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def as_day(value: date | str) -> date:
    """A day, likewise."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def insert_many(
    model: type[models.Model], names: Sequence[str], rows: Sequence[Row], *, skip: bool = False
) -> None:
    """Insert rows of these fields; with `skip`, those that are there already stay as they are."""
    if not rows:
        return
    fields = [_field(model, name) for name in names]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'INSERT INTO "{model._meta.db_table}" ({columns})'
    after = " ON CONFLICT DO NOTHING" if skip else ""
    converters = [_converter(field) for field in fields]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"{into} VALUES ({marks}){after}", _converted(rows, converters))
        else:
            arrays = ", ".join(f"%s::{_type(field)}[]" for field in fields)
            cursor.execute(f"{into} SELECT * FROM unnest({arrays}){after}", _arrays(rows, converters))


def update_many(
    model: type[models.Model],
    names: Sequence[str],
    rows: Sequence[Row],
    sets: Mapping[str, str] | None = None,
    types: Mapping[str, str] | None = None,
) -> None:
    """Update one row per key; the first of `names` is the primary key.

    Each further name is a field that gets the value, unless `sets` gives the expressions: then names
    in braces stand for the row's values and ``t`` for the row as it is. `types` are the database
    types of names that are no fields.
    """
    if not rows:
        return
    types = types or {}
    fields = {name: None if name in types else _field(model, name) for name in names}
    converters = [_converter(field) if field else _as_it_is for field in fields.values()]
    wanted = sets or {name: f"{{{name}}}" for name in names[1:]}
    key = f't."{model._meta.pk.column}"'
    marks = _marks(names)
    assigned = ", ".join(
        f'"{_field(model, name).column}" = {expression.format(**marks)}'
        for name, expression in wanted.items()
    )
    table = f'UPDATE "{model._meta.db_table}" AS t SET {assigned}'
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{table} WHERE {key} = {marks[names[0]]}", _converted(rows, converters))
        else:
            arrays = ", ".join(f"%s::{types.get(name) or _type(field)}[]" for name, field in fields.items())
            listed = ", ".join(names)
            cursor.execute(
                f"{table} FROM unnest({arrays}) AS d ({listed}) WHERE {key} = {marks[names[0]]}",
                _arrays(rows, converters),
            )


def _field(model: type[models.Model], name: str) -> Any:
    return model._meta.get_field(name)


def _marks(names: Sequence[str]) -> dict[str, str]:
    if connection.vendor == "sqlite":
        return {name: f"?{number}" for number, name in enumerate(names, 1)}
    return {name: f"d.{name}" for name in names}


def _type(field: Any) -> str:
    return str(field.rel_db_type(connection) if field.primary_key else field.db_type(connection))


def _converted(rows: Sequence[Row], converters: Sequence[Callable[[Any], Any]]) -> list[list[Any]]:
    return [[convert(value) for convert, value in zip(converters, row, strict=True)] for row in rows]


def _arrays(rows: Sequence[Row], converters: Sequence[Callable[[Any], Any]]) -> list[list[Any]]:
    return [
        [convert(value) for value in column]
        for convert, column in zip(converters, zip(*rows, strict=True), strict=True)
    ]


def _converter(field: Any) -> Callable[[Any], Any]:
    """From the plain value to what the driver takes, as the field itself would do it."""
    if isinstance(field, models.JSONField):
        return json.dumps
    if connection.vendor != "sqlite":
        return _as_it_is
    if isinstance(field, models.DateTimeField):
        return _sqlite_instant
    if isinstance(field, models.DateField | models.TimeField):
        return _sqlite_text
    return _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _sqlite_instant(value: datetime | None) -> str | None:
    return None if value is None else str(value.astimezone(UTC).replace(tzinfo=None))


def _sqlite_text(value: Any) -> str | None:
    return None if value is None else str(value)
