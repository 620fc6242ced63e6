"""What was promised to a customer, and what they asked for: remembered with a clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.conversations import access, assigning, reminders, told
from dangban.conversations.models import Conversation, Promise
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.lib.text import refuse_unstorable
from dangban.orders import actions as orders
from dangban.orders.models import Order, Requirement
from dangban.people.models import Person


def promise(
    conversation: Conversation,
    *,
    by: Person,
    text: str,
    due_at: datetime,
    seq: int | None = None,
    order: Order | None = None,
    owner: Person | None = None,
    at: datetime | None = None,
) -> Promise:
    """Keep a promise made to the customer as a row with a deadline; `owner` sees to it."""
    at = at or clock.now()
    access.require(by, "conversations.serve", conversation.shop_id)
    said = refuse_unstorable(text.strip(), "text")[:300]
    if not said:
        message = _("Write what was promised.")
        raise BadInput(message, fields={"text": [message]})
    if due_at <= at:
        message = _("A promise is for later: choose a time to come.")
        raise BadInput(message, fields={"due_at": [message]})
    if order is not None and order.shop_id != conversation.shop_id:
        message = _("This order belongs to another shop.")
        raise BadInput(message, fields={"order": [message]})
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        row = Promise.objects.create(
            conversation=held, shop_id=held.shop_id, customer_id=held.customer_id, order=order,
            message_seq=_of_log(held, seq), text=said, due_at=due_at, owner=owner or held.assignee or by, by=by, at=at,
        )  # fmt: skip
        reminders.start_promise_clock(row, by=by)
        told.write(held, "promised", by=by, at=at, text=said, due_at=due_at.isoformat(), promise=row.pk)
        _journal("promised", row, by, at, due=due_at.isoformat())
        assigning.store(held)
        assigning.announce_beside(held)
    return row


def keep_promise(row: Promise, *, by: Person, at: datetime | None = None) -> Promise:
    """What was promised is done."""
    at = at or clock.now()
    with transaction.atomic():
        row = _open(row, by)
        row.kept_at, row.kept_by = at, by
        row.save(update_fields=["kept_at", "kept_by"])
        reminders.meet_promise_clock(row, by=by, at=at)
        _journal("kept", row, by, at)
        held = assigning.locked(row.conversation_id)
        assigning.store(held)
        assigning.announce_beside(held)
    return row


def withdraw_promise(row: Promise, *, by: Person, why: str, at: datetime | None = None) -> Promise:
    """The promise can't or needn't be kept: says why."""
    at = at or clock.now()
    why = refuse_unstorable(why.strip(), "why")[:200]
    if not why:
        message = _("Say why, and what the customer was told.")
        raise BadInput(message, fields={"why": [message]})
    with transaction.atomic():
        row = _open(row, by)
        row.withdrawn_at, row.withdrawn_why = at, why
        row.save(update_fields=["withdrawn_at", "withdrawn_why"])
        reminders.cancel_promise_clock(row, by=by, reason=why, at=at)
        _journal("withdrawn", row, by, at, why=why)
        held = assigning.locked(row.conversation_id)
        assigning.store(held)
        assigning.announce_beside(held)
    return row


def require(
    conversation: Conversation,
    *,
    by: Person,
    kind: str,
    text: str,
    seq: int | None = None,
    order: Order | None = None,
    due_at: datetime | None = None,
    at: datetime | None = None,
) -> Requirement:
    """Put what the customer asked for on their order, to be ticked before dispatch."""
    at = at or clock.now()
    access.require(by, "conversations.serve", conversation.shop_id)
    if order is not None and order.shop_id != conversation.shop_id:
        message = _("This order belongs to another shop.")
        raise BadInput(message, fields={"order": [message]})
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        row = orders.put_requirement(
            order, kind, text, by=by, customer=held.customer, shop=held.shop, thread_id=held.thread_id,
            message_seq=_of_log(held, seq), due_at=due_at, at=at,
        )  # fmt: skip
        told.write(held, "required", by=by, at=at, text=row.text, kind_of_wish=row.kind, requirement=row.pk)
        assigning.store(held)
    return row


def _of_log(held: Conversation, seq: int | None) -> int | None:
    if seq is not None and not held.thread.messages.filter(seq=seq).exists():
        message = _("There is no such line.")
        raise BadInput(message, fields={"seq": [message]})
    return seq


def _open(row: Promise, by: Person) -> Promise:
    held = Promise.objects.select_for_update(no_key=True).get(pk=row.pk)
    if held.kept_at or held.withdrawn_at:
        raise Conflict(_("This promise has been settled already."))
    if by.pk not in (held.owner_id, held.by_id) and not by.can("conversations.supervise", shop=held.shop_id):
        raise NotAllowed(_("This promise is %(name)s's.") % {"name": held.owner})
    return held


def _journal(verb: str, row: Promise, by: Person, at: datetime, **change: str) -> None:
    record(
        f"conversations.promise_{verb}", subject=row, by=by, shop=row.shop_id,
        change={"conversation": row.conversation_id, **change}, personal={"text": row.text}, at=at,
    )  # fmt: skip
