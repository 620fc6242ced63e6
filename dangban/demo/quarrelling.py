"""What after-sales costs in the demonstration: claims on couriers, faults, money, offers to keep goods, disputes."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from dangban.aftersales import evidence, facts
from dangban.aftersales.actions import Wanted, agreeing, deciding, open_case
from dangban.aftersales.disputes import acting
from dangban.aftersales.models import Case, CourierClaim, Dispute, Settlement
from dangban.aftersales.registers import claims
from dangban.aftersales.settling import paying, retention
from dangban.demo.returning import after_sales_agent
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.orders.models import Order
from dangban.people.access import people_who_may
from dangban.people.models import Person

_RECENT = timedelta(days=6)
_TRIES = 6
Story = Callable[[Order], object]


class Quarrelling:
    """Each story takes an order without a case; where the rules do not allow it, the next order is tried."""

    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now

    def act(self) -> None:
        free = Order.objects.filter(refund="none", cases=None).exclude(customer=None).select_related("shop", "customer")
        signed = free.filter(signed_at__gte=self.now - _RECENT, signed_at__lt=self.now - timedelta(hours=30)).order_by("-signed_at", "-pk")
        under_way = free.filter(status="sent", dispatched_at__lt=self.now - timedelta(days=2)).order_by("dispatched_at", "pk")
        self._each([self._lost, self._lost_and_filed, self._lost_and_granted], under_way)
        self._each(
            [self._damaged_and_paid, self._wrong, self._paid_back, self._paid_back, self._to_be_paid, self._kept_the_goods, self._declined, self._before_the_platform, self._answered, self._won],
            signed,
        )  # fmt: skip
        self._each([self._fault] * 3, signed.filter(lines__sku=self._sold_most(signed)))

    def _sold_most(self, orders: QuerySet[Order]) -> int | None:
        skus = [sku for sku in orders.values_list("lines__sku", flat=True) if sku]
        return max(sorted(set(skus)), key=skus.count) if skus else None

    def _each(self, stories: list[Story], found: QuerySet[Order]) -> None:
        orders: Iterator[Order] = iter(found[: len(stories) * _TRIES])
        for story in stories:
            for order in orders:
                with contextlib.suppress(Said), transaction.atomic(), clock.frozen(self.now):
                    story(order)
                    break

    def _open(self, order: Order, kind: str, reason: str, note: str, ago: timedelta, **told: object) -> tuple[Case, Person, datetime]:
        """Opened, its facts on file and judged."""
        agent, at = after_sales_agent(order), self.now - ago
        shares = facts.paid_shares(order)
        goods = [Wanted(line, line.quantity, facts.paid_for(line, line.quantity, shares)) for line in order.lines.select_related("sku")[:1]]
        made = open_case(order.shop, kind, reason, by=agent, source=Case.Source.CHAT, order=order, lines=goods, note=note, at=at)
        for shown in ("photo", "weight", "talk") if told else ():
            words = {"photo": "顾客发来的图，外箱和商品各一张", "weight": "发货称重与底单一致", "talk": "顾客在聊天里说明了经过"}[shown]
            evidence.note_evidence(made, shown, words, by=agent, at=at + timedelta(minutes=1))
        deciding.assess(made, told, by=agent, at=at + timedelta(minutes=3))
        return Case.objects.get(pk=made.pk), agent, at

    # ---- Claims on couriers, mistakes, faults ----------------------------------------------------

    def _lost(self, order: Order, ago: timedelta = timedelta(hours=5)) -> tuple[CourierClaim, Person, datetime]:
        case, agent, at = self._open(order, "reship", "lost", "物流停了几天，网点说找不到", ago, loss_confirmed=True)
        return CourierClaim.objects.get(case=case), agent, at

    def _lost_and_filed(self, order: Order) -> None:
        claim, agent, at = self._lost(order, timedelta(days=2))
        self._made_good(claim, agent, at)
        claims.file_claim(claim, claim.reckoned_fen, "理赔工单 20811", by=agent, note="底单已补交", at=at + timedelta(hours=2))
        claims.chase(claim, "网点说在走流程", by=agent, at=at + timedelta(days=1))

    def _lost_and_granted(self, order: Order) -> None:
        claim, agent, at = self._lost(order, timedelta(days=4))
        self._made_good(claim, agent, at)
        claims.file_claim(claim, claim.reckoned_fen, "理赔工单 20794", by=agent, note="底单已补交", at=at + timedelta(hours=2))
        claims.answer(claim, claim.reckoned_fen * 7 // 10, "按声明价值七成赔付", by=agent, at=at + timedelta(days=2))

    def _made_good(self, claim: CourierClaim, agent: Person, at: datetime) -> None:
        """The customer first, the courier after: they have their money back."""
        agreeing.agree(claim.case, "refund", by=agent, at=at + timedelta(minutes=30))
        made = Settlement.objects.get(case=claim.case)
        if made.approval is not None:
            desk.settle_approval(made.approval, True, by=self.people["zhou"], answer="丢件属实，退", at=at + timedelta(minutes=40))
            made.refresh_from_db()
        paying.release(made, by=self._payer(claim.case.order), reference="平台退款", at=at + timedelta(hours=1))

    def _damaged_and_paid(self, order: Order) -> None:
        case, agent, at = self._open(
            order, "refund", "damaged", "外箱压扁，当场拍了照", timedelta(days=1), photos=True, damage_found="at_signing", reported=True
        )
        claim = CourierClaim.objects.get(case=case)
        self._made_good(claim, agent, at)
        claims.file_claim(claim, claim.reckoned_fen, "理赔工单 20787", by=agent, note="签收照片已交", at=at + timedelta(hours=2))
        claims.answer(claim, claim.reckoned_fen, "同意赔付", by=agent, at=at + timedelta(hours=20))
        claims.pay(claim, claim.reckoned_fen, by=self._payer(order), bill=f"{clock.local(self.now):%Y-%m}", at=self.now - timedelta(hours=1))

    def _wrong(self, order: Order) -> None:
        self._open(order, "exchange", "wrong", "要的灰色，收到的是蓝色", timedelta(hours=9), photos=True)

    def _fault(self, order: Order) -> None:
        self._open(order, "exchange", "quality", "用了两天线头就散了", timedelta(hours=26), photos=True)

    # ---- Money and offers ------------------------------------------------------------------------

    def _paid_back(self, order: Order) -> None:
        made, at = self._asked_back(order, timedelta(hours=28))
        paying.release(made, by=self._payer(order), reference=f"平台退款 {order.number_tail}", at=at + timedelta(hours=3))

    def _to_be_paid(self, order: Order) -> None:
        self._asked_back(order, timedelta(hours=4))

    def _asked_back(self, order: Order, ago: timedelta) -> tuple[Settlement, datetime]:
        case, agent, at = self._open(order, "adjust", "quality", "小瑕疵不影响用，补一点就留下", ago, photos=True)
        agreeing.agree(case, "adjust", by=agent, terms=agreeing.Terms(amount_fen=300, note="瑕疵补偿"), at=at + timedelta(minutes=20))
        return Settlement.objects.get(case=case), at

    def _payer(self, order: Order | None) -> Person:
        return min(people_who_may("aftersales.pay", order.shop_id if order else None), key=lambda one: (one.level not in ("junior", "mid"), one.pk))

    def _kept_the_goods(self, order: Order) -> None:
        self._offered(order, kept=True)

    def _declined(self, order: Order) -> None:
        self._offered(order, kept=False)

    def _offered(self, order: Order, *, kept: bool) -> None:
        case, agent, at = self._open(order, "return", "dislike", "收到觉得和客厅不太配", timedelta(hours=30))
        may = retention.may_offer(case, in_force(at))
        kind = next(iter(may.kinds), "")
        made = retention.offer(case, kind, by=agent, amount_fen=min(may.most_fen, 1_000), note="留着用，补一点", at=at + timedelta(minutes=9))
        retention.answer(made, kept, by=agent, at=at + timedelta(hours=1))

    # ---- Disputes --------------------------------------------------------------------------------

    def _before_the_platform(self, order: Order) -> None:
        self._disputed(order, timedelta(hours=7), "顾客申请平台介入，说不是本人洗的")

    def _answered(self, order: Order) -> None:
        held, agent, at = self._disputed(order, timedelta(hours=27), "平台来单：要求全额退款")
        self._answer(held, agent, at + timedelta(hours=4))

    def _won(self, order: Order) -> None:
        held, agent, at = self._disputed(order, timedelta(hours=29), "平台来单：顾客说收到时已脏")
        self._answer(held, agent, at + timedelta(hours=2))
        ruling = acting.Ruling("won", cause="洗涤痕迹照片和聊天都在", lesson="收到水洗过的退货，先拍标签再拆")
        acting.rule(Dispute.objects.get(pk=held.pk), ruling, by=agent, at=at + timedelta(hours=22))

    def _disputed(self, order: Order, ago: timedelta, why: str) -> tuple[Dispute, Person, datetime]:
        case, agent, at = self._open(order, "return", "dislike", "洗过一次，要求退货", ago, washed=True, category="clothing")
        deciding.dispute(case, why, by=agent, at=at + timedelta(minutes=40))
        return Dispute.objects.get(case=case), agent, at

    def _answer(self, held: Dispute, agent: Person, at: datetime) -> None:
        for one in acting.materials(held)[0]:
            if one.is_missing:
                acting.waive(held, one.code, "这单没有这样的记录", by=agent, at=at)
        words = "顾客签收后已水洗使用，照片与聊天可证，按规则不支持无理由退货。"
        acting.answer(Dispute.objects.get(pk=held.pk), words, by=agent, at=at + timedelta(minutes=10))
