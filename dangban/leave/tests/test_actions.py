"""Leave from asking to its end: what it does to duty, balances and pay, and what a refusal leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import ClassVar

import pytest
from django.db import DatabaseError, transaction

from dangban.desk.models import Approval, Deadline, Notice, Task
from dangban.handbook.actions import adopt, restore_bound
from dangban.journal.models import Entry
from dangban.leave import actions, jobs, queries
from dangban.leave.models import BalanceEntry, LeaveDate, LeaveRequest
from dangban.leave.tests.story import MONDAY, WEDNESDAY, Leaving
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.models import TeamMembership
from dangban.testing import pages
from dangban.testing.cast import LONG_AGO, NOW, TODAY, at
from dangban.testing.handbooks import adopt_with, handbook_with
from dangban.workforce import ports
from dangban.workforce.actions import clear_duty, set_duty
from dangban.workforce.models import DutyPeriod

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)


class LeaveCase(pages.CastCase):
    story: ClassVar[Leaving]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Leaving(cls.cast)
        cls.story.roster()

    def private(self, first: date = WEDNESDAY, days: int = 1, **more: object) -> LeaveRequest:
        return actions.ask(self.cast.lin, "private", first, first + timedelta(days=days - 1), reason="家里有事", at=NOW, **more)  # type: ignore[arg-type]

    def duty_days(self, person: object) -> list[int]:
        return [day.day for day in DutyPeriod.objects.filter(person=person).order_by("day").values_list("day", flat=True)]  # type: ignore[misc]


class AskingTest(LeaveCase):
    def test_it_is_kept_with_its_days_and_waits_for_the_supervisor(self) -> None:
        asked = self.private(days=2)
        assert (asked.state, asked.days, asked.team) == ("asked", Decimal(2), self.cast.team)
        approval = Approval.objects.get(kind="leave.request")
        assert (approval.needs, approval.asked_by, approval.shop) == ("leave.supervise", self.cast.lin, self.cast.shop)
        assert "leave.leader_up_to" in {one["path"] for one in asked.because}
        entry = Entry.objects.get(verb="leave.asked")
        assert (entry.change["leave_kind"], "reason" in entry.change) == ("private", False)

    def test_nothing_changes_before_the_answer_but_the_roster_knows_of_the_wish(self) -> None:
        self.private()
        assert self.duty_days(self.cast.lin) == [23, 24, 25, 26, 27]
        assert [(one.kind, one.approved) for one in ports.away([self.cast.lin.pk], MONDAY, WEDNESDAY)] == [("private", False)]

    def test_too_late_is_refused_with_its_clause_and_keeps_nothing(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.ask(self.cast.lin, "rest", TODAY + timedelta(days=1), TODAY + timedelta(days=1), reason="休息", at=NOW)
        assert "leave.rest_notice" in refused.value.decision.paths
        assert "2026-11-21" in refused.value.details[0]
        assert (LeaveRequest.objects.count(), LeaveDate.objects.count(), BalanceEntry.objects.count(), Approval.objects.count()) == (0, 0, 0, 0)

    def test_the_same_day_is_not_asked_for_twice(self) -> None:
        self.private()
        with pytest.raises(Refused, match="事假"):
            actions.ask(self.cast.lin, "sick", WEDNESDAY, WEDNESDAY, reason="感冒", at=NOW)
        assert LeaveRequest.objects.count() == 1

    def test_two_halves_of_a_day_go_together_a_half_and_a_whole_do_not(self) -> None:
        self.private(part="first")
        self.private(part="second")
        with pytest.raises(Refused):
            self.private()
        assert LeaveRequest.objects.count() == 2

    def test_half_a_day_over_two_days_is_no_half_day(self) -> None:
        with pytest.raises(BadInput):
            self.private(days=2, part="first")

    def test_why_is_asked(self) -> None:
        with pytest.raises(BadInput):
            actions.ask(self.cast.lin, "private", WEDNESDAY, WEDNESDAY, at=NOW)

    def test_rest_days_beyond_the_month_are_refused_those_within_are_not(self) -> None:
        saturday = date(2026, 11, 28)
        actions.ask(self.cast.lin, "rest", saturday, saturday + timedelta(days=1), reason="轮休", at=NOW)
        with pytest.raises(Refused) as refused:
            actions.ask(self.cast.lin, "rest", date(2026, 11, 30), date(2026, 11, 30), reason="轮休", at=NOW)
        assert refused.value.details == ["休息日 2026-11：申请 1 天，剩余 0 天。"]

    def test_the_substitute_belongs_to_the_team(self) -> None:
        with pytest.raises(BadInput):
            self.private(substitute=self.cast.hu)
        assert self.private(substitute=self.cast.ding).substitute == self.cast.ding

    def test_a_leader_s_own_leave_goes_higher(self) -> None:
        asked = actions.ask(self.cast.zhou, "private", WEDNESDAY, WEDNESDAY, reason="家里有事", at=NOW)
        assert asked.approval is not None
        assert asked.approval.needs == "leave.manage"
        with pytest.raises(NotAllowed):
            self.story.answer(asked, self.cast.zhou)
        assert self.story.answer(asked, self.cast.bao).state == "approved"

    def test_a_wish_is_taken_back_before_the_answer_and_not_after(self) -> None:
        asked = self.private()
        actions.withdraw(asked, by=self.cast.lin, at=NOW)
        assert (LeaveRequest.objects.get().state, LeaveDate.objects.count()) == ("withdrawn", 0)
        assert Approval.objects.get().settled_at == NOW
        with pytest.raises(Conflict):
            actions.withdraw(asked, by=self.cast.lin, at=NOW)


class AnsweringTest(LeaveCase):
    def test_approved_leave_takes_the_shifts_out(self) -> None:
        done = self.story.answer(self.private(days=2), self.cast.zhou)
        assert (done.state, done.decided_by) == ("approved", self.cast.zhou)
        assert self.duty_days(self.cast.lin) == [23, 24, 27]
        assert [kept["day"] for kept in done.cleared] == ["2026-11-25", "2026-11-26"]
        change = Entry.objects.get(verb="leave.approved").change
        assert (change["shifts"], change["days"]) == (2, "2")
        assert [one.approved for one in ports.away([self.cast.lin.pk], WEDNESDAY, WEDNESDAY)] == [True]

    def test_the_second_half_off_cuts_the_shift_in_the_middle(self) -> None:
        self.story.answer(self.private(part="second"), self.cast.zhou)
        duty = DutyPeriod.objects.get(person=self.cast.lin, day=WEDNESDAY)
        assert (duty.starts_at, duty.ends_at) == (at("11-25 08:30"), at("11-25 13:00"))
        half = ports.away([self.cast.lin.pk], WEDNESDAY, WEDNESDAY)[0]
        assert (half.starts_at, half.ends_at) == (at("11-25 13:00"), at("11-25 17:30"))

    def test_the_first_half_of_a_night_off_leaves_the_half_before_one_o_clock(self) -> None:
        asked = actions.ask(self.cast.ou, "private", WEDNESDAY, WEDNESDAY, part="first", reason="看牙", at=NOW)
        self.story.answer(asked, self.cast.zhou)
        duty = DutyPeriod.objects.get(person=self.cast.ou, day=WEDNESDAY)
        assert (duty.starts_at, duty.ends_at) == (at("11-25 21:00"), at("11-26 01:00"))

    def test_refused_leave_changes_nothing_and_says_why(self) -> None:
        done = self.story.answer(self.private(), self.cast.zhou, granted=False, answer="大促期间")
        assert (done.state, done.answer) == ("refused", "大促期间")
        assert self.duty_days(self.cast.lin) == [23, 24, 25, 26, 27]
        assert LeaveDate.objects.count() == 0
        assert Notice.objects.filter(person=self.cast.lin).count() == 1

    def test_nobody_of_another_shop_answers(self) -> None:
        asked = self.private()
        with pytest.raises(NotAllowed):
            self.story.answer(asked, self.cast.hu)
        assert LeaveRequest.objects.get().state == "asked"

    def test_rest_days_leave_the_month_s_balance(self) -> None:
        saturday = date(2026, 11, 28)
        self.story.answer(actions.ask(self.cast.lin, "rest", saturday, saturday, reason="轮休", at=NOW), self.cast.zhou)
        entries = BalanceEntry.objects.filter(person=self.cast.lin, kind="rest").order_by("pk")
        assert list(entries.values_list("period", "what", "days")) == [("2026-11", "granted", Decimal(2)), ("2026-11", "taken", Decimal(-1))]
        found = queries.rest_days(self.cast.lin, NOVEMBER)
        assert (found.due, found.taken, found.unused) == (Decimal(2), Decimal(1), Decimal(1))

    def test_a_gap_without_a_substitute_becomes_a_task_that_standing_in_settles(self) -> None:
        for day in (WEDNESDAY, WEDNESDAY + timedelta(days=1)):
            clear_duty(self.cast.mei, self.cast.team, day, by=SYSTEM, at=NOW)
        asked = actions.ask(self.cast.ou, "private", WEDNESDAY, WEDNESDAY, reason="看牙", at=NOW)
        done = self.story.answer(asked, self.cast.zhou)
        task = Task.objects.get()
        assert (task.owner, task.due_at, task.done_at) == (self.cast.zhou, at("11-25 17:00"), None)
        with pytest.raises(Refused):
            actions.stand_in(done, self.cast.lin, WEDNESDAY, by=self.cast.zhou, at=NOW)
        actions.stand_in(done, self.cast.mei, WEDNESDAY, by=self.cast.zhou, at=NOW)
        duty = DutyPeriod.objects.get(person=self.cast.mei, day=WEDNESDAY)
        assert (duty.name, duty.starts_at, duty.source) == ("晚班", at("11-25 17:00"), "stand_in")
        assert Task.objects.get().done_at == NOW
        assert Notice.objects.filter(person=self.cast.mei).count() == 1

    def test_cancelled_leave_gives_days_and_shifts_back(self) -> None:
        saturday = date(2026, 11, 28)
        set_duty(self.cast.lin, self.cast.team, saturday, self.story.day_shift, by=SYSTEM, at=NOW)
        done = self.story.answer(actions.ask(self.cast.lin, "rest", saturday, saturday, reason="轮休", at=NOW), self.cast.zhou)
        assert 28 not in self.duty_days(self.cast.lin)
        actions.cancel(done, "客户多", by=self.cast.lin, at=NOW)
        assert 28 in self.duty_days(self.cast.lin)
        assert sum(BalanceEntry.objects.filter(person=self.cast.lin, kind="rest").values_list("days", flat=True)) == Decimal(2)
        assert LeaveDate.objects.count() == 0

    def test_leave_that_has_begun_is_not_cancelled_by_the_person(self) -> None:
        done = self.story.answer(self.private(), self.cast.zhou)
        with pytest.raises(Refused):
            actions.cancel(done, "不去了", by=self.cast.lin, at=at("11-25 09:00"))
        assert LeaveRequest.objects.get().state == "approved"


class UrgentTest(LeaveCase):
    def called(self) -> LeaveRequest:
        return actions.call_in(self.cast.lin, "private", TODAY, TODAY, by=self.cast.zhou, reason="孩子发烧", at=NOW)

    def test_a_call_stands_until_it_is_put_in_writing_and_answered(self) -> None:
        called = self.called()
        assert (called.state, called.told, called.is_urgent) == ("called", self.cast.zhou, True)
        clock_ = Deadline.objects.get(kind="leave.repair")
        assert (clock_.owner, clock_.due_at) == (self.cast.lin, at("11-21 23:59") + timedelta(seconds=59))
        written = actions.put_in_writing(called, "孩子发烧，去医院", by=self.cast.lin, at=NOW + timedelta(hours=8))
        assert Deadline.objects.get(kind="leave.repair").met_at == NOW + timedelta(hours=8)
        assert self.story.answer(written, self.cast.zhou).state == "approved"

    def test_not_put_in_writing_in_time_it_is_no_leave_any_more(self) -> None:
        self.called()
        assert jobs.sweep(at("11-21 12:00")) >= 0
        assert LeaveRequest.objects.get().state == "called"
        jobs.sweep(at("11-22 00:30"))
        assert (LeaveRequest.objects.get().state, LeaveDate.objects.count()) == ("lapsed", 0)
        lapsed = Entry.objects.get(verb="leave.lapsed")
        assert [one["path"] for one in lapsed.because] == ["leave.unapproved_is_absence"]

    def test_where_that_is_no_absence_it_stands_as_private_leave_with_its_rule(self) -> None:
        adopt_with({"leave.unapproved_is_absence": "is = false"})
        actions.call_in(self.cast.lin, "sick", MONDAY, WEDNESDAY, by=self.cast.zhou, part="day", reason="发烧", at=at("11-23 07:30"))
        jobs.sweep(at("11-28 00:30"))
        held = LeaveRequest.objects.get()
        assert (held.state, held.kind, held.days, held.decided_by) == ("approved", "private", Decimal(3), None)
        assert held.because[-1]["path"] == "leave.unapproved_is_absence"
        assert [(one.day.day, one.kind, one.approved, one.paid) for one in queries.on_leave([self.cast.lin.pk], MONDAY, WEDNESDAY)] == [
            (day, "private", True, False) for day in (23, 24, 25)
        ]
        assert self.duty_days(self.cast.lin) == [26, 27]
        # 2200 ÷ 21.75 × 3
        assert [(one.days, one.amount_fen) for one in queries.unpaid(self.cast.lin, NOVEMBER)] == [(Decimal(3), -30_345)]
        lapsed = Entry.objects.get(verb="leave.lapsed")
        assert (lapsed.change["leave_kind"], [one["path"] for one in lapsed.because]) == (["sick", "private"], ["leave.unapproved_is_absence"])
        assert Entry.objects.get(verb="leave.approved").actor_kind == "system"
        assert Deadline.objects.get(kind="leave.repair").cancelled_at == at("11-28 00:30")
        assert Notice.objects.filter(title="逾期未补手续，按事假处理：林小雨 · 事假 · 2026-11-23 周一 – 2026-11-25 周三").count() == 2
        assert jobs.sweep(at("11-28 00:35")) >= 0
        assert Entry.objects.filter(verb="leave.approved").count() == 1

    def test_where_the_roster_does_not_let_a_shift_go_it_lapses_and_keeps_nobody_else_waiting(self) -> None:
        adopt_with({"leave.unapproved_is_absence": "is = false"})
        for person in (self.cast.lin, self.cast.mei):
            actions.call_in(person, "sick", MONDAY, MONDAY, by=self.cast.zhou, reason="发烧", at=at("11-23 07:30"))
        TeamMembership.objects.filter(person=self.cast.lin).update(until=MONDAY)
        jobs.sweep(at("11-26 00:30"))
        found = {one.person_id: (one.state, one.kind) for one in LeaveRequest.objects.all()}
        assert found == {self.cast.lin.pk: ("lapsed", "sick"), self.cast.mei.pk: ("approved", "private")}
        assert self.duty_days(self.cast.lin) == [23, 24, 25, 26, 27]
        assert not BalanceEntry.objects.filter(what="taken").exists()

    def test_on_days_that_were_free_anyway_nothing_stands(self) -> None:
        adopt_with({"leave.unapproved_is_absence": "is = false"})
        sunday = date(2026, 11, 22)
        actions.call_in(self.cast.lin, "rest", sunday, sunday, by=self.cast.zhou, reason="急事", at=NOW)
        jobs.sweep(at("11-28 00:30"))
        assert (LeaveRequest.objects.get().state, LeaveDate.objects.count(), queries.unpaid(self.cast.lin, NOVEMBER)) == ("lapsed", 0, [])

    def test_who_calls_says_whom_they_told_and_it_is_one_who_leads(self) -> None:
        with pytest.raises(BadInput):
            actions.call_in(self.cast.lin, "private", TODAY, TODAY, by=self.cast.lin, reason="急事", at=NOW)
        with pytest.raises(NotAllowed):
            actions.call_in(self.cast.lin, "private", TODAY, TODAY, told=self.cast.mei, by=self.cast.lin, reason="急事", at=NOW)
        assert LeaveRequest.objects.count() == 0


class BalanceTest(LeaveCase):
    def test_the_ledger_itself_refuses_to_be_changed(self) -> None:
        actions.open_periods(self.cast.lin, [TODAY], at=NOW)
        entry = BalanceEntry.objects.filter(person=self.cast.lin).order_by("pk")[0]
        for change in (lambda: BalanceEntry.objects.filter(pk=entry.pk).update(days=9), entry.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        assert BalanceEntry.objects.get(pk=entry.pk).days == entry.days

    def test_periods_are_opened_once(self) -> None:
        first = actions.open_periods(self.cast.lin, [TODAY], at=NOW)
        again = actions.open_periods(self.cast.lin, [TODAY], at=NOW)
        assert (first, again) == (2, 0)
        found = {(one.kind, one.period): one.days for one in BalanceEntry.objects.filter(person=self.cast.lin)}
        assert found == {("rest", "2026-11"): Decimal(2), ("annual", "2026"): Decimal(4)}

    def test_more_than_three_days_of_private_leave_cancel_the_rest_days_that_were_granted(self) -> None:
        actions.open_periods(self.cast.lin, [DECEMBER], at=NOW)
        done = self.story.answer(self.private(MONDAY, 4), self.cast.zhou)
        found = queries.rest_days(self.cast.lin, DECEMBER)
        assert (found.due, [one.path for one in found.because]) == (Decimal(0), ["leave.rest_days_a_month", "leave.private_month"])
        rest = BalanceEntry.objects.filter(person=self.cast.lin, kind="rest", period="2026-12")
        assert sum(rest.values_list("days", flat=True)) == Decimal(0)
        actions.cancel(done, "不去了", by=self.cast.lin, at=NOW)
        assert sum(rest.values_list("days", flat=True)) == Decimal(2)

    def test_of_six_rest_days_the_law_keeps_four_and_those_are_paid(self) -> None:
        house = handbook_with({"leave.rest_days_a_month": "is = 6", "leave.private_month": "is = 3", "leave.rest_unused": 'is = "daily_wage"'})
        since = date(2020, 1, 1)
        adopt(house, by=SYSTEM, reason="test", effective_on=since, backdating_confirmed=True, acknowledged={"leave.private_month": "老板"})
        restore_bound("leave.private_month", by=SYSTEM, at=LONG_AGO + timedelta(seconds=1))
        actions.open_periods(self.cast.lin, [DECEMBER], at=NOW)
        done = self.story.answer(self.private(MONDAY, 4), self.cast.bao)
        rest = BalanceEntry.objects.filter(person=self.cast.lin, kind="rest", period="2026-12").order_by("pk")
        assert list(rest.values_list("what", "days")) == [("granted", Decimal(6)), ("adjusted", Decimal(-2))]
        line = queries.rest_pay(self.cast.lin, DECEMBER)
        assert line is not None
        # 2200 ÷ 21.75 × 4
        assert (line.days, line.amount_fen) == (Decimal(4), 40_460)
        assert "leave.private_month" in {one.path for one in line.because}
        actions.cancel(done, "不去了", by=self.cast.lin, at=NOW)
        assert sum(rest.values_list("days", flat=True)) == Decimal(6)

    def test_a_month_is_closed_once_and_unused_rest_days_are_paid(self) -> None:
        actions.open_periods(self.cast.lin, [TODAY], at=NOW)
        first = [actions.close_month(self.cast.lin, NOVEMBER, at=at("12-01 08:00")) for _again in range(2)]
        assert first == ["paid_out", ""]
        line = queries.rest_pay(self.cast.lin, NOVEMBER)
        assert line is not None
        assert (line.days, line.amount_fen) == (Decimal(2), 14_667)
        assert "leave.daily_wage" in {one.path for one in line.because}

    def test_days_free_by_the_roster_are_rest_days_taken(self) -> None:
        set_duty(self.cast.mei, self.cast.team, date(2026, 11, 28), self.story.day_shift, by=SYSTEM, at=NOW)
        assert queries.rest_days(self.cast.lin, NOVEMBER).taken == Decimal(1)
        assert queries.rest_days(self.cast.mei, NOVEMBER).taken == Decimal(0)

    def test_who_begins_in_the_month_has_a_part_of_its_rest_days(self) -> None:
        self.cast.lin.hired_on = date(2026, 11, 16)
        self.cast.lin.save()
        assert queries.rest_days(self.cast.lin, NOVEMBER).due == Decimal(1)

    def test_personnel_enters_days_by_hand_but_not_their_own(self) -> None:
        actions.adjust(self.cast.lin, "in_lieu", "", Decimal("1.5"), "周六盘点", by=self.cast.shen, at=NOW)
        found = [one for one in queries.balances(self.cast.lin.pk, TODAY) if one.kind == "in_lieu"]
        assert [(one.left, one.good_until) for one in found] == [(Decimal("1.5"), date(2027, 2, 19))]
        with pytest.raises(NotAllowed):
            actions.adjust(self.cast.shen, "in_lieu", "", Decimal(1), "加班", by=self.cast.shen, at=NOW)
        with pytest.raises(NotAllowed):
            actions.adjust(self.cast.lin, "in_lieu", "", Decimal(1), "加班", by=self.cast.zhou, at=NOW)

    def test_days_kept_for_later_expire(self) -> None:
        actions.adjust(self.cast.lin, "in_lieu", "", Decimal(1), "周六盘点", by=self.cast.shen, at=NOW)
        with clock.frozen(at("11-19 10:00") + timedelta(days=100)):
            jobs.sweep(clock.now())
        entries = BalanceEntry.objects.filter(person=self.cast.lin, kind="in_lieu").order_by("pk")
        assert list(entries.values_list("what", "days")) == [("adjusted", Decimal(1)), ("expired", Decimal(-1))]


class PayTest(LeaveCase):
    def test_private_leave_costs_its_days_of_the_base_wage(self) -> None:
        self.story.answer(self.private(days=2), self.cast.zhou)
        lines = queries.unpaid(self.cast.lin, NOVEMBER)
        assert [(one.kind, one.days, one.amount_fen) for one in lines] == [("private", Decimal(2), -14_667)]
        assert {one.path for one in lines[0].because} == {"leave.private_paid", "leave.daily_wage"}

    def test_over_a_month_end_each_month_has_its_own_days_and_its_own_wage(self) -> None:
        self.story.answer(self.private(date(2026, 11, 30), 2), self.cast.zhou)
        found = {month: [one.amount_fen for one in queries.unpaid(self.cast.lin, month)] for month in (NOVEMBER, DECEMBER)}
        assert found == {NOVEMBER: [-7_333], DECEMBER: [-7_097]}

    def test_sick_leave_costs_a_fifth(self) -> None:
        asked = actions.ask(self.cast.lin, "sick", WEDNESDAY, WEDNESDAY, reason="感冒", at=NOW)
        self.story.answer(asked, self.cast.zhou)
        assert [one.amount_fen for one in queries.unpaid(self.cast.lin, NOVEMBER)] == [-1_467]

    def test_what_is_not_approved_costs_nothing_here(self) -> None:
        self.private(days=2)
        assert queries.unpaid(self.cast.lin, NOVEMBER) == []
        assert [(one.approved, one.is_absence) for one in queries.on_leave([self.cast.lin.pk], NOVEMBER, DECEMBER)] == [(False, False)] * 2

    def test_the_thirty_first_day_of_the_year_is_absence(self) -> None:
        request = LeaveRequest.objects.create(
            person=self.cast.mei, team=self.cast.team, kind="private", state="approved", first_day=date(2026, 3, 1),
            last_day=date(2026, 3, 31), days=31, asked_by=self.cast.mei, asked_at=NOW,
        )  # fmt: skip
        days = [date(2026, 3, 1) + timedelta(days=offset) for offset in range(31)]
        LeaveDate.objects.bulk_create(LeaveDate(request=request, person=self.cast.mei, day=day) for day in days)
        found = queries.on_leave([self.cast.mei.pk], date(2026, 3, 29), date(2026, 3, 31))
        assert [(one.day.day, one.is_absence) for one in found] == [(29, False), (30, False), (31, True)]
        assert [one.days for one in queries.unpaid(self.cast.mei, date(2026, 3, 1))] == [Decimal(30)]
