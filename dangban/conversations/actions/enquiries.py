"""Conversations about buying: what for, why not yet, when to ask again, what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.conversations import access, assigning, reminders
from dangban.conversations.clauses import ENQUIRY_DAYS
from dangban.conversations.models import Conversation, Enquiry
from dangban.handbook.actions import in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.shops.models import Product

Outcome = Enquiry.Outcome


def record_enquiry(
    conversation: Conversation,
    *,
    by: Person,
    product: Product | None = None,
    wanted: str = "",
    reason: str = "",
    next_contact_at: datetime | None = None,
    at: datetime | None = None,
) -> Enquiry:
    """Note or renew what a customer wants to buy; what is left out stays as it was."""
    at = at or clock.now()
    access.require(by, "conversations.serve", conversation.shop_id)
    if reason and reason not in Enquiry.Reason.values:
        message = _("This is not a known reason.")
        raise BadInput(message, fields={"reason": [message]})
    with transaction.atomic():
        held = assigning.locked(conversation.pk)
        row, made = Enquiry.objects.select_for_update(no_key=True).get_or_create(
            conversation=held,
            defaults={
                "shop_id": held.shop_id, "customer_id": held.customer_id,
                "owner": held.assignee or by, "at": held.opened_at, "updated_at": at,
            },
        )  # fmt: skip
        row.product = product or row.product
        row.wanted = refuse_unstorable(wanted.strip(), "wanted")[:200] or row.wanted
        row.reason = reason or row.reason
        row.next_contact_at = next_contact_at or row.next_contact_at
        row.updated_at = at
        row.save()
        change: dict[str, object] = {"reason": row.reason, "next_contact_at": row.next_contact_at and row.next_contact_at.isoformat()}
        _journal("noted" if made else "changed", row, by, at, change)
        _tell(row)
        assigning.store(held)
    return row


def lose_enquiry(enquiry: Enquiry, *, by: Person, reason: str = "", at: datetime | None = None) -> Enquiry:
    """The customer will not buy."""
    at = at or clock.now()
    access.require(by, "conversations.serve", enquiry.shop_id)
    with transaction.atomic():
        row = Enquiry.objects.select_for_update(no_key=True).get(pk=enquiry.pk)
        if row.outcome != Outcome.OPEN:
            raise Conflict(_("What came of this enquiry is known already."))
        row.outcome, row.outcome_at, row.updated_at = Outcome.LOST, at, at
        row.reason = reason if reason in Enquiry.Reason.values else row.reason
        row.next_contact_at = None
        row.save()
        _journal("lost", row, by, at, {"reason": row.reason})
        _tell(row)
    return row


def settle_enquiries(at: datetime, limit: int = 200) -> int:
    """See what came of open enquiries: ordered, paid, or nothing within the handbook's days."""
    days = in_force(at)[ENQUIRY_DAYS]
    rows = Enquiry.objects.filter(outcome__in=[Outcome.OPEN, Outcome.ORDERED]).order_by("pk")
    settled = 0
    for row in rows.filter(at__gte=at - days * 3)[:limit]:
        settled += _settle(row, at, days)
    for row in rows.filter(outcome=Outcome.OPEN, at__lt=at - days * 3, next_contact_at=None)[:limit]:
        settled += _settle(row, at, days)
    return settled


def _settle(row: Enquiry, at: datetime, days: timedelta) -> bool:
    ordered = (
        Order.objects.filter(customer=row.customer_id, shop=row.shop_id, created_at__gte=row.at)
        .filter(created_at__lt=row.at + days)
        .order_by("created_at", "pk")
        .first()
    )
    if ordered is not None:
        outcome, when = (Outcome.PAID, ordered.paid_at) if ordered.paid_at else (Outcome.ORDERED, ordered.created_at)
    elif at >= row.at + days and (row.next_contact_at is None or row.next_contact_at < at):
        outcome, when = Outcome.LOST, at
    else:
        return False
    if row.outcome == outcome:
        return False
    with transaction.atomic():
        changed = Enquiry.objects.filter(pk=row.pk, outcome=row.outcome).update(
            outcome=outcome, outcome_at=when, order=ordered, updated_at=at
        )
        if changed:
            row.order = ordered
            _journal(str(outcome), row, SYSTEM, at, {"order": ordered.platform_id if ordered else None})
            _tell(row)
    return bool(changed)


def _tell(row: Enquiry) -> None:
    """The pages that show what this conversation is to lead to, and the inbox of who is to ask again."""
    hub.changed("enquiry", row.conversation_id, shop_id=row.shop_id)
    reminders.ring([row.owner])


def _journal(verb: str, row: Enquiry, by: HasActor, at: datetime, change: dict[str, object]) -> None:
    record(f"conversations.enquiry_{verb}", subject=row, by=by, shop=row.shop_id, change=change, at=at)
