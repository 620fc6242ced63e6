"""Tells open pages that a dealer's return has moved."""

from __future__ import annotations

from dangban.chat import hub
from dangban.dealers.models import DealerReturn
from dangban.desk.models import Deadline


def return_changed(made: DealerReturn) -> None:
    """Call it inside the transaction that changes the return."""
    hub.changed("dealer-return", made.pk, shop_id=made.shop_id)
    hub.changed("dealer-returns", made.shop_id, shop_id=made.shop_id)


def arrivals_changed(shop_id: int) -> None:
    hub.changed("dealer-arrivals", shop_id, shop_id=shop_id)


def clock_changed(deadline: Deadline) -> None:
    made = DealerReturn.objects.filter(pk=deadline.subject_id).first()
    if made is not None:
        return_changed(made)
