"""What a customer's orders add up to, kept with the customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from dangban.customers import recognising
from dangban.customers.rules import Bought
from dangban.orders import access
from dangban.orders.models import Order
from dangban.people.models import Person, Shop


def bought_since(person: Person, customers: Sequence[int], since: datetime) -> dict[int, Bought]:
    """What each customer bought since then in the shops this person sees."""
    orders = _counted(
        Order.objects.filter(
            access.where(person, "customers.view"), customer__in=customers, created_at__gte=since
        )
    )
    sums = orders.values("customer_id").annotate(n=Count("pk"), spent=_SPENT, last=Max("created_at"))
    return {row["customer_id"]: Bought(row["n"], max(row["spent"], 0), row["last"]) for row in sums}


def _counted(orders: QuerySet[Order]) -> QuerySet[Order]:
    # Goods sent for an after-sales case are no purchase.
    return orders.filter(purpose=Order.Purpose.SALE).exclude(Q(status=Order.Status.CLOSED) | Q(status=Order.Status.UNPAID))


_SPENT = Sum(F("paid_fen") - F("refunded_fen"))


def keep_figures(shop: Shop, customers: set[int], *, at: datetime) -> None:
    """Add up what these customers bought from a shop: orders not closed, paid less what went back."""
    if not customers:
        return
    # By customer alone, whose index is the narrow one; the shop is looked at afterwards.
    orders = _counted(Order.objects.filter(customer__in=customers)).values("customer_id", "shop_id")
    sums = orders.annotate(n=Count("pk"), spent=_SPENT, last=Max("created_at"))
    found = {
        row["customer_id"]: recognising.Figures(row["n"], max(row["spent"], 0), row["last"]) for row in sums
    }
    nothing = recognising.Figures(0, 0, None)
    recognising.keep_figures(shop, {pk: found.get(pk, nothing) for pk in customers}, at=at)
