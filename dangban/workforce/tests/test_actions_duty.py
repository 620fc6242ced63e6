"""Duty as it is entered, served and extended; nights belong to the day on which they begin."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from dangban.desk.actions import start_deadline
from dangban.desk.models import Deadline
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.models import Person
from dangban.shops.models import Profile
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce import actions, queries
from dangban.workforce.models import DutyPeriod, ShiftExtension
from dangban.workforce.shifts import Shift, read_hours

DAY = Shift("白班", time(8), time(16))
NIGHT = Shift("晚班", time(17), time(1))


class DutyCase(pages.CastCase):
    def enter(self, who: str = "lin", day: date = TODAY, shift: Shift = DAY, by: Person | None = None) -> DutyPeriod:
        person = getattr(self.cast, who)
        return actions.set_duty(person, self.cast.team, day, shift, by=by or self.cast.zhou, at=NOW)


class EnteringTest(DutyCase):
    def test_a_shift_is_entered_and_journalled(self) -> None:
        duty = self.enter()
        assert (duty.starts_at, duty.ends_at) == (at("08:00"), at("16:00"))
        assert Entry.objects.get().change == {"day": "2026-11-19", "shift": [None, "白班 08:00-16:00"]}

    def test_another_shift_on_the_same_day_replaces_it(self) -> None:
        self.enter()
        self.enter(shift=NIGHT)
        assert DutyPeriod.objects.get().name == "晚班"

    def test_the_same_shift_again_changes_nothing(self) -> None:
        self.enter()
        self.enter()
        assert Entry.objects.count() == 1

    def test_a_night_shift_belongs_to_the_day_on_which_it_begins(self) -> None:
        duty = self.enter(shift=NIGHT)
        assert duty.day == TODAY
        assert duty.ends_at == at("11-20 01:00")

    def test_a_night_at_the_end_of_the_month_reaches_into_the_next(self) -> None:
        duty = self.enter(day=date(2026, 11, 30), shift=NIGHT)
        assert (duty.day, duty.ends_at) == (date(2026, 11, 30), at("12-01 01:00"))

    def test_the_morning_after_a_long_night_is_refused(self) -> None:
        self.enter(shift=Shift("通宵", time(22), time(9)))
        with pytest.raises(Refused, match="通宵"):
            self.enter(day=TODAY + timedelta(days=1))

    def test_who_does_not_lead_the_team_may_not(self) -> None:
        for other in (self.cast.lin, self.cast.hu):
            with pytest.raises(NotAllowed):
                self.enter("mei", by=other)
        assert DutyPeriod.objects.count() == 0

    def test_somebody_of_another_team_is_refused(self) -> None:
        with pytest.raises(BadInput):
            self.enter("hu")

    def test_long_past_duty_stays_as_it_was(self) -> None:
        with pytest.raises(Refused):
            self.enter(day=TODAY - timedelta(days=8))

    def test_a_day_of_rest(self) -> None:
        self.enter()
        assert actions.clear_duty(self.cast.lin, self.cast.team, TODAY, by=self.cast.zhou, at=NOW)
        assert DutyPeriod.objects.count() == 0

    def test_last_week_is_copied_onto_empty_days_to_come(self) -> None:
        monday = date(2026, 11, 23)
        for offset in range(3):
            self.enter(day=monday - timedelta(days=7 - offset))
        self.enter(day=monday, shift=NIGHT)
        assert actions.copy_week(self.cast.team, monday, by=self.cast.zhou, at=NOW) == 2
        week = DutyPeriod.objects.filter(day__gte=monday).order_by("day").values_list("name", flat=True)
        assert list(week) == ["晚班", "白班", "白班"]


class OnDutyTest(DutyCase):
    def test_the_end_of_a_shift_is_no_longer_duty(self) -> None:
        self.enter()
        assert queries.people_on_duty(at("15:59")) == {self.cast.lin.pk}
        assert queries.people_on_duty(at("16:00")) == set()

    def test_after_midnight_the_night_shift_of_yesterday_is_current(self) -> None:
        self.enter(shift=NIGHT)
        duty = queries.current_duty(self.cast.lin, at("11-20 00:30"))
        assert duty is not None
        assert duty.day == TODAY

    def test_who_went_early_is_off_duty(self) -> None:
        duty = self.enter()
        actions.end_shift(duty, by=self.cast.lin, at=at("14:00"))
        assert queries.current_duty(self.cast.lin, at("14:30")) is None

    def test_only_the_teams_asked_for(self) -> None:
        self.enter()
        assert queries.people_on_duty(at("10:00"), [self.cast.other_team.pk]) == set()


class ExtensionTest(DutyCase):
    def test_serving_past_the_end_extends_the_shift_until_the_last_customer(self) -> None:
        duty = self.enter()
        actions.extend_shift(duty, conversations=[5], because=[], by=SYSTEM, at=at("16:00"))
        assert queries.current_duty(self.cast.lin, at("16:20")) == duty
        actions.end_extension(duty, by=self.cast.lin, at=at("16:25"))
        assert queries.current_duty(self.cast.lin, at("16:26")) is None
        assert ShiftExtension.objects.get().ended_at == at("16:25")

    def test_asked_again_it_is_the_same_extension_with_one_more_customer(self) -> None:
        duty = self.enter()
        actions.extend_shift(duty, conversations=[5], because=[], by=SYSTEM, at=at("16:00"))
        actions.extend_shift(duty, conversations=[7, 5], because=[], by=SYSTEM, at=at("16:05"))
        assert ShiftExtension.objects.get().conversations == [5, 7]

    def test_a_served_shift_is_not_replaced(self) -> None:
        duty = self.enter()
        actions.end_shift(duty, by=self.cast.lin, at=at("16:00"))
        with pytest.raises(Refused):
            self.enter(shift=NIGHT)


class DutySpansTest(DutyCase):
    def spans(self, start: str = "11-19 00:00", end: str = "11-21 00:00"):
        return queries.duty_spans(self.cast.team.pk, self.cast.shop.pk, at(start), at(end))

    def test_without_duty_and_hours_nothing_is_known(self) -> None:
        assert self.spans() is None

    def test_shifts_of_several_people_join(self) -> None:
        self.enter()
        self.enter("mei", shift=Shift("中班", time(14), time(22)))
        assert self.spans() == [(at("08:00"), at("22:00"))]

    def test_a_night_of_the_day_before_reaches_in(self) -> None:
        self.enter(day=TODAY - timedelta(days=1), shift=NIGHT)
        assert self.spans() == [(at("00:00"), at("01:00"))]

    def test_days_without_entered_duty_follow_the_opening_hours(self) -> None:
        Profile.objects.filter(shop=self.cast.shop).update(opens=time(9), closes=time(21))
        self.enter()
        assert self.spans() == [(at("08:00"), at("16:00")), (at("11-20 09:00"), at("11-20 21:00"))]

    def test_entering_duty_moves_the_clocks_that_wait_for_it(self) -> None:
        self.enter(day=TODAY + timedelta(days=1))
        start_deadline(
            "desk.task", ("desk.task", 1), rule="desk.warn_before", allowed_seconds=3600, runs="duty",
            team=self.cast.team, by=SYSTEM, at=NOW,
        )  # fmt: skip
        assert Deadline.objects.get().due_at == at("11-20 09:00")
        self.enter(shift=Shift("午后", time(12), time(16)))
        assert Deadline.objects.get().due_at == at("13:00")


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("8:30-17:30", (time(8, 30), time(17, 30))),
        ("17：00～24：00", (time(17), time(0))),
        ("17:00 至 1:00", (time(17), time(1))),
        ("25:00-26:00", None),
        ("8-17", None),
        ("8:00-8:00", None),
    ],
)
def test_hours_as_they_are_typed(typed: str, hours: object) -> None:
    assert read_hours(typed) == hours
