"""Payments of cases: proposed within limits, agreed to, paid by somebody else, entered once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.settling import ceiling, knowing, ledger, listing, paying, proposing, receiving
from dangban.aftersales.settling.proposing import Beyond, Payee
from dangban.aftersales.tests.settled import SettlingCase, leg
from dangban.desk.models import Deadline
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import Order
from dangban.people.models import Person, Role, RoleGrant
from dangban.testing.cast import NOW


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
