"""What was said with a customer: handed out, and erased from log and index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from dangban.chat import search
from dangban.chat.models import Message, Thread, ThreadProjection
from dangban.chat.rows import as_line
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
            search.forget(_indexed(chunk))
            chunk.update(body="", payload={})
        Message.objects.filter(pk__in=ids, author=Message.Author.CUSTOMER).update(author_name="")
        return len(ids)

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != CUSTOMER:
            return []
        return [("chat.thread", one) for one in _threads(pk).values_list("pk", flat=True)]


def _indexed(messages: QuerySet[Message]) -> list[Message]:
    """Those that stand in the index: projected, with words, and not taken back before.

    The index has no content of its own: taking out what is not in it would damage it. The locked
    cursors keep the projection from entering lines meanwhile.
    """
    threads = set(messages.values_list("thread_id", flat=True))
    cursors = ThreadProjection.objects.select_for_update(no_key=True).filter(thread__in=threads)
    reached = dict(cursors.order_by("pk").values_list("thread_id", "seq"))
    recalls = Message.objects.filter(thread__in=threads, kind=Message.Kind.RECALL).values_list(
        "thread_id", "payload"
    )
    recalled = {(thread, payload.get("seq")) for thread, payload in recalls}
    return [
        message
        for message in messages
        if message.seq <= reached.get(message.thread_id, 0)
        and (message.thread_id, message.seq) not in recalled
        and search.searched_text(as_line(message))
    ]


def register() -> None:
    ports.register_personal_data("chat", ChatData())


def _threads(pk: int) -> QuerySet[Thread]:
    return Thread.objects.filter(customer__in=Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)))


def _messages(pk: int) -> QuerySet[Message]:
    return Message.objects.filter(thread__in=_threads(pk))
