"""What stands beside an open thread: the customer, their orders, what was promised and wished."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from dangban.conversations.models import Conversation, Enquiry, Promise
from dangban.customers.models import Address, CustomerShop, Handle, RiskMark, Tag
from dangban.orders import access as order_access
from dangban.orders.models import Order, Requirement
from dangban.orders.queries import wishes
from dangban.people.access import scope
from dangban.people.models import Person

SHOWN = 8
_NO_SHOP = Q(shop=None)


@dataclass(frozen=True, slots=True)
class About:
    """The customer as whoever serves them should know them."""

    customer: Any
    handles: list[str]
    tags: list[str]
    here: CustomerShop | None
    risks: list[RiskMark]
    address: Address | None
    before: list[Conversation] = field(default_factory=list)


def about(person: Person, conversation: Conversation) -> About:
    """Seven queries."""
    customer = conversation.customer
    rights = scope(person)
    tags = Tag.objects.filter(customer=customer).filter(rights.filter("shop") | _NO_SHOP)
    risks = RiskMark.objects.filter(customer=customer, lifted_at=None, confidentiality__lte=rights.clearance)
    before = Conversation.objects.filter(customer=customer).filter(rights.filter("shop")).exclude(pk=conversation.pk)
    return About(
        customer=customer,
        handles=list(Handle.objects.filter(customer=customer).values_list("handle", flat=True)[:SHOWN]),
        tags=list(tags.values_list("text", flat=True)),
        here=CustomerShop.objects.filter(customer=customer, shop=conversation.shop_id).first(),
        risks=list(risks.filter(rights.filter("shop") | _NO_SHOP)),
        address=Address.objects.filter(customer=customer).order_by("-last_used_at").first(),
        before=list(before.select_related("assignee", "closure", "shop").order_by("-opened_at", "-pk")[:SHOWN]),
    )


def orders(person: Person, conversation: Conversation) -> list[Order]:
    """The customer's newest orders in shops that this person may see, this shop's first."""
    rows = order_access.visible_orders(person).filter(customer=conversation.customer_id).select_related("shop")
    found = list(rows.prefetch_related("lines").order_by("-created_at", "-pk")[:SHOWN])
    return sorted(found, key=lambda order: order.shop_id != conversation.shop_id)


def requirements(person: Person, conversation: Conversation) -> list[Requirement]:
    """Wishes still to be ticked before dispatch, oldest first, each with its clock."""
    rows = order_access.visible_requirements(person).filter(customer=conversation.customer_id, settled_at=None)
    found = list(rows.select_related("order", "by").order_by("at", "pk"))
    clocks = wishes.clocks_of(found)
    for wish in found:
        wish.clock = clocks.get(wish.pk)  # type: ignore[attr-defined]
    return found


def promises(conversation: Conversation) -> list[Promise]:
    """What this customer was promised in this shop and still waits for, soonest first."""
    rows = Promise.objects.filter(customer=conversation.customer_id, shop=conversation.shop_id)
    return list(rows.filter(kept_at=None, withdrawn_at=None).select_related("owner", "order").order_by("due_at", "pk"))


def enquiry(conversation: Conversation) -> Enquiry | None:
    return Enquiry.objects.filter(conversation=conversation).select_related("product", "order").first()
