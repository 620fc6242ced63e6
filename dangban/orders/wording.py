"""What a line to the buyer may name of an order, for scripts."""

from __future__ import annotations

from dangban.orders import access, rules
from dangban.orders.models import Order
from dangban.people.models import Person


def facts(order: Order, by: Person) -> dict[str, str]:
    """Number, parcel, goods and where they go; the street as whoever writes may see it."""
    whole = access.may(by, "customers.reveal", order.shop_id)
    street = order.address if whole else rules.masked("address", order.address)
    return {
        "order": order.platform_id,
        "courier": order.courier,
        "tracking": order.tracking_number,
        "goods": "、".join(f"{line.title} {line.variant}".strip() for line in order.lines.order_by("position")),
        "address": f"{order.province}{order.city}{order.district}{street}",
    }
