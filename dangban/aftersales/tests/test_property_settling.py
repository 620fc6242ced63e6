"""Whatever is proposed, granted, paid, cancelled and entered against, in whatever order: the money adds up."""

from __future__ import annotations

from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.settling import knowing, listing, paying, proposing
from dangban.aftersales.settling.proposing import Beyond, Payee
from dangban.aftersales.tests.settled import Settling, leg
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.orders.models import Order
from dangban.testing.cast import NOW, Cast

PROPOSE = st.tuples(
    st.just("propose"), st.integers(0, 1), st.sampled_from(["refund", "freight", "difference", "compensation", "goodwill"]),
    st.integers(1, 45_000), st.sampled_from(["platform", "alipay", "credit"]), st.booleans(),
)  # fmt: skip
ACT = st.tuples(st.sampled_from(["pay", "cancel", "grant", "refuse", "against"]), st.integers(0, 7))
ACTS = st.lists(st.one_of(PROPOSE, ACT), min_size=2, max_size=14)


class Money(TestCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(ACTS, st.integers(1, 3))
    def test_adds_up(self, acts: list[tuple[object, ...]], back: int) -> None:
        with clock.frozen(NOW):
            story = Settling(Cast())
            order = story.order(quantity=3)
            cases = [story.case(order=order), story.case("adjust", order=order)]
            story.came_back(cases[0], quantity=back)
            story.judged(cases[0], freight=[leg("back", 1_200, "seller", "buyer", "transfer")])
            for act in acts:
                try:
                    self.go(story, cases, act)
                except Said:
                    continue
                self.check(cases, order)
            assert listing.reconcile(story.cast.qian).agrees

    def go(self, story: Settling, cases: list[Case], act: tuple[object, ...]) -> None:
        if act[0] == "propose":
            _name, which, kind, fen, way, beyond = act
            by = story.cast.zhou if beyond else story.cast.mei
            payee = Payee("方静", "13800001234", "同意")
            story.propose(cases[which], fen, kind, way, by=by, beyond=Beyond("制度 1", "老顾客") if beyond else None, payee=payee)
            return
        rows = list(Settlement.objects.order_by("pk"))
        if not rows:
            return
        row = rows[act[1] % len(rows)]
        if act[0] == "pay":
            paying.release(row, by=story.cast.qian, at=NOW)
        elif act[0] == "cancel":
            proposing.cancel(row, "不付了", by=story.cast.zhou, at=NOW)
        elif act[0] == "against":
            paying.enter_against(row, "付错", by=story.cast.qian, at=NOW)
        elif row.approval is not None:
            story.grant(row, by=story.cast.bao, granted=act[0] == "grant")

    def check(self, cases: list[Case], order: Order) -> None:
        order.refresh_from_db()
        rows = Settlement.objects.filter(state__in=knowing.UNDER_WAY)
        beyond = sum(rows.values_list("beyond_fen", flat=True))
        all_of_it = sum(rows.exclude(kind="freight").values_list("amount_fen", flat=True))
        assert all_of_it <= order.paid_fen + beyond
        if not beyond and not Settlement.objects.filter(beyond_fen__gt=0).exists():
            first = knowing.ceiling(cases[0], at=NOW)
            assert first.done.goods_fen + first.done.freight_fen <= max(first.total_fen, sum(rows.filter(kind="compensation", case=cases[0]).values_list("amount_fen", flat=True)) + first.total_fen)
        assert not LedgerEntry.objects.values("key").annotate(fen=Sum("amount_fen")).exclude(fen=0).exists()
        paid = sum(rows.filter(state="paid").values_list("amount_fen", flat=True))
        assert sum(Case.objects.values_list("refunded_fen", flat=True)) == paid
        assert order.settled_fen == sum(rows.filter(state="paid").exclude(kind="freight").values_list("amount_fen", flat=True)) <= order.refunded_fen
