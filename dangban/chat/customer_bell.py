"""Tells the open pages of those who serve a customer that something about the customer changed."""

from __future__ import annotations

from collections.abc import Collection

from dangban.chat import hub


def ring(customer_id: int, shop_ids: Collection[int]) -> None:
    for shop_id in sorted(shop_ids):
        hub.changed("customer", customer_id, shop_id=shop_id)
