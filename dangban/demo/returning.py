"""After-sales in the demonstration: a case in each of the states that people meet every day."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from dangban.aftersales import evidence, facts, inbound
from dangban.aftersales.actions import Wanted, agreeing, deciding, open_case
from dangban.aftersales.models import Case
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.orders.models import Order
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.stock.models import Warehouse, WarehouseShop

_RECENT = timedelta(days=6)


class Returning:
    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now

    def act(self) -> None:
        """Each story with an order of its own; one that the rules do not allow today is left out."""
        signed = Order.objects.filter(signed_at__gte=self.now - _RECENT, signed_at__lt=self.now - timedelta(hours=2), refund="none")
        orders = iter(signed.select_related("shop", "customer").exclude(customer=None).order_by("-signed_at", "-pk")[:60])
        for story in self._stories():
            order = next(orders, None)
            if order is None:
                return
            with contextlib.suppress(Said), clock.frozen(self.now):
                story(order)

    def _stories(self) -> list[Callable[[Order], None]]:
        return [self._fresh, self._waits_for_photos, self._worn, self._exception, self._coming_back, self._to_be_agreed, self._reship, self._severe, self._to_be_inspected, self._unclaimed]

    def _agent(self, order: Order) -> Person:
        may = people_who_may("aftersales.handle", order.shop_id).filter(level__in=("junior", "mid")).order_by("pk")
        return may.filter(username="mei").first() or may[0]

    def _open(self, order: Order, kind: str, reason: str, note: str, ago: timedelta, *, severe: bool = False) -> tuple[Case, Person, datetime]:
        agent, at = self._agent(order), self.now - ago
        shares = facts.paid_shares(order)
        goods = [Wanted(line, line.quantity, facts.paid_for(line, line.quantity, shares)) for line in order.lines.select_related("sku")[:1]]
        made = open_case(order.shop, kind, reason, by=agent, source=Case.Source.CHAT, order=order, lines=goods, note=note, severe=severe, at=at)
        return made, agent, at

    def _fresh(self, order: Order) -> None:
        self._open(order, "return", "size", "尺寸比想的小，想退", timedelta(minutes=3))

    def _waits_for_photos(self, order: Order) -> None:
        case, agent, at = self._open(order, "return", "quality", "说拉链坏了，还没发图", timedelta(hours=5))
        deciding.assess(case, {}, by=agent, at=at + timedelta(minutes=3))

    def _worn(self, order: Order) -> None:
        case, agent, at = self._open(order, "return", "dislike", "洗过一次觉得不好看", timedelta(hours=2))
        deciding.assess(case, {"washed": True, "category": "clothing"}, by=agent, at=at + timedelta(minutes=4))

    def _exception(self, order: Order) -> None:
        case, agent, at = self._open(order, "return", "dislike", "老顾客，吊牌剪了没用过", timedelta(hours=1))
        deciding.assess(case, {"tag_cut": True, "category": "clothing"}, by=agent, at=at + timedelta(minutes=4))
        deciding.ask_exception(case, "三年的老顾客，商品没有用过", by=agent, at=at + timedelta(minutes=10))

    def _coming_back(self, order: Order) -> None:
        case, agent, at = self._open(order, "return", "dislike", "颜色和家里不搭", timedelta(days=1))
        deciding.assess(case, {}, by=agent, at=at + timedelta(minutes=4))
        agreeing.agree(case, "return", by=agent, at=at + timedelta(minutes=9))
        inbound.announce(case, "中通快递", "ZT7300881177", by=agent, at=at + timedelta(hours=6))

    def _to_be_agreed(self, order: Order) -> None:
        case, agent, at = self._open(order, "exchange", "quality", "缝线开了，图片已发", timedelta(hours=3))
        evidence.note_evidence(case, "talk", "顾客：左边缝线开了大概三厘米", by=agent, at=at + timedelta(minutes=2))
        deciding.assess(case, {"photos": True}, by=agent, at=at + timedelta(minutes=4))

    def _reship(self, order: Order) -> None:
        case, agent, at = self._open(order, "reship", "missing", "少了一个枕套，箱子称过", timedelta(minutes=50))
        deciding.assess(case, {"weights": True, "photos": True}, by=agent, at=at + timedelta(minutes=4))

    def _severe(self, order: Order) -> None:
        self._open(order, "refund", "described", "说要投诉，材质与页面不符", timedelta(minutes=12), severe=True)

    def _to_be_inspected(self, order: Order) -> None:
        """It came this morning; the keeper has counted one piece of it."""
        case, agent, at = self._open(order, "return", "size", "买大了一号，吊牌都在", timedelta(days=3))
        deciding.assess(case, {}, by=agent, at=at + timedelta(minutes=4))
        agreeing.agree(case, "return", by=agent, at=at + timedelta(minutes=9))
        inbound.announce(case, "圆通速递", "YT8800771205", by=agent, at=at + timedelta(hours=5))
        keeper, place = self._keeper(order)
        parcel = inbound.arrive("YT8800771205", by=keeper, warehouse=place, at=self.now - timedelta(hours=2))
        counts = {item.pk: item.announced for item in parcel.items.all()}
        inbound.count(parcel, counts, by=keeper, inside=inbound.Inside(card=True, weight_g=1_150), at=self.now - timedelta(hours=1))

    def _unclaimed(self, order: Order) -> None:
        """Nobody announced it; a slip inside names the buyer."""
        keeper, place = self._keeper(order)
        parcel = inbound.arrive("SF1430058821067", by=keeper, warehouse=place, courier="顺丰速运", at=self.now - timedelta(days=9))
        inbound.describe(
            parcel, sender=order.receiver, phone_tail=order.phone_tail, label_text=f"纸条：{order.city} 退一件，请查收", goods=[], weight_g=980,
            shelf="无主件架 A-2", by=keeper, at=self.now - timedelta(days=9),
        )  # fmt: skip

    def _keeper(self, order: Order) -> tuple[Person, Warehouse]:
        place = WarehouseShop.objects.filter(shop=order.shop).select_related("warehouse").earliest("position", "pk").warehouse
        return min(people_who_may("aftersales.receive", order.shop_id), key=lambda one: (one.level not in ("junior", "mid"), one.pk)), place
