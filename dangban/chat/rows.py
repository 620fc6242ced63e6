"""Rows of the log as the lines that gates and projectors know."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dangban.chat.models import Message
from dangban.chat.ports import Line
from dangban.lib.many import as_instant

# In the order of the fields of a Line.
COLUMNS = "thread_id, author, author_id, author_name, client_id, kind, body, payload, internal, at, seq, id"


def columns(table: str = "", *, postgres: bool = False) -> str:
    """The columns of a line, as text where the database would take pains over their values."""
    names = [f"{table}.{name}" if table else name for name in COLUMNS.split(", ")]
    return ", ".join(f"{name}::text" if postgres and name.endswith("payload") else name for name in names)


def line_of(row: Sequence[Any]) -> Line:
    """A row of `columns` as either database hands it over; further columns are left alone."""
    thread_id, author, author_id, author_name, client_id, kind, body, payload, internal, at, seq, pk = row[
        :12
    ]
    return Line(
        thread_id, author, author_id, author_name, client_id, kind, body, from_json(payload), bool(internal), as_instant(at), seq, pk
    )  # fmt: skip


def as_line(message: Message) -> Line:
    return Line(
        thread_id=message.thread_id,
        author=message.author,  # type: ignore[arg-type]
        author_id=message.author_id,
        author_name=message.author_name,
        client_id=message.client_id,
        kind=message.kind,
        body=message.body,
        payload=message.payload,
        internal=message.internal,
        at=message.at,
        seq=message.seq,
        id=message.pk,
    )


def as_json(payload: Mapping[str, Any]) -> str:
    """As Django's JSONField writes it."""
    return json.dumps(payload) if payload else "{}"


def from_json(text: str) -> dict[str, Any]:
    return json.loads(text) if text != "{}" else {}
