"""Conversations about buying: what for, why not yet, when to ask again, what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.conversations import access, assigning, crediting, reminders
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
    rows = Enquiry.objects.order_by("at", "pk")
    theirs = Order.objects.filter(customer=OuterRef("customer"), shop=OuterRef("shop"), purpose=Order.Purpose.SALE)
    # Only those of which something new can be said, or the same old ones would be looked at for ever.
    bought = Exists(theirs.filter(Q(created_at__gte=OuterRef("at")) | Q(paid_at__gte=OuterRef("at"))))
    paid = Exists(theirs.filter(created_at__gte=OuterRef("at"), paid_at__isnull=False))
    over = clock.day_span(clock.business_day(at) - days + timedelta(days=1))[0]
    changed = [
        rows.filter(bought, outcome=Outcome.OPEN, at__gte=at - days - timedelta(days=1)),
        rows.filter(paid | Q(order__status=Order.Status.CLOSED), outcome=Outcome.ORDERED),
        rows.filter(Q(next_contact_at=None) | Q(next_contact_at__lt=at), outcome=Outcome.OPEN, at__lt=over),
    ]
    return sum(_settle(row, at, days) for some in changed for row in some[:limit])


def _settle(row: Enquiry, at: datetime, days: timedelta) -> bool:
    came = crediting.came_of(row, at, days)
    if came is None or row.outcome == came.outcome:
        return False
    with transaction.atomic():
        changed = Enquiry.objects.filter(pk=row.pk, outcome=row.outcome).update(
            outcome=came.outcome, outcome_at=came.at, order=came.order, updated_at=at
        )
        if changed:
            row.order = came.order
            change: dict[str, object] = {"order": came.order.platform_id if came.order else None}
            if came.order is not None and came.outcome != Outcome.LOST:
                credited = crediting.keep_credit(came.order)
                change["credit"] = credited.person.name if credited.person is not None else None
            _journal(str(came.outcome), row, SYSTEM, at, change)
            _tell(row)
    return bool(changed)


def _tell(row: Enquiry) -> None:
    """The pages that show what this conversation is to lead to, and the inbox of who is to ask again."""
    hub.changed("enquiry", row.conversation_id, shop_id=row.shop_id)
    reminders.ring([row.owner])


def _journal(verb: str, row: Enquiry, by: HasActor, at: datetime, change: dict[str, object]) -> None:
    record(f"conversations.enquiry_{verb}", subject=row, by=by, shop=row.shop_id, change=change, at=at)
