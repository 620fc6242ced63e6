"""Tells open pages that what is cheaper in some shops is not what it was."""

from __future__ import annotations

from collections.abc import Collection

from dangban.chat import hub


def ring(shops: Collection[int]) -> None:
    for shop in sorted(shops):
        hub.changed("campaigns", shop, shop_id=shop)
