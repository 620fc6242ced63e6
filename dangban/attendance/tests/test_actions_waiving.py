"""What somebody withdrew stays withdrawn, whatever is judged afterwards, and no figure counts it any more."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dangban.attendance import disputing, judging, publishing, queries, settling
from dangban.attendance.models import Consequence, Dispute, MonthClose, Punch, ShiftRecord
from dangban.attendance.tests import story
from dangban.desk.models import Deadline
from dangban.handbook.actions import adopt
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict, Refused
from dangban.testing import pages
from dangban.testing.cast import TODAY, at
from dangban.testing.handbooks import handbook_with

DINGTALK = Punch.Source.DINGTALK
LIFTED = ("attendance.lateness_mode", "attendance.absence")


class WaivingCase(pages.CastCase):
    handbook: tuple[str, ...] = ("brand-group", *LIFTED)
    source = DINGTALK

    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset(*self.handbook)
        self.lin, self.zhou, self.bao = self.cast.lin, self.cast.zhou, self.cast.bao
        story.punches(self.cast.mei, "11-01 08:00", "11-18 22:00", source=self.source)

    def judged(self, day: str, *walls: str) -> ShiftRecord:
        story.shift(self.lin, self.cast.team, f"{day} 08:30", f"{day} 17:30")
        story.punches(self.lin, *(f"{day} {wall}" for wall in walls), source=self.source)
        judging.sweep(at("11-19 10:00"))
        return story.record_of(self.lin, day)

    def standing(self) -> list[tuple[str, Decimal]]:
        rows = Consequence.objects.exclude(state="withdrawn").order_by("pk")
        return [(row.kind, row.absence_days) for row in rows]


class Waiving(WaivingCase):
    def test_lateness_that_was_withdrawn_costs_neither_packets_nor_the_bonus_nor_a_point(self) -> None:
        held = self.judged("11-16", "08:52", "17:30")
        assert queries.month_sheet(self.lin, TODAY).bonus_fen == 0
        settling.withdraw(Consequence.objects.get(), "地铁故障", by=self.zhou, at=at("11-19 10:00"))
        held.refresh_from_db()
        assert (held.late_minutes, held.excused) == (22, True)
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.full_attendance, sheet.bonus_fen) == (True, 20000)
        story.punches(self.lin, "11-16 17:40", source=DINGTALK)
        judging.rejudge([held], by=self.zhou, why="补传", at=at("11-19 11:00"))
        assert self.standing() == []

    def test_a_later_punch_that_makes_it_worse_is_judged(self) -> None:
        held = self.judged("11-16", "08:35", "17:30")
        settling.withdraw(Consequence.objects.get(), "地铁故障", by=self.zhou, at=at("11-19 10:00"))
        Punch.objects.filter(at=at("11-16 08:35")).update(counts=False)
        story.punches(self.lin, "11-16 08:55", source=DINGTALK)
        judging.rejudge([held], by=self.zhou, why="更正", at=at("11-19 11:00"))
        row = Consequence.objects.exclude(state="withdrawn").get()
        assert (row.kind, row.minutes, row.amount_fen) == ("lateness", 25, 5000)

    def test_leaving_early_that_was_withdrawn_is_not_counted(self) -> None:
        held = self.judged("11-16", "08:20", "17:15")
        settling.withdraw(Consequence.objects.get(kind="early"), "主管同意", by=self.zhou, at=at("11-19 10:00"))
        judging.rejudge([held], by=self.zhou, why="再算", at=at("11-19 11:00"))
        assert self.standing() == []
        assert queries.month_sheet(self.lin, TODAY).full_attendance is True

    def test_absence_that_was_withdrawn_stays_away_when_the_next_shift_is_judged(self) -> None:
        self.judged("11-12")
        settling.withdraw(Consequence.objects.get(), "住院，有证明", by=self.zhou, at=at("11-19 10:00"))
        self.judged("11-13", "08:20", "17:35")
        assert self.standing() == []
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.absence_days, sheet.full_attendance, sheet.bonus_fen) == (Decimal(0), True, 20000)
        self.judged("11-17")
        assert self.standing() == [("absence", Decimal("1.0"))]

    def test_with_absence_goes_the_lateness_that_counted_as_it(self) -> None:
        self.judged("11-12", "09:10", "17:35")
        self.judged("11-13")
        row = Consequence.objects.get(kind="absence", state="proposed")
        assert (row.absence_days, row.day.isoformat()) == (Decimal("1.5"), "2026-11-13")
        settling.withdraw(row, "台风", by=self.zhou, at=at("11-19 10:00"))
        assert self.standing() == []
        assert queries.month_sheet(self.lin, TODAY).bonus_fen == 20000


class DisputedAndJudgedAnew(WaivingCase):
    def test_a_dispute_ends_with_what_it_was_about(self) -> None:
        held = self.judged("11-16", "08:52", "17:30")
        row = settling.confirm(Consequence.objects.get(), by=self.zhou, at=at("11-19 10:00"))
        made = disputing.dispute(row, "打卡机坏了", by=self.lin, at=at("11-19 10:30"))
        story.punches(self.lin, "11-16 08:45", source=DINGTALK)
        judging.rejudge([held], by=self.zhou, why="补传", at=at("11-19 11:00"))
        made.refresh_from_db()
        assert (made.outcome, made.answered_at) == ("withdrawn", at("11-19 11:00"))
        assert Deadline.objects.get(kind="attendance.dispute").cancelled_at == at("11-19 11:00")
        with pytest.raises(Conflict):
            disputing.answer(made, "upheld", "记录清楚", by=self.bao, at=at("11-19 12:00"))
        assert [(one.state, one.minutes) for one in Consequence.objects.order_by("pk")] == [("withdrawn", 22), ("proposed", 15)]
        disputing.dispute(Consequence.objects.get(state="proposed"), "还是坏的", by=self.lin, at=at("11-19 12:30"))
        assert Dispute.objects.filter(answered_at=None).count() == 1

    def test_packets_are_due_anew_after_a_dispute_that_was_not_granted(self) -> None:
        self.judged("11-16", "08:52", "17:30")
        row = settling.confirm(Consequence.objects.get(), by=self.zhou, at=at("11-19 10:00"))
        made = disputing.dispute(row, "打卡机坏了", by=self.lin, at=at("11-19 10:30"))
        assert settling.double_unpaid(at("11-23 09:00")) == 0
        disputing.answer(made, "upheld", "记录清楚", by=self.bao, at=at("11-24 10:00"))
        assert settling.double_unpaid(at("11-24 11:00")) == 0
        row.refresh_from_db()
        assert (row.state, row.due_at, row.amount_fen) == ("confirmed", at("11-30 09:00"), 5000)

    def test_packets_of_a_closed_month_that_were_not_sent_are_simply_withdrawn(self) -> None:
        self.judged("10-20", "08:52", "17:30")
        story.punches(self.cast.mei, "10-01 08:00", source=DINGTALK)
        judging.open_records(at("10-20 00:00"), at("10-21 00:00"))
        judging.sweep(at("11-19 10:00"))
        row = settling.confirm(Consequence.objects.get(), by=self.zhou, at=at("11-02 10:00"))
        settling.close_month(TODAY.replace(month=10), by=self.bao, at=at("11-03 10:00"))
        settling.withdraw(row, "地铁故障", by=self.zhou, at=at("11-04 10:00"))
        assert [(one.state, one.amount_fen, one.corrects_id) for one in Consequence.objects.all()] == [("withdrawn", 5000, None)]
        assert settling.double_unpaid(at("11-09 09:00")) == 0


class DisputingAbsence(WaivingCase):
    handbook = ("default",)
    source = Punch.Source.WEB

    def test_absence_too_may_be_disputed_for_days_after_it_was_published(self) -> None:
        self.judged("11-16")
        row = Consequence.objects.get()
        publishing.publish_due(at("11-23 09:00"))
        disputing.dispute(row, "那天在总部培训", by=self.lin, at=at("11-26 23:00"))
        row.refresh_from_db()
        assert (row.kind, row.state) == ("absence", "disputed")


class ClosedMonth(WaivingCase):
    """What is put right of a closed month belongs to that month's bonus, and is paid by its correction, not twice."""

    handbook = ("default",)
    source = Punch.Source.WEB

    def setUp(self) -> None:
        super().setUp()
        story.punches(self.cast.mei, "10-01 08:00")
        for day in ("10-29", "10-30"):
            story.shift(self.lin, self.cast.team, f"{day} 08:00", f"{day} 16:00")
            story.punches(self.lin, f"{day} 08:07", f"{day} 16:01")
        story.shift(self.lin, self.cast.team, "11-02 08:00", "11-02 16:00")
        story.punches(self.lin, "11-02 08:07", "11-02 16:01")
        judging.open_records(at("10-28 00:00"), at("11-03 00:00"))
        judging.sweep(at("11-03 08:00"))
        publishing.publish(self.cast.team, TODAY.replace(month=10, day=26), TODAY.replace(day=1), by=self.zhou, at=at("11-02 09:00"))
        for row in Consequence.objects.filter(day__lt="2026-11-01"):
            settling.confirm(row, by=self.zhou, at=at("11-03 09:00"))
        settling.close_month(TODAY.replace(month=10), by=self.bao, at=at("11-03 10:00"))

    def bonus(self) -> tuple[int, int]:
        return tuple(queries.month_sheet(self.lin, TODAY.replace(month=month, day=1)).bonus_fen for month in (10, 11))  # type: ignore[return-value]

    def test_a_correction_changes_the_bonus_of_its_own_month_only(self) -> None:
        assert self.bonus() == (10000, 15000)
        Punch.objects.filter(at=at("10-30 08:07")).update(counts=False)
        story.punches(self.lin, "10-30 07:58")
        judging.rejudge([story.record_of(self.lin, "10-30")], by=self.zhou, why="更正", at=at("11-04 10:00"))
        correction = Consequence.objects.get(corrects__isnull=False)
        assert (correction.amount_fen, f"{correction.month:%Y-%m}") == (-5000, "2026-11")
        assert self.bonus() == (15000, 15000)

    def test_it_counts_behind_the_last_closed_month_and_not_in_one_left_open_before(self) -> None:
        day = TODAY.replace(month=7, day=1)
        MonthClose.objects.create(month=day, at=at("11-03 10:00"), by_name="包国强")
        assert [f"{queries.open_month(day.replace(month=month)):%Y-%m}" for month in (6, 7, 8, 10)] == ["2026-06", "2026-11", "2026-08", "2026-11"]

    def test_what_a_closed_month_holds_may_still_be_disputed_in_its_days_and_is_corrected(self) -> None:
        row = Consequence.objects.get(day="2026-10-30")
        made = disputing.dispute(row, "地铁故障", by=self.lin, at=at("11-05 22:00"))
        disputing.answer(made, "withdrawn", "属实", by=self.bao, at=at("11-06 10:00"))
        row.refresh_from_db()
        assert (row.state, story.record_of(self.lin, "10-30").excused) == ("settled", True)
        assert Consequence.objects.get(corrects=row).amount_fen == -5000
        assert self.bonus() == (15000, 15000)
        judging.rejudge([story.record_of(self.lin, "10-30")], by=self.zhou, why="再算", at=at("11-06 11:00"))
        assert Consequence.objects.filter(corrects=row).count() == 1

    def test_upheld_it_stays_settled_and_after_its_days_it_is_not_disputed(self) -> None:
        row = Consequence.objects.get(day="2026-10-30")
        made = disputing.dispute(row, "地铁故障", by=self.lin, at=at("11-05 22:00"))
        disputing.answer(made, "upheld", "没有证明", by=self.bao, at=at("11-06 10:00"))
        row.refresh_from_db()
        assert (row.state, self.bonus()) == ("settled", (10000, 15000))
        with pytest.raises(Refused):
            disputing.dispute(Consequence.objects.get(day="2026-10-29"), "太晚", by=self.lin, at=at("11-07 00:00"))


class ChangedHandbook(WaivingCase):
    handbook = ("default",)
    source = Punch.Source.WEB

    def test_a_month_s_absence_goes_by_the_rules_of_the_day_it_reached(self) -> None:
        self.judged("11-13")
        strict = 'from = [{days = 0.5, days_pay = 0.5, month_pay = false, notice = false, dismissal = true}]'
        adopt(
            handbook_with({"attendance.absence": strict}), by=SYSTEM, reason="测试", effective_on=date(2026, 11, 16), backdating_confirmed=True,
            at=at("11-16 00:00"),
        )  # fmt: skip
        self.judged("11-17")
        assert [(row.absence_days, row.dismissal) for row in Consequence.objects.exclude(state="withdrawn")] == [(Decimal(2), True)]
        judging.rejudge([story.record_of(self.lin, "11-13")], by=self.zhou, why="再算", at=at("11-19 12:00"))
        assert [(row.absence_days, row.dismissal) for row in Consequence.objects.exclude(state="withdrawn")] == [(Decimal(2), True)]
