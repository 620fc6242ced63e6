"""Customers who mean to buy, for the board of those who follow up today."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.urls import reverse

from dangban.conversations import access
from dangban.conversations.models import Enquiry
from dangban.lib import clock
from dangban.orders.ports import Intending
from dangban.people.models import Person


def to_contact(person: Person, shops: Collection[int], until: datetime, limit: int) -> list[Intending]:
    """Open enquiries whose next contact falls before `until`; those of days before today are overdue."""
    today = clock.day_span(clock.business_day(clock.now()))[0]
    rows = Enquiry.objects.filter(
        access.serving(person), shop__in=shops, outcome=Enquiry.Outcome.OPEN, next_contact_at__lt=until
    )
    joined = rows.select_related("owner", "customer").order_by("next_contact_at", "pk")
    return [
        Intending(
            owner=row.owner,
            customer=row.customer.name,
            url=reverse("conversation", args=[row.conversation_id]),
            last_at=row.updated_at,
            result=str(row.get_reason_display()) if row.reason else "",
            due_at=row.next_contact_at,
            overdue=row.next_contact_at < today,
        )
        for row in joined[:limit]
        if row.next_contact_at is not None
    ]
