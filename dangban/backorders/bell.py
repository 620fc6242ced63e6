"""Tells open pages that somebody who waits for goods is not where they were."""

from __future__ import annotations

from dangban.backorders.models import Shortfall, Wait
from dangban.chat import hub
from dangban.desk.models import Deadline


def wait_changed(wait: Wait) -> None:
    """Call it inside the transaction that changes the wait."""
    hub.changed("wait", wait.pk, shop_id=wait.shop_id)
    hub.changed("waits", wait.shop_id, shop_id=wait.shop_id)
    hub.changed("customer", wait.customer_id, shop_id=wait.shop_id)


def clock_changed(deadline: Deadline) -> None:
    wait = Wait.objects.filter(pk=deadline.subject_id).first()
    if wait is not None:
        wait_changed(wait)


def short_changed(shortfall: Shortfall) -> None:
    hub.changed("short", shortfall.pk, shop_id=shortfall.shop_id)
    hub.changed("order", shortfall.order_id, shop_id=shortfall.shop_id)


def seller_clock_changed(deadline: Deadline) -> None:
    shortfall = Shortfall.objects.filter(pk=deadline.subject_id).first()
    if shortfall is not None:
        short_changed(shortfall)
