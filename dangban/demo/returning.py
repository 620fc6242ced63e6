"""After-sales in the demonstration: a case in each of the states that people meet every day."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from dangban.aftersales import evidence, facts, inbound
from dangban.aftersales.actions import Wanted, agreeing, deciding, open_case
from dangban.aftersales.inbound import supplying
from dangban.aftersales.models import Case, Finding, ReworkOrder
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.workshop import actions as workshop
from dangban.desk.actions import finish_task
from dangban.desk.models import Task
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.orders.models import Order
from dangban.people.access import people_who_may
from dangban.people.models import Person, Shop, Skill
from dangban.stock.models import Warehouse, WarehouseShop

_RECENT = timedelta(days=6)
# What is back already was asked for some days ago, of an order that was there by then.
_ASKED_BEFORE = timedelta(days=3, hours=6)
_LONG_HERE = timedelta(days=9)


def after_sales_agent(order: Order) -> Person:
    """Those whose stage it is share the cases of a shop; in a small team it is everybody's."""
    may = people_who_may("aftersales.handle", order.shop_id).filter(level__in=("junior", "mid", "senior")).order_by("pk")
    staged = list(may.filter(pk__in=Skill.objects.filter(kind=Skill.Kind.STAGE, value="aftersale").values("person"))) or list(may)
    return staged[order.pk % len(staged)]


class Returning:
    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now

    def act(self) -> None:
        """Each story with an order of its own; one that the rules do not allow today is left out."""
        free = Order.objects.filter(refund="none", cases=None).exclude(customer=None).select_related("shop", "customer").order_by("-signed_at", "-pk")
        signed = free.filter(signed_at__gte=self.now - _RECENT, signed_at__lt=self.now - timedelta(hours=2))
        self._each([self._fresh, self._waits_for_photos, self._worn, self._exception, self._to_be_agreed, self._reship, self._severe], signed)
        # What comes back is received by the keeper, so it is of shops whose warehouse is theirs.
        keeper = self.people["ding"]
        kept = free.filter(shop__in=[pk for pk in Shop.objects.values_list("pk", flat=True) if keeper.can("aftersales.receive", shop=pk)])
        long_here = kept.filter(signed_at__gte=self.now - _LONG_HERE, signed_at__lt=self.now - _ASKED_BEFORE)
        self._each([self._coming_back, self._to_be_inspected, self._unclaimed, *self._inspected_stories()], long_here)
        self._done_in_time()

    def _done_in_time(self) -> None:
        """What was to be done on platforms until this morning is done."""
        due = Task.objects.filter(done_at=None, due_at__lt=self.now - timedelta(hours=3), subject_kind__in=("orders.order", "aftersales.case"))
        for task in due.exclude(owner=None).select_related("owner"):
            if task.owner is not None and task.due_at is not None:
                finish_task(task, by=task.owner, at=task.due_at - timedelta(minutes=20))

    def _each(self, stories: list[Callable[[Order], object]], found: QuerySet[Order]) -> None:
        for story, order in zip(stories, found[: len(stories)], strict=False):
            with contextlib.suppress(Said), transaction.atomic(), clock.frozen(self.now):
                story(order)

    def _open(self, order: Order, kind: str, reason: str, note: str, ago: timedelta, *, severe: bool = False) -> tuple[Case, Person, datetime]:
        agent, at = after_sales_agent(order), self.now - ago
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

    # ---- What was inspected: to the supplier, to the workshop ------------------------------------

    def _inspected_stories(self) -> list[Callable[[Order], object]]:
        return [
            lambda order: self._on_a_slip(order, "YT8800771411", "枕芯有异味，洗过还在", "填充物气味", sent=True),
            lambda order: self._on_a_slip(order, "YT8800771438", "被面一边掉色", "被面染色不牢", sent=False),
            lambda order: self._bring_back(order, "ZT7300881302", "拉链头脱落", 0.3, "defective", "supplier", "拉链批次不良", "purchasing"),
            lambda order: self._reworked(order, "ZT7300881319", "包边脱线", "重新包边", issued=False),
            lambda order: self._reworked(order, "ZT7300881327", "绗缝跳线", "跳线处补绗", issued=True),
            lambda order: self._reworked(order, "ZT7300881335", "纽扣掉了两颗", "换同色纽扣", issued=True, done=True),
        ]

    def _bring_back(self, order: Order, number: str, told: str, days: float, condition: str, disposal: str, note: str, answers: str) -> Finding:
        """A fault sent back, received, counted and inspected so many days ago."""
        case, agent, at = self._open(order, "return", "quality", told, _ASKED_BEFORE - timedelta(hours=3))
        evidence.note_evidence(case, "talk", f"顾客：{told}", by=agent, at=at + timedelta(minutes=2))
        deciding.assess(case, {"photos": True}, by=agent, at=at + timedelta(minutes=4))
        agreeing.agree(case, "return", by=agent, at=at + timedelta(minutes=9))
        inbound.announce(case, "中通快递" if number.startswith("ZT") else "圆通速递", number, by=agent, at=at + timedelta(hours=5))
        keeper, place = self._keeper(order)
        came = self.now - timedelta(days=days)
        parcel = inbound.arrive(number, by=keeper, warehouse=place, at=came)
        counts = {item.pk: item.announced for item in parcel.items.all()}
        parcel = inbound.count(parcel, counts, by=keeper, inside=inbound.Inside(card=True, weight_g=980), at=came + timedelta(minutes=20))
        found = [Found(pk, pieces, condition, disposal, True, answers, note=note) for pk, pieces in counts.items()]
        inbound.inspect(parcel, found, by=keeper, at=came + timedelta(minutes=50))
        return Finding.objects.filter(item__parcel=parcel).earliest("pk")

    def _on_a_slip(self, order: Order, number: str, told: str, note: str, *, sent: bool) -> None:
        finding = self._bring_back(order, number, told, 1.6, "defective", "supplier", note, "purchasing")
        keeper, _place = self._keeper(order)
        slip = supplying.make_slip([finding], "通州织造", by=keeper, note="随下批来料车退回", at=self.now - timedelta(days=1))
        if sent:
            supplying.send_slip(slip, "来料车 苏F·K2071", by=keeper, at=self.now - timedelta(hours=20))

    def _reworked(self, order: Order, number: str, told: str, plan: str, *, issued: bool, done: bool = False) -> None:
        self._bring_back(order, number, told, 1.2, "defective", "rework", plan, "production")
        keeper, _place = self._keeper(order)
        held = ReworkOrder.objects.latest("pk")
        if issued:
            workshop.issue(held, by=keeper, at=self.now - timedelta(hours=22))
        if done:
            workshop.finish(held, held.quantity, 0, by=keeper, material_fen=260, labour_fen=1_500, note=plan, at=self.now - timedelta(hours=3))

    def _unclaimed(self, order: Order) -> None:
        """Nobody announced it; a slip inside names the buyer."""
        keeper, place = self._keeper(order)
        parcel = inbound.arrive("SF1430058821067", by=keeper, warehouse=place, courier="顺丰速运", at=self.now - timedelta(days=9))
        inbound.describe(
            parcel, sender=order.receiver, phone_tail=order.phone_tail, label_text=f"纸条：{order.city} 退一件，请查收", goods=[], weight_g=980,
            shelf="无主件架 A-2", by=keeper, at=self.now - timedelta(days=9),
        )  # fmt: skip

    def _keeper(self, order: Order) -> tuple[Person, Warehouse]:
        return self.people["ding"], WarehouseShop.objects.filter(shop=order.shop).select_related("warehouse").earliest("position", "pk").warehouse
