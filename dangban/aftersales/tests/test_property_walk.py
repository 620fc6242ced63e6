"""Whatever people do with cases, in whatever order: each waits for somebody with a clock, money and stock add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from dangban.aftersales import inbound, jobs
from dangban.aftersales.actions import agreeing, deciding
from dangban.aftersales.models import Case, InboundParcel, LedgerEntry, Settlement
from dangban.aftersales.rules import flow
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.settling import paying, proposing
from dangban.aftersales.tests.story import Returning
from dangban.desk import actions as desk
from dangban.desk.models import Approval, Deadline
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.stock.models import Balance, Level, Movement
from dangban.testing.cast import NOW, Cast

ACTS = (
    "assess", "assess_worn", "ask_evidence", "refuse", "ask_exception", "answer", "agree", "announce", "arrive", "count", "inspect",
    "pay", "cancel", "withdraw", "reopen", "close", "dispute", "lapse",
)  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5)), min_size=4, max_size=24)


class Walk:
    """Two cases of one order of three pieces, and what can be done with them."""

    def __init__(self) -> None:
        self.story = Returning(Cast())
        self.cast = self.story.cast
        self.story.goods.receive(10)
        self.order = self.story.order(quantity=3)
        self.cases = [self.story.case(kind, "dislike", order=self.order).pk for kind in ("return", "refund")]

    def go(self, act: str, turn: int) -> None:
        done: Callable[[Case, int], object] = getattr(self, f"do_{act}")
        done(Case.objects.get(pk=self.cases[turn % 2]), turn)

    def do_assess(self, case: Case, turn: int) -> None:
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)

    def do_assess_worn(self, case: Case, turn: int) -> None:
        deciding.assess(case, {"washed": True, "category": "clothing"}, by=self.cast.mei, at=NOW)

    def do_ask_evidence(self, case: Case, turn: int) -> None:
        deciding.ask_evidence(case, "麻烦发图", by=self.cast.mei, at=NOW)

    def do_refuse(self, case: Case, turn: int) -> None:
        deciding.refuse(case, "很抱歉", by=self.cast.mei, at=NOW)

    def do_ask_exception(self, case: Case, turn: int) -> None:
        deciding.ask_exception(case, "老顾客", by=self.cast.mei, at=NOW)

    def do_answer(self, case: Case, turn: int) -> None:
        approval = Approval.objects.filter(settled_at=None).order_by("pk").first()
        if approval is not None:
            desk.settle_approval(approval, turn % 3 > 0, by=self.cast.zhou, answer="看过", at=NOW)

    def do_agree(self, case: Case, turn: int) -> None:
        offered = agreeing.remedies(case)
        if offered:
            agreeing.agree(case, offered[turn % len(offered)].code, by=self.cast.mei, at=NOW)

    def do_announce(self, case: Case, turn: int) -> None:
        inbound.announce(case, "中通", f"ZT00{turn}", by=self.cast.mei, at=NOW)

    def do_arrive(self, case: Case, turn: int) -> None:
        inbound.arrive(f"ZT00{turn}", by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)

    def _parcel(self, *states: str) -> InboundParcel | None:
        return InboundParcel.objects.filter(state__in=states).order_by("pk").first()

    def do_count(self, case: Case, turn: int) -> None:
        parcel = self._parcel("arrived")
        if parcel is not None:
            inbound.count(parcel, {item.pk: min(item.announced, turn) for item in parcel.items.all()}, by=self.cast.ding, at=NOW)

    def do_inspect(self, case: Case, turn: int) -> None:
        parcel = self._parcel("counted")
        if parcel is not None:
            good = turn % 2 == 0
            found = [
                Found(item.pk, item.counted, "good" if good else "defective", "stock" if good else "scrap", matches_claim=not good)
                for item in parcel.items.all()
                if item.counted
            ]
            inbound.inspect(parcel, found, by=self.cast.ding, at=NOW)

    def do_pay(self, case: Case, turn: int) -> None:
        for row in Settlement.objects.filter(state="ready").order_by("pk")[:1]:
            paying.release(row, by=self.cast.qian, at=NOW)

    def do_cancel(self, case: Case, turn: int) -> None:
        for row in Settlement.objects.filter(state__in=("ready", "proposed")).order_by("pk")[:1]:
            proposing.cancel(row, "不付了", by=self.cast.zhou, at=NOW)

    def do_withdraw(self, case: Case, turn: int) -> None:
        deciding.withdraw(case, "不退了", by=self.cast.mei, at=NOW)

    def do_reopen(self, case: Case, turn: int) -> None:
        deciding.reopen(case, "又来问了", by=self.cast.mei, at=NOW)

    def do_close(self, case: Case, turn: int) -> None:
        deciding.close(case, by=self.cast.mei, at=NOW)

    def do_dispute(self, case: Case, turn: int) -> None:
        deciding.dispute(case, "未收到货", by=self.cast.mei, at=NOW)

    def do_lapse(self, case: Case, turn: int) -> None:
        if case.due_at is not None:
            jobs.sweep(case.due_at)


class AnyOrder(TestCase):
    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(STEPS)
    def test_nothing_breaks(self, steps: Sequence[tuple[str, int]]) -> None:
        with clock.frozen(NOW):
            walk = Walk()
            for act, turn in steps:
                try:
                    walk.go(act, turn)
                except Said:
                    continue
                self.check(walk)

    def check(self, walk: Walk) -> None:
        for case in Case.objects.all():
            self._stands_somewhere(case)
        paid = Settlement.objects.filter(case__order=walk.order, state="paid").exclude(kind="topup").aggregate(fen=Sum("amount_fen"))["fen"] or 0
        assert paid <= walk.order.paid_fen
        sums = LedgerEntry.objects.values("key").annotate(fen=Sum("amount_fen"))
        assert all(row["fen"] == 0 for row in sums)
        self._stock_adds_up()

    def _stands_somewhere(self, case: Case) -> None:
        state = flow.STATES[case.state]
        running = Deadline.objects.filter(
            subject_kind="aftersales.case", subject_id=case.pk, kind__in=("aftersales.case", "aftersales.waiting"), met_at=None, cancelled_at=None
        ).count()
        if state.is_final:
            assert (case.closed_at is not None, running, case.waits_for) == (True, 0, "")
            return
        assert (case.waits_for, case.closed_at) == (state.waits_for, None)
        assert case.due_at is not None
        assert running == (0 if case.waits_for == "approver" else 1)
        assert any(True for _act in flow.acts_from(case.state))

    def _stock_adds_up(self) -> None:
        booked: dict[Any, int] = {}
        for sku, source, target, quantity in Movement.objects.values_list("sku", "source", "target", "quantity"):
            for zone, pieces in ((source, -quantity), (target, quantity)):
                if zone is not None:
                    booked[sku, zone] = booked.get((sku, zone), 0) + pieces
        there = {(row.sku_id, row.zone_id): row.quantity for row in Balance.objects.all()}
        assert {key: pieces for key, pieces in booked.items() if pieces} == {key: pieces for key, pieces in there.items() if pieces}
        assert not Level.objects.filter(good__lt=0).exists()
