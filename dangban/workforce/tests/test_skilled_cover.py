"""Of those on a shift, so many must be able to do something: asked of the computer, counted, explained."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from dangban.handbook.actions import adopt_preset
from dangban.handbook.current import in_force
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.people.models import RoleGrant
from dangban.testing import pages
from dangban.testing.cast import LONG_AGO, NOW
from dangban.workforce import actions
from dangban.workforce.models import Plan, Swap
from dangban.workforce.rosters import problems, reading, skills, telling
from dangban.workforce.shifts import Shift
from dangban.workforce.solver import check, shortages, solve

MONDAY = date(2026, 11, 23)
DAY = Shift("白班", time(8), time(16))
AFTER = "stage:aftersale"


class Skilled(pages.CastCase):
    plan: Plan

    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        cls.plan = actions.make_plan(cls.cast.team, MONDAY, 1, by=cls.cast.zhou, at=NOW)

    def need(self, people: int, skill: str = AFTER, day: date = MONDAY) -> None:
        actions.set_needs(self.plan, {day: {"白班": people}}, by=self.cast.zhou, at=NOW, skill=skill)
        self.plan.refresh_from_db()

    def write(self, who: str, day: date = MONDAY) -> None:
        actions.set_cells(self.plan, [(getattr(self.cast, who).pk, day)], DAY, by=self.cast.zhou, at=NOW)
        self.plan.refresh_from_db()

    def problem(self) -> tuple[problems.Facts, problems.Problem]:
        facts = problems.read(self.plan, in_force(NOW))
        return facts, problems.problem(facts, stable=False)

    def test_what_the_team_can_do_is_offered_and_nothing_else(self) -> None:
        shops = {f"shop:{self.cast.shop.pk}": "南风家居旗舰店", f"shop:{self.cast.second_shop.pk}": "南风家居京东店"}
        assert skills.offered(self.cast.team) == {**shops, AFTER: "售后", "stage:presale": "售前"}
        with pytest.raises(BadInput):
            self.need(1, "stage:fieldservice")
        assert Plan.objects.get().skilled == {}

    def test_a_shop_is_held_by_whom_a_role_reaches_it(self) -> None:
        RoleGrant.objects.filter(person=self.cast.lin).delete()
        RoleGrant.objects.create(person=self.cast.lin, role=self.cast.roles["agent"], shop=self.cast.shop, since=LONG_AGO)
        held = skills.held([self.cast.lin.pk, self.cast.mei.pk], self.cast.team)
        first, second = f"shop:{self.cast.shop.pk}", f"shop:{self.cast.second_shop.pk}"
        assert held == {self.cast.lin.pk: {"stage:presale", first}, self.cast.mei.pk: {AFTER, first, second}}

    def test_the_foot_counts_those_who_can_and_tells_what_is_short(self) -> None:
        self.need(1)
        self.write("lin")
        foot = next(one for one in reading.grid(self.plan, NOW).feet if one.skill)
        assert (foot.key.shift.name, foot.skill, foot.days[0][1:3]) == ("白班", "售后", (0, 1))
        self.write("mei")
        lines = [one for one in reading.grid(self.plan, NOW, [self.cast.lin]).feet if one.skill]
        assert [one.days[0][1:3] for one in lines] == [(1, 1)]

    def test_it_is_a_rule_when_it_is_published(self) -> None:
        self.need(1)
        facts, problem = self.problem()
        cells = {str(one.pk): problems.row_of(one, facts) for one in facts.people}
        skilled = [(one.source, one.found, one.bound, one.unit) for one in check(problem, cells) if one.unit == AFTER]
        assert skilled == [("plan", 0, 1, AFTER)]

    def test_the_computer_puts_somebody_there_who_can(self) -> None:
        for offset in range(5):
            self.need(1, day=MONDAY + timedelta(days=offset))
        _facts, problem = self.problem()
        found = solve(problem, seconds=10)
        assert [found.cells[str(self.cast.mei.pk)][day] for day in range(5)] == ["白班"] * 5

    def test_why_nobody_who_can_is_there_is_told_by_name(self) -> None:
        self.need(1)
        actions.set_cells(self.plan, [(self.cast.mei.pk, MONDAY)], None, by=self.cast.zhou, at=NOW)
        self.plan.refresh_from_db()
        facts, problem = self.problem()
        cells = {str(one.pk): problems.row_of(one, facts) for one in facts.people}
        short = [one for one in shortages(problem, cells) if one.skill == AFTER]
        (told,) = telling.tell_unmet(short, self.plan.days, {one.pk: one.name for one in facts.people}, facts.rules)
        assert (told.text, told.lines) == ("11-23 白班 售后缺 1 人", ("梅芳：手工排定",))

    def test_nobody_who_cannot_stands_in_for_who_can(self) -> None:
        self.need(1)
        self.write("mei")
        actions.publish(self.plan, by=self.cast.zhou, at=NOW, in_spite_of="人手不足")
        with pytest.raises(Refused) as refused:
            actions.ask_swap(MONDAY, self.cast.lin, "看病", by=self.cast.mei, at=NOW)
        assert "售后" in refused.value.details[0]
        assert not Swap.objects.exists()
