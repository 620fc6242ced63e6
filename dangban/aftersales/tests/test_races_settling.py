"""Two payers with one payment, two agents with the same money, on a server that lets them: one wins, nothing twice."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.aftersales.models import Case, CaseOrder, LedgerEntry, Settlement
from dangban.aftersales.settling import ordering, paying, proposing, receiving
from dangban.aftersales.tests.settled import Settling
from dangban.dispatch.tests.test_races import _together
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.testing.cast import NOW, Cast


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
        with clock.frozen(NOW):
            return paying.release(Settlement.objects.get(pk=row.pk), by=self.cast.qian, at=NOW)

    def test_a_payment_marked_as_paid_by_four_clicks_at_once_is_entered_once(self) -> None:
        row = self.story.propose(self.case, 19_900)
        assert _together(*[lambda: self.pay(row)] * 4) == ["done"] * 4
        assert LedgerEntry.objects.filter(key=row.key).count() == 2
        assert (Case.objects.get(pk=self.case.pk).refunded_fen, Order.objects.get(pk=self.case.order_id).settled_fen) == (19_900, 19_900)

    def test_the_same_proposal_sent_by_four_retries_is_one(self) -> None:
        said = _together(*[lambda: self.story.propose(self.case, 19_900, key="same")] * 4)
        assert said == ["done"] * 4
        assert Settlement.objects.count() == 1

    def test_two_agents_who_give_all_of_it_at_once_give_it_once(self) -> None:
        said = _together(*[lambda key=key: self.story.propose(self.case, 19_900, key=key) for key in ("a", "b", "c")])
        assert sorted(said) == ["Refused", "Refused", "done"]
        assert sum(Settlement.objects.values_list("amount_fen", flat=True)) == 19_900

    def test_two_cases_of_one_order_never_promise_the_same_money(self) -> None:
        other = self.story.case("adjust", order=self.case.order)
        acts = [lambda: self.story.propose(self.case, 15_000, key="a"), lambda: self.story.propose(other, 15_000, "goodwill", key="b", by=self.cast.zhou)]
        said = _together(*acts)
        assert sorted(said) == ["Refused", "done"]

    def test_paid_or_cancelled_never_both(self) -> None:
        row = self.story.propose(self.case, 19_900)
        said = _together(lambda: self.pay(row), lambda: proposing.cancel(Settlement.objects.get(pk=row.pk), "不退了", by=self.cast.mei, at=NOW))
        assert sorted(said) == ["Conflict", "done"]
        state = Settlement.objects.get(pk=row.pk).state
        assert (state, LedgerEntry.objects.count()) in (("paid", 2), ("cancelled", 0))

    def test_granted_or_cancelled_never_locks_up(self) -> None:
        case = self.story.case(order=self.story.order(number="9900", paid_fen=80_000))
        self.story.came_back(case)
        row = self.story.propose(case, 80_000)
        said = _together(lambda: self.story.grant(Settlement.objects.get(pk=row.pk)), lambda: proposing.cancel(Settlement.objects.get(pk=row.pk), "算错", by=self.cast.mei, at=NOW))
        assert set(said) <= {"done", "Conflict"}
        assert Settlement.objects.get(pk=row.pk).state == "cancelled"

    def test_goods_ordered_twice_at_once_are_one_order(self) -> None:
        said = _together(*[lambda: ordering.order_goods(self.case, "reship", None, by=self.cast.mei, key="one", at=NOW)] * 3)
        assert said == ["done"] * 3
        assert (CaseOrder.objects.count(), Order.objects.filter(purpose="reship").count()) == (1, 1)

    def test_what_the_customer_paid_is_noted_once(self) -> None:
        said = _together(*[lambda: receiving.paid_up(self.case, 1_200, "cash", by=self.cast.mei, key="t", at=NOW)] * 3)
        assert said == ["done"] * 3
        assert LedgerEntry.objects.filter(kind="topup").count() == 2
