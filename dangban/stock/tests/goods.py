"""A warehouse of the cast's two shops, with goods to move."""

from __future__ import annotations

from typing import ClassVar

from dangban.handbook import actions as handbook
from dangban.people.models import Shop
from dangban.shops.models import Product, Sku
from dangban.stock import actions
from dangban.stock.models import Balance, Level, Movement, Warehouse, Zone
from dangban.testing import pages
from dangban.testing.cast import NOW, Cast


def sku_of(shop: Shop, code: str, title: str = "加厚四件套", name: str = "深蓝 1.8 米") -> Sku:
    product = Product.objects.create(shop=shop, platform_id=f"P-{code}", title=title, updated_at=NOW)
    return Sku.objects.create(product=product, shop=shop, code=code, name=name)


class Goods:
    """The main warehouse with its zones, and two SKUs."""

    def __init__(self, cast: Cast) -> None:
        handbook.adopt_preset("default", at=NOW)
        self.cast = cast
        self.warehouse = actions.open_warehouse("main", "主仓", [cast.shop, cast.second_shop], by=cast.bao, at=NOW)
        self.zones = {zone.status: zone for zone in Zone.objects.filter(warehouse=self.warehouse)}
        self.good, self.pending = self.zones["good"], self.zones["pending"]
        self.blue = sku_of(cast.shop, "SJT-180-BL")
        self.grey = sku_of(cast.shop, "SJT-180-GR", name="浅灰 1.8 米")
        self._keys = 0

    def key(self) -> str:
        self._keys += 1
        return f"test:{self._keys}"

    def receive(self, quantity: int, sku: Sku | None = None, zone: Zone | None = None) -> Movement:
        return actions.receive(sku or self.blue, zone or self.good, quantity, by=self.cast.ding, key=self.key())

    def level(self, sku: Sku | None = None, warehouse: Warehouse | None = None) -> Level:
        return Level.objects.get(sku=sku or self.blue, warehouse=warehouse or self.warehouse)

    def figures(self, sku: Sku | None = None) -> tuple[int, int, int]:
        """Good, reserved, unreleased."""
        level = Level.objects.filter(sku=sku or self.blue, warehouse=self.warehouse).first()
        return (level.good, level.reserved, level.unreleased) if level else (0, 0, 0)

    def lying(self, zone: Zone, sku: Sku | None = None) -> int:
        return sum(Balance.objects.filter(zone=zone, sku=sku or self.blue).values_list("quantity", flat=True))


class GoodsCase(pages.CastCase):
    goods: ClassVar[Goods]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.goods = Goods(cls.cast)
