"""Who sold an order: whoever talked to its buyer last before it was paid."""

from __future__ import annotations

from dangban.conversations.models import Conversation, Enquiry
from dangban.orders.models import Order
from dangban.people.models import Person


def seller_of(order: Order) -> Person | None:
    """Whose enquiry it came from, else who served the buyer last in this shop before the order was paid."""
    if order.customer_id is None:
        return None
    theirs = Enquiry.objects.filter(customer=order.customer_id, order=order).select_related("owner").order_by("-pk").first()
    if theirs is not None:
        return theirs.owner
    until = order.paid_at or order.created_at
    served = Conversation.objects.filter(
        customer=order.customer_id, shop=order.shop_id, opened_at__lte=until, assignee__isnull=False
    )
    last = served.select_related("assignee").order_by("-opened_at", "-pk").first()
    return last.assignee if last is not None else None
