"""Rows of the log as the lines that gates and projectors know."""

from __future__ import annotations

from dangban.chat.models import Message
from dangban.chat.ports import Line

# In the order of the fields of a Line.
LINE_COLUMNS = (
    "thread_id", "author", "author_id", "author_name", "client_id", "kind", "body", "payload", "internal", "at", "seq", "pk",
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
