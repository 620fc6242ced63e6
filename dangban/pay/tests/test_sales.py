"""Commission and what refunds take from it later: each refund once, whichever way it comes to light."""

from __future__ import annotations

from datetime import date, timedelta

from dangban.attendance.models import MonthClose
from dangban.handbook.actions import adopt_preset, forget
from dangban.orders.models import Order
from dangban.pay import actions
from dangban.pay.models import PayMonth
from dangban.pay.tests.story import NOVEMBER, OCTOBER, PayCase, set_up_wages
from dangban.performance.facts import build
from dangban.performance.tests.story import StoryCase
from dangban.performance.tests.test_facts import on
from dangban.testing.cast import NOW

SOLD, LATER = date(2026, 10, 12), date(2026, 11, 5)
DECEMBER = date(2026, 12, 1)


class RefundsCase(PayCase, StoryCase):
    """Lin sold for 100,000 in October, and was paid 0.3 % of it; the days are settled."""

    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("default")
        set_up_wages(cls.cast)
        MonthClose.objects.create(month=OCTOBER, at=NOW, by=cls.cast.bao, by_name=cls.cast.bao.name)
        cls.sells("A1", SOLD, 100_000)
        build(OCTOBER, OCTOBER + timedelta(days=30), NOW)

    @classmethod
    def sells(cls, number: str, day: date, yuan: int) -> None:
        buyer = cls.customer(number)
        cls.talk(cls.cast.lin, [(on("10:00", day), on("10:00:12", day))], buyer)
        cls.order(number, buyer, on("10:30", day), on("10:35", day), yuan)

    def refund(self, yuan: int) -> None:
        Order.objects.filter(platform_id="A1").update(refunded_fen=yuan * 100)

    def commission(self, month: date) -> int:
        return self.amounts(self.cast.lin, month).get("commission", 0)

    def again(self, month: date) -> PayMonth:
        held = PayMonth.objects.get(month=month)
        actions.ask(held, by=self.cast.qian, at=NOW)
        actions.take_up(NOW)
        return held

    def test_a_refund_after_the_figures_stood_lowers_the_next_month_once(self) -> None:
        held = self.released()
        assert self.commission(OCTOBER) == 30_000
        self.refund(40_000)
        self.sells("A2", LATER, 50_000)
        build(NOVEMBER, LATER, NOW)
        # 0.3 % of 50,000 less 40,000.
        self.computed(NOVEMBER)
        assert self.commission(NOVEMBER) == 3_000
        assert actions.review(held, by=self.cast.qian, at=NOW) == []
        # The same when October's day is made again and the figure itself knows.
        build(SOLD, SOLD, NOW)
        assert actions.review(held, by=self.cast.qian, at=NOW) == []
        self.again(NOVEMBER)
        assert self.commission(NOVEMBER) == 3_000

    def test_what_a_month_cannot_bear_waits_for_the_next(self) -> None:
        self.released()
        self.refund(40_000)
        self.sells("A2", LATER, 30_000)
        build(NOVEMBER, LATER, NOW)
        self.computed(NOVEMBER)
        assert self.commission(NOVEMBER) == 0
        assert self.slip_of(self.cast.lin, NOVEMBER).later == {"2026-10": 3_000_000}
        PayMonth.objects.filter(month=NOVEMBER).update(state="released")
        PayMonth.objects.create(month=DECEMBER, opened_at=NOW)
        self.sells("A3", DECEMBER, 15_000)
        build(DECEMBER, DECEMBER, NOW)
        self.again(DECEMBER)
        # 0.3 % of 15,000 less the 10,000 that November could not bear.
        assert self.commission(DECEMBER) == 1_500

    def month_later(self, yuan: int) -> int:
        """November is out; what December's sales of so much bring."""
        PayMonth.objects.filter(month=NOVEMBER).update(state="released")
        PayMonth.objects.get_or_create(month=DECEMBER, defaults={"opened_at": NOW})
        self.sells("A3", DECEMBER, yuan)
        build(DECEMBER, DECEMBER, NOW)
        self.again(DECEMBER)
        return self.commission(DECEMBER)

    def test_a_refund_that_came_to_nothing_after_it_was_taken_is_given_back_once(self) -> None:
        held = self.released()
        self.refund(40_000)
        self.sells("A2", LATER, 50_000)
        build(NOVEMBER, LATER, NOW)
        # The figure itself knows of the refund, too.
        build(SOLD, SOLD, NOW)
        self.computed(NOVEMBER)
        assert self.commission(NOVEMBER) == 3_000
        self.refund(0)
        # 0.3 % of 15,000 and of the 40,000 that November had to bear.
        assert self.month_later(15_000) == 16_500
        assert self.slip_of(self.cast.lin, DECEMBER).later == {"2026-10": -4_000_000}
        PayMonth.objects.filter(month=DECEMBER).update(state="released")
        build(SOLD, SOLD, NOW)
        for month in (held, PayMonth.objects.get(month=NOVEMBER), PayMonth.objects.get(month=DECEMBER)):
            assert actions.review(month, by=self.cast.qian, at=NOW) == []

    def test_a_refund_of_the_month_itself_that_came_to_nothing_is_given_back_once(self) -> None:
        self.refund(40_000)
        build(SOLD, SOLD, NOW)
        held = self.released()
        assert self.commission(OCTOBER) == 18_000
        self.sells("A2", LATER, 10_000)
        build(NOVEMBER, LATER, NOW)
        self.refund(0)
        self.computed(NOVEMBER)
        # 0.3 % of 10,000 and of the 40,000 that were sold after all.
        assert self.commission(NOVEMBER) == 15_000
        PayMonth.objects.filter(month=NOVEMBER).update(state="released")
        build(SOLD, SOLD, NOW)
        assert actions.review(held, by=self.cast.qian, at=NOW) == []
        assert self.month_later(10_000) == 3_000

    def test_a_sale_that_was_found_later_is_a_correction(self) -> None:
        held = self.released()
        self.sells("A2", SOLD, 20_000)
        build(SOLD, SOLD, NOW)
        found = actions.review(held, by=self.cast.qian, at=NOW)
        # The part above 100,000 at 0.5 %.
        assert [(one.person, one.amount_fen) for one in found] == [(self.cast.lin, 10_000)]
        assert actions.review(held, by=self.cast.qian, at=NOW) == []
