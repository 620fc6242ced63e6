"""Leave that ends early, goes over the end of a year, or is that of somebody who leaves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangban.desk.models import Approval, Deadline
from dangban.leave import actions, jobs, queries
from dangban.leave.actions import ledger
from dangban.leave.models import BalanceEntry, LeaveDate, LeaveRequest
from dangban.leave.tests.story import MONDAY, WEDNESDAY
from dangban.leave.tests.test_actions import DECEMBER, NOVEMBER, LeaveCase
from dangban.people.actions import off_board
from dangban.people.models import Person
from dangban.testing.cast import NOW, TODAY, at


class ShortenedTest(LeaveCase):
    def annual(self, first: date, last: date) -> LeaveRequest:
        return self.story.answer(actions.ask(self.cast.lin, "annual", first, last, reason="回家", at=NOW), self.cast.zhou)

    def entries(self) -> list[tuple[str, str, Decimal]]:
        rows = BalanceEntry.objects.filter(person=self.cast.lin, what__in=("taken", "returned")).order_by("pk")
        return list(rows.values_list("period", "what", "days"))

    def test_of_leave_that_is_being_taken_only_what_is_ahead_comes_back(self) -> None:
        done = self.annual(MONDAY, MONDAY + timedelta(days=3))
        actions.cancel(done, "大促缺人", by=self.cast.zhou, at=at("11-25 08:00"))
        done.refresh_from_db()
        assert (done.state, done.last_day, done.days) == ("approved", date(2026, 11, 24), Decimal(2))
        assert [one.day.day for one in LeaveDate.objects.order_by("day")] == [23, 24]
        assert self.duty_days(self.cast.lin) == [25, 26, 27]
        assert self.entries() == [("2026", "taken", Decimal(-4)), ("2026", "returned", Decimal(2))]
        assert [kept["day"] for kept in done.cleared] == ["2026-11-23", "2026-11-24"]

    def test_cancelled_after_it_was_shortened_nothing_comes_back_twice(self) -> None:
        done = self.annual(MONDAY, MONDAY + timedelta(days=3))
        actions.cancel(done, "大促缺人", by=self.cast.zhou, at=at("11-25 08:00"))
        actions.cancel(done, "其实没有休", by=self.cast.zhou, at=at("11-26 08:00"))
        done.refresh_from_db()
        assert done.state == "cancelled"
        assert sum(days for _period, _what, days in self.entries()) == Decimal(0)

    def test_over_the_end_of_a_year_the_days_behind_it_leave_what_is_left_and_then_the_new_year(self) -> None:
        self.cast.lin.hired_on = date(2024, 1, 1)
        self.cast.lin.save()
        asked = actions.ask(self.cast.lin, "annual", date(2026, 12, 30), date(2027, 1, 6), reason="回家", at=NOW)
        self.story.answer(asked, self.cast.zhou)
        assert asked.days == Decimal(6)
        assert self.entries() == [("2026", "taken", Decimal(-2)), ("2026", "taken", Decimal(-3)), ("2027", "taken", Decimal(-1))]


class ByHandTest(LeaveCase):
    def test_rest_days_entered_by_hand_may_be_taken_and_are_paid(self) -> None:
        actions.open_periods(self.cast.lin, [TODAY], at=NOW)
        actions.adjust(self.cast.lin, "rest", "", Decimal(1), "国庆顶班", by=self.cast.shen, at=NOW)
        found = queries.rest_days(self.cast.lin, NOVEMBER)
        assert (found.due, found.by_hand, found.unused) == (Decimal(3), Decimal(1), Decimal(3))
        assert actions.close_month(self.cast.lin, NOVEMBER, at=at("12-01 08:00")) == "paid_out"
        entries = BalanceEntry.objects.filter(person=self.cast.lin, kind="rest").order_by("pk").values_list("what", "days")
        assert list(entries) == [("granted", Decimal(2)), ("adjusted", Decimal(1)), ("paid_out", Decimal(-3))]
        line = queries.rest_pay(self.cast.lin, NOVEMBER)
        assert line is not None
        assert (line.days, line.amount_fen) == (Decimal(3), 22_000)

    def test_private_leave_over_a_month_end_cancels_the_rest_days_of_both_months_behind_it(self) -> None:
        actions.open_periods(self.cast.lin, [DECEMBER], at=NOW)
        self.story.answer(self.private(date(2026, 11, 24), 8), self.cast.zhou)
        rest = BalanceEntry.objects.filter(person=self.cast.lin, kind="rest", period="2026-12")
        assert list(rest.order_by("pk").values_list("what", "days")) == [("granted", Decimal(2)), ("adjusted", Decimal(-2))]


class SweepingTest(LeaveCase):
    def test_a_sweep_asks_as_much_for_many_as_for_one_when_nothing_is_to_be_done(self) -> None:
        people = (self.cast.lin, self.cast.mei, self.cast.ou, self.cast.ding, self.cast.zhou)
        for person in people:
            actions.open_periods(person, [TODAY], at=NOW)
            ledger.enter(person, "rest", "2026-10", "granted", Decimal(2), date(2026, 10, 1), at=NOW)
        jobs.sweep(NOW)
        # A newcomer has no annual leave this year, and is asked about again each time.
        Person.objects.filter(pk=self.cast.qian.pk).update(hired_on=TODAY)
        jobs.sweep(NOW)
        with CaptureQueriesContext(connection) as asked:
            assert jobs.sweep(NOW) == 0
        assert len(asked) <= 24

    def test_many_newcomers_keep_nobody_from_being_granted_their_days(self) -> None:
        Person.objects.exclude(pk=self.cast.zhou.pk).update(hired_on=TODAY)
        with patch.object(jobs, "_AT_ONCE", 1):
            for _round in range(12):
                jobs.sweep(NOW)
        granted = BalanceEntry.objects.filter(kind="annual", what="granted")
        assert [one.person_id for one in granted] == [self.cast.zhou.pk]

    def test_annual_leave_of_any_year_before_the_last_is_gone(self) -> None:
        ledger.enter(self.cast.lin, "annual", "2023", "granted", Decimal(3), date(2023, 1, 1), at=NOW)
        jobs.sweep(NOW)
        entries = BalanceEntry.objects.filter(person=self.cast.lin, kind="annual", period="2023").order_by("pk")
        assert list(entries.values_list("what", "days")) == [("granted", Decimal(3)), ("expired", Decimal(-3))]


class LeavingTest(LeaveCase):
    def leave(self) -> None:
        off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)

    def test_what_waits_for_an_answer_is_taken_back_with_its_approval(self) -> None:
        asked = self.private()
        self.leave()
        asked.refresh_from_db()
        assert (asked.state, LeaveDate.objects.count()) == ("withdrawn", 0)
        approval = Approval.objects.get(kind="leave.request")
        assert (approval.granted, approval.answer, approval.settled_at) == (False, "林小雨 已离职", NOW)

    def test_a_call_that_nobody_will_put_in_writing_stops_its_clock(self) -> None:
        actions.call_in(self.cast.lin, "private", TODAY, TODAY, by=self.cast.zhou, reason="孩子发烧", at=NOW)
        self.leave()
        assert (LeaveRequest.objects.get().state, Deadline.objects.get(kind="leave.repair").cancelled_at) == ("withdrawn", NOW)

    def test_what_is_in_writing_for_days_here_is_still_answered(self) -> None:
        called = actions.call_in(self.cast.lin, "private", TODAY, TODAY, by=self.cast.zhou, reason="孩子发烧", at=NOW)
        written = actions.put_in_writing(called, "孩子发烧", by=self.cast.lin, at=NOW)
        self.leave()
        assert self.story.answer(LeaveRequest.objects.get(pk=written.pk), self.cast.zhou).state == "approved"

    def test_granted_leave_ends_with_the_last_day_and_later_leave_is_cancelled(self) -> None:
        running = LeaveRequest.objects.create(
            person=self.cast.lin, team=self.cast.team, kind="sick", state="approved", first_day=TODAY - timedelta(days=1),
            last_day=TODAY + timedelta(days=1), days=3, asked_by=self.cast.lin, asked_at=NOW,
        )  # fmt: skip
        for offset in (-1, 0, 1):
            running.dates.create(person=self.cast.lin, day=TODAY + timedelta(days=offset))
        later = self.story.answer(self.private(WEDNESDAY), self.cast.zhou)
        self.leave()
        running.refresh_from_db()
        later.refresh_from_db()
        assert (running.state, running.last_day, running.days) == ("approved", TODAY, Decimal(2))
        assert (later.state, list(LeaveDate.objects.order_by("day").values_list("day", flat=True))) == ("cancelled", [TODAY - timedelta(days=1), TODAY])
        assert not [day for day in self.duty_days(self.cast.lin) if day > TODAY.day]
