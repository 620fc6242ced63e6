"""A day whose leave nobody has answered costs nothing until it is answered; then the next payslip holds the difference."""

from __future__ import annotations

from datetime import date

from django.urls import reverse

from dangban.attendance import judging, settling
from dangban.attendance.models import Consequence, MonthClose
from dangban.attendance.tests import story
from dangban.desk.actions import settle_approval
from dangban.leave import actions as leave
from dangban.leave.models import LeaveRequest
from dangban.pay import actions, queries
from dangban.pay.models import Correction, PayMonth
from dangban.pay.tests.story import NOVEMBER, OCTOBER, PayCase
from dangban.testing.cast import at

DAY = date(2026, 10, 13)
SAID = "有 1 个班次的请假在核算时还没批，这次没有为此扣款；批复后如有变动，计入之后的工资条。"


class Undecided(PayCase):
    def setUp(self) -> None:
        super().setUp()
        MonthClose.objects.all().delete()
        lin, source = self.cast.lin, "dingtalk"
        story.punches(self.cast.mei, "10-01 08:00", "10-31 22:00", source=source)
        story.shift(lin, self.cast.team, "10-12 08:30", "10-12 17:30")
        story.punches(lin, "10-12 08:25", "10-12 17:35", source=source)
        story.shift(lin, self.cast.team, "10-13 08:30", "10-13 17:30")
        called = leave.call_in(lin, "private", DAY, DAY, by=self.cast.zhou, reason="家里有事", at=at("10-13 07:30"))
        self.asked = leave.put_in_writing(called, "家里有事，已说明", by=lin, at=at("10-14 09:00"))
        judging.sweep(at("11-01 10:00"))
        settling.close_month(OCTOBER, by=self.cast.bao, at=at("11-02 10:00"))

    def answer(self, granted: bool) -> None:
        asked = LeaveRequest.objects.get(pk=self.asked.pk)
        assert asked.approval is not None
        settle_approval(asked.approval, granted, by=self.cast.bao, answer="" if granted else "没有说清楚", at=at("11-18 10:00"))

    def test_nothing_is_taken_off_and_the_payslip_says_so(self) -> None:
        held = self.computed()
        found = self.amounts(self.cast.lin)
        assert {kind: found.get(kind) for kind in ("base", "full_attendance", "leave", "absence")} == {
            "base": 300_000, "full_attendance": 20_000, "leave": None, "absence": None,
        }  # fmt: skip
        assert self.slip_of(self.cast.lin).missing == [["undecided", "1"]]
        assert [(one.code, one.blocks, one.names) for one in queries.missing(held)] == [("undecided", False, ["林小雨"])]
        self.released()
        for person, said in ((self.cast.lin, True), (self.cast.mei, False)):
            page = self.as_person(person).get(reverse("pay:slip", args=[self.slip_of(person).pk])).content.decode()
            assert (SAID in page) is said

    def test_granted_afterwards_the_day_and_the_bonus_are_corrected_in_the_next(self) -> None:
        month = self.released()
        self.answer(True)
        made = actions.review(month, by=self.cast.qian, at=at("11-18 11:00"))
        # 3000 ÷ 31, and the bonus that leave loses.
        assert sorted((one.person_id, one.amount_fen) for one in made) == [(self.cast.lin.pk, -20_000), (self.cast.lin.pk, -9_677)]
        assert actions.review(month, by=self.cast.qian, at=at("11-18 12:00")) == []
        self.computed(NOVEMBER)
        assert self.amounts(self.cast.lin, NOVEMBER)["overpaid"] == -29_677

    def test_refused_afterwards_it_is_absence_on_the_next_payslip(self) -> None:
        month = self.released()
        self.answer(False)
        row = Consequence.objects.get()
        assert (row.month, row.state) == (NOVEMBER, "proposed")
        settling.confirm(row, by=self.cast.zhou, at=at("11-18 11:00"))
        actions.review(month, by=self.cast.qian, at=at("11-18 12:00"))
        assert [one.amount_fen for one in Correction.objects.all()] == [-20_000]
        self.computed(NOVEMBER)
        found = self.amounts(self.cast.lin, NOVEMBER)
        assert (found["absence"], found["overpaid"]) == (-9_677, -20_000)
        assert self.amounts(self.cast.lin)["base"] == 300_000
        assert PayMonth.objects.get(month=OCTOBER).state == "released"
