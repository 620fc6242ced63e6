"""At the edges of a plan: rules that change inside it, nights that run out of it, half days, days that are not known."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from dangban.handbook.actions import adopt, adopt_preset, forget
from dangban.handbook.models import Version
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.testing import handbooks, pages
from dangban.testing.cast import NOW, at
from dangban.workforce import actions, curves, feeds, holidays, ports, sheets
from dangban.workforce.models import Arrivals, Cell, DutyPeriod, Holiday, Plan, Swap, Wish
from dangban.workforce.rosters import problems, reading
from dangban.workforce.shifts import Shift
from dangban.workforce.solver import check, check_person, solve

MONDAY = date(2026, 11, 23)
DAY, LATE = Shift("白班", time(8), time(16)), Shift("晚班", time(16), time(0))
NIGHTS = 'rows = [{name = "白班", hours = "09:00-17:00", least = 4}, {name = "晚班", hours = "17:00-01:00", least = 1}]'


class EdgeCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("default", by=SYSTEM, at=NOW)
        cls.addClassCleanup(forget)

    def plan(self, first: date = MONDAY) -> Plan:
        return actions.make_plan(self.cast.team, first, 1, by=self.cast.zhou, at=NOW)

    def write(self, plan: Plan, day: date, shift: Shift = DAY) -> None:
        actions.set_cells(plan, [(self.cast.lin.pk, day)], shift, by=self.cast.zhou, at=NOW)

    def broken(self, plan: Plan) -> list[tuple[str, str]]:
        facts = problems.read(plan, problems.rules_of(plan, NOW))
        found = check_person(problems.problem(facts), str(self.cast.lin.pk), problems.row_of(self.cast.lin, facts))
        return [(one.rule, one.source) for one in found]


class ChangedRules(EdgeCase):
    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        changed = handbooks.handbook_with({"shifts.shifts": NIGHTS}, since="2026-12-02")
        adopt(changed, by=SYSTEM, reason="换班次", effective_on=date(2026, 12, 2))

    def test_a_plan_to_come_goes_by_the_rules_of_its_own_days(self) -> None:
        plan = self.plan(date(2026, 12, 7))
        keys = reading.grid(plan, NOW).keys
        assert [(key.shift.name, key.shift.hours) for key in keys] == [("白班", "09:00-17:00"), ("晚班", "17:00-01:00")]

    def test_where_they_change_inside_each_day_has_its_own_hours_and_it_is_told(self) -> None:
        plan = self.plan(date(2026, 11, 30))
        for day in (date(2026, 12, 1), date(2026, 12, 2)):
            self.write(plan, day)
        assert list(Cell.objects.order_by("day").values_list("hours", flat=True)) == ["08:00-16:00", "09:00-17:00"]
        grid = reading.grid(plan, NOW)
        assert [need for _day, _count, need, _led in grid.feet[0].days] == [2, 2, 4, 4, 4, 4, 4]
        assert [one.days for one in grid.legal if one.days] == [(date(2026, 12, 2),)]
        assert not [one for one in reading.grid(self.plan(), NOW).legal if one.days]


    def test_duty_entered_by_hand_has_the_hours_of_its_day_and_a_wish_the_names(self) -> None:
        client = self.client
        client.force_login(self.cast.zhou)
        for day in ("2026-12-01", "2026-12-03"):
            client.post(f"/duty/{self.cast.team.pk}/{self.cast.lin.pk}/{day}/", {"shift": "白班"})
        rows = DutyPeriod.objects.filter(person=self.cast.lin).order_by("day")
        assert [(one.day.day, one.shift.hours) for one in rows] == [(1, "08:00-16:00"), (3, "09:00-17:00")]


class RestOverAChange(EdgeCase):
    """Each shift has the hours of its own day's version, also where one before the change is followed by one behind it."""

    def from_wednesday(self, evening: str, day: str) -> None:
        rows = f'rows = [{{name = "白班", hours = "{day}", least = 1}}, {{name = "晚班", hours = "{evening}", least = 1}}]'
        changed = {"shifts.shifts": rows, "shifts.leader_on_every_shift": "is = false"}
        adopt(handbooks.handbook_with(changed, since="2026-12-02"), by=SYSTEM, reason="换班次", effective_on=date(2026, 12, 2))

    def week(self) -> Plan:
        plan = self.plan(date(2026, 11, 30))
        self.write(plan, date(2026, 12, 1), LATE)
        self.write(plan, date(2026, 12, 2))
        return plan

    def told(self, plan: Plan) -> list[str]:
        row = next(one for one in reading.grid(plan, NOW).rows if one.person == self.cast.lin)
        return [one.text for one in row.told]

    def test_an_evening_of_the_old_hours_is_too_near_to_a_morning_of_the_new(self) -> None:
        self.from_wednesday(evening="12:00-20:00", day="09:00-17:00")
        plan = self.week()
        assert self.told(plan) == ["林小雨 12-01 下班到次日上班只休息 9 小时，应有 11 小时"]
        with pytest.raises(Refused):
            actions.publish(plan, by=self.cast.zhou, at=NOW)

    def test_one_that_ended_early_enough_is_not_judged_by_the_later_end(self) -> None:
        self.from_wednesday(evening="18:00-02:00", day="11:00-19:00")
        assert self.told(self.week()) == []

    def test_what_is_computed_rests_by_the_same_hours(self) -> None:
        self.from_wednesday(evening="12:00-20:00", day="09:00-17:00")
        plan = self.plan(date(2026, 11, 30))
        asked = problems.problem(problems.read(plan, problems.rules_of(plan, NOW)), strict=True)
        for seed in (1, 2):
            found = solve(asked, 3, seed=seed)
            assert [row for row in found.cells.values() if row[1:3] == ("晚班", "白班")] == []
        two = actions.set_cells(plan, [(self.cast.lin.pk, date(2026, 12, 1))], LATE, by=self.cast.zhou, at=NOW)
        two = actions.set_cells(two, [(self.cast.lin.pk, date(2026, 12, 2))], DAY, by=self.cast.zhou, at=NOW)
        asked = problems.problem(problems.read(two, problems.rules_of(two, NOW)), strict=True)
        assert [(one.what, one.source) for one in solve(asked, 3).unmet if one.what == "rule"] == [("rule", "shifts.rest_between")]

    def test_the_evening_before_the_roster_counts_with_the_hours_it_had(self) -> None:
        rows = 'rows = [{name = "白班", hours = "09:00-17:00", least = 1}, {name = "晚班", hours = "12:00-20:00", least = 1}]'
        adopt(handbooks.handbook_with({"shifts.shifts": rows}, since="2026-12-07"), by=SYSTEM, reason="换班次", effective_on=date(2026, 12, 7))
        actions.set_duty(self.cast.lin, self.cast.team, date(2026, 12, 6), LATE, by=self.cast.zhou, at=NOW)
        plan = self.plan(date(2026, 12, 7))
        self.write(plan, date(2026, 12, 7))
        assert self.told(plan) == ["林小雨 12-06 下班到次日上班只休息 9 小时，应有 11 小时"]
        asked = problems.problem(problems.read(plan, problems.rules_of(plan, NOW)), strict=True)
        free = {**{one.id: ("",) * 7 for one in asked.people}, str(self.cast.lin.pk): ("白班", *[""] * 6)}
        assert [one.rule for one in check(asked, free) if one.rule != "cover"] == ["rest"]

    def test_hours_of_the_week_are_those_of_each_day(self) -> None:
        self.from_wednesday(evening="14:00-24:00", day="07:00-17:00")
        plan = self.plan(date(2026, 11, 30))
        for day in (date(2026, 11, 30), date(2026, 12, 1), *(date(2026, 12, day) for day in (2, 3, 4))):
            self.write(plan, day)
        row = next(one for one in reading.grid(plan, NOW).rows if one.person == self.cast.lin)
        assert row.hours == "46"
        assert self.told(plan) == ["林小雨 从 11-30 起排了 46 小时，最多 40 小时"]


class RenamedShifts(EdgeCase):
    """From Wednesday on the day shift has another name."""

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        written = 'rows = [{name = "早班", hours = "09:00-17:00", least = 1}, {name = "晚班", hours = "16:00-24:00", least = 1}]'
        adopt(handbooks.handbook_with({"shifts.shifts": written}, since="2026-12-02"), by=SYSTEM, reason="改名", effective_on=date(2026, 12, 2))

    def test_a_wish_is_for_a_shift_of_its_day(self) -> None:
        actions.set_wish(date(2026, 12, 3), "早班", by=self.cast.lin, at=NOW)
        with pytest.raises(BadInput):
            actions.set_wish(date(2026, 12, 4), "白班", by=self.cast.lin, at=NOW)
        assert [(one.day.day, one.shift) for one in Wish.objects.all()] == [(3, "早班")]
        client = self.client
        client.force_login(self.cast.lin)
        assert "<option>早班</option>" in client.get("/duty/mine/?day=2026-11-16").content.decode()

    def test_each_name_is_written_missed_and_computed_on_its_own_days(self) -> None:
        plan = self.plan(date(2026, 11, 30))
        self.write(plan, date(2026, 12, 3), Shift("早班", time(9), time(17)))
        plan = actions.set_needs(plan, {date(2026, 12, 6): {"早班": 2}}, by=self.cast.zhou, at=NOW)
        grid = reading.grid(plan, NOW)
        assert [(foot.key.shift.name, [need for _day, _count, need, _led in foot.days]) for foot in grid.feet] == [
            ("白班", [2, 2, 0, 0, 0, 0, 0]), ("晚班", [1] * 7), ("早班", [0, 0, 1, 1, 1, 1, 2]),
        ]  # fmt: skip
        assert self.broken(plan) == []
        self.write(plan, date(2026, 12, 3))
        assert self.broken(plan) == [("barred", "shifts.shifts")]
        actions.set_cells(plan, [(self.cast.lin.pk, date(2026, 12, 3))], None, by=self.cast.zhou, at=NOW, fixed=False)
        found = solve(problems.problem(problems.read(plan, problems.rules_of(plan, NOW)), strict=True), 5)
        used = [{row[day] for row in found.cells.values()} - {""} for day in range(7)]
        assert {"早班"} & (used[0] | used[1]) == set()
        assert {"白班"} & set().union(*used[2:]) == set()
        assert all("早班" in day for day in used[2:])


class ChangedLimits(EdgeCase):
    """From Wednesday of the first week on: three days in a row, 32 hours a week, no leader needed."""

    version: Version

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        changed = {"shifts.days_on": "is = 3", "shifts.weekly_hours": "is = 32", "shifts.leader_on_every_shift": "is = false"}
        handbook = handbooks.handbook_with(changed, since="2026-12-02")
        cls.version = adopt(handbook, by=SYSTEM, reason="减负", effective_on=date(2026, 12, 2))

    def told(self, plan: Plan) -> list[tuple[str, bool]]:
        """What is told of Lin, and whether it rests on the new version."""
        row = next(one for one in reading.grid(plan, NOW).rows if one.person == self.cast.lin)
        return [(one.text, one.because[0].version == self.version.pk) for one in row.told]

    def two_weeks(self, *days: date) -> Plan:
        plan = actions.make_plan(self.cast.team, date(2026, 11, 30), 2, by=self.cast.zhou, at=NOW)
        for day in days:
            self.write(plan, day)
        return plan

    def test_each_week_has_the_hours_of_its_monday(self) -> None:
        fives = [date(2026, 11, 30), *(date(2026, 12, day) for day in (1, 3, 4, 6, 7, 9, 10, 12, 13))]
        assert self.told(self.two_weeks(*fives)) == [("林小雨 从 12-07 起排了 40 小时，最多 32 小时", True)]

    def test_days_in_a_row_are_too_many_by_the_rules_of_the_day_on_which_they_are(self) -> None:
        for day in (27, 28, 29):
            actions.set_duty(self.cast.lin, self.cast.team, date(2026, 11, day), DAY, by=self.cast.zhou, at=NOW)
        plan = self.two_weeks(date(2026, 11, 30), date(2026, 12, 1))
        assert self.told(plan) == []
        for day in (5, 6, 7, 8):
            self.write(plan, date(2026, 12, day))
        assert self.told(plan) == [("林小雨 从 12-05 起连上 4 天，最多 3 天", True)]

    def test_leaders_are_asked_for_until_they_are_not(self) -> None:
        plan = self.two_weeks(date(2026, 12, 1), date(2026, 12, 2))
        early = reading.grid(plan, NOW).feet[0]
        assert [led for _day, _count, _need, led in early.days] == [False, False, *[True] * 12]

    def test_what_the_page_tells_is_what_publishing_counts(self) -> None:
        plan = self.two_weeks(*(date(2026, 12, day) for day in (7, 8, 9, 10, 11)))
        grid = reading.grid(plan, NOW)
        assert len([one for row in grid.rows for one in row.told]) == 2
        with pytest.raises(Refused, match=f"^这张排班表有 {len(grid.told)} 处"):
            actions.publish(plan, by=self.cast.zhou, at=NOW)
        assert not DutyPeriod.objects.exists()

    def test_the_page_says_what_goes_by_which_version_and_computing_keeps_both(self) -> None:
        plan = self.two_weeks()
        (said,) = [one for one in reading.grid(plan, NOW).legal if one.days]
        assert (said.days, {one.version for one in said.because}) == ((date(2026, 12, 2),), {self.version.pk})
        assert "按当天的版本" in said.text
        facts = problems.read(plan, problems.rules_of(plan, NOW))
        lin = problems.problem(facts, strict=True).person[str(self.cast.lin.pk)]
        assert sorted(run.most.bound for run in lin.runs if run.most) == [3, 6]

    def test_a_swap_behind_the_change_goes_by_the_new_rules(self) -> None:
        for who, days in (("mei", (7, 8, 9)), ("lin", (10,))):
            for day in days:
                actions.set_duty(getattr(self.cast, who), self.cast.team, date(2026, 12, day), DAY, by=self.cast.zhou, at=NOW)
        with pytest.raises(Refused) as refused:
            actions.ask_swap(date(2026, 12, 10), self.cast.mei, "看病", by=self.cast.lin, at=NOW)
        assert refused.value.details == ["梅芳 从 12-07 起连上 4 天，最多 3 天"]
        assert not Swap.objects.exists()


class Neighbours(EdgeCase):
    def test_the_last_night_leaves_rest_before_what_is_planned_already(self) -> None:
        plan = self.plan()
        actions.set_duty(self.cast.lin, self.cast.team, MONDAY + timedelta(days=7), DAY, by=self.cast.zhou, at=NOW)
        self.write(plan, MONDAY + timedelta(days=6))
        assert self.broken(plan) == []
        self.write(plan, MONDAY + timedelta(days=6), LATE)
        assert self.broken(plan) == [("barred", "shifts.rest_between")]

    def test_hours_of_ones_own_on_the_day_before_count_by_when_they_ended(self) -> None:
        evening = Shift("15:00-23:00", time(15), time(23))
        actions.set_duty(self.cast.lin, self.cast.team, MONDAY - timedelta(days=1), evening, by=self.cast.zhou, at=NOW)
        plan = self.plan()
        self.write(plan, MONDAY)
        assert self.broken(plan) == [("rest", "shifts.rest_between")]

    def test_a_shift_that_was_cut_for_half_a_day_of_leave_is_well(self) -> None:
        noon = at("11-23 12:00")
        half = ports.Away(self.cast.lin.pk, MONDAY, MONDAY, "private", "事假", True, noon, at("11-23 16:00"))
        ports.register_away("test", lambda ids, first, last: [half])
        self.addCleanup(ports.registry.away.pop, "test")
        plan = self.plan()
        self.write(plan, MONDAY)
        assert self.broken(plan) == [("barred", "leave")]
        actions.set_duty(self.cast.lin, self.cast.team, MONDAY, Shift("白班", time(8), time(12)), by=self.cast.zhou, at=NOW)
        assert self.broken(plan) == []


class Counted(EdgeCase):
    def test_who_went_early_was_planned_until_the_end(self) -> None:
        duty = actions.set_duty(self.cast.lin, self.cast.team, MONDAY, DAY, by=self.cast.zhou, at=NOW)
        actions.end_shift(duty, by=self.cast.lin, at=at("11-23 12:00"))
        found = sheets.sheet(self.cast.team, MONDAY, at("11-23 18:00"))
        assert {one.planned for one in found.intervals} == {1}
        assert (found.intervals[-1].starts_at, found.intervals[-1].missing) == (at("11-23 15:30"), 1)

    def test_after_midnight_of_the_first_day_those_of_the_evening_before_are_there(self) -> None:
        handbooks.adopt_with({"shifts.shifts": NIGHTS})
        for back in range(1, 15):
            talks = [10 if slot in (0, 1, 40) else 0 for slot in range(48)]
            Arrivals.objects.create(shop=self.cast.shop, day=MONDAY - timedelta(days=back), talks=talks, lines=talks, seconds=talks, total=30)
        curve = curves.curve(self.cast.team, MONDAY, MONDAY, problems.rules_of(self.plan(), NOW), at=at("11-23 09:00"))
        (day,) = curve.days
        assert (day.day, day.needed[0] > 0, day.uncovered) == (MONDAY, True, ())

    def test_two_shifts_of_a_day_are_two_appointments(self) -> None:
        for starts, ends in (("08:00", "12:00"), ("18:00", "22:00")):
            DutyPeriod.objects.create(
                person=self.cast.lin, team=self.cast.team, day=MONDAY, name="早", starts_at=at(f"11-23 {starts}"), ends_at=at(f"11-23 {ends}")
            )
        written = feeds.calendar(self.cast.lin, NOW).decode()
        pk = self.cast.lin.pk
        assert [line for line in written.splitlines() if line.startswith("UID")] == [
            f"UID:duty-{pk}-2026-11-23@dangban", f"UID:duty-{pk}-2026-11-23-2@dangban",
        ]  # fmt: skip

    def test_a_day_of_the_companys_own_makes_no_year_known(self) -> None:
        holidays.fill_missing()
        known = holidays.state_calendar.known_years()[-1]
        Holiday.objects.filter(day__year=known).delete()
        own = Holiday.objects.create(day=date(known, 1, 1), kind="off", name="店庆")
        assert holidays.missing_years(date(known, 1, 1), date(known, 1, 1)) == [known]
        assert holidays.fill_missing() == len(list(holidays.state_calendar.of_year(known))) - 1
        own.refresh_from_db()
        assert (own.name, holidays.missing_years(date(known, 1, 1), date(known, 1, 1))) == ("店庆", [])
