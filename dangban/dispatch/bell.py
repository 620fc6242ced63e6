"""Tells open pages that there is something to audit, print or pack, or that it is done."""

from __future__ import annotations

from collections.abc import Iterable

from dangban.chat import hub
from dangban.dispatch.models import Slip


def desk_changed(shop_id: int) -> None:
    """Whoever has the shop's audit, waves, cut-off or sheets open."""
    hub.changed("dispatch", shop_id, shop_id=shop_id)


def desks_changed(shop_ids: Iterable[int]) -> None:
    for shop_id in set(shop_ids):
        desk_changed(shop_id)


def slip_changed(slip: Slip) -> None:
    hub.changed("slip", slip.pk, shop_id=slip.shop_id)
    desk_changed(slip.shop_id)
