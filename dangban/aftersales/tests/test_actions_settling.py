"""Payments of cases: proposed within limits, agreed to, paid by somebody else, entered once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales import actions
from dangban.aftersales.actions import agreeing
from dangban.aftersales.models import Case, LedgerEntry, RetentionOffer, Settlement
from dangban.aftersales.settling import (
    ceiling,
    knowing,
    ledger,
    listing,
    paying,
    proposing,
    receiving,
    retention,
)
from dangban.aftersales.settling.proposing import Beyond, Payee
from dangban.aftersales.tests.settled import SettlingCase, leg
from dangban.customers import actions as customers
from dangban.customers.models import Customer, CustomerShop, Merge
from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import Order
from dangban.people.models import Person, Role, RoleGrant
from dangban.testing.cast import NOW, TODAY


class TestCeilings(SettlingCase):
    def test_nothing_may_go_back_before_anybody_looked_at_the_goods(self) -> None:
        case = self.story.case()
        assert ceiling(case, at=NOW).total_fen == 0

    def test_what_came_back_as_new_is_paid_back_in_full(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        found = ceiling(case, at=NOW)
        assert (found.total_fen, found.most("refund"), found.most("goodwill")) == (19_900, 19_900, 19_900)
        assert [(step.code, step.fen) for step in found.steps] == [("share", 19_900)]

    def test_three_announced_and_two_received_pay_back_two(self) -> None:
        case = self.story.case(order=self.story.order(quantity=3))
        self.story.came_back(case, quantity=2)
        self.story.came_back(case, "missing", quantity=1)
        assert ceiling(case, at=NOW).most("refund") == 39_800

    def test_swapped_goods_pay_back_nothing(self) -> None:
        case = self.story.case()
        self.story.came_back(case, "swapped")
        assert ceiling(case, at=NOW).total_fen == 0

    def test_soiled_by_the_customer_loses_what_the_inspector_wrote(self) -> None:
        case = self.story.case(reason="dislike")
        self.story.judged(case, category="other")
        self.story.came_back(case, "soiled", responsibility="customer", loss_fen=4_000)
        found = ceiling(case, at=NOW)
        assert (found.total_fen, found.steps[-1].code, found.steps[-1].fen) == (15_900, "loss", -4_000)

    def test_worn_clothes_pay_back_nothing(self) -> None:
        case = self.story.case(reason="dislike")
        self.story.judged(case, category="clothing")
        self.story.came_back(case, "used", responsibility="customer")
        assert ceiling(case, at=NOW).total_fen == 0

    def test_freight_the_customer_paid_first_is_made_good_beside_the_goods(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        self.story.judged(case, freight=[leg("back", 1_200, "seller", "buyer", "transfer"), leg("out", 800, "seller", "seller")])
        found = ceiling(case, at=NOW)
        assert (found.goods_fen, found.freight_fen, found.most("freight"), found.most("refund")) == (19_900, 1_200, 1_200, 19_900)

    def test_freight_the_customer_bears_is_taken_off(self) -> None:
        case = self.story.case(reason="dislike")
        self.story.came_back(case)
        self.story.judged(case, freight=[leg("back", 1_200, "buyer", "seller", "deducted")])
        assert ceiling(case, at=NOW).most("refund") == 18_700

    def test_gifts_that_did_not_come_back_are_taken_off(self) -> None:
        case = self.story.case(reason="dislike")
        self.story.judged(case, gifts_owed=2, gift_value_fen=1_500)
        self.story.came_back(case)
        found = ceiling(case, at=NOW)
        assert (found.total_fen, found.steps[-1].code, found.steps[-1].because[0].path) == (16_900, "gift", "aftersales.gift_lost")

    def test_a_refund_without_return_needs_the_assessment_to_say_so(self) -> None:
        case = self.story.case(kind="refund", reason="missing")
        assert ceiling(case, at=NOW).most("refund") == 0
        self.story.judged(case, remedies=[{"code": "refund", "limit_fen": None, "because": []}])
        assert ceiling(case, at=NOW).most("refund") == 19_900

    def test_an_order_that_never_left_is_paid_back_without_return(self) -> None:
        order = self.story.order(signed_at=None)
        Order.objects.filter(pk=order.pk).update(status="paid", dispatched_at=None)
        order.refresh_from_db()
        assert ceiling(self.story.case(kind="refund", reason="late", order=order), at=NOW).most("refund") == 19_900

    def test_what_was_refunded_outside_of_cases_is_gone_but_the_platforms_own_refund_is_the_same_money(self) -> None:
        order = self.story.order()
        Order.objects.filter(pk=order.pk).update(refunded_fen=15_000, refund="partial")
        order.refresh_from_db()
        case = self.story.case(order=order)
        self.story.came_back(case)
        assert ceiling(case, at=NOW, way="alipay").most("refund") == 4_900
        assert ceiling(case, at=NOW, way="platform").most("refund") == 19_900


class TestProposing(SettlingCase):
    def test_within_ones_own_limit_it_stands_ready_with_its_promised_time(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        row = self.story.propose(case, 19_900)
        assert (row.state, row.approval, row.promised_for) == ("ready", None, NOW + timedelta(days=2))
        clock = Deadline.objects.get(kind=proposing.CLOCK, subject_id=row.pk)
        assert (clock.owner, clock.due_at) == (self.cast.qian, NOW + timedelta(days=2))

    def test_a_transfer_is_promised_sooner(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        row = self.story.propose(case, 100, way="alipay", payee=Payee("方静", "138 0000 1234"))
        assert (row.account, row.promised_for) == ("13800001234", NOW + timedelta(hours=24))

    def test_the_same_key_again_is_the_same_payment_and_another_amount_a_conflict(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        one = self.story.propose(case, 5_000, key="k1")
        assert self.story.propose(case, 5_000, key="k1") == one
        with pytest.raises(Conflict):
            self.story.propose(case, 6_000, key="k1")
        assert Settlement.objects.count() == 1

    def test_beyond_the_ceiling_is_refused_and_changes_nothing(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        with pytest.raises(Refused, match=r"199\.00"):
            self.story.propose(case, 19_901)
        assert not Settlement.objects.exists()

    def test_what_is_under_way_counts_against_the_ceiling(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        self.story.propose(case, 15_000)
        with pytest.raises(Refused):
            self.story.propose(case, 5_000)
        assert knowing.ceiling(case, at=NOW).most("refund") == 4_900

    def test_who_may_lets_it_pass_by_a_named_clause(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        with pytest.raises(NotAllowed):
            self.story.propose(case, 25_000, beyond=Beyond("制度 3.2", "老顾客"))
        row = self.story.propose(case, 25_000, beyond=Beyond("制度 3.2", "老顾客"), by=self.cast.zhou)
        assert (row.beyond_fen, row.beyond_clause, row.beyond_why) == (5_100, "制度 3.2", "老顾客")
        with pytest.raises(Refused):
            self.story.propose(case, 100, beyond=Beyond("", "老顾客"), by=self.cast.zhou)

    def test_goodwill_needs_no_goods_back(self) -> None:
        row = self.story.propose(self.story.case(kind="adjust"), 1_000, "goodwill")
        assert (row.kind, row.state) == ("goodwill", "ready")

    def test_above_ones_limit_it_is_asked_for_and_ready_once_granted(self) -> None:
        case = self.story.case(order=self.story.order(paid_fen=80_000))
        self.story.came_back(case)
        row = self.story.propose(case, 80_000)
        assert row.state == "proposed"
        assert row.approval is not None
        with pytest.raises(Refused, match="审批"):
            paying.release(row, by=self.cast.qian, at=NOW)
        assert self.story.grant(row).state == "ready"

    def test_refused_by_the_approver_it_is_cancelled_and_the_money_free_again(self) -> None:
        case = self.story.case(order=self.story.order(paid_fen=80_000))
        self.story.came_back(case)
        row = self.story.grant(self.story.propose(case, 80_000), granted=False)
        assert (row.state, row.ended_why, knowing.ceiling(case, at=NOW).most("refund")) == ("cancelled", "先别付", 80_000)

    def test_limits_are_of_all_together(self) -> None:
        case = self.story.case(kind="adjust")
        assert self.story.propose(case, 1_500, "compensation").state == "ready"
        assert self.story.propose(case, 1_500, "compensation").state == "proposed"

    def test_a_supervisor_alone_is_not_enough_above_the_limit_for_two(self) -> None:
        case = self.story.case(order=self.story.order(paid_fen=150_000))
        self.story.came_back(case)
        row = self.story.propose(case, 150_000, by=self.cast.zhou)
        assert row.state == "proposed"
        assert "aftersales.two_persons_above" in [one["path"] for one in row.because]

    def test_another_payee_needs_the_customers_word(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        with pytest.raises(BadInput, match="收款人"):
            self.story.propose(case, 100, way="alipay", payee=Payee("王强", "13800001234"))
        assert self.story.propose(case, 100, way="alipay", payee=Payee("王强", "13800001234", "顾客在旺旺上同意")).consent == "顾客在旺旺上同意"

    def test_an_account_that_can_not_be_is_not_taken(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        with pytest.raises(BadInput):
            self.story.propose(case, 100, way="bank", payee=Payee("方静", "6222021234567890124"))
        assert not Settlement.objects.exists()

    def test_cancelled_it_is_free_again_and_its_clock_gone(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        row = self.story.propose(case, 19_900)
        with pytest.raises(NotAllowed):
            proposing.cancel(row, "不要", by=self.cast.lin, at=NOW)
        proposing.cancel(row, "顾客撤销", by=self.cast.mei, at=NOW)
        assert Settlement.objects.get(pk=row.pk).state == "cancelled"
        assert knowing.ceiling(case, at=NOW).most("refund") == 19_900
        assert Deadline.objects.get(kind=proposing.CLOCK, subject_id=row.pk).cancelled_at == NOW

    def test_somebody_of_another_shop_proposes_nothing(self) -> None:
        with pytest.raises(NotAllowed):
            self.story.propose(self.story.case(kind="adjust"), 100, "goodwill", by=self.cast.hu)
        assert not Settlement.objects.exists()


class TestPaying(SettlingCase):
    def paid(self, case: Case, amount_fen: int, kind: str = "refund", way: str = "platform", **given: object) -> Settlement:
        return paying.release(self.story.propose(case, amount_fen, kind, way, **given), by=self.cast.qian, at=NOW)

    def test_paid_it_stands_in_the_ledger_on_the_case_and_on_the_order(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        row = self.paid(case, 19_900)
        case.refresh_from_db()
        order = Order.objects.get(pk=case.order_id)
        assert (row.state, row.paid_by, case.refunded_fen, case.cost_fen) == ("paid", self.cast.qian, 19_900, 0)
        assert (order.refunded_fen, order.settled_fen, order.settled_aside_fen, order.refund) == (19_900, 19_900, 0, "full")
        assert ledger.balances(case) == {"buyer": 19_900, "seller": -19_900}
        assert Deadline.objects.get(kind=proposing.CLOCK, subject_id=row.pk).met_at == NOW

    def test_a_second_click_pays_nothing_more(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        row = self.story.propose(case, 19_900)
        for _again in range(3):
            paying.release(row, by=self.cast.qian, at=NOW)
        case.refresh_from_db()
        assert (case.refunded_fen, LedgerEntry.objects.count()) == (19_900, 2)
        with pytest.raises(Conflict):
            paying.release(row, by=self._second_payer(), at=NOW)

    def _second_payer(self) -> Person:
        RoleGrant.objects.create(person=self.cast.bao, role=Role.objects.get(code="finance"), since=NOW - timedelta(days=1))
        return Person.objects.get(pk=self.cast.bao.pk)

    def test_who_proposed_it_does_not_pay_it(self) -> None:
        case = self.story.case(kind="adjust")
        row = self.story.propose(case, 500, "goodwill", by=self.cast.qian)
        with pytest.raises(Refused, match="提出付款"):
            paying.release(row, by=self.cast.qian, at=NOW)
        assert not LedgerEntry.objects.exists()

    def test_who_approved_it_does_not_pay_it(self) -> None:
        payer = self._second_payer()
        case = self.story.case(order=self.story.order(paid_fen=80_000))
        self.story.came_back(case)
        row = self.story.grant(self.story.propose(case, 80_000), by=payer)
        with pytest.raises(Refused, match="审批人"):
            paying.release(row, by=payer, at=NOW)

    def test_an_agent_pays_nothing(self) -> None:
        row = self.story.propose(self.story.case(kind="adjust"), 500, "goodwill")
        with pytest.raises(NotAllowed):
            paying.release(row, by=self.cast.lin, at=NOW)
        assert not LedgerEntry.objects.exists()

    def test_freight_alone_is_a_cost_and_no_refund_of_the_order(self) -> None:
        case = self.story.case()
        self.story.judged(case, freight=[leg("back", 1_200, "seller", "buyer", "transfer")])
        self.paid(case, 1_200, "freight")
        case.refresh_from_db()
        assert (case.refunded_fen, case.cost_fen, Order.objects.get(pk=case.order_id).refunded_fen) == (1_200, 1_200, 0)
        # The courier got what the customer paid first, and the customer got it from the shop.
        assert ledger.balances(case) == {"buyer": 0, "seller": -1_200, "courier": 1_200}

    def test_beside_the_platform_adds_to_what_the_platform_said(self) -> None:
        order = self.story.order()
        Order.objects.filter(pk=order.pk).update(refunded_fen=5_000, refund="partial")
        order.refresh_from_db()
        case = self.story.case(order=order)
        self.story.came_back(case)
        self.paid(case, 10_000, way="alipay", payee=Payee("方静", "13800001234"))
        order.refresh_from_db()
        assert (order.refunded_fen, order.settled_aside_fen, order.refund) == (15_000, 10_000, "partial")

    def test_through_the_platform_what_it_said_already_is_the_same_money(self) -> None:
        order = self.story.order()
        Order.objects.filter(pk=order.pk).update(refunded_fen=10_000, refund="partial")
        order.refresh_from_db()
        case = self.story.case(order=order)
        self.story.came_back(case)
        self.paid(case, 10_000)
        order.refresh_from_db()
        assert (order.refunded_fen, order.settled_fen) == (10_000, 10_000)

    def test_the_last_payment_settles_a_case_that_waited_for_it(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        for act, to in (("assess", "assessed"), ("agree_return", "returning"), ("announce", "on_way"), ("receive", "received"), ("inspect", "inspected"), ("agree_payment", "settling")):
            self.story.move(case, act, to, by=self.cast.zhou)
        first, second = self.story.propose(case, 10_000), self.story.propose(case, 9_900)
        paying.release(first, by=self.cast.qian, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "settling"
        paying.release(second, by=self.cast.qian, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "settled"

    def test_entered_against_the_sums_go_back_and_the_first_entries_stay(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        row = self.paid(case, 10_000, way="alipay", payee=Payee("方静", "13800001234"))
        for _again in range(2):
            paying.enter_against(row, "转错账户", by=self.cast.qian, at=NOW)
        case.refresh_from_db()
        order = Order.objects.get(pk=case.order_id)
        assert (case.refunded_fen, order.refunded_fen, order.settled_fen, order.refund) == (0, 0, 0, "none")
        assert LedgerEntry.objects.count() == 4
        assert knowing.ceiling(case, at=NOW).most("refund") == 19_900

    def test_the_ledger_itself_can_not_be_changed(self) -> None:
        from django.db import DatabaseError, transaction

        self.paid(self.story.case(kind="adjust"), 500, "goodwill")
        for change in (lambda: LedgerEntry.objects.update(amount_fen=1), lambda: LedgerEntry.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert sorted(LedgerEntry.objects.values_list("amount_fen", flat=True)) == [-500, 500]

    def test_kept_as_credit_with_consent_and_used_on_another_order_once(self) -> None:
        case = self.story.case(kind="adjust")
        with pytest.raises(BadInput, match="同意"):
            self.story.propose(case, 1_200, "goodwill", "credit")
        self.paid(case, 1_200, "goodwill", "credit", payee=Payee(consent="顾客说留着下次用"))
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 1_200
        other = self.story.order(number="7766")
        for _again in range(2):
            receiving.use_credit(case, 800, other, by=self.cast.mei, key="use", at=NOW)
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 400
        with pytest.raises(Refused, match=r"4\.00"):
            receiving.use_credit(case, 500, other, by=self.cast.mei, key="use2", at=NOW)

    def kept(self, fen: int) -> Case:
        case = self.story.case(kind="adjust", order=self.story.order(number="5501", quantity=5))
        self.paid(case, fen, "goodwill", "credit", payee=Payee(consent="顾客说留着下次用"))
        return case

    def test_credit_is_used_up_to_what_the_order_costs_over_all_uses(self) -> None:
        case = self.kept(1_500)
        cheap = self.story.order(number="7767", paid_fen=900)
        with pytest.raises(Refused, match=r"9\.00"):
            receiving.use_credit(case, 901, cheap, by=self.cast.mei, key="u1", at=NOW)
        receiving.use_credit(case, 600, cheap, by=self.cast.mei, key="u2", at=NOW)
        with pytest.raises(Refused, match=r"3\.00"):
            receiving.use_credit(case, 301, cheap, by=self.cast.mei, key="u3", at=NOW)
        receiving.use_credit(case, 300, cheap, by=self.cast.mei, key="u4", at=NOW)
        with pytest.raises(Refused, match=r"0\.00"):
            receiving.use_credit(case, 1, cheap, by=self.cast.mei, key="u5", at=NOW)
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 600

    def test_no_credit_is_used_on_an_order_that_is_closed_or_only_sends_goods(self) -> None:
        case = self.kept(1_500)
        for number, given in (("7768", {"status": "closed"}), ("7769", {"purpose": "exchange"})):
            order = self.story.order(number=number)
            Order.objects.filter(pk=order.pk).update(**given)
            with pytest.raises(Refused):
                receiving.use_credit(case, 100, Order.objects.get(pk=order.pk), by=self.cast.mei, key=number, at=NOW)
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 1_500

    def test_credit_noted_as_used_by_mistake_is_entered_against_once_by_finance_with_a_reason(self) -> None:
        case = self.kept(1_500)
        order = self.story.order(number="7770", paid_fen=900)
        receiving.use_credit(case, 900, order, by=self.cast.mei, key="u1", at=NOW)
        used = LedgerEntry.objects.get(kind="credit", account="credit")
        with pytest.raises(NotAllowed):
            receiving.not_used(used, "订单号打错", by=self.cast.mei, at=NOW)
        with pytest.raises(BadInput):
            receiving.not_used(used, " ", by=self.cast.qian, at=NOW)
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 600
        for _again in range(2):
            receiving.not_used(used, "订单号打错", by=self.cast.qian, at=NOW)
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 1_500
        assert [(one.amount_fen, one.entry.memo, one.stands) for one in receiving.credit_uses(case)] == [(900, "7770", False), (-900, "7770 订单号打错", False)]
        with pytest.raises(Conflict):
            receiving.not_used(LedgerEntry.objects.get(kind="credit", account="credit", amount_fen=900), "反悔", by=self.cast.qian, at=NOW)
        receiving.use_credit(case, 900, order, by=self.cast.mei, key="u2", at=NOW)
        assert receiving.credit_fen(case.customer_id, case.shop_id) == 600

    def two_as_one(self) -> tuple[Case, Case, Merge]:
        """Credit of 12.00 was kept for Fang; then her other account became the same customer, with a case of its own."""
        case = self.kept(1_200)
        other = Customer.objects.create(name="另一个号", created_at=NOW)
        CustomerShop.objects.create(customer=other, shop=case.shop, first_at=NOW)
        order = self.story.order(number="7780", paid_fen=5_000)
        Order.objects.filter(pk=order.pk).update(customer=other)
        theirs = self.story.case(kind="adjust", order=Order.objects.get(pk=order.pk))
        assert theirs.customer_id == other.pk
        row = customers.merge(other, case.customer, by=self.cast.bao, reason="同一个收货人", at=NOW)
        return Case.objects.select_related("order", "customer").get(pk=case.pk), Case.objects.select_related("order", "customer").get(pk=theirs.pk), row

    def test_a_merge_is_not_taken_back_while_one_has_used_the_credit_of_the_other(self) -> None:
        case, theirs, row = self.two_as_one()
        receiving.use_credit(theirs, 1_000, theirs.order, by=self.cast.mei, key="u1", at=NOW)
        with pytest.raises(Refused, match=rf"10\.00.*{theirs.number}"):
            customers.unmerge(row, by=self.cast.bao, at=NOW)
        row.refresh_from_db()
        assert (row.undone_at, Case.objects.get(pk=case.pk).customer_id, receiving.credit_fen(theirs.customer_id, case.shop_id)) == (None, row.kept_id, 200)
        # Finance enters the use against; then everybody has their own again.
        receiving.not_used(LedgerEntry.objects.get(key="u1", account="credit"), "两个不同的顾客", by=self.cast.qian, at=NOW)
        customers.unmerge(row, by=self.cast.bao, at=NOW)
        assert (receiving.credit_fen(row.merged_id, case.shop_id), receiving.credit_fen(row.kept_id, case.shop_id)) == (1_200, 0)

    def test_a_merge_is_taken_back_where_each_used_their_own(self) -> None:
        case, theirs, row = self.two_as_one()
        receiving.use_credit(case, 1_000, theirs.order, by=self.cast.mei, key="u1", at=NOW)
        customers.unmerge(row, by=self.cast.bao, at=NOW)
        assert (receiving.credit_fen(row.merged_id, case.shop_id), receiving.credit_fen(row.kept_id, case.shop_id)) == (200, 0)

    def test_merges_one_upon_the_other_are_taken_back_the_last_first(self) -> None:
        case, theirs, row = self.two_as_one()
        third = Customer.objects.create(name="第三个号", created_at=NOW)
        CustomerShop.objects.create(customer=third, shop=case.shop, first_at=NOW)
        last = customers.merge(third, theirs.customer, by=self.cast.bao, reason="同一个收货人", at=NOW)
        with pytest.raises(Refused, match="先"):
            customers.unmerge(row, by=self.cast.bao, at=NOW)
        assert set(Case.objects.values_list("customer", flat=True)) == {third.pk}
        customers.unmerge(last, by=self.cast.bao, at=NOW)
        customers.unmerge(row, by=self.cast.bao, at=NOW)
        assert dict(Case.objects.values_list("pk", "customer")) == {case.pk: row.merged_id, theirs.pk: row.kept_id}

    def test_everything_agrees_and_a_sum_that_was_tampered_with_is_listed(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        self.story.judged(case, freight=[leg("back", 1_200, "seller", "buyer", "transfer")])
        self.paid(case, 19_900)
        self.paid(case, 1_200, "freight")
        found = listing.reconcile(self.cast.qian)
        assert (found.agrees, found.ledger_fen, found.cases_fen, found.orders_fen, found.orders_say_fen) == (True, 21_100, 21_100, 19_900, 19_900)
        Case.objects.filter(pk=case.pk).update(refunded_fen=21_101)
        Order.objects.filter(pk=case.order_id).update(settled_fen=19_899)
        found = listing.reconcile(self.cast.qian)
        assert [(one.about, one.ledger_fen, one.says_fen) for one in found.differences] == [("case", 21_100, 21_101), ("order", 19_900, 19_899)]


class TestMoneyOverSeveralCases(SettlingCase):
    def test_freight_that_is_judged_anew_stands_in_the_ledger_once(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        self.story.judged(case, freight=[leg("out", 800, "seller", "seller"), leg("back", 1_200, "seller", "buyer", "transfer")])
        paying.release(self.story.propose(case, 1_200, "freight"), by=self.cast.qian, at=NOW)
        assert (ledger.balances(case)["courier"], Case.objects.get(pk=case.pk).cost_fen) == (2_000, 2_000)
        self.story.judged(case, freight=[leg("back", 1_500, "seller", "buyer", "transfer")])
        paying.release(self.story.propose(case, 19_900), by=self.cast.qian, at=NOW)
        assert ledger.balances(case)["courier"] == 1_500
        assert Case.objects.get(pk=case.pk).cost_fen == 1_200
        assert listing.reconcile(self.cast.qian).agrees

    def test_compensation_for_two_pieces_is_taken_back_once(self) -> None:
        order = self.story.order(quantity=2)
        line = order.lines.get()
        kept = self.story.case("adjust", order=order)
        paying.release(self.story.propose(kept, 2_000, "compensation"), by=self.cast.qian, at=NOW)
        first, second = (actions.open_case(order.shop, "return", "quality", by=self.cast.mei, source="order", order=order, lines=[actions.Wanted(line, 1, 19_900)], at=NOW) for _n in range(2))
        for case in (first, second):
            self.story.came_back(case)
        assert ceiling(first, at=NOW).most("refund") == 17_900
        self.story.propose(first, 17_900)
        assert ceiling(second, at=NOW).most("refund") == 19_900

    def test_what_the_platform_paid_back_unseen_counts_as_gone(self) -> None:
        order = self.story.order(self.story.blue, self.story.grey, paid_fen=10_000)
        cases = [
            actions.open_case(order.shop, "return", "quality", by=self.cast.mei, source="order", order=order, lines=[actions.Wanted(one, 1, 10_000)], at=NOW)
            for one in order.lines.all()
        ]
        Settlement.objects.create(
            case=cases[0], shop=order.shop, kind="refund", way="platform", state="paid", amount_fen=10_000, key="auto", proposed_by=self.cast.mei, proposed_at=NOW, paid_at=NOW
        )
        self.story.came_back(cases[1])
        facts = knowing.of(Case.objects.get(pk=cases[1].pk), at=NOW)
        assert [one.gone for one in facts.lines] == [1, 0]


class TestPaymentsThatAreNotMade(SettlingCase):
    def settling(self) -> Case:
        case = self.story.case()
        self.story.came_back(case)
        self.story.move(case, "assess", "assessed")
        return self.story.move(case, "agree_payment", "settling")

    def test_a_case_whose_only_payment_is_cancelled_goes_back_to_its_agent(self) -> None:
        case = self.settling()
        row = self.story.propose(case, 19_900)
        proposing.cancel(row, "金额不对", by=self.cast.qian, at=NOW)
        case = Case.objects.get(pk=case.pk)
        assert (case.state, case.waits_for, case.due_at is not None) == ("assessed", "agent", True)

    def test_so_does_one_whose_payment_was_not_approved(self) -> None:
        case = self.settling()
        self.story.grant(self.story.propose(case, 2_500, "goodwill"), granted=False)
        assert Case.objects.get(pk=case.pk).state == "assessed"

    def test_where_another_payment_was_made_its_agent_says_whether_anything_is_owed_still(self) -> None:
        case = self.settling()
        self.story.judged(case, remedies=[{"code": "refund", "limit_fen": None, "because": []}])
        one, other = self.story.propose(case, 19_000), self.story.propose(case, 900)
        paying.release(one, by=self.cast.qian, at=NOW)
        proposing.cancel(other, "写错了", by=self.cast.qian, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "assessed"
        assert agreeing.agree(case, "refund", by=self.cast.mei, at=NOW).state == "settling"
        rest = Settlement.objects.get(case=case, state="ready")
        assert rest.amount_fen == 900
        paying.release(rest, by=self.cast.qian, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "settled"

    def test_what_was_put_down_before_it_was_agreed_on_is_what_the_case_waits_for(self) -> None:
        case = self.story.case()
        self.story.came_back(case)
        self.story.judged(case, remedies=[{"code": "return", "limit_fen": None, "because": []}])
        self.story.move(case, "receive", "received", by=self.cast.ding)
        case = self.story.move(case, "inspect", "inspected", by=self.cast.ding)
        row = self.story.propose(case, 19_900)
        assert agreeing.agree(case, "return", by=self.cast.mei, at=NOW).state == "settling"
        paying.release(row, by=self.cast.qian, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "settled"


class TestLists(SettlingCase):
    def test_payments_of_one_moment_are_all_on_the_next_page(self) -> None:
        at = NOW.replace(microsecond=123_456)
        case = self.story.case()
        Settlement.objects.bulk_create(
            Settlement(case=case, shop=case.shop, kind="goodwill", way="platform", state="paid", amount_fen=1, key=f"m{n}", proposed_by=self.cast.mei, proposed_at=at, paid_at=at)
            for n in range(listing.PAGE + 3)
        )
        first = listing.page(self.cast.qian, "paid", None, "")
        second = listing.page(self.cast.qian, "paid", None, first.next)
        assert (len(first.rows), len(second.rows)) == (listing.PAGE, 3)


class TestOffers(SettlingCase):
    def test_an_order_is_saved_once_however_many_offers_it_took(self) -> None:
        case = self.story.case("return", "dislike")
        kinds = retention.may_offer(case, in_force(NOW)).kinds
        assert len(kinds) > 1
        first, second = (retention.offer(case, kind, by=self.cast.mei, amount_fen=100, at=NOW) for kind in kinds[:2])
        retention.answer(first, False, by=self.cast.mei, at=NOW)
        retention.answer(second, True, by=self.cast.mei, at=NOW)
        with pytest.raises(Conflict):
            retention.answer(second, False, by=self.cast.mei, at=NOW)
        ((mine,), by_offer) = retention.saved(self.cast.zhou, TODAY, TODAY)
        assert (mine.name, mine.offers, mine.answered, mine.kept, mine.rate) == (self.cast.mei.name, 2, 1, 1, 1.0)
        assert sorted((one.answered, one.kept) for one in by_offer) == [(1, 0), (1, 1)]
        assert retention.saved(self.cast.hu, TODAY, TODAY) == ([], [])

    def test_nothing_is_offered_beyond_the_rule_or_too_late(self) -> None:
        case = self.story.case("return", "dislike")
        with pytest.raises(BadInput):
            retention.offer(case, "coupon", by=self.cast.mei, amount_fen=501, at=NOW)
        self.story.move(self.story.move(case, "receive", "received", by=self.cast.ding), "inspect", "inspected", by=self.cast.ding)
        with pytest.raises(Refused):
            retention.offer(case, "exchange", by=self.cast.mei, at=NOW)
        assert not RetentionOffer.objects.exists()
