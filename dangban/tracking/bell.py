"""Tells open pages that a parcel is elsewhere."""

from __future__ import annotations

from dangban.chat import hub
from dangban.orders.models import Parcel


def parcel_changed(parcel: Parcel) -> None:
    """Call it inside the transaction that notes the news."""
    hub.changed("parcel", parcel.pk, shop_id=parcel.shop_id)


def shop_changed(shop_id: int) -> None:
    """Many parcels of a shop at once, told in one word."""
    hub.changed("parcels", shop_id, shop_id=shop_id)
