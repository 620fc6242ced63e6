"""What customers bring back on a day of open pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import Any

from dangban.aftersales import jobs, telling
from dangban.aftersales.actions import Wanted, agreeing, deciding, hand_to, open_case
from dangban.aftersales.inbound import announce, arrive, claim, count, inspect
from dangban.aftersales.models import Case, InboundParcel
from dangban.aftersales.rules.inspecting import Found
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.orders.models import Order
from dangban.stock.models import Warehouse
from dangban.testing.cast import Cast


def keep_case(cast: Cast) -> Case:
    """A case to be judged, on pages that people have open."""
    return _open(cast, Order.objects.filter(shop=cast.shop, status="paid").earliest("pk"), "return", "dislike")


def keep_unclaimed(cast: Cast) -> InboundParcel:
    """A parcel on the shelf, on pages that people have open."""
    return arrive("SF330011", by=cast.ding, warehouse=Warehouse.objects.earliest("pk"), courier="顺丰")


def _open(cast: Cast, order: Order, kind: str, reason: str) -> Case:
    lines = [Wanted(line, 1, 4_950) for line in order.lines.all()]
    return open_case(order.shop, kind, reason, by=cast.mei, source="order", order=order, lines=lines)


class ReturningActs:
    """Mixed into the story of a department at work."""

    cast: Cast
    chance: Random
    now: datetime
    one: Callable[[Any], Any]

    def _case(self, *states: str) -> Case:
        found: Case = self.one(Case.objects.filter(state__in=states, shop=self.cast.shop))
        return found

    def do_open_case(self) -> None:
        order = self.one(Order.objects.filter(shop=self.cast.shop, status="paid"))
        _open(self.cast, order, self.chance.choice(("return", "refund", "exchange")), self.chance.choice(("dislike", "quality", "late", "size")))

    def do_judge_case(self) -> None:
        case = self._case("opened", "assessed", "evidence", "refused")
        deciding.assess(case, {"used": self.chance.random() < 0.4, "category": "clothing", "photos": self.chance.random() < 0.7}, by=self.cast.mei)

    def do_refuse_case(self) -> None:
        deciding.refuse(self._case("assessed"), "很抱歉，这次没有办法退", by=self.cast.mei)

    def do_ask_for_photos(self) -> None:
        deciding.ask_evidence(self._case("opened", "assessed"), "麻烦发一下图片", by=self.cast.mei)

    def do_ask_exception(self) -> None:
        deciding.ask_exception(self._case("assessed", "refused"), "老顾客", by=self.cast.mei)

    def do_answer_exception(self) -> None:
        approval = self.one(Approval.objects.filter(kind="aftersales.exception", settled_at=None))
        desk.settle_approval(approval, self.chance.random() < 0.6, by=self.cast.zhou, answer="看过了")

    def do_agree_on_case(self) -> None:
        case = self._case("assessed")
        remedies = agreeing.remedies(case)
        agreeing.agree(case, self.one([one.code for one in remedies]), by=self.cast.mei)

    def do_tell_return_number(self) -> None:
        announce(self._case("returning"), "中通", f"ZT{self.chance.randint(1, 30):04d}", by=self.cast.mei)

    def do_contact_about_case(self) -> None:
        telling.note_contact(self.one(Case.objects.filter(closed_at=None)), "phone", "说好明天回", self.chance.random() < 0.5, by=self.cast.mei)

    def do_withdraw_case(self) -> None:
        deciding.withdraw(self._case("opened", "evidence", "assessed", "approval", "refused", "returning"), "不退了", by=self.cast.mei)

    def do_close_case(self) -> None:
        deciding.close(self._case("refused", "settled"), by=self.cast.mei)

    def do_dispute_case(self) -> None:
        deciding.dispute(self._case("opened", "refused", "returning"), "未收到货", by=self.cast.mei)

    def do_hand_on_case(self) -> None:
        hand_to(self.one(Case.objects.filter(closed_at=None)), self.chance.choice((self.cast.lin, self.cast.mei)), by=self.cast.zhou)

    def do_cases_lapse(self) -> None:
        jobs.sweep(self.now)

    def do_receive_a_return(self) -> None:
        parcel = self.one(InboundParcel.objects.filter(state="expected"))
        arrive(parcel.number, by=self.cast.ding, warehouse=Warehouse.objects.earliest("pk"))

    def do_claim_from_the_shelf(self) -> None:
        claim(self.one(InboundParcel.objects.filter(state="shelf")), [self._case("opened", "assessed", "returning")], by=self.cast.ding)

    def do_count_a_return(self) -> None:
        parcel = self.one(InboundParcel.objects.filter(state="arrived"))
        count(parcel, {item.pk: item.announced for item in parcel.items.all()}, by=self.cast.ding)

    def do_inspect_a_return(self) -> None:
        parcel = self.one(InboundParcel.objects.filter(state="counted"))
        found = [Found(item.pk, item.counted, "good", "stock") for item in parcel.items.all() if item.counted]
        inspect(parcel, found, by=self.cast.ding)
