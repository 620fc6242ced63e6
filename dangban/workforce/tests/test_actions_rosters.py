"""Rosters: begun, written, checked, published, known, swapped; what is refused changes nothing."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from dangban.desk.actions import settle_approval
from dangban.desk.models import Notice
from dangban.handbook.actions import adopt_preset
from dangban.handbook.current import in_force
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.models import TeamMembership
from dangban.testing import pages
from dangban.testing.cast import NOW, at
from dangban.workforce import actions, ports
from dangban.workforce.models import Cell, DutyPeriod, Generation, Plan, Receipt, Swap
from dangban.workforce.rosters import problems, reading
from dangban.workforce.shifts import Shift
from dangban.workforce.solver import solve
from dangban.workforce.solver.check import check_person

MONDAY = date(2026, 11, 23)
DAY, LATE = Shift("白班", time(8), time(16)), Shift("晚班", time(16), time(0))
IN_SPITE = "人手不足，已和大家说明"


class RosterCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)

    def plan(self, weeks: int = 1) -> Plan:
        return actions.make_plan(self.cast.team, MONDAY, weeks, by=self.cast.zhou, at=NOW)

    def write(self, plan: Plan, who: str, first: int, last: int, shift: Shift | None = DAY) -> None:
        person = getattr(self.cast, who)
        places = [(person.pk, MONDAY + timedelta(days=offset)) for offset in range(first, last + 1)]
        actions.set_cells(plan, places, shift, by=self.cast.zhou, at=NOW)

    def breaches(self, plan: Plan, who: str) -> list[tuple[str, str, int]]:
        facts = problems.read(plan, in_force(NOW))
        person = getattr(self.cast, who)
        found = check_person(problems.problem(facts), str(person.pk), problems.row_of(person, facts))
        return [(one.rule, one.source, one.found) for one in found]


class Planning(RosterCase):
    def test_a_plan_begins_with_what_is_entered_already(self) -> None:
        actions.set_duty(self.cast.lin, self.cast.team, MONDAY, LATE, by=self.cast.zhou, at=NOW)
        cell = Cell.objects.get(plan=self.plan())
        assert (cell.person, cell.shift, cell.hours, cell.is_fixed) == (self.cast.lin, "晚班", "16:00-24:00", True)

    def test_it_begins_on_a_monday_and_not_twice(self) -> None:
        with pytest.raises(BadInput):
            actions.make_plan(self.cast.team, MONDAY + timedelta(days=1), 1, by=self.cast.zhou, at=NOW)
        self.plan(weeks=2)
        with pytest.raises(Refused):
            actions.make_plan(self.cast.team, MONDAY + timedelta(days=7), 1, by=self.cast.zhou, at=NOW)
        assert Plan.objects.count() == 1

    def test_who_does_not_lead_plans_nothing(self) -> None:
        with pytest.raises(NotAllowed):
            actions.make_plan(self.cast.team, MONDAY, 1, by=self.cast.lin, at=NOW)
        plan = self.plan()
        with pytest.raises(NotAllowed):
            actions.set_cells(plan, [(self.cast.lin.pk, MONDAY)], DAY, by=self.cast.lin, at=NOW)
        assert not Cell.objects.exists()

    def test_cells_are_of_the_team_and_of_the_days(self) -> None:
        plan = self.plan()
        for place in ((self.cast.hu.pk, MONDAY), (self.cast.lin.pk, MONDAY + timedelta(days=7))):
            with pytest.raises(BadInput):
                actions.set_cells(plan, [place], DAY, by=self.cast.zhou, at=NOW)
        assert not Cell.objects.exists()

    def test_a_dropped_draft_is_gone_and_makes_room(self) -> None:
        plan = self.plan()
        actions.drop_plan(plan, by=self.cast.zhou, at=NOW)
        with pytest.raises(Conflict):
            actions.set_cells(plan, [(self.cast.lin.pk, MONDAY)], DAY, by=self.cast.zhou, at=NOW)
        assert self.plan().pk != plan.pk


class Checking(RosterCase):
    def test_five_days_of_eight_hours_are_well(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 4)
        assert self.breaches(plan, "lin") == []

    def test_a_sixth_day_is_more_than_the_weeks_hours(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 5)
        assert self.breaches(plan, "lin") == [("tally_most", "shifts.weekly_hours", 2880)]

    def test_seven_days_in_a_row_are_one_too_many_across_weeks(self) -> None:
        for back in (2, 1):
            actions.set_duty(self.cast.lin, self.cast.team, MONDAY - timedelta(days=back), DAY, by=self.cast.zhou, at=NOW)
        plan = self.plan()
        self.write(plan, "lin", 0, 4)
        assert self.breaches(plan, "lin") == [("run_most", "shifts.days_on", 7)]

    def test_a_day_shift_after_a_late_one_lacks_rest(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 0, LATE)
        self.write(plan, "lin", 1, 1, DAY)
        assert self.breaches(plan, "lin") == [("rest", "shifts.rest_between", 480)]

    def test_who_is_away_is_not_put_on(self) -> None:
        ports.register_away("test", lambda ids, first, last: [ports.Away(self.cast.lin.pk, MONDAY, MONDAY, "annual", "年假")])
        self.addCleanup(ports.registry.away.pop, "test")
        plan = self.plan()
        self.write(plan, "lin", 0, 0)
        assert [one[:2] for one in self.breaches(plan, "lin")] == [("barred", "leave")]

    def test_the_page_tells_what_is_short_with_its_clause(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 4)
        grid = reading.grid(plan, NOW)
        short = [one for one in grid.told if one.days == (MONDAY,)]
        assert {reason.path for one in short for reason in one.because} == {"shifts.shifts", "shifts.leader_on_every_shift"}
        assert grid.feet[0].days[0][1:] == (1, 2, False)
        lin = next(row for row in grid.rows if row.person == self.cast.lin)
        assert (lin.shifts, lin.hours, lin.nights) == (5, "40", 0)


class Publishing(RosterCase):
    def published(self) -> Plan:
        plan = self.plan()
        self.write(plan, "lin", 0, 4)
        self.write(plan, "mei", 2, 5, LATE)
        actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of=IN_SPITE)
        plan.refresh_from_db()
        return plan

    def test_broken_rules_want_an_answer(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 4)
        with pytest.raises(Refused, match="28"):
            actions.publish(plan, by=self.cast.zhou, at=NOW)
        assert not DutyPeriod.objects.exists()

    def test_it_becomes_duty_and_everybody_is_told(self) -> None:
        plan = self.published()
        assert plan.state == Plan.State.PUBLISHED
        assert DutyPeriod.objects.filter(source="roster").count() == 9
        late = DutyPeriod.objects.get(person=self.cast.mei, day=date(2026, 11, 25))
        assert (late.name, late.ends_at) == ("晚班", at("11-26 00:00"))
        assert {receipt.person for receipt in Receipt.objects.all()} == {self.cast.lin, self.cast.mei}
        assert Notice.objects.filter(person=self.cast.lin).count() == 1
        assert Entry.objects.filter(verb="workforce.duty_laid").count() == 2

    def test_one_knows_ones_own_roster_only(self) -> None:
        self.published()
        receipt = Receipt.objects.get(person=self.cast.lin)
        with pytest.raises(Refused):
            actions.acknowledge(receipt, by=self.cast.mei, at=NOW)
        actions.acknowledge(receipt, by=self.cast.lin, at=NOW)
        receipt.refresh_from_db()
        assert receipt.acknowledged_at == NOW

    def test_a_change_afterwards_asks_only_whom_it_concerns(self) -> None:
        plan = self.published()
        self.write(plan, "mei", 5, 5, None)
        second = actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of=IN_SPITE)
        assert (second.number, second.changes) == (2, 1)
        assert [receipt.person for receipt in second.receipts.all()] == [self.cast.mei]
        assert not DutyPeriod.objects.filter(person=self.cast.mei, day=date(2026, 11, 28)).exists()

    def test_duty_changed_elsewhere_is_followed_and_told(self) -> None:
        plan = self.published()
        Notice.objects.all().delete()
        actions.clear_duty(self.cast.lin, self.cast.team, MONDAY, by=self.cast.zhou, at=NOW)
        assert not Cell.objects.filter(plan=plan, person=self.cast.lin, day=MONDAY).exists()
        assert [one.person for one in Notice.objects.all()] == [self.cast.lin]

    def test_published_rosters_are_not_thrown_away(self) -> None:
        with pytest.raises(Refused):
            actions.drop_plan(self.published(), by=self.cast.zhou, at=NOW)


class Swapping(RosterCase):
    def setUp(self) -> None:
        super().setUp()
        self.duty("lin", MONDAY, DAY)
        self.duty("mei", MONDAY + timedelta(days=1), LATE)

    def duty(self, who: str, day: date, shift: Shift) -> None:
        actions.set_duty(getattr(self.cast, who), self.cast.team, day, shift, by=self.cast.zhou, at=NOW)

    def on(self, who: str) -> list[tuple[date, str]]:
        rows = DutyPeriod.objects.filter(person=getattr(self.cast, who)).order_by("day")
        return [(one.day, one.name) for one in rows]

    def asked(self, other: date | None = MONDAY + timedelta(days=1)) -> Swap:
        return actions.ask_swap(MONDAY, self.cast.mei, "看病", by=self.cast.lin, at=NOW, other_day=other)

    def test_both_agree_and_who_leads_approves(self) -> None:
        swap = self.asked()
        Notice.objects.all().delete()
        swap = actions.agree_swap(swap, by=self.cast.mei, at=NOW)
        assert [(one.person, one.title, one.url) for one in Notice.objects.all()] == [
            (self.cast.lin, "梅芳同意换班，还等审批：11-23 白班 08:00-16:00", "/duty/mine/")
        ]
        assert swap.state == Swap.State.AGREED
        assert self.on("lin") == [(MONDAY, "白班")]
        assert swap.approval is not None
        assert swap.approval.facts == {"原因": swap.reason}
        settle_approval(swap.approval, True, by=self.cast.zhou, at=NOW)
        assert self.on("lin") == [(MONDAY + timedelta(days=1), "晚班")]
        assert self.on("mei") == [(MONDAY, "白班")]
        swap.refresh_from_db()
        assert swap.state == Swap.State.DONE

    def test_a_stand_in_takes_and_gives_nothing(self) -> None:
        swap = actions.agree_swap(self.asked(None), by=self.cast.mei, at=NOW)
        settle_approval(swap.approval, True, by=self.cast.zhou, at=NOW)
        assert self.on("lin") == []
        assert self.on("mei") == [(MONDAY, "白班"), (MONDAY + timedelta(days=1), "晚班")]

    def test_refused_with_a_reason_everything_stays(self) -> None:
        swap = actions.agree_swap(self.asked(), by=self.cast.mei, at=NOW)
        settle_approval(swap.approval, False, by=self.cast.zhou, answer="当天大促", at=NOW)
        swap.refresh_from_db()
        assert (swap.state, swap.answer) == (Swap.State.REFUSED, "当天大促")
        assert self.on("lin") == [(MONDAY, "白班")]

    def test_declined_the_asker_reads_why(self) -> None:
        swap = self.asked()
        Notice.objects.all().delete()
        actions.decline_swap(swap, by=self.cast.mei, at=NOW, answer="那天孩子家长会")
        assert [(one.person, one.body) for one in Notice.objects.all()] == [(self.cast.lin, "那天孩子家长会")]

    def test_only_who_is_asked_agrees_and_only_who_asked_withdraws(self) -> None:
        swap = self.asked()
        with pytest.raises(NotAllowed):
            actions.agree_swap(swap, by=self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.withdraw_swap(swap, by=self.cast.mei, at=NOW)
        actions.withdraw_swap(swap, by=self.cast.lin, at=NOW)
        with pytest.raises(Conflict):
            actions.agree_swap(swap, by=self.cast.mei, at=NOW)

    def test_too_late_is_refused_by_the_handbook(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.ask_swap(MONDAY, self.cast.mei, "看病", by=self.cast.lin, at=at("11-23 05:00"))
        assert refused.value.decision.paths == ("shifts.swap_notice",)
        assert not Swap.objects.exists()

    def test_strangers_and_own_shifts_are_no_partners(self) -> None:
        for other in (self.cast.hu, self.cast.lin):
            with pytest.raises(BadInput):
                actions.ask_swap(MONDAY, other, "看病", by=self.cast.lin, at=NOW)

    def test_a_shift_that_changed_meanwhile_is_not_swapped(self) -> None:
        swap = actions.agree_swap(self.asked(), by=self.cast.mei, at=NOW)
        self.duty("lin", MONDAY, LATE)
        with pytest.raises(Refused):
            settle_approval(swap.approval, True, by=self.cast.zhou, at=NOW)
        assert self.on("mei") == [(MONDAY + timedelta(days=1), "晚班")]


class Computing(RosterCase):
    def test_one_at_a_time_and_called_off(self) -> None:
        plan = self.plan()
        first = actions.ask_roster(plan, by=self.cast.zhou, at=NOW)
        with pytest.raises(Conflict):
            actions.ask_roster(plan, by=self.cast.zhou, at=NOW)
        assert actions.cancel_roster(first, by=self.cast.zhou, at=NOW)
        assert not actions.cancel_roster(first, by=self.cast.zhou, at=NOW)

    def test_what_was_set_by_hand_stays_when_it_is_taken_over(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 0, LATE)
        cells = {str(self.cast.lin.pk): ["白班", "白班", "", "", "", "", ""]}
        found = Generation.objects.create(
            plan=plan, state="done", result={"cells": cells, "unmet": []}, asked_by=self.cast.zhou, asked_at=NOW
        )
        assert actions.take_over(found, by=self.cast.zhou, at=NOW) == 1
        assert list(Cell.objects.order_by("day").values_list("shift", "is_fixed")) == [("晚班", True), ("白班", False)]

    def test_the_past_of_a_roster_stays_whatever_is_computed(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 3)
        actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of="人手不足")
        plan.refresh_from_db()
        Cell.objects.update(is_fixed=False)
        wednesday = at("11-25 10:00")
        facts = problems.read(plan, problems.rules_of(plan, wednesday))
        asked = problems.problem(facts, strict=True, since=problems.begins(plan, wednesday))
        lin = asked.person[str(self.cast.lin.pk)]
        assert {day: (one.shift, one.source) for day, one in lin.fixed.items()} == dict.fromkeys(range(3), ("白班", "over"))
        assert min(line.day for line in asked.cover) == 3
        cells = {str(self.cast.lin.pk): ["", "", "", "晚班", "", "", ""]}
        found = Generation.objects.create(plan=plan, state="done", result={"cells": cells, "unmet": []}, asked_by=self.cast.zhou, asked_at=NOW)
        assert actions.take_over(found, by=self.cast.zhou, at=wednesday) == 1
        assert list(Cell.objects.order_by("day").values_list("shift", flat=True)) == ["白班", "白班", "白班", "晚班"]

    def test_a_draft_of_this_week_is_computed_from_today_on(self) -> None:
        plan = self.plan()
        wednesday = at("11-25 10:00")
        facts = problems.read(plan, problems.rules_of(plan, wednesday))
        asked = problems.problem(facts, strict=True, since=problems.begins(plan, wednesday))
        assert sorted(asked.person[str(self.cast.lin.pk)].fixed) == [0, 1]
        found = solve(asked, 3)
        assert {row[:2] for row in found.cells.values()} == {("", "")}
        assert {cell for row in found.cells.values() for cell in row[2:]} >= {"白班", "晚班"}

    def test_it_is_not_asked_for_where_it_could_change_nothing(self) -> None:
        plan = self.plan()
        for absent in ([(self.cast.lin.pk, MONDAY + timedelta(days=2), MONDAY)], [(self.cast.lin.pk, MONDAY - timedelta(days=3), MONDAY - timedelta(days=1))]):
            with pytest.raises(BadInput):
                actions.ask_roster(plan, by=self.cast.zhou, at=NOW, absent=absent)
        with pytest.raises(Refused):
            actions.ask_roster(plan, by=self.cast.zhou, at=at("12-01 10:00"))
        TeamMembership.objects.update(until=MONDAY)
        with pytest.raises(Refused):
            actions.ask_roster(plan, by=self.cast.zhou, at=NOW)
        assert not Generation.objects.exists()

    def test_a_draft_that_is_dropped_is_no_longer_computed(self) -> None:
        plan = self.plan()
        asked = actions.ask_roster(plan, by=self.cast.zhou, at=NOW)
        actions.drop_plan(plan, by=self.cast.zhou, at=NOW)
        asked.refresh_from_db()
        assert asked.state == "cancelled"
