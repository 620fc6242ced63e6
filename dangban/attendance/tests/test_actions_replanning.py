"""What becomes of shifts that were judged when the roster, or leave, turns out to have been another."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from dangban.attendance import judging, queries, settling
from dangban.attendance.models import Consequence, Rejudgement, ShiftRecord
from dangban.attendance.tests import story
from dangban.attendance.tests.story import DAY
from dangban.desk.actions import settle_approval
from dangban.leave import actions as leave
from dangban.leave import jobs as leave_jobs
from dangban.leave.models import LeaveRequest
from dangban.lib.actor import SYSTEM
from dangban.testing import pages
from dangban.testing.cast import TODAY, at
from dangban.testing.handbooks import adopt_with
from dangban.workforce.actions import clear_duty, set_duty
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift

CHECKED = at("11-19 10:00")


class Replanning(story.MissedCase):
    def figures(self) -> list[tuple[str, Decimal, Decimal, int]]:
        rows = ShiftRecord.objects.filter(person=self.lin).order_by("starts_at")
        return [(one.state, one.absence_days, one.leave_share, one.minutes) for one in rows]

    def called(self, part: str = "day", when: str = "11-17 07:30") -> LeaveRequest:
        asked = leave.call_in(self.lin, "sick", DAY, DAY, by=self.zhou, part=part, reason="发烧", at=at(when))
        return leave.put_in_writing(asked, "发烧，有病历", by=self.lin, at=at("11-19 09:30"))

    def approve(self, asked: LeaveRequest) -> None:
        assert asked.approval is not None
        settle_approval(asked.approval, True, by=self.bao, at=at("11-19 11:00"))

    def test_urgent_leave_that_is_approved_afterwards_is_no_absence_any_more(self) -> None:
        judging.sweep(at("11-18 10:00"))
        assert self.figures() == [("judged", Decimal(1), Decimal(0), 0)]
        row = settling.confirm(Consequence.objects.get(kind="absence"), by=self.zhou, at=at("11-18 11:00"))
        self.approve(self.called(when="11-18 12:00"))
        assert self.figures() == [("judged", Decimal(0), Decimal(1), 0)]
        row.refresh_from_db()
        assert row.state == "withdrawn"
        assert Rejudgement.objects.get().by_name == self.bao.name
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.absence_days, sheet.leave_days) == (Decimal(0), {"sick": Decimal(1)})

    def never_written(self) -> None:
        leave.call_in(self.lin, "sick", DAY, DAY, by=self.zhou, reason="发烧", at=at("11-17 07:30"))
        judging.sweep(at("11-18 10:00"))
        assert self.figures() == [("unjudged", Decimal(0), Decimal(0), 0)]
        leave_jobs.sweep(at("11-20 00:30"))

    def test_a_call_that_was_never_put_in_writing_is_absence_where_the_handbook_says_so(self) -> None:
        self.never_written()
        assert self.figures() == [("judged", Decimal(1), Decimal(0), 0)]
        row = Consequence.objects.get()
        assert (row.kind, row.state, row.days_pay) == ("absence", "proposed", Decimal(1))
        assert queries.month_sheet(self.lin, TODAY).leave_days == {}

    def test_where_it_does_not_the_day_is_private_leave_and_no_absence(self) -> None:
        adopt_with({"leave.unapproved_is_absence": "is = false"})
        self.never_written()
        assert self.figures() == [("judged", Decimal(0), Decimal(1), 0)]
        assert not Consequence.objects.exists()
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.absence_days, sheet.leave_days) == (Decimal(0), {"private": Decimal(1)})

    def test_leave_of_a_shift_that_was_served_and_stays_in_the_roster_counts_too(self) -> None:
        DutyPeriod.objects.update(ended_at=at("11-17 16:00"))
        asked = self.called()
        judging.sweep(CHECKED)
        self.approve(asked)
        assert self.figures() == [("judged", Decimal(0), Decimal(1), 0)]

    def test_half_a_day_approved_afterwards_leaves_the_other_half_to_be_judged(self) -> None:
        story.punches(self.lin, "11-17 12:05", "11-17 16:02")
        asked = self.called(part="first")
        judging.sweep(CHECKED)
        assert story.record_of(self.lin, "11-17").why == "leave"
        self.approve(asked)
        judging.sweep(at("11-19 12:00"))
        assert self.figures() == [("judged", Decimal(0), Decimal(1), 0), ("judged", Decimal(0), Decimal(0), 235)]
        row = Consequence.objects.exclude(state="withdrawn").get()
        assert (row.kind, row.minutes, row.amount_fen) == ("lateness", 5, 5000)

    def test_a_shift_taken_out_of_the_roster_afterwards_was_not_missed(self) -> None:
        judging.sweep(CHECKED)
        clear_duty(self.lin, self.cast.team, DAY, by=SYSTEM, at=at("11-19 11:00"))
        assert judging.sweep(at("11-19 11:01")) == 1
        assert judging.sweep(at("11-19 11:02")) == 0
        assert self.figures() == [("judged", Decimal(0), Decimal(1), 0)]
        assert not Consequence.objects.exclude(state="withdrawn").exists()

    def test_another_shift_entered_afterwards_is_the_one_that_is_judged(self) -> None:
        story.punches(self.lin, "11-17 08:58", "11-17 17:01")
        judging.sweep(CHECKED)
        assert Consequence.objects.get().minutes == 58
        set_duty(self.lin, self.cast.team, DAY, Shift.between("中班", at("11-17 09:00"), at("11-17 17:00")), by=SYSTEM, at=at("11-19 11:00"))
        judging.sweep(at("11-19 11:01"))
        assert self.figures() == [("judged", Decimal(0), Decimal(1), 0), ("judged", Decimal(0), Decimal(0), 480)]
        assert not Consequence.objects.exclude(state="withdrawn").exists()

    def test_the_same_shift_until_later_is_judged_by_its_new_end(self) -> None:
        story.punches(self.lin, "11-17 07:58", "11-17 16:02")
        judging.sweep(CHECKED)
        set_duty(self.lin, self.cast.team, DAY, Shift.between("白班", at("11-17 08:00"), at("11-17 17:00")), by=SYSTEM, at=at("11-19 11:00"))
        judging.sweep(at("11-19 11:01"))
        row = Consequence.objects.get()
        assert (row.kind, row.minutes) == ("early", 58)
        assert set(Rejudgement.objects.get().before.items()) - set(Rejudgement.objects.get().after.items()) == {("early_minutes", 0), ("minutes", 480), ("state", "open")}

    def test_the_same_shift_entered_again_is_no_news(self) -> None:
        story.punches(self.lin, "11-17 07:58", "11-17 16:02")
        judging.sweep(CHECKED)
        duty = DutyPeriod.objects.get(person=self.lin)
        duty.delete()
        story.shift(self.lin, self.cast.team, "11-17 08:00", "11-17 16:00")
        judging.sweep(at("11-19 11:00") + timedelta(minutes=1))
        assert (self.figures(), Rejudgement.objects.count()) == ([("judged", Decimal(0), Decimal(0), 480)], 0)


class BeyondTheYear(pages.CastCase):
    """Thirty days of private leave a year; what is granted beyond them counts as absence and goes unpaid as leave."""

    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset("default")
        for first in (date(2026, 3, 2), date(2026, 4, 1)):
            self.granted(first, 15)

    def granted(self, first: date, days: int) -> LeaveRequest:
        last = first + timedelta(days=days - 1)
        made = LeaveRequest.objects.create(
            person=self.cast.lin, team=self.cast.team, kind="private", state="approved", first_day=first, last_day=last, days=days,
            asked_by=self.cast.lin, asked_at=at("01-02 10:00"),
        )  # fmt: skip
        for offset in range(days):
            made.dates.create(person=self.cast.lin, day=first + timedelta(days=offset))
        return made

    def test_the_thirty_first_day_is_on_the_ladder_and_off_it_when_the_leave_is_cancelled(self) -> None:
        asked = leave.ask(self.cast.lin, "private", date(2026, 11, 24), date(2026, 11, 25), reason="家里有事", at=at("11-19 09:00"))
        assert asked.approval is not None
        settle_approval(asked.approval, True, by=self.cast.zhou, at=CHECKED)
        row = Consequence.objects.get()
        assert (row.kind, row.absence_days, row.stated_days, row.days_pay, row.notice) == ("absence", Decimal(2), Decimal(2), Decimal(0), True)
        assert row.day == date(2026, 11, 25)
        sheet = queries.month_sheet(self.cast.lin, TODAY)
        assert (sheet.absence_days, sheet.leave_days) == (Decimal(2), {})
        leave.cancel(LeaveRequest.objects.get(pk=asked.pk), "不去了", by=self.cast.lin, at=CHECKED)
        assert Consequence.objects.get().state == "withdrawn"
        assert queries.month_sheet(self.cast.lin, TODAY).absence_days == Decimal(0)

    def test_the_sheet_counts_days_of_leave_as_the_room_of_leave_does(self) -> None:
        made = self.granted(date(2026, 1, 2), 4)
        made.dates.filter(day__in=(date(2026, 1, 3), date(2026, 1, 4))).update(counts=False)
        half = self.granted(date(2026, 1, 20), 1)
        half.dates.update(part="first")
        half.dates.create(person=self.cast.lin, day=date(2026, 1, 20), part="second")
        assert queries.month_sheet(self.cast.lin, date(2026, 1, 1)).leave_days == {"private": Decimal(3)}
