"""Tells open pages that a campaign is not what it was."""

from __future__ import annotations

from collections.abc import Collection

from dangban.chat import hub
from dangban.chat.hub import Changed
from dangban.lib import clock


def ring(campaign: int, shops: Collection[int]) -> None:
    now = clock.to_ms(clock.now())
    hub.changed_together([Changed("campaign", campaign, now, shop, (), None) for shop in sorted(shops)])
