"""Goods sent for a case: exchanges, reshipments, goods sent back; and what the customer pays for them."""

from __future__ import annotations

import pytest

from dangban.aftersales.actions import deciding
from dangban.aftersales.models import Case, CaseOrder, LedgerEntry, Settlement
from dangban.aftersales.settling import ceiling, ledger, ordering, paying, receiving, stocking
from dangban.aftersales.tests.settled import SettlingCase, leg
from dangban.customers.models import CustomerShop
from dangban.dispatch import keeping
from dangban.dispatch.models import Preparation
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import figures, parcels
from dangban.orders.models import FollowUp, Order
from dangban.orders.unpaid import following, numbers
from dangban.shops.models import Sku
from dangban.stock.models import Reservation
from dangban.testing.cast import NOW, TODAY


class Sending(SettlingCase):
    def exchange(self, wanted: Sku | None = None, *, dearer_fen: int = 0, back: bool = True) -> Case:
        """A case that exchanges the blue set for the grey one, which costs so much more."""
        story = self.story
        Sku.objects.filter(pk=story.blue.pk).update(price_fen=19_900)
        Sku.objects.filter(pk=story.grey.pk).update(price_fen=19_900 + dearer_fen)
        for sku in (story.blue, story.grey):
            sku.refresh_from_db()
        case = story.case("exchange", "size")
        case.lines.update(wanted_sku=wanted or story.grey)
        if back:
            story.came_back(case)
        return case

    def order_goods(self, case: Case, kind: str = "exchange", *, key: str = "g1", lines: list[ordering.Sending] | None = None, by: object = None) -> CaseOrder:
        return ordering.order_goods(case, kind, lines, by=by or self.cast.mei, key=key, at=NOW)


class TestExchanges(Sending):
    def test_of_the_same_price_it_goes_to_audit_at_once_with_its_goods_reserved(self) -> None:
        self.story.goods.receive(3, self.story.grey)
        case = self.exchange()
        made = self.order_goods(case)
        order = Order.objects.get(pk=made.order_id)
        assert (order.purpose, order.status, order.total_fen, order.paid_fen) == ("exchange", "paid", 0, 0)
        assert (order.platform_id, order.receiver, order.city) == (f"{case.number}-1", "方静", "杭州")
        assert Preparation.objects.get(order=order).stage == "waiting"
        assert Reservation.objects.get(subject_kind="orders.order", subject_id=order.pk).held == 1

    def test_pressed_twice_it_is_one_order(self) -> None:
        case = self.exchange()
        assert self.order_goods(case) == self.order_goods(case)
        assert Order.objects.filter(purpose="exchange").count() == 1
        with pytest.raises(Conflict):
            self.order_goods(case, lines=[ordering.Sending(self.story.blue, 2)])

    def test_dearer_goods_wait_until_the_customer_has_paid_the_difference(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        made = self.order_goods(case)
        assert (made.order.status, made.order.total_fen, ordering.owed_fen(case)) == ("unpaid", 3_000, 3_000)
        asked = Settlement.objects.get(case=case, kind="topup")
        assert (asked.state, asked.amount_fen, asked.note) == ("ready", 3_000, f"补运费-{case.number}")
        assert not Preparation.objects.filter(order=made.order).exists()
        for _again in range(2):
            receiving.paid_up(case, 3_000, "platform", by=self.cast.mei, key="t1", reference="2200", at=NOW)
        order = Order.objects.get(pk=made.order_id)
        assert (order.status, order.paid_fen, ordering.owed_fen(case)) == ("paid", 3_000, 0)
        asked.refresh_from_db()
        assert (asked.state, asked.reference) == ("paid", "2200")
        assert ledger.balances(case) == {"buyer": -3_000, "seller": 3_000}

    def test_paid_in_two_parts_it_leaves_with_the_second(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        made = self.order_goods(case)
        receiving.paid_up(case, 1_000, "cash", by=self.cast.mei, key="t1", reference="包裹内现金", at=NOW)
        assert Order.objects.get(pk=made.order_id).status == "unpaid"
        receiving.paid_up(case, 2_000, "alipay", by=self.cast.mei, key="t2", at=NOW)
        assert Order.objects.get(pk=made.order_id).status == "paid"

    def test_freight_the_customer_bears_is_asked_for_with_the_difference(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        self.story.judged(case, freight=[leg("again", 1_000, "buyer", "seller", "link")])
        self.order_goods(case)
        assert ordering.owed_fen(case) == 4_000

    def test_cheaper_goods_leave_the_rest_to_be_paid_back(self) -> None:
        case = self.exchange(dearer_fen=-4_000)
        self.order_goods(case)
        found = ceiling(case, at=NOW)
        assert (found.most("difference"), found.steps[-1].code, found.steps[-1].fen) == (4_000, "resent", -15_900)

    def test_before_the_goods_are_back_it_needs_an_approval(self) -> None:
        case = self.exchange(back=False)
        with pytest.raises(Refused, match="审批"):
            self.order_goods(case)
        assert not CaseOrder.objects.exists()
        made = self.story.judged(case, outcome="approval")
        made.lifted_at, made.lifted_by = NOW, self.cast.zhou
        made.save()
        Case.objects.filter(pk=case.pk).update(facts={"ship_first": True})
        assert self.order_goods(case).order.status == "paid"

    def test_paid_with_credit_as_far_as_it_goes(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        self.order_goods(case)
        with pytest.raises(Refused):
            receiving.paid_up(case, 3_000, "credit", by=self.cast.mei, key="t1", at=NOW)
        assert not LedgerEntry.objects.exists()


class TestReshipments(Sending):
    def test_need_nothing_back_and_count_against_a_refund(self) -> None:
        case = self.story.case("reship", "lost")
        made = self.order_goods(case, "reship")
        assert (made.order.purpose, made.order.status, made.order.total_fen) == ("reship", "paid", 0)
        Case.objects.filter(pk=case.pk).update(remedy="refund")
        case.refresh_from_db()
        self.story.judged(case, remedies=[{"code": "refund", "limit_fen": None, "because": []}])
        assert ceiling(case, at=NOW).most("refund") == 0

    def test_with_the_parcel_the_case_is_settled(self) -> None:
        case = self.story.case("reship", "missing")
        self.story.move(case, "assess", "assessed")
        made = self.order_goods(case, "reship")
        self.story.move(case, "agree_sending", "sending")
        keeping.sweep(NOW)
        parcels.send(made.order, "中通", "ZT777", by=self.cast.ding, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "settled"

    def test_where_money_is_still_owed_it_goes_to_finance(self) -> None:
        case = self.story.case("reship", "missing")
        self.story.move(case, "assess", "assessed")
        made = self.order_goods(case, "reship")
        self.story.move(case, "agree_sending", "sending")
        self.story.propose(case, 500, "goodwill")
        parcels.send(made.order, "中通", "ZT777", by=self.cast.ding, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "settling"

    def test_called_off_its_goods_are_free_again(self) -> None:
        self.story.goods.receive(3, self.story.blue)
        made = self.order_goods(self.story.case("reship", "lost"), "reship")
        ordering.call_off(made, "快递找到了", by=self.cast.mei, at=NOW)
        assert (Order.objects.get(pk=made.order_id).status, self.story.goods.figures()[1]) == ("closed", 0)
        assert Preparation.objects.get(order=made.order_id).stage == "ended"

    def test_once_it_has_left_it_can_not_be_called_off(self) -> None:
        made = self.order_goods(self.story.case("reship", "lost"), "reship")
        parcels.send(made.order, "中通", "ZT777", by=self.cast.ding, at=NOW)
        with pytest.raises(Conflict):
            ordering.call_off(made, "不用了", by=self.cast.mei, at=NOW)

    def test_sent_back_goods_cost_nothing(self) -> None:
        case = self.story.case()
        made = self.order_goods(case, "send_back")
        assert (made.order.total_fen, made.order.lines.get().price_fen) == (0, 0)

    def test_goods_of_another_shop_and_no_goods_are_not_taken(self) -> None:
        from dangban.stock.tests.goods import sku_of

        case = self.story.case("reship", "lost")
        for lines in ([], [ordering.Sending(sku_of(self.cast.other_shop, "X-1"), 1)]):
            with pytest.raises(BadInput):
                self.order_goods(case, "reship", lines=lines)
        with pytest.raises(NotAllowed):
            self.order_goods(case, "reship", by=self.cast.hu)
        assert not CaseOrder.objects.exists()


class TestOwnOrdersAreNoSales(Sending):
    def test_no_figure_counts_them(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        before = numbers.total(self.cast.zhou, TODAY, TODAY)
        figures.keep_figures(self.cast.shop, {self.cast.fang.pk}, at=NOW)
        bought = CustomerShop.objects.get(customer=self.cast.fang, shop=self.cast.shop)
        made = self.order_goods(case)
        following.sweep(NOW)
        assert not FollowUp.objects.filter(order=made.order).exists()
        receiving.paid_up(case, 3_000, "platform", by=self.cast.mei, key="t1", at=NOW)
        assert numbers.total(self.cast.zhou, TODAY, TODAY) == before
        figures.keep_figures(self.cast.shop, {self.cast.fang.pk}, at=NOW)
        after = CustomerShop.objects.get(customer=self.cast.fang, shop=self.cast.shop)
        assert (after.orders, after.spent_fen) == (bought.orders, bought.spent_fen)


class TestStockSetRight(Sending):
    def test_wrong_goods_left_and_the_right_ones_are_still_there_once(self) -> None:
        self.story.goods.receive(5, self.story.blue)
        self.story.goods.receive(5, self.story.grey)
        case = self.story.case("exchange", "wrong")
        for _again in range(2):
            stocking.set_right(case, self.story.grey, 1, instead_of=self.story.blue, by=self.cast.mei, at=NOW)
        assert (self.story.goods.figures(self.story.blue)[0], self.story.goods.figures(self.story.grey)[0]) == (6, 4)
        with pytest.raises(Conflict):
            stocking.set_right(case, self.story.grey, 2, instead_of=self.story.blue, by=self.cast.mei, at=NOW)
        assert (self.story.goods.figures(self.story.blue)[0], self.story.goods.figures(self.story.grey)[0]) == (6, 4)
        assert Entry.objects.filter(verb="aftersales.goods_set_right").count() == 1

    def test_what_the_books_do_not_know_is_for_the_warehouse(self) -> None:
        case = self.story.case("over", "over")
        with pytest.raises(Refused, match="盘点"):
            stocking.set_right(case, self.story.blue, 1, instead_of=None, by=self.cast.mei, at=NOW)


class TestPaymentsThatDiffer(Sending):
    def asked(self, case: Case) -> list[tuple[str, int]]:
        return list(Settlement.objects.filter(case=case, kind="topup").order_by("pk").values_list("state", "amount_fen"))

    def test_what_came_in_two_parts_leaves_nothing_asked_for(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        self.order_goods(case)
        receiving.paid_up(case, 1_000, "cash", by=self.cast.mei, key="t1", at=NOW)
        assert self.asked(case) == [("ready", 2_000), ("paid", 1_000)]
        receiving.paid_up(case, 2_000, "alipay", by=self.cast.mei, key="t2", at=NOW)
        assert self.asked(case) == [("paid", 2_000), ("paid", 1_000)]

    def test_more_than_was_asked_for_leaves_nothing_asked_for_either(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        self.order_goods(case)
        receiving.paid_up(case, 3_500, "alipay", by=self.cast.mei, key="t1", at=NOW)
        assert self.asked(case) == [("cancelled", 3_000), ("paid", 3_500)]
        assert ledger.balances(case) == {"buyer": -3_500, "seller": 3_500}

    def test_the_key_of_a_payment_is_none_of_a_topup(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        paying.release(self.story.propose(case, 500, "goodwill", key="k"), by=self.cast.qian, at=NOW)
        with pytest.raises(Conflict):
            receiving.paid_up(case, 500, "cash", by=self.cast.mei, key="k", at=NOW)
        assert not Settlement.objects.filter(kind="topup").exists()


class TestNothingIsSent(Sending):
    def owing(self) -> tuple[Case, CaseOrder]:
        case = self.exchange(dearer_fen=3_000)
        self.story.goods.receive(1, self.story.grey)
        self.story.move(case, "assess", "assessed")
        made = self.order_goods(case)
        return self.story.move(case, "agree_sending", "topup"), made

    def test_who_does_not_pay_the_difference_is_talked_to_again(self) -> None:
        case, made = self.owing()
        ordering.call_off(made, "顾客不补差价", by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert (case.state, case.waits_for) == ("assessed", "agent")
        assert list(Settlement.objects.filter(kind="topup").values_list("state", flat=True)) == ["cancelled"]
        assert Reservation.objects.get(subject_id=made.order_id).held == 0

    def test_goods_called_off_before_they_leave_bring_the_case_back(self) -> None:
        case = self.exchange()
        self.story.move(case, "assess", "assessed")
        made = self.order_goods(case)
        self.story.move(case, "agree_sending", "sending")
        ordering.call_off(made, "缺货", by=self.cast.mei, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "assessed"

    def test_a_request_taken_back_frees_the_goods_and_asks_for_nothing(self) -> None:
        case, made = self.owing()
        deciding.withdraw(case, "不换了", by=self.cast.mei, at=NOW)
        made.order.refresh_from_db()
        assert (Case.objects.get(pk=case.pk).state, made.order.status) == ("withdrawn", "closed")
        assert Reservation.objects.get(subject_id=made.order_id).held == 0
        assert list(Settlement.objects.filter(kind="topup").values_list("state", flat=True)) == ["cancelled"]

    def test_it_is_not_taken_back_once_goods_have_left(self) -> None:
        case = self.story.case("reship", "missing")
        self.story.move(case, "assess", "assessed")
        made = self.order_goods(case, "reship")
        parcels.send(made.order, "中通", "ZT777", by=self.cast.ding, at=NOW)
        with pytest.raises(Refused):
            deciding.withdraw(case, "不要了", by=self.cast.mei, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "assessed"


class TestHowMuchIsSent(Sending):
    def test_goods_worth_more_than_was_paid_take_somebody_who_may(self) -> None:
        case = self.story.case("reship", "missing")
        twice = [ordering.Sending(self.story.blue, 2, line=case.lines.get())]
        with pytest.raises(Refused):
            self.order_goods(case, "reship", lines=twice)
        assert not CaseOrder.objects.exists()
        assert self.order_goods(case, "reship", lines=twice, by=self.cast.bao).order.quantity == 2

    def test_what_was_sent_before_counts(self) -> None:
        case = self.story.case("reship", "missing")
        self.order_goods(case, "reship")
        with pytest.raises(Refused):
            self.order_goods(case, "reship", key="g2")
        assert CaseOrder.objects.count() == 1

    def test_a_worth_below_the_price_takes_somebody_who_may(self) -> None:
        case = self.exchange(dearer_fen=3_000)
        line = case.lines.get()
        with pytest.raises(NotAllowed):
            self.order_goods(case, lines=[ordering.Sending(self.story.grey, 1, 100, line)])
        assert not CaseOrder.objects.exists()
