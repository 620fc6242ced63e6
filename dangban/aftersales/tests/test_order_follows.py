"""A payment that is entered against: the order's refunded figure, its state, the goods and the customer's figures go back with it."""

from __future__ import annotations

import pytest
from django.db import transaction

from dangban.aftersales import actions
from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.settling import listing, paying
from dangban.aftersales.settling.proposing import Payee
from dangban.aftersales.tests.settled import SettlingCase
from dangban.aftersales.tests.test_refunds import ASKED, Loading
from dangban.customers.models import CustomerShop
from dangban.desk.models import Task
from dangban.dispatch import keeping
from dangban.dispatch.models import Preparation
from dangban.lib.errors import Refused
from dangban.orders.models import Order
from dangban.orders.tests import stories
from dangban.testing.cast import NOW


class OrderFollows(SettlingCase):
    def paid(self, case: Case, fen: int, way: str = "platform") -> Settlement:
        given = {} if way == "platform" else {"payee": Payee("方静", "13800001234")}
        row = self.story.propose(case, fen, way=way, **given)
        return paying.release(self.story.grant(row) if row.state == "proposed" else row, by=self.cast.qian, at=NOW)

    def against(self, row: Settlement) -> None:
        paying.enter_against(row, "平台其实没退", by=self.cast.qian, at=NOW)

    def figures(self, case: Case) -> tuple[int, int, int, str]:
        order = Order.objects.get(pk=case.order_id)
        return order.refunded_fen, order.settled_fen, order.settled_aside_fen, order.refund

    def came_back(self) -> Case:
        case = self.story.case()
        self.story.came_back(case)
        return case

    def test_through_the_platform_the_order_is_not_refunded_any_more(self) -> None:
        case = self.came_back()
        row = self.paid(case, 19_900)
        assert self.figures(case) == (19_900, 19_900, 0, "full")
        known = CustomerShop.objects.get(customer=case.customer, shop=case.shop)
        assert (known.orders, known.spent_fen) == (1, 0)
        self.against(row)
        assert self.figures(case) == (0, 0, 0, "none")
        known.refresh_from_db()
        assert (known.orders, known.spent_fen) == (1, 19_900)
        assert listing.reconcile(self.cast.qian).agrees

    def test_one_of_two_leaves_what_the_other_paid(self) -> None:
        case = self.came_back()
        first = self.paid(case, 10_000)
        self.paid(case, 4_001, "alipay")
        self.against(first)
        assert self.figures(case) == (4_001, 4_001, 4_001, "partial")
        self.paid(case, 15_899)
        assert self.figures(case) == (19_900, 19_900, 4_001, "full")

    def test_what_the_platform_itself_has_said_stays(self) -> None:
        order = self.story.order()
        Order.objects.filter(pk=order.pk).update(refunded_fen=10_000, refund="partial")
        case = self.story.case(order=Order.objects.get(pk=order.pk))
        self.story.came_back(case)
        row = self.paid(case, 10_000)
        other = self.paid(case, 5_000, "alipay")
        self.against(row)
        assert self.figures(case) == (15_000, 5_000, 5_000, "partial")
        self.against(other)
        assert self.figures(case) == (10_000, 0, 0, "partial")

    def not_sent(self, order: Order) -> Order:
        Order.objects.filter(pk=order.pk).update(status="paid", dispatched_at=None, signed_at=None, tracking_number="")
        order.refresh_from_db()
        with transaction.atomic():
            keeping.take_up([order], NOW)
        return order

    def to_send(self) -> tuple[Case, Settlement]:
        """A refund of goods that have not left, all of it paid back through the platform."""
        order = self.not_sent(self.story.order())
        case = self.story.case("refund", "dislike", order=order)
        row = self.paid(case, 19_900)
        assert self.stage(case) == ("ended", "full")
        return case, row

    def stage(self, case: Case) -> tuple[str, str]:
        one = Preparation.objects.select_related("order").get(order=case.order_id)
        assert (one.closed_at is None) == (one.stage != "ended")
        return one.stage, one.order.refund

    def test_goods_that_have_not_left_are_taken_up_again_and_wait_for_what_becomes_of_the_refund(self) -> None:
        case, row = self.to_send()
        self.against(row)
        assert self.stage(case) == ("waiting", "asked")
        again = self.paid(Case.objects.select_related("order").get(pk=case.pk), 19_900)
        assert self.stage(case) == ("ended", "full")
        assert (again.amount_fen, LedgerEntry.objects.filter(kind="refund").count()) == (19_900, 6)

    def test_where_the_customer_keeps_to_the_purchase_they_may_leave(self) -> None:
        case, row = self.to_send()
        self.against(row)
        actions.deciding.withdraw(Case.objects.get(pk=case.pk), "不退了", by=self.cast.mei, at=NOW)
        assert self.stage(case) == ("waiting", "none")

    def test_what_the_platform_asked_for_stays_asked_for(self) -> None:
        case, _row = self.to_send()
        Order.objects.filter(pk=case.order_id).update(refund="asked")
        with pytest.raises(Refused):
            actions.deciding.withdraw(Case.objects.get(pk=case.pk), "不退了", by=self.cast.mei, at=NOW)
        assert Order.objects.get(pk=case.order_id).refund == "asked"

    def test_of_two_cases_that_ask_again_the_goods_wait_for_both(self) -> None:
        order = self.not_sent(self.story.order(self.story.blue, self.story.grey, number="9920"))
        first, second = (
            actions.open_case(order.shop, "refund", "dislike", by=self.cast.mei, source="order", order=order, lines=[actions.Wanted(line, 1, 5_000)], at=NOW)
            for line in order.lines.order_by("position")
        )
        for one in (first, second):
            self.against(self.paid(one, 5_000))
        assert self.stage(first) == ("waiting", "asked")
        actions.deciding.withdraw(Case.objects.get(pk=second.pk), "不退了", by=self.cast.mei, at=NOW)
        assert self.stage(first) == ("waiting", "asked")
        actions.deciding.withdraw(Case.objects.get(pk=first.pk), "也不退了", by=self.cast.mei, at=NOW)
        assert self.stage(first) == ("waiting", "none")

    def test_what_is_paid_again_is_not_asked_for_any_more(self) -> None:
        """What the platform asks for later is its own, and stays asked for when the case is over."""
        case, row = self.to_send()
        self.against(row)
        assert Case.objects.get(pk=case.pk).facts["refund_asked_again"] is True
        self.paid(Case.objects.select_related("order").get(pk=case.pk), 19_900)
        assert "refund_asked_again" not in Case.objects.get(pk=case.pk).facts

    def test_a_file_that_says_the_same_as_the_case_keeps_it_when_the_case_s_is_entered_against(self) -> None:
        case = self.came_back()
        row = self.paid(case, 10_000)
        head = ["订单号", "买家账号", "订单状态", "退款状态", "下单时间", "订单金额", "实付金额", "退款金额", "商品编码"]
        cells = [case.order.platform_id, "fang_2008", "已签收", "部分退款", "2026-11-13 10:00:00", "199.00", "199.00", "100.00", ""]
        run = stories.OrderCase.load_bytes("\n".join(map(",".join, (head, cells))).encode(), "orders.csv", case.shop, self.cast.ou)
        assert (run.updated, run.refused) == (1, 0)
        assert self.figures(case) == (10_000, 10_000, 0, "partial")
        self.against(row)
        assert self.figures(case) == (10_000, 0, 0, "partial")


class PaidByItself(Loading):
    def test_what_finance_entered_against_is_not_entered_again_by_the_same_refund_but_told(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,199,,")
        self.load("TK1,8899,仅退款,退款成功,质量问题,,199,,")
        row = Settlement.objects.get()
        paying.enter_against(row, "打款被退回", by=self.cast.qian, at=NOW)
        Task.objects.all().delete()
        run = self.load("TK1,8899,仅退款,退款成功,质量问题,,198,,")
        assert (run.updated, run.refused, run.failed) == (1, 0, "")
        assert Settlement.objects.values_list("state", "amount_fen").get() == ("reversed", 19_900)
        assert Order.objects.get().refunded_fen == 0
        assert "198.00" in Task.objects.get().body

    def test_what_the_platform_pays_on_top_later_is_entered_besides(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,150,,")
        self.load("TK1,8899,仅退款,退款成功,质量问题,,150,,")
        run = self.load("TK1,8899,仅退款,退款成功,质量问题,,199,,")
        assert (run.updated, run.refused, run.failed) == (1, 0, "")
        assert list(Settlement.objects.order_by("pk").values_list("state", "amount_fen")) == [("paid", 15_000), ("paid", 4_900)]
        assert (Order.objects.get().refunded_fen, Case.objects.get().refunded_fen) == (19_900, 19_900)
