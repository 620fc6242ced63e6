"""Paid orders of the cast's shop, goods in its warehouse, a courier: what the tests of this room begin with."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dangban.dispatch import keeping
from dangban.dispatch.models import Preparation
from dangban.orders.models import Order, OrderLine
from dangban.shops.models import Courier
from dangban.stock.tests.goods import Goods
from dangban.testing import pages
from dangban.testing.cast import NOW, Cast, at

# Monday would do as well: the cast's day, before the cut-off of half past four.
CUT_OFF = at("16:30")


class Desk:
    """A shop that sends with two couriers and keeps two goods."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.goods = cast, Goods(cast)
        self.shunfeng = Courier.objects.create(shop=cast.shop, name="顺丰速运", position=2)
        self.yuantong = Courier.objects.create(shop=cast.shop, name="圆通速递", position=1)
        self._number = 0

    def order(self, *pieces: tuple[Any, int], **given: Any) -> Order:
        """A paid order for the blue goods, or for (SKU, pieces) as said; taken up like one that an import brought."""
        self._number += 1
        number = f"22090000000000{self._number:05d}"
        values = {
            "shop": self.cast.shop, "platform_id": number, "number_tail": number[-6:], "customer": self.cast.fang,
            "status": Order.Status.PAID, "total_fen": 19900, "paid_fen": 19900, "created_at": NOW, "paid_at": NOW,
            "business_day": "2026-11-19", "receiver": "方静", "phone": "13500000005", "phone_tail": "0005",
            "province": "浙江省", "city": "杭州市", "district": "西湖区", "address": f"示例路{self._number}号",
            "imported_at": NOW,
        }  # fmt: skip
        wanted = pieces or ((self.goods.blue, 1),)
        order = Order.objects.create(**(values | {"quantity": sum(count for _sku, count in wanted)} | given))
        for position, (sku, count) in enumerate(wanted, 1):
            OrderLine.objects.create(
                order=order, position=position, title=sku.product.title, variant=sku.name, sku=sku, sku_code=sku.code,
                quantity=count, price_fen=19900,
            )  # fmt: skip
        with transaction.atomic():
            keeping.turned([order], NOW)
        return order

    def row(self, order: Order) -> Preparation:
        return Preparation.objects.select_related("order", "joined_to", "wave", "shop").get(order=order)


class DeskCase(pages.CastCase):
    desk: Desk

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.desk = Desk(cls.cast)
