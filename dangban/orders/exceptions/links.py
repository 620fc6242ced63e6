"""What is open about an order, on the order's page."""

from __future__ import annotations

from django.urls import reverse

from dangban.orders.exceptions import kinds
from dangban.orders.exceptions.listing import visible
from dangban.orders.models import Order
from dangban.orders.ports import Link
from dangban.people.models import Person


def links(person: Person, order: Order) -> list[Link]:
    found = visible(person).filter(order=order).select_related("owner").order_by("settled_at", "-pk")[:10]
    return [
        Link(
            label=str(kinds.kind_of(one.kind).label),
            url=reverse("orders:exception", args=[one.pk]),
            at=one.settled_at or one.due_at,
            note=str(kinds.kind_of(one.kind).outcome_label(one.outcome)) if one.outcome else one.owner.name,
            live=f"exception:{one.pk}",
        )
        for one in found
    ]
