"""What was said with a customer: handed out, and erased from log and index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from dangban.chat import search
from dangban.chat.models import Message, Thread
from dangban.customers.models import Customer
from dangban.lib.actor import Actor
from dangban.people import ports

CUSTOMER = "customers.customer"
# Blanked in pieces, so that a long history does not hold up everybody's messages.
CHUNK = 500


class ChatData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        """What both sides said; internal notes are the department's own."""
        if kind != CUSTOMER:
            return {}
        said = _messages(pk).filter(internal=False).order_by("thread_id", "seq")
        return {"messages": list(said.values("author", "author_name", "kind", "body", "at"))}

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """The only change a line ever sees: what it said goes, that there was one stays."""
        if kind != CUSTOMER:
            return 0
        ids = list(_messages(pk).values_list("pk", flat=True))
        for start in range(0, len(ids), CHUNK):
            chunk = Message.objects.filter(pk__in=ids[start : start + CHUNK])
            search.forget(chunk)
            chunk.update(body="", payload={})
        Message.objects.filter(pk__in=ids, author=Message.Author.CUSTOMER).update(author_name="")
        return len(ids)

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != CUSTOMER:
            return []
        return [("chat.thread", one) for one in _threads(pk).values_list("pk", flat=True)]


def register() -> None:
    ports.register_personal_data("chat", ChatData())


def _threads(pk: int) -> QuerySet[Thread]:
    return Thread.objects.filter(customer__in=Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)))


def _messages(pk: int) -> QuerySet[Message]:
    return Message.objects.filter(thread__in=_threads(pk))
