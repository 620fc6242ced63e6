"""What conversations add to a customer's and an order's page, and how they follow a merge of customers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Model
from django.utils.translation import gettext as _

from dangban.chat.models import Thread
from dangban.conversations import access, reminders
from dangban.conversations.models import Conversation, Enquiry, Promise, Reception, Turn
from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.knowledge.models import ScriptUse
from dangban.orders.models import Order
from dangban.orders.ports import Link
from dangban.people.models import Person

# Every row that names its customer. Receptions and turns are counted by customer, so they move too.
MOVED: dict[str, type[Model]] = {
    "threads": Thread,
    "conversations": Conversation,
    "turns": Turn,
    "receptions": Reception,
    "promises": Promise,
    "enquiries": Enquiry,
}


def timeline(person: Person, customer: Customer, before: datetime | None, limit: int) -> list[TimelineItem]:
    """A customer's conversations in the shops whose chats this person may read."""
    rows = access.visible_conversations(person).filter(customer=customer).select_related("shop", "assignee")
    if before is not None:
        rows = rows.filter(opened_at__lt=before)
    return [
        TimelineItem(
            at=one.opened_at,
            kind="conversations",
            title=_("Conversation with %(name)s") % {"name": one.assignee} if one.assignee else _("Conversation"),
            url=reminders.address(one.pk),
            note=one.preview,
            shop=one.shop.name,
        )
        for one in rows.order_by("-opened_at", "-pk")[:limit]
    ]


def links(person: Person, order: Order) -> list[Link]:
    """Conversations with the buyer of an order since a week before it was placed."""
    if order.customer_id is None:
        return []
    rows = access.visible_conversations(person).filter(customer=order.customer_id, shop=order.shop_id)
    return [
        Link(_("Conversation"), reminders.address(one.pk), one.opened_at, one.preview, live=f"conversation:{one.pk}")
        for one in rows.order_by("-opened_at", "-pk")[:10]
    ]


def move(merged: Customer, kept: Customer) -> dict[str, list[int]]:
    """Threads and what hangs on them become the other's."""
    moved = {
        name: list(_rows(model).filter(customer=merged).values_list("pk", flat=True)) for name, model in MOVED.items()
    }
    moved["script_uses"] = list(ScriptUse.objects.filter(customer_id=merged.pk).values_list("pk", flat=True))
    _hand(moved, kept)
    return moved


def give_back(moved: dict[str, list[int]], kept: Customer, merged: Customer) -> None:
    _hand(moved, merged)


def _hand(moved: dict[str, list[int]], to: Customer) -> None:
    for name, model in MOVED.items():
        rows = _rows(model).filter(pk__in=moved.get(name, []))
        # Who works on a session just now sees by its version that it is another customer's.
        rows.update(customer=to, **({"version": F("version") + 1} if model is Conversation else {}))
    ScriptUse.objects.filter(pk__in=moved.get("script_uses", [])).update(customer_id=to.pk)


def _rows(model: type[Model]) -> Any:
    return model._default_manager.all()
