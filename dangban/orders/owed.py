"""What was paid for and has not left yet: the room that keeps stock asks before it says that goods are free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Sum

from dangban.orders.models import Order, OrderLine


def owed(skus: Sequence[int]) -> Mapping[int, int]:
    """Pieces of each SKU in orders that await dispatch and are not given back."""
    waiting = OrderLine.objects.filter(sku__in=skus, order__status=Order.Status.PAID).exclude(order__refund=Order.Refund.FULL)
    return dict(waiting.values("sku").annotate(pieces=Sum("quantity")).values_list("sku", "pieces"))
