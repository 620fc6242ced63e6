"""The demonstration's campaigns: some run, one comes tonight, one is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from dangban.campaigns import actions
from dangban.campaigns.actions import Terms
from dangban.demo.sales import Shelf
from dangban.lib import clock
from dangban.people.models import Person

_SINCE = timedelta(days=3)


class Promotions:
    """Planned by the manager some days ago, so that agents have heard of what runs."""

    def __init__(self, shelves: Sequence[Shelf], people: Mapping[str, Person], *, now: datetime) -> None:
        self.shelves, self.now, self.manager = shelves, now, people["shen"]

    def plan(self) -> None:
        first = self.shelves[0]
        quilts = next(product for product in _products(first) if product.category)
        tonight = clock.at_local(clock.business_day(self.now), datetime.min.time()) + timedelta(hours=20)
        comes = tonight if tonight > self.now else tonight + timedelta(days=1)
        self._plan("暖冬满减", first, kind="spend", tiers=[(30_000, 3_000), (50_000, 6_000)], say="满三百减三十、满五百减六十，自动减，不用领券")
        self._plan("店铺券", first, kind="coupon", tiers=[(19_900, 1_500)], say="首页领店铺券，满一百九十九可用，和满减可以一起用")
        self._plan("平台跨店满减", first, kind="spend", by_platform=True, tiers=[(30_000, 5_000)], repeats=True)
        self._plan("满额包邮", first, kind="freight", tiers=[(9_900, 0)])
        self._plan(
            f"{quilts.category}第二件半价", first, kind="nth", nth=2, pays_percent=50, categories=[quilts.category], starts_at=comes,
            say="同款第二件半价，两件一起拍才有，分开下单不算",
        )  # fmt: skip
        self._plan("周末九折", first, kind="percent", pays_percent=90, starts_at=self.now - _SINCE + timedelta(hours=1), ends_at=self.now - timedelta(days=1))
        with clock.frozen(self.now - timedelta(days=1)):
            actions.tell_what_began_and_ended(self.now - timedelta(days=1))

    def _plan(self, name: str, shelf: Shelf, **given: Any) -> None:
        at = self.now - _SINCE
        usual: dict[str, Any] = {"starts_at": at, "ends_at": self.now + timedelta(days=5), "shops": [shelf.shop]}
        with clock.frozen(at):
            actions.plan_campaign(Terms(name=name, **(usual | given)), by=self.manager, at=at)


def _products(shelf: Shelf) -> list[Any]:
    return sorted({sku.product.pk: sku.product for sku in shelf.skus}.values(), key=lambda product: product.pk)
