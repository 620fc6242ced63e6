"""The words of remarks and messages by which orders are found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dangban.lib import text
from dangban.orders.models import Order, OrderWord


def refresh_words(order: Order) -> None:
    """Index an order's remarks and messages anew."""
    OrderWord.objects.filter(order=order).delete()
    OrderWord.objects.bulk_create(words([order], remarks=list(order.remarks.values_list("text", flat=True))))



def words(orders: Sequence[Order], remarks: Sequence[str] = ()) -> Iterable[OrderWord]:
    for order in orders:
        written = " ".join(part for part in (order.platform_remark, order.buyer_message, *remarks) if part)
        if written:
            for word in text.bigrams(written):
                yield OrderWord(word=word[:64], order=order)
