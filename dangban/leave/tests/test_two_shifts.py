"""Leave on a day with two shifts that lie apart: both go, both come back."""

from __future__ import annotations

from datetime import timedelta

from dangban.leave import actions
from dangban.leave.models import LeaveRequest
from dangban.leave.tests.story import MONDAY, WEDNESDAY
from dangban.leave.tests.test_actions import LeaveCase
from dangban.testing.cast import NOW, at
from dangban.workforce import ports
from dangban.workforce.actions import set_duty
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift

SUNDAY = WEDNESDAY + timedelta(days=4)
BOTH = [("早", "08:00-12:00", "manual"), ("晚", "18:00-22:00", "manual")]


class TwoShifts(LeaveCase):
    def setUp(self) -> None:
        super().setUp()
        DutyPeriod.objects.filter(person=self.cast.lin, day=WEDNESDAY).delete()
        for name, starts, ends in (("早", "08:00", "12:00"), ("晚", "18:00", "22:00")):
            DutyPeriod.objects.create(
                person=self.cast.lin, team=self.cast.team, day=WEDNESDAY, name=name, starts_at=at(f"11-25 {starts}"), ends_at=at(f"11-25 {ends}")
            )

    def there(self) -> list[tuple[str, str, str]]:
        rows = DutyPeriod.objects.filter(person=self.cast.lin, day=WEDNESDAY).order_by("starts_at")
        return [(one.name, one.shift.hours, one.source) for one in rows]

    def granted(self, **more: object) -> LeaveRequest:
        return self.story.answer(self.private(**more), self.cast.zhou)  # type: ignore[arg-type]

    def cancel(self, done: LeaveRequest) -> None:
        actions.cancel(done, "不用请了", by=self.cast.zhou, at=NOW)

    def test_cancelled_both_come_back(self) -> None:
        done = self.granted()
        assert (self.there(), len(done.cleared)) == ([], 2)
        self.cancel(done)
        assert self.there() == BOTH

    def test_half_a_day_is_one_of_them_and_comes_back_beside_the_other(self) -> None:
        for part, left in (("first", BOTH[1:]), ("second", BOTH[:1])):
            done = self.granted(part=part)
            assert self.there() == left
            (away,) = ports.away([self.cast.lin.pk], WEDNESDAY, WEDNESDAY)
            middle = at("11-25 15:00")
            assert (away.starts_at, away.ends_at) == ((at("11-25 08:00"), middle) if part == "first" else (middle, at("11-25 22:00")))
            self.cancel(done)
            assert self.there() == BOTH

    def test_where_something_else_was_entered_since_it_stays(self) -> None:
        done = self.granted()
        set_duty(self.cast.lin, self.cast.team, WEDNESDAY, Shift("夜", at("11-25 22:30").time(), at("11-25 23:30").time()), by=self.cast.zhou, at=NOW)
        before = self.there()
        self.cancel(done)
        assert self.there() == before

    def test_each_of_them_finds_its_own_to_stand_in(self) -> None:
        for who in (self.cast.mei, self.cast.ou):
            DutyPeriod.objects.filter(person=who, day__gte=MONDAY).delete()
            set_duty(who, self.cast.team, SUNDAY, self.story.day_shift, by=self.cast.zhou, at=NOW)
        done = self.granted()
        for who in (self.cast.mei, self.cast.ou):
            actions.stand_in(done, who, WEDNESDAY, by=self.cast.zhou, at=NOW)
            done.refresh_from_db()
        stand_ins = DutyPeriod.objects.filter(day=WEDNESDAY, source="stand_in").order_by("starts_at")
        assert [(one.person, one.name) for one in stand_ins] == [(self.cast.mei, "早"), (self.cast.ou, "晚")]
        assert [one["stands_in"] for one in done.cleared] == [self.cast.mei.name, self.cast.ou.name]
