"""A thread's lines as pages draw them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from dangban.chat.bubbles import bubble
from dangban.chat.models import Message, ReadMark, Thread
from dangban.chat.rows import as_line

PAGE = 50


def drawn(messages: Iterable[Message]) -> list[dict[str, Any]]:
    return [drawing for message in messages if (drawing := bubble(as_line(message))) is not None]


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
