"""Two shifts on one day, entered by hand, live beside a roster that knows one a day."""

from __future__ import annotations

from datetime import date, time

from dangban.handbook.actions import adopt_preset
from dangban.lib.actor import SYSTEM
from dangban.testing import pages
from dangban.testing.cast import NOW, at
from dangban.workforce import actions
from dangban.workforce.models import Cell, DutyPeriod
from dangban.workforce.shifts import Shift

MONDAY = date(2026, 11, 23)
MORNING = Shift("早", time(8), time(12))


class SplitShifts(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        for starts, ends, name in (("08:00", "12:00", "早"), ("18:00", "22:00", "晚")):
            DutyPeriod.objects.create(
                person=cls.cast.lin, team=cls.cast.team, day=MONDAY, name=name,
                starts_at=at(f"11-23 {starts}"), ends_at=at(f"11-23 {ends}"),
            )  # fmt: skip

    def test_a_plan_takes_the_first_and_laying_it_keeps_both(self) -> None:
        plan = actions.make_plan(self.cast.team, MONDAY, 1, by=self.cast.zhou, at=NOW)
        assert [cell.hours for cell in Cell.objects.filter(plan=plan)] == ["08:00-12:00"]
        assert actions.lay_duty(self.cast.team, {(self.cast.lin.pk, MONDAY): MORNING}, by=self.cast.zhou, at=NOW) == {}
        assert DutyPeriod.objects.count() == 2

    def test_a_day_of_rest_takes_both_away(self) -> None:
        changed = actions.lay_duty(self.cast.team, {(self.cast.lin.pk, MONDAY): None}, by=self.cast.zhou, at=NOW)
        assert changed == {self.cast.lin.pk: [(MONDAY, None)]}
        assert not DutyPeriod.objects.exists()

    def test_both_stand_on_the_own_roster(self) -> None:
        page = self.as_person(self.cast.lin).get("/duty/mine/?day=2026-11-23").content.decode()
        monday = page.split('data-day="2026-11-23"')[1].split("</div>")[0]
        assert [hours in monday for hours in ("08:00-12:00", "18:00-22:00")] == [True, True]
