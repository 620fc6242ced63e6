"""Leave that nobody has answered: nothing follows from its days, until the answer makes them leave or absence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dangban.attendance import judging, queries, settling
from dangban.attendance.models import Consequence, Rejudgement, ShiftRecord
from dangban.attendance.tests import story
from dangban.attendance.tests.story import DAY
from dangban.desk import clock as desk_clock
from dangban.desk.actions import settle_approval
from dangban.desk.models import Notice
from dangban.journal.models import Entry
from dangban.leave import actions as leave
from dangban.leave import jobs as leave_jobs
from dangban.leave.models import LeaveRequest
from dangban.lib.errors import Refused
from dangban.testing.cast import TODAY, at

CHECKED = at("11-18 10:00")


class Undecided(story.MissedCase):
    def called(self, kind: str = "private", part: str = "day", when: str = "11-17 07:30") -> LeaveRequest:
        return leave.call_in(self.lin, kind, DAY, DAY, by=self.zhou, part=part, reason="家里有事", at=at(when))

    def written(self, kind: str = "private", part: str = "day", when: str = "11-17 07:30") -> LeaveRequest:
        return leave.put_in_writing(self.called(kind, part, when), "家里有事，已说明", by=self.lin, at=at(when))

    def answer(self, asked: LeaveRequest, granted: bool, when: str = "11-19 11:00") -> None:
        assert asked.approval is not None
        settle_approval(asked.approval, granted, by=self.bao, answer="" if granted else "没有说清楚", at=at(when))

    def figures(self) -> tuple[str, str, Decimal, Decimal]:
        held = story.record_of(self.lin, "11-17")
        return held.state, held.why, held.absence_days, held.leave_share

    def standing(self) -> list[tuple[str, str, Decimal]]:
        rows = Consequence.objects.exclude(state="withdrawn").order_by("pk")
        return [(row.kind, row.state, row.days_pay) for row in rows]

    def test_nothing_follows_from_a_day_whose_leave_nobody_has_answered(self) -> None:
        self.written()
        judging.sweep(CHECKED)
        assert self.figures() == ("unjudged", "leave", Decimal(0), Decimal(0))
        assert not Consequence.objects.exists()
        sheet = queries.month_sheet(self.lin, TODAY)
        held = story.record_of(self.lin, "11-17")
        assert (sheet.absence_days, sheet.missed, sheet.leave_days, sheet.unjudged, sheet.undecided) == (Decimal(0), 0, {}, [], [held.pk])

    def test_granted_it_is_leave(self) -> None:
        asked = self.written()
        judging.sweep(CHECKED)
        self.answer(asked, True)
        assert self.figures() == ("judged", "", Decimal(0), Decimal(1))
        assert self.standing() == []
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.absence_days, sheet.leave_days, sheet.undecided) == (Decimal(0), {"private": Decimal(1)}, [])

    def test_refused_it_is_absence_by_the_ladder(self) -> None:
        asked = self.written()
        judging.sweep(CHECKED)
        self.answer(asked, False)
        assert self.figures() == ("judged", "", Decimal(1), Decimal(0))
        assert self.standing() == [("absence", "proposed", Decimal(1))]
        assert Rejudgement.objects.get().before["why"] == "leave"

    def test_a_call_is_open_until_the_days_for_writing_are_over(self) -> None:
        self.called()
        judging.sweep(CHECKED)
        assert self.figures() == ("unjudged", "leave", Decimal(0), Decimal(0))
        leave_jobs.sweep(at("11-20 00:30"))
        assert self.figures() == ("judged", "", Decimal(1), Decimal(0))
        assert self.standing() == [("absence", "proposed", Decimal(1))]

    def test_a_call_for_a_day_that_was_judged_opens_it_again_while_its_absence_is_only_proposed(self) -> None:
        judging.sweep(at("11-17 23:00"))
        assert self.standing() == [("absence", "proposed", Decimal(1))]
        self.written(when="11-18 09:00")
        assert self.figures() == ("unjudged", "leave", Decimal(0), Decimal(0))
        assert self.standing() == []

    def test_what_was_confirmed_is_not_undone_by_asking_but_by_the_answer(self) -> None:
        judging.sweep(at("11-17 23:00"))
        settling.confirm(Consequence.objects.get(), by=self.zhou, at=at("11-18 08:30"))
        asked = self.written(when="11-18 09:00")
        judging.rejudge(ShiftRecord.objects.all(), by=self.zhou, why="再算", at=CHECKED)
        assert self.figures() == ("judged", "", Decimal(1), Decimal(0))
        assert self.standing() == [("absence", "confirmed", Decimal(1))]
        self.answer(asked, True)
        assert self.figures() == ("judged", "", Decimal(0), Decimal(1))
        assert self.standing() == []

    def test_taken_back_it_is_judged_as_if_nobody_had_asked(self) -> None:
        asked = leave.ask(self.lin, "private", date(2026, 11, 20), date(2026, 11, 20), reason="家里有事", at=at("11-18 09:00"))
        story.shift(self.lin, self.cast.team, "11-20 08:00", "11-20 16:00")
        judging.sweep(at("11-21 10:00"))
        assert story.record_of(self.lin, "11-20").why == "leave"
        leave.withdraw(asked, by=self.lin, at=at("11-21 11:00"))
        assert story.record_of(self.lin, "11-20").absence_days == Decimal(1)

    def test_who_comes_all_the_same_is_judged_by_their_punches(self) -> None:
        story.punches(self.lin, "11-17 07:58", "11-17 16:02")
        self.written()
        judging.sweep(CHECKED)
        held = story.record_of(self.lin, "11-17")
        assert (held.state, held.minutes, held.missed_arrival) == ("judged", 480, False)

    def test_of_half_a_day_the_minutes_wait_too(self) -> None:
        story.punches(self.lin, "11-17 12:05", "11-17 16:02")
        asked = self.written(part="first")
        judging.sweep(CHECKED)
        held = story.record_of(self.lin, "11-17")
        assert (held.state, held.why, held.late_minutes, held.missed_arrival, held.missed_departure) == ("unjudged", "leave", 0, False, False)
        assert not Consequence.objects.exists()
        self.answer(asked, False)
        row = Consequence.objects.get(kind="lateness")
        assert (row.minutes, row.way, row.amount_fen) == (245, "bonus", 20000)

    def test_the_superiors_hear_of_it_in_time_one_after_the_other(self) -> None:
        self.written(when="11-18 10:00")
        assert [self.told(f"11-18 {when}") for when in ("13:40", "14:05", "16:00", "18:00")] == [["zhou 快到时限了"], ["zhou 已超时"], ["bao 周敏超时"], []]

    def test_leave_that_begins_soon_is_to_be_answered_before_it_does(self) -> None:
        story.shift(self.lin, self.cast.team, "11-19 08:00", "11-19 16:00")
        leave.ask(self.lin, "sick", date(2026, 11, 19), date(2026, 11, 19), reason="发烧", at=at("11-19 06:00"))
        assert [self.told(f"11-19 {when}") for when in ("07:00", "07:40", "08:01")] == [[], ["zhou 快到时限了"], ["zhou 已超时"]]

    def told(self, when: str) -> list[str]:
        """Who hears what of the request, in a sweep of the clocks."""
        known = list(Notice.objects.values_list("pk", flat=True))
        desk_clock.sweep(at(when))
        found = Notice.objects.exclude(pk__in=known).select_related("person").order_by("pk")
        return [f"{one.person.username} {one.title.partition('：')[0]}" for one in found if one.person]

    def test_a_month_may_be_closed_over_it_and_that_is_said(self) -> None:
        asked = self.written()
        judging.sweep(CHECKED)
        assert settling.undecided(date(2026, 11, 1)) == ["林小雨，2026-11-17：请假还没有答复。"]
        settling.close_month(date(2026, 11, 1), by=self.bao, at=at("12-02 10:00"))
        assert Entry.objects.get(verb="attendance.month_closed").change["undecided"] == settling.undecided(date(2026, 11, 1))
        assert self.standing() == []
        self.answer(asked, False, "12-03 10:00")
        row = Consequence.objects.get()
        assert (row.kind, f"{row.month:%Y-%m}", row.day, row.days_pay, row.state) == ("absence", "2026-12", DAY, Decimal(1), "proposed")

    def test_a_punch_that_is_missing_still_keeps_the_month_open(self) -> None:
        story.shift(self.lin, self.cast.team, "11-16 08:00", "11-16 16:00")
        story.punches(self.lin, "11-16 07:58")
        self.written()
        judging.sweep(CHECKED)
        with pytest.raises(Refused) as refused:
            settling.close_month(date(2026, 11, 1), by=self.bao, at=at("12-02 10:00"))
        assert refused.value.details == ["林小雨，2026-11-16：班次还没有判定。"]
