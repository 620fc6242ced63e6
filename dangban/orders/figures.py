"""What a customer's orders add up to, kept with the customer."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, F, Max, Q, Sum

from dangban.customers import recognising
from dangban.orders.models import Order
from dangban.people.models import Shop


def keep_figures(shop: Shop, customers: set[int], *, at: datetime) -> None:
    """Add up what these customers bought from a shop: orders not closed, paid less what went back."""
    if not customers:
        return
    # By customer alone, whose index is the narrow one; the shop is looked at afterwards.
    sums = (
        Order.objects.filter(customer__in=customers)
        .exclude(Q(status=Order.Status.CLOSED) | Q(status=Order.Status.UNPAID))
        .values("customer_id", "shop_id")
        .annotate(n=Count("pk"), spent=Sum(F("paid_fen") - F("refunded_fen")), last=Max("created_at"))
    )
    found = {
        row["customer_id"]: recognising.Figures(row["n"], max(row["spent"], 0), row["last"]) for row in sums
    }
    nothing = recognising.Figures(0, 0, None)
    recognising.keep_figures(shop, {pk: found.get(pk, nothing) for pk in customers}, at=at)
