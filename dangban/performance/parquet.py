"""Facts as Parquet files, for engines that read columns: numbers, days and keys, never what people said."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
from django.db import models

from dangban.backorders.models import Wait
from dangban.chat.models import Message
from dangban.conversations.models import (
    Assignment,
    Closure,
    Conversation,
    Invitation,
    Rating,
    Reception,
    Requeue,
    Transfer,
    Turn,
)
from dangban.lib import clock
from dangban.performance.measures.columns import COLUMNS
from dangban.performance.models import Asking, CaseFact, Deal, PersonDay

_NULL = "\\N"
_TYPES: Mapping[type[models.Field[Any, Any]], str] = {
    models.BooleanField: "BOOLEAN", models.DateTimeField: "TIMESTAMP", models.DateField: "DATE", models.CharField: "VARCHAR",
}  # fmt: skip
_CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Exported:
    """A table, the columns that leave, and by which field its days are chosen."""

    model: type[models.Model]
    columns: tuple[str, ...]
    day: str = ""

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    def type_of(self, column: str) -> str:
        field = next(one for one in self.model._meta.concrete_fields if one.column == column)
        return next((sql for kind, sql in _TYPES.items() if isinstance(field, kind)), "BIGINT")


EXPORTED: tuple[Exported, ...] = (
    Exported(Turn, ("id", "conversation_id", "shop_id", "customer_id", "owner_id", "answered_by_id", "first", "opened_seq", "answered_seq", "answered_at", "business_day", "minute", "counted", "left_message", "milliseconds", "same_day"), "business_day"),
    Exported(Conversation, ("id", "thread_id", "shop_id", "customer_id", "assignee_id", "promised_at", "last_seq")),
    Exported(Reception, ("id", "conversation_id", "person_id", "shop_id", "customer_id", "business_day", "lines", "characters", "mutual"), "business_day"),
    Exported(Assignment, ("id", "conversation_id", "person_id", "how", "business_day"), "business_day"),
    Exported(Transfer, ("id", "conversation_id", "from_person_id", "state", "business_day"), "business_day"),
    Exported(Requeue, ("id", "conversation_id", "person_id", "why", "business_day"), "business_day"),
    Exported(Closure, ("id", "conversation_id", "business_day", "served_ms"), "business_day"),
    Exported(Invitation, ("id", "conversation_id", "person_id")),
    Exported(Rating, ("id", "invitation_id", "stars")),
    Exported(Message, ("id", "thread_id", "seq", "author", "author_id", "kind", "internal", "at"), "at"),
    Exported(Wait, ("id", "registered_by_id", "state", "bought_id", "recovered_fen")),
    Exported(Deal, ("id", "order_id", "shop_id", "customer_id", "created_day", "paid_day", "counted_day", "by_order_id", "by_payment_id", "by_first_id", "person_id", "chased_by_id", "tagged_by_id", "void", "total_fen", "paid_fen", "refunded_fen", "quantity")),
    Exported(Asking, ("id", "day", "shop_id", "person_id", "customer_id", "conversation_id", "ordered_same", "ordered_final", "paid_same", "paid_next", "paid_final", "paid_fen", "settled"), "day"),
    Exported(CaseFact, ("id", "case_id", "day", "shop_id", "person_id", "answered_in_time", "solved_in_time", "refunded", "refund_seconds", "refunded_fen", "disputed", "lost", "saved_by_id", "saved_fen"), "day"),
    Exported(PersonDay, ("id", "source", "day", "shop_id", "person_id", "version", "service_final", "sales_final", "refunds_final", *COLUMNS), "day"),
)  # fmt: skip


def export(folder: Path, first: date, last: date) -> dict[str, int]:
    """One file for each table, with the rows of these days (of tables without a day all); how many rows each has."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    with duckdb.connect() as engine, tempfile.TemporaryDirectory() as scratch:
        for one in EXPORTED:
            text = Path(scratch) / f"{one.table}.csv"
            counts[one.table] = _write(text, _rows(one, first, last))
            columns = ", ".join(f"'{name}': '{one.type_of(name)}'" for name in one.columns)
            engine.execute(
                f"COPY (SELECT * FROM read_csv('{text}', header=false, nullstr='{_NULL}', columns={{{columns}}}, auto_detect=false, quote='\"', escape='\"'))"  # noqa: S608  our own names
                f" TO '{folder / one.table}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
            text.unlink()
    return counts


def opened(folder: Path, *, memory: str = "2GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """An engine in which each file stands under its table's name, so that statements run as they are."""
    engine = duckdb.connect()
    engine.execute(f"SET memory_limit = '{memory}'; SET threads = {threads}; SET TimeZone = 'UTC'")
    for path in sorted(folder.glob("*.parquet")):
        engine.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM read_parquet('{path}')")  # noqa: S608  our own names
    return engine


def _rows(one: Exported, first: date, last: date) -> Iterable[tuple[Any, ...]]:
    rows = one.model._default_manager.order_by("pk")
    if one.day == "at":
        rows = rows.filter(at__gte=clock.day_span(first)[0], at__lt=clock.day_span(last)[1])
    elif one.day:
        rows = rows.filter(**{f"{one.day}__gte": first, f"{one.day}__lte": last})
    names = {field.column: field.attname for field in one.model._meta.concrete_fields}
    return rows.values_list(*(names[column] for column in one.columns)).iterator(_CHUNK)


def _write(path: Path, rows: Iterable[tuple[Any, ...]]) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row in rows:
            writer.writerow([_cell(value) for value in row])
            count += 1
    return count


def _cell(value: Any) -> Any:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.replace(tzinfo=None).isoformat(" ") if hasattr(value, "tzinfo") else value
