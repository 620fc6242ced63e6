"""Opening threads, and posting from the rooms above within their own transaction."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from dangban.chat import hub
from dangban.chat.models import Message, Thread, ThreadSequence
from dangban.customers.models import Customer, CustomerShop
from dangban.lib import clock
from dangban.people.models import Shop


@transaction.atomic
def open_thread(
    shop: Shop,
    *,
    customer: Customer | None = None,
    name: str = "",
    channel: str = Thread.Channel.WIDGET,
    at: datetime | None = None,
) -> Thread:
    """The thread of this customer with this shop; a visitor nobody knows yet becomes a customer.

    A known customer comes back to the thread they have in this channel.
    """
    at = at or clock.now()
    if customer is None:
        customer = Customer.objects.create(name=name, created_at=at)
    else:
        there = Thread.objects.filter(shop=shop, customer=customer, channel=channel).order_by("pk").first()
        if there is not None:
            return there
    CustomerShop.objects.get_or_create(customer=customer, shop=shop, defaults={"first_at": at})
    thread = Thread.objects.create(
        shop=shop, customer=customer, channel=channel, public_id=secrets.token_hex(16), created_at=at
    )
    ThreadSequence.objects.create(thread=thread)
    return thread


def post(
    thread: Thread | int,
    *,
    author: str,
    author_id: int = 0,
    author_name: str = "当班",  # han
    kind: str = "text",
    body: str = "",
    payload: Mapping[str, Any] | None = None,
    internal: bool = False,
    client_id: str = "",
    at: datetime | None = None,
) -> Message:
    """Append one line to a thread; call it inside the transaction of what it tells of.

    The same client id of the same author gives the line that is already there. Rings after commit.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a line is posted in the transaction of what it tells of")
    thread_id = thread.pk if isinstance(thread, Thread) else thread
    if client_id:
        # The sender may be trying again at this moment through the lane: let that be decided first.
        ThreadSequence.objects.select_for_update(no_key=True).get(pk=thread_id)
        there = Message.objects.filter(
            thread_id=thread_id, author=author, author_id=author_id, client_id=client_id
        ).first()
        if there is not None:
            return there
    # Bump first: it locks the thread's row, so that numbers are given in commit order.
    ThreadSequence.objects.filter(pk=thread_id).update(last_seq=F("last_seq") + 1)
    seq = ThreadSequence.objects.values_list("last_seq", flat=True).get(pk=thread_id)
    message = Message.objects.create(
        thread_id=thread_id,
        seq=seq,
        author=author,
        author_id=author_id,
        author_name=author_name,
        client_id=client_id or uuid.uuid4().hex,
        kind=kind,
        internal=internal,
        body=body,
        payload=dict(payload or {}),
        at=at or clock.now(),
    )
    transaction.on_commit(lambda: hub.ring_message(thread_id, seq))
    return message
