"""Discounts: one's own, asked for, granted once, refused, lapsed; offers before there is an order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dangban.campaigns import queries as campaigns
from dangban.desk import actions as desk
from dangban.desk.models import Approval, Deadline, Notice
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.changing import steps
from dangban.orders.models import ChangeRequest, ChangeStep, Order, PriceOffer
from dangban.orders.pricing import actions, listing
from dangban.orders.pricing.actions import Ask
from dangban.orders.tests.stories import OrderCase
from dangban.people.models import Person
from dangban.shops.models import Product
from dangban.testing.cast import NOW, TODAY, at


class PriceCase(OrderCase):
    def unpaid(self, **given: Any) -> Order:
        return self.order(**({"status": "unpaid", "paid_fen": 0, "total_fen": 20000, "freight_fen": 1000} | given))

    def discount(self, order: Order, off: int, by: Person | None = None, **more: Any) -> PriceOffer:
        return actions.discount(order, Ask(off, reason="老顾客", **more), by=by or self.cast.lin)

    def tick_platform(self, order: Order) -> None:
        for step in ChangeStep.objects.filter(request__order=order, done_at=None):
            steps.tick(step, by=self.cast.zhou)

    def answer(self, made: PriceOffer, granted: bool, by: Person, answer: str = "") -> PriceOffer:
        desk.settle_approval(made.approval, granted, answer=answer, by=by)
        return PriceOffer.objects.get(pk=made.pk)


class PricingTests(PriceCase):
    def test_what_is_within_one_s_limit_is_given_at_once(self) -> None:
        order = self.unpaid()
        made = self.discount(order, 300)
        order.refresh_from_db()
        assert (made.state, made.authority, made.price_fen, order.total_fen) == ("used", "own", 19700, 19700)
        assert not Approval.objects.exists()
        change = made.change
        assert (change.field, change.money_fen) == ("price", -300)
        assert [step.code for step in change.steps.all()] == ["platform-price"]

    def test_the_limit_is_of_all_that_came_off_the_order(self) -> None:
        order = self.unpaid()
        self.discount(order, 200)
        self.tick_platform(order)
        assert self.discount(order, 100).state == "used"
        self.tick_platform(order)
        more = self.discount(order, 100, by=self.cast.mei)
        assert (more.state, more.authority) == ("asked", "leader")
        assert Order.objects.get(pk=order.pk).total_fen == 19700

    def test_so_is_that_of_gifts(self) -> None:
        order = self.unpaid()
        assert self.discount(order, 0, gift="眼罩", gift_fen=300).state == "used"
        assert self.discount(order, 0, gift="香包", gift_fen=300).state == "asked"

    def test_what_is_beyond_goes_to_who_may_grant_it_with_a_short_clock(self) -> None:
        order = self.unpaid()
        made = self.discount(order, 5000)
        approval = Approval.objects.get()
        assert (made.state, made.authority, approval.needs) == ("asked", "supervisor", "orders.discount_high")
        assert approval.title == "让价 ¥50.00（原价 ¥200.00）：老顾客"
        assert Deadline.objects.get(kind="desk.approval").due_at == at("10:10")
        assert Order.objects.get(pk=order.pk).total_fen == 20000

    def test_granted_it_is_carried_out_in_the_same_act_and_once(self) -> None:
        order = self.unpaid()
        made = self.answer(self.discount(order, 5000), True, self.cast.zhou, "可以")
        assert (made.state, made.answered_by, made.answer) == ("used", self.cast.zhou, "可以")
        assert Order.objects.get(pk=order.pk).total_fen == 15000
        with pytest.raises(Conflict, match="周敏"):
            desk.settle_approval(made.approval, True, by=self.cast.bao)
        assert Order.objects.get(pk=order.pk).total_fen == 15000
        assert ChangeRequest.objects.count() == 1

    def test_refused_nothing_changes_and_the_agent_is_told_why(self) -> None:
        order = self.unpaid()
        made = self.answer(self.discount(order, 5000), False, self.cast.zhou, "本月活动已到底")
        assert (made.state, made.answer) == ("refused", "本月活动已到底")
        assert Order.objects.get(pk=order.pk).total_fen == 20000
        assert Notice.objects.get(person=self.cast.lin).body == "本月活动已到底"

    def test_nobody_grants_their_own(self) -> None:
        made = self.discount(self.unpaid(), 7000, by=self.cast.zhou)
        assert made.authority == "manager"
        with pytest.raises(NotAllowed):
            desk.settle_approval(made.approval, True, by=self.cast.zhou)
        assert PriceOffer.objects.get().state == "asked"

    def test_who_may_answer_but_has_not_the_authority_is_refused(self) -> None:
        order = self.unpaid()
        made = self.discount(order, 7000)
        assert made.authority == "manager"
        with pytest.raises(Refused) as refusal:
            desk.settle_approval(made.approval, True, by=self.cast.zhou)
        assert refusal.value.decision.paths == ("orders.discount_limits",)
        assert (PriceOffer.objects.get().state, Order.objects.get(pk=order.pk).total_fen) == ("asked", 20000)
        assert self.answer(made, True, self.cast.bao).state == "used"

    def test_below_the_lowest_price_nobody_is_even_asked(self) -> None:
        order = self.unpaid()
        with pytest.raises(Refused) as refusal:
            self.discount(order, 9501)
        assert refusal.value.code == "floor"
        with pytest.raises(BadInput):
            self.discount(order, 19001)
        with pytest.raises(BadInput):
            self.discount(order, 0)
        assert not PriceOffer.objects.exists()
        assert not Approval.objects.exists()

    def test_not_answered_in_time_it_lapses_and_can_no_longer_be_granted(self) -> None:
        order = self.unpaid()
        made = self.discount(order, 5000)
        assert actions.expire(NOW + timedelta(minutes=9)) == 0
        assert actions.expire(NOW + timedelta(minutes=10)) == 1
        made.refresh_from_db()
        assert (made.state, made.answer) == ("expired", "到时没有答复")
        with pytest.raises(Conflict):
            desk.settle_approval(made.approval, True, by=self.cast.zhou)
        assert Order.objects.get(pk=order.pk).total_fen == 20000
        assert Notice.objects.filter(person=self.cast.lin).count() == 1
        assert actions.expire(NOW + timedelta(hours=1)) == 0

    def test_one_discount_of_an_order_waits_at_a_time(self) -> None:
        order = self.unpaid()
        self.discount(order, 5000)
        with pytest.raises(Conflict):
            self.discount(order, 100, by=self.cast.mei)
        assert PriceOffer.objects.count() == 1

    def test_the_freight_and_a_gift_come_off_with_it(self) -> None:
        order = self.unpaid()
        made = self.answer(self.discount(order, 0, freight_free=True, gift="眼罩", gift_fen=900), True, self.cast.zhou)
        order.refresh_from_db()
        assert (made.state, order.total_fen, order.freight_fen) == ("used", 19000, 0)
        assert order.requirements.get().text == "眼罩"

    def test_of_a_paid_order_the_difference_goes_back_by_steps(self) -> None:
        order = self.order(freight_fen=0)
        made = self.discount(order, 1000)
        assert [step.code for step in made.change.steps.order_by("position")] == ["ask-difference", "pay-difference"]
        assert Order.objects.get(pk=order.pk).refunded_fen == 0

    def test_withdrawn_it_leaves_the_approver_s_list(self) -> None:
        made = self.discount(self.unpaid(), 5000)
        with pytest.raises(NotAllowed):
            actions.withdraw(made, by=self.cast.mei)
        actions.withdraw(made, by=self.cast.lin)
        assert Approval.objects.get().settled_at == NOW
        assert PriceOffer.objects.get().state == "withdrawn"


class OfferTests(PriceCase):
    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.quilt = Product.objects.create(shop=cls.cast.shop, platform_id="Q", title="四件套", price_fen=39900, updated_at=NOW)

    def offer(self, off: int, **more: Any) -> PriceOffer:
        worked = campaigns.work_out(self.cast.shop, [campaigns.Wanted(self.quilt.pk, None, 1)], 0, NOW, in_force(NOW))
        return actions.offer(self.cast.shop, self.cast.fang, worked, Ask(off, reason="首单", **more), by=self.cast.lin)

    def test_an_offer_within_the_limit_holds_for_the_handbook_s_hours(self) -> None:
        made = self.offer(1000)
        assert (made.state, made.before_fen, made.price_fen, made.holds_until) == ("open", 39900, 38900, at("11-20 10:00"))
        assert actions.line(made) == "可以给您优惠 ¥10.00，到手 ¥389.00。保留到 11-20 10:00。"

    def test_it_is_given_once_on_the_customer_s_order(self) -> None:
        made = self.offer(1000)
        order = self.unpaid(total_fen=39900, freight_fen=0)
        assert [one.pk for one in listing.holding(self.cast.lin, order.shop_id, order.customer_id, NOW)] == [made.pk]
        actions.use(made, order, by=self.cast.mei)
        order.refresh_from_db()
        assert order.total_fen == 38900
        with pytest.raises(Conflict):
            actions.use(made, order, by=self.cast.mei)
        assert Order.objects.get(pk=order.pk).total_fen == 38900

    def test_it_never_brings_a_smaller_order_below_the_lowest_price_or_beyond_who_offered(self) -> None:
        made = self.offer(1000)
        for number, total, code in (("61", 1900, "floor"), ("62", 25000, "beyond")):
            order = self.unpaid(platform_id=number, total_fen=total, freight_fen=0)
            with pytest.raises(Refused) as refusal:
                actions.use(made, order, by=self.cast.lin)
            assert refusal.value.code == code
            assert Order.objects.get(pk=order.pk).total_fen == total
        assert (PriceOffer.objects.get().state, ChangeRequest.objects.count()) == ("open", 0)

    def test_two_offers_on_one_order_are_more_than_one(self) -> None:
        order = self.unpaid(total_fen=39900, freight_fen=0)
        actions.use(self.offer(1000), order, by=self.cast.lin)
        self.tick_platform(order)
        with pytest.raises(Refused):
            actions.use(self.offer(1000), order, by=self.cast.lin)
        assert Order.objects.get(pk=order.pk).total_fen == 38900

    def test_it_is_nobody_else_s_and_ends(self) -> None:
        made = self.offer(1000)
        other = self.unpaid(platform_id="9", customer=self.cast.customer("hong", "洪", self.cast.shop))
        with pytest.raises(Refused):
            actions.use(made, other, by=self.cast.lin)
        later = NOW + timedelta(hours=24)
        with clock.frozen(later), pytest.raises(Conflict):
            actions.use(made, self.unpaid(), by=self.cast.lin)
        assert actions.expire(later) == 1
        assert PriceOffer.objects.get().state == "expired"

    def test_the_report_tells_what_each_gave_and_asked(self) -> None:
        self.discount(self.unpaid(), 300)
        self.answer(self.discount(self.unpaid(platform_id="2"), 5000), True, self.cast.zhou)
        self.answer(self.discount(self.unpaid(platform_id="3"), 5000), False, self.cast.zhou, "不行")
        (one,) = listing.shares(self.cast.zhou, TODAY, TODAY)
        assert (one.person, one.own, one.own_fen, one.asked, one.granted, one.granted_fen, one.refused, one.lapsed) == (
            self.cast.lin, 1, 300, 2, 1, 5000, 1, 0,
        )  # fmt: skip
        assert listing.shares(self.cast.hu, TODAY, TODAY) == []
