"""Tells open pages that the stock of some goods is not what it was."""

from __future__ import annotations

from collections.abc import Collection

from dangban.chat import hub
from dangban.chat.hub import Changed
from dangban.lib import clock


def ring(skus: Collection[int], shops: Collection[int]) -> None:
    now = clock.to_ms(clock.now())
    hub.changed_together([Changed("stock", sku, now, shop, (), None) for shop in sorted(shops) for sku in sorted(skus)])
