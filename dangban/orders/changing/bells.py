"""Tells open pages that a change of an order came, moved or ended."""

from __future__ import annotations

from dangban.chat import hub
from dangban.desk.models import Deadline
from dangban.orders import bell
from dangban.orders.models import ChangeRequest, ChangeStep


def changed(request: ChangeRequest) -> None:
    """Call it inside the transaction: the change's own page, the list of its shop, the order."""
    hub.changed("change", request.pk, request.version, shop_id=request.shop_id)
    hub.changed("changes", request.shop_id, shop_id=request.shop_id)
    bell.order_changed(request.order)


def clock_changed(deadline: Deadline) -> None:
    step = ChangeStep.objects.select_related("request__order").filter(pk=deadline.subject_id).first()
    if step is not None:
        changed(step.request)
