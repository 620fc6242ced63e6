"""A thread's lines as pages draw them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dangban.chat.bubbles import bubble
from dangban.chat.models import Message, ReadMark, Thread
from dangban.chat.ports import Line

PAGE = 50


def line_of(message: Message) -> Line:
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


def drawn(messages: Iterable[Message]) -> list[dict[str, Any]]:
    return [drawing for message in messages if (drawing := bubble(line_of(message))) is not None]


def latest(thread: Thread, around: int = 0, size: int = PAGE) -> list[dict[str, Any]]:
    """The newest lines of a thread, oldest first; with `around`, from a little before that line on."""
    rows = Message.objects.filter(thread=thread)
    if around:
        newer = list(rows.filter(seq__gte=around - 20).order_by("seq")[: size * 4])
        return drawn(newer)
    return drawn(reversed(rows.order_by("-seq")[:size]))


def read_marks(thread: Thread, person_id: int) -> tuple[int, int]:
    """How far the customer has read, and how far this person has."""
    marks = ReadMark.objects.filter(thread=thread).values_list("reader", "reader_id", "seq")
    by_customer = mine = 0
    for reader, reader_id, seq in marks:
        if reader == "customer":
            by_customer = max(by_customer, seq)
        elif reader_id == person_id:
            mine = seq
    return by_customer, mine
