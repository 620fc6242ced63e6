"""Two payers with one payment, two agents with the same money, on a server that lets them: one wins, nothing twice."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.aftersales.actions import Wanted, deciding, open_case
from dangban.aftersales.models import Case, CaseOrder, CourierClaim, LedgerEntry, Settlement
from dangban.aftersales.registers import claims
from dangban.aftersales.settling import ordering, paying, proposing, receiving
from dangban.aftersales.settling.proposing import Payee
from dangban.aftersales.tests.settled import Settling
from dangban.customers import actions as customers
from dangban.customers.models import Customer
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class Races(TransactionTestCase):
    def setUp(self) -> None:
        held = clock.frozen(NOW)
        held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)
        self.cast = Cast()
        self.story = Settling(self.cast)
        self.case = self.story.case()
        self.story.came_back(self.case)

    def pay(self, row: Settlement) -> Settlement:
        return paying.release(Settlement.objects.get(pk=row.pk), by=self.cast.qian, at=NOW)

    def test_a_payment_marked_as_paid_by_four_clicks_at_once_is_entered_once(self) -> None:
        row = self.story.propose(self.case, 19_900)
        at_once(*[lambda: self.pay(row)] * 4, now=NOW)
        assert LedgerEntry.objects.filter(key=row.key).count() == 2
        assert (Case.objects.get(pk=self.case.pk).refunded_fen, Order.objects.get(pk=self.case.order_id).settled_fen) == (19_900, 19_900)

    def test_the_same_proposal_sent_by_four_retries_is_one(self) -> None:
        at_once(*[lambda: self.story.propose(self.case, 19_900, key="same")] * 4, now=NOW)
        assert Settlement.objects.count() == 1

    def test_two_agents_who_give_all_of_it_at_once_give_it_once(self) -> None:
        said = told(*[lambda key=key: self.story.propose(self.case, 19_900, key=key) for key in ("a", "b", "c")], now=NOW)
        assert sorted(said) == ["Refused", "Refused", "done"]
        assert sum(Settlement.objects.values_list("amount_fen", flat=True)) == 19_900

    def test_two_cases_of_one_order_never_promise_the_same_money(self) -> None:
        other = self.story.case("adjust", order=self.case.order)
        acts = [lambda: self.story.propose(self.case, 15_000, key="a"), lambda: self.story.propose(other, 15_000, "goodwill", key="b", by=self.cast.zhou)]
        assert sorted(told(*acts, now=NOW)) == ["Refused", "done"]

    def test_paid_or_cancelled_never_both(self) -> None:
        row = self.story.propose(self.case, 19_900)
        cancel = lambda: proposing.cancel(Settlement.objects.get(pk=row.pk), "不退了", by=self.cast.mei, at=NOW)  # noqa: E731
        assert sorted(told(lambda: self.pay(row), cancel, now=NOW)) == ["Conflict", "done"]
        state = Settlement.objects.get(pk=row.pk).state
        assert (state, LedgerEntry.objects.count()) in (("paid", 2), ("cancelled", 0))

    def test_granted_or_cancelled_never_locks_up(self) -> None:
        case = self.story.case(order=self.story.order(number="9900", paid_fen=80_000))
        self.story.came_back(case)
        row = self.story.propose(case, 80_000)
        cancel = lambda: proposing.cancel(Settlement.objects.get(pk=row.pk), "算错", by=self.cast.mei, at=NOW)  # noqa: E731
        said = told(lambda: self.story.grant(Settlement.objects.get(pk=row.pk)), cancel, now=NOW)
        assert said in (["done", "done"], ["Conflict", "done"])
        assert Settlement.objects.get(pk=row.pk).state == "cancelled"

    def test_credit_is_used_or_entered_against_never_both(self) -> None:
        other = self.story.case("adjust", order=self.story.order(number="9911"))
        row = self.story.propose(self.case, 1_200, "goodwill", "credit", payee=Payee(consent="留着下次用"))
        self.pay(row if row.state == "ready" else self.story.grant(row))
        uses = lambda: receiving.use_credit(Case.objects.get(pk=other.pk), 1_200, other.order, by=self.cast.mei, key="u", at=NOW)  # noqa: E731
        against = lambda: paying.enter_against(Settlement.objects.get(pk=row.pk), "付错", by=self.cast.qian, at=NOW)  # noqa: E731
        assert sorted(told(uses, against, now=NOW)) == ["Refused", "done"]
        assert receiving.credit_fen(self.case.customer_id, self.case.shop_id) == 0

    def test_credit_is_used_while_its_customer_is_merged_and_nobody_waits_for_ever(self) -> None:
        """Whoever uses credit holds the case and goes on to the customer; merging must not hold the customer before the case."""
        row = self.story.propose(self.case, 1_200, "goodwill", "credit", payee=Payee(consent="留着下次用"))
        self.pay(row if row.state == "ready" else self.story.grant(row))
        other = self.story.case("adjust", order=self.story.order(number="9911"))
        kept = Customer.objects.create(name="同一个人", created_at=NOW)
        held, waits = threading.Event(), threading.Event()

        def use() -> None:
            with transaction.atomic():
                Case.objects.select_for_update().get(pk=other.pk)
                held.set()
                waits.wait(1)
                receiving.use_credit(other, 1_200, other.order, by=self.cast.mei, key="u", at=NOW)

        def merge() -> None:
            held.wait(60)
            threading.Timer(0.5, waits.set).start()
            customers.merge(kept, self.case.customer, by=self.cast.bao, reason="同一个人", at=NOW)

        at_once(use, merge, now=NOW)
        assert set(Case.objects.values_list("customer", flat=True)) == {kept.pk}
        assert receiving.credit_fen(kept.pk, self.case.shop_id) == 0

    def test_goods_ordered_twice_at_once_are_one_order(self) -> None:
        at_once(*[lambda: ordering.order_goods(self.case, "reship", None, by=self.cast.mei, key="one", at=NOW)] * 3, now=NOW)
        assert (CaseOrder.objects.count(), Order.objects.filter(purpose="reship").count()) == (1, 1)

    def test_what_the_customer_paid_is_noted_once(self) -> None:
        at_once(*[lambda: receiving.paid_up(self.case, 1_200, "cash", by=self.cast.mei, key="t", at=NOW)] * 3, now=NOW)
        assert LedgerEntry.objects.filter(kind="topup").count() == 2

    def test_two_cases_about_one_lost_parcel_judged_at_once_claim_its_freight_once(self) -> None:
        order = self.story.order(self.story.blue, self.story.grey, number="9912", signed_at=None)
        Order.objects.filter(pk=order.pk).update(freight_fen=800, total_fen=40_600, paid_fen=40_600)
        order = Order.objects.get(pk=order.pk)
        cases = [open_case(order.shop, "reship", "lost", by=self.cast.mei, source="order", order=order, lines=[Wanted(line, 1, 19_900)], at=NOW) for line in order.lines.order_by("position")]
        at_once(*[lambda case=case: deciding.assess(case, {"loss_confirmed": True}, by=self.cast.mei, at=NOW) for case in cases], now=NOW)
        assert sorted(CourierClaim.objects.values_list("reckoned_fen", flat=True)) == [19_900, 20_700]
        first, second = CourierClaim.objects.order_by("-reckoned_fen")
        at_once(*[lambda one=one: claims.drop(one, "找到了", by=self.cast.mei, at=NOW) for one in (first, second)], now=NOW)

    def test_a_claim_s_payment_entered_against_by_four_clicks_at_once_is_entered_against_once(self) -> None:
        claim = CourierClaim.objects.create(
            shop=self.case.shop, case=self.case, order=self.case.order, courier="中通", number="ZT1", kind="damaged", state="granted", reckoned_fen=5_000,
            amount_fen=5_000, granted_fen=5_000, at=NOW, answered_at=NOW,
        )  # fmt: skip
        claims.pay(claim, 50_000, by=self.cast.qian, at=NOW)
        said = told(*[lambda: claims.enter_against(claim, "多打一个零", by=self.cast.qian, at=NOW)] * 4, now=NOW)
        assert sorted(said) == ["Refused"] * 3 + ["done"]
        assert sorted(claims.entries(claim).values_list("amount_fen", flat=True)) == [-50_000, 50_000]
        assert Case.objects.get(pk=self.case.pk).cost_fen == 0
