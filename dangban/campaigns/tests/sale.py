"""Goods of the cast's shops, and campaigns on them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from dangban.campaigns import actions
from dangban.campaigns.actions import Terms
from dangban.campaigns.models import Campaign
from dangban.handbook import actions as handbook
from dangban.people.models import Shop
from dangban.shops import catalogue
from dangban.shops.models import Product, Sku
from dangban.testing import pages
from dangban.testing.cast import NOW, Cast

SOON, LATER = NOW + timedelta(hours=2), NOW + timedelta(days=3)


def product_of(shop: Shop, code: str, title: str, price_fen: int, category: str = "") -> Product:
    product = Product.objects.create(
        shop=shop, platform_id=f"P-{code}", title=title, price_fen=price_fen, category=category, updated_at=NOW
    )
    product.search = catalogue.searched(product)
    product.save()
    Sku.objects.create(product=product, shop=shop, code=code, name="深蓝", price_fen=price_fen)
    catalogue.index([product])
    return product


class Sale:
    """A quilt, a set of sheets, and somebody else's nuts."""

    def __init__(self, cast: Cast) -> None:
        handbook.adopt_preset("default", at=NOW)
        self.cast = cast
        self.quilt = product_of(cast.shop, "BX-01", "暖云冬被", 25_900, "被芯")
        self.sheets = product_of(cast.shop, "SJT-01", "水洗棉四件套", 21_900, "四件套")
        self.nuts = product_of(cast.other_shop, "JG-01", "每日坚果", 9_900, "坚果")

    def terms(self, **given: Any) -> Terms:
        usual: dict[str, Any] = {
            "name": "满三百减三十", "kind": "spend", "starts_at": NOW, "ends_at": LATER, "shops": [self.cast.shop],
            "tiers": [(30_000, 3_000)], "say": "满三百立减三十，不用领券",
        }  # fmt: skip
        return Terms(**(usual | given))

    def plan(self, **given: Any) -> Campaign:
        return actions.plan_campaign(self.terms(**given), by=self.cast.zhou, at=NOW)

    def old(self, name: str, shop: Shop) -> Campaign:
        """One that was over before the program heard of it."""
        return actions.plan_campaign(
            self.terms(name=name, shops=[shop], starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1)),
            by=self.cast.bao, at=NOW - timedelta(days=3),
        )  # fmt: skip


class SaleCase(pages.CastCase):
    sale: ClassVar[Sale]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.sale = Sale(cls.cast)
