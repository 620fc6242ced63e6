"""Posting a prompt into the buyer's thread: by the same gate as every other line that an agent writes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.chat.ports import Line, Sender, registry
from dangban.handbook.decisions import Because, Decision
from dangban.lib.errors import NotAllowed, Refused
from dangban.orders.models import Order
from dangban.people.access import scope
from dangban.people.models import Person


def thread_of(order: Order) -> Thread | None:
    """Where the buyer and the shop talk here, the newest of them; the phone is no place for a line."""
    if order.customer_id is None:
        return None
    threads = Thread.objects.filter(shop=order.shop_id, customer=order.customer_id)
    return threads.exclude(channel=Thread.Channel.PHONE).order_by("-created_at", "-pk").first()


def say(thread: Thread, text: str, *, by: Person, at: datetime) -> Message:
    """Post as this person, in the caller's transaction; what must not be said is refused with its reasons."""
    if not by.can("conversations.serve", shop=thread.shop_id):
        raise NotAllowed(_("You don't serve this shop's customers. Contact the buyer on the platform or by phone."))
    client_id = uuid.uuid4().hex
    _ask_the_gate(thread, text, client_id, by, at)
    return chat.post(
        thread,
        author=Message.Author.AGENT,
        author_id=by.pk,
        author_name=by.service_name,
        body=text,
        client_id=client_id,
        at=at,
    )


def _ask_the_gate(thread: Thread, text: str, client_id: str, by: Person, at: datetime) -> None:
    gate = registry.gate
    if gate is None:
        return
    line = Line(thread.pk, "agent", by.pk, by.service_name, client_id, "text", text, {}, False, at)
    sender = Sender("agent", by.pk, by.service_name, frozenset(scope(by).granted), by.language or "zh-hans")
    verdict = gate.decide(gate.facts([thread.pk], _fetch).get(thread.pk), sender, line, confirmed=False)
    if verdict.act != "send":
        because = tuple(Because.from_data(one) for one in verdict.because)
        decision = Decision("orders.prompt_wording", "refused", because=because) if because else None
        raise Refused(verdict.message, decision=decision, code=verdict.code)


def _fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return list(cursor.fetchall())
