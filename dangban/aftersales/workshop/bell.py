"""Tells open pages that a rework order has moved."""

from __future__ import annotations

from dangban.aftersales.models.workshop import ReworkOrder
from dangban.chat import hub
from dangban.desk.models import Deadline


def rework_changed(order: ReworkOrder) -> None:
    """Call it inside the transaction that changes the order."""
    hub.changed("rework", order.pk, shop_id=order.shop_id)
    hub.changed("reworks", order.shop_id, shop_id=order.shop_id)


def clock_changed(deadline: Deadline) -> None:
    order = ReworkOrder.objects.filter(pk=deadline.subject_id).first()
    if order is not None:
        rework_changed(order)
