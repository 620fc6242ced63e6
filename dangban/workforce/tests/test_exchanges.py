"""Swaps keep the rules of both, come to nothing once a shift begins, and leave other teams' duty alone."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from dangban.desk.actions import settle_approval
from dangban.desk.models import Notice
from dangban.handbook.actions import adopt_preset
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.actions import off_board
from dangban.people.models import TeamMembership
from dangban.testing import pages
from dangban.testing.cast import NOW, at
from dangban.workforce import actions, ports
from dangban.workforce.actions.swapping import lapse_swaps
from dangban.workforce.models import Cell, DutyPeriod, Plan, Swap, Wish
from dangban.workforce.shifts import Shift

MONDAY = date(2026, 11, 23)
TUESDAY = MONDAY + timedelta(days=1)
DAY, LATE = Shift("白班", time(8), time(16)), Shift("晚班", time(16), time(0))


class ExchangeCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)

    def duty(self, who: str, day: date, shift: Shift) -> None:
        actions.set_duty(getattr(self.cast, who), self.cast.team, day, shift, by=self.cast.zhou, at=NOW)

    def on(self, who: str) -> list[tuple[date, str]]:
        rows = DutyPeriod.objects.filter(person=getattr(self.cast, who)).order_by("day")
        return [(one.day, one.name) for one in rows]

    def ask(self, day: date = MONDAY, other: date | None = None) -> Swap:
        return actions.ask_swap(day, self.cast.mei, "看病", by=self.cast.lin, at=NOW, other_day=other)


class BothSides(ExchangeCase):
    def test_the_one_who_takes_over_must_have_rested(self) -> None:
        self.duty("lin", TUESDAY, DAY)
        self.duty("mei", MONDAY, LATE)
        with pytest.raises(Refused) as refused:
            self.ask(TUESDAY)
        assert refused.value.decision.paths == ("shifts.rest_between",)
        assert not Swap.objects.exists()

    def test_the_one_who_gives_must_have_rested_for_what_they_get(self) -> None:
        self.duty("lin", MONDAY, LATE)
        self.duty("lin", TUESDAY + timedelta(days=1), DAY)
        self.duty("mei", TUESDAY, DAY)
        with pytest.raises(Refused) as refused:
            self.ask(TUESDAY + timedelta(days=1), TUESDAY)
        assert "林小雨" in refused.value.details[0]
        assert not Swap.objects.exists()

    def test_a_rest_that_is_lost_on_the_first_day_of_the_next_week_counts(self) -> None:
        sunday = MONDAY + timedelta(days=6)
        self.duty("lin", sunday, LATE)
        self.duty("mei", sunday + timedelta(days=1), DAY)
        with pytest.raises(Refused) as refused:
            self.ask(sunday)
        assert refused.value.decision.paths == ("shifts.rest_between",)

    def test_who_is_on_leave_stands_in_for_nobody(self) -> None:
        ports.register_away("test", lambda ids, first, last: [ports.Away(self.cast.mei.pk, MONDAY, MONDAY, "annual", "年假")])
        self.addCleanup(ports.registry.away.pop, "test")
        self.duty("lin", MONDAY, DAY)
        with pytest.raises(Refused):
            self.ask()
        assert not Swap.objects.exists()

    def test_a_leader_is_not_replaced_by_nobody_who_may_lead(self) -> None:
        self.duty("zhou", MONDAY, DAY)
        with pytest.raises(Refused) as refused:
            actions.ask_swap(MONDAY, self.cast.mei, "出差", by=self.cast.zhou, at=NOW)
        assert refused.value.decision.paths == ("shifts.leader_on_every_shift",)

    def test_what_was_broken_before_hinders_nobody(self) -> None:
        for offset in range(6):
            self.duty("mei", MONDAY + timedelta(days=offset), DAY)
        sunday = MONDAY + timedelta(days=6)
        self.duty("lin", sunday, DAY)
        assert self.ask(sunday, MONDAY).state == Swap.State.ASKED

    def test_both_on_the_same_day_exchange_early_for_late(self) -> None:
        self.duty("lin", MONDAY, DAY)
        self.duty("mei", MONDAY, LATE)
        swap = actions.agree_swap(self.ask(MONDAY, MONDAY), by=self.cast.mei, at=NOW)
        settle_approval(swap.approval, True, by=self.cast.zhou, at=NOW)
        assert (self.on("lin"), self.on("mei")) == ([(MONDAY, "晚班")], [(MONDAY, "白班")])


class InTime(ExchangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.duty("lin", MONDAY, DAY)

    def test_nobody_agrees_or_approves_once_the_shift_has_begun(self) -> None:
        swap = self.ask()
        with pytest.raises(Refused):
            actions.agree_swap(swap, by=self.cast.mei, at=at("11-23 08:00"))
        swap = actions.agree_swap(swap, by=self.cast.mei, at=NOW)
        with pytest.raises(Refused):
            settle_approval(swap.approval, True, by=self.cast.zhou, at=at("11-23 08:00"))
        assert self.on("lin") == [(MONDAY, "白班")]

    def test_unanswered_it_comes_to_nothing_and_its_approval_with_it(self) -> None:
        swap = actions.agree_swap(self.ask(), by=self.cast.mei, at=NOW)
        assert lapse_swaps(at("11-23 07:59")) == 0
        Notice.objects.all().delete()
        assert lapse_swaps(at("11-23 08:00")) == 1
        swap.refresh_from_db()
        assert (swap.state, swap.answer != "", swap.approval.settled_at) == ("lapsed", True, at("11-23 08:00"))
        assert {one.person for one in Notice.objects.all()} == {self.cast.lin, self.cast.mei}
        assert lapse_swaps(at("11-23 08:01")) == 0

    def test_one_whose_shift_is_gone_ends_with_its_day(self) -> None:
        self.ask()
        actions.clear_duty(self.cast.lin, self.cast.team, MONDAY, by=self.cast.zhou, at=NOW)
        assert lapse_swaps(at("11-23 23:59")) == 0
        assert lapse_swaps(at("11-24 00:00")) == 1


class OtherTeams(ExchangeCase):
    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        TeamMembership.objects.create(person=cls.cast.mei, team=cls.cast.other_team, since=date(2026, 1, 1))
        actions.set_duty(cls.cast.mei, cls.cast.other_team, MONDAY, LATE, by=cls.cast.hu, at=NOW)

    def mei(self) -> DutyPeriod:
        return DutyPeriod.objects.get(person=self.cast.mei)

    def test_what_another_team_planned_is_not_written_over(self) -> None:
        with pytest.raises(Refused, match="零食组"):
            self.duty("mei", MONDAY, DAY)
        with pytest.raises(Refused, match="零食组"):
            actions.lay_duty(self.cast.team, {(self.cast.mei.pk, MONDAY): DAY}, by=self.cast.zhou, at=NOW)
        assert (self.mei().team, self.mei().name) == (self.cast.other_team, "晚班")

    def test_a_roster_knows_that_they_are_on_elsewhere(self) -> None:
        plan = actions.make_plan(self.cast.team, MONDAY, 1, by=self.cast.zhou, at=NOW)
        actions.set_cells(plan, [(self.cast.mei.pk, MONDAY)], DAY, by=self.cast.zhou, at=NOW)
        with pytest.raises(Refused):
            actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of="人手不足")
        assert self.mei().name == "晚班"

    def test_their_shift_there_is_nothing_to_swap_here(self) -> None:
        self.duty("lin", TUESDAY, DAY)
        with pytest.raises(Refused):
            self.ask(TUESDAY, MONDAY)
        assert not Swap.objects.exists()

    def test_who_plans_both_teams_may(self) -> None:
        actions.set_duty(self.cast.mei, self.cast.team, MONDAY, DAY, by=self.cast.bao, at=NOW)
        assert (self.mei().team, self.mei().name) == (self.cast.team, "白班")


class TwoLeaders(ExchangeCase):
    def setUp(self) -> None:
        super().setUp()
        self.plan = actions.make_plan(self.cast.team, MONDAY, 1, by=self.cast.zhou, at=NOW)

    def write(self, shift: Shift | None, seen: str) -> Plan:
        place = (self.cast.lin.pk, MONDAY)
        return actions.set_cells(self.plan, [place], shift, by=self.cast.bao, at=NOW, seen={place: seen})

    def test_the_slower_writes_over_nothing_they_have_not_seen(self) -> None:
        self.write(DAY, "")
        with pytest.raises(Conflict, match="林小雨 11-23"):
            self.write(LATE, "")
        assert [cell.shift for cell in Cell.objects.all()] == ["白班"]
        self.write(LATE, "白班")
        self.write(None, "晚班")
        assert [(cell.shift, cell.is_fixed) for cell in Cell.objects.all()] == [("", True)]
        self.write(DAY, "-")

    def test_what_somebody_else_changed_is_not_published_unseen(self) -> None:
        self.write(DAY, "")
        with pytest.raises(Conflict):
            actions.publish(self.plan, by=self.cast.zhou, at=NOW, in_spite_of="人手不足", version=self.plan.version)
        assert not DutyPeriod.objects.exists()
        actions.publish(self.plan, by=self.cast.zhou, at=NOW, in_spite_of="人手不足", version=self.plan.version + 1)
        assert DutyPeriod.objects.count() == 1

    def test_duty_changed_by_hand_is_not_taken_back_by_a_draft(self) -> None:
        self.write(DAY, "")
        self.duty("lin", MONDAY, LATE)
        actions.publish(self.plan, by=self.cast.zhou, at=NOW, in_spite_of="人手不足")
        assert self.on("lin") == [(MONDAY, "晚班")]


class ComingAndGoing(ExchangeCase):
    def test_who_joins_in_the_middle_of_a_week_is_entered_from_that_day(self) -> None:
        TeamMembership.objects.create(person=self.cast.shen, team=self.cast.team, since=TUESDAY)
        with pytest.raises(BadInput):
            self.duty("shen", MONDAY, DAY)
        self.duty("shen", TUESDAY, DAY)
        assert self.on("shen") == [(TUESDAY, "白班")]

    def test_last_week_is_copied_without_those_who_are_away_or_gone(self) -> None:
        for who in ("lin", "mei", "ou"):
            self.duty(who, MONDAY, DAY)
        week = timedelta(days=7)
        TeamMembership.objects.filter(person=self.cast.mei).update(until=MONDAY + week)
        ports.register_away("test", lambda ids, first, last: [ports.Away(pk, first, last, "annual", "年假") for pk in ids if pk == self.cast.ou.pk])
        self.addCleanup(ports.registry.away.pop, "test")
        assert actions.copy_week(self.cast.team, MONDAY + week, by=self.cast.zhou, at=NOW) == 1
        assert self.on("lin") == [(MONDAY, "白班"), (MONDAY + week, "白班")]

    def test_who_leaves_the_company_is_on_no_roster_any_more(self) -> None:
        self.duty("lin", date(2026, 11, 18), DAY)
        self.duty("lin", MONDAY, DAY)
        plan = actions.make_plan(self.cast.team, MONDAY, 1, by=self.cast.zhou, at=NOW)
        swap = self.ask()
        actions.set_wish(TUESDAY, "", by=self.cast.lin, at=NOW)
        off_board(self.cast.lin, self.cast.mei, reason="回乡", by=self.cast.bao, at=NOW)
        swap.refresh_from_db()
        assert self.on("lin") == [(date(2026, 11, 18), "白班")]
        assert (Cell.objects.filter(plan=plan).count(), Wish.objects.count(), swap.state) == (0, 0, "lapsed")
        assert Entry.objects.filter(verb="workforce.duty_laid", subject_id=self.cast.lin.pk).count() == 1
