"""What the handbook asks of a roster, in exact limits."""

from __future__ import annotations

from datetime import date, time

import pytest

from dangban.handbook.loader import preset
from dangban.workforce.rosters import contract
from dangban.workforce.rosters.contract import Month
from dangban.workforce.shifts import Shift

DAY = date(2026, 11, 23)
DEFAULT, BRAND, SHOP, RETURNS = (preset(name).on(DAY) for name in ("default", "brand-group", "taobao-shop", "returns-first"))
NOVEMBER = Month(frozenset(range(7)), 30, 21, 0, 0)


@pytest.mark.parametrize(
    ("rules", "hours", "minutes", "night"),
    [
        (DEFAULT, (time(8), time(16)), 480, False),
        (DEFAULT, (time(16), time(0)), 480, False),
        (BRAND, (time(8, 30), time(17, 30)), 480, False),
        (BRAND, (time(17), time(1)), 420, True),
        (RETURNS, (time(17), time(1)), 420, True),
        (DEFAULT, (time(0), time(8)), 480, False),
    ],
)
def test_hours_count_without_the_meal_and_nights_by_their_end(rules, hours, minutes, night) -> None:
    shift = Shift("班", *hours)
    assert (contract.minutes_of(shift, rules), contract.is_night(shift, rules)) == (minutes, night)


def test_the_weeks_hours_are_a_limit_and_as_many_shifts_as_they_hold_are_due() -> None:
    shift = contract.solver_shift(Shift("白班", time(8), time(16)), SHOP)
    hours, shifts = contract.weekly(range(7), [shift], 0, SHOP)
    assert (hours.most.bound, hours.most.source) == (48 * 60, "shifts.weekly_hours")
    assert (shifts.least.bound, shifts.least.weight) == (6, contract.MISSING_DAY)
    assert contract.weekly(range(7), [shift], 2, SHOP)[1].least.bound == 4
    assert contract.weekly(range(7), [shift], 0, DEFAULT)[1].least.bound == 5


def test_a_month_holds_workdays_and_lawful_overtime_and_its_rests() -> None:
    (overtime,) = contract.monthly(NOVEMBER, DEFAULT)
    assert overtime.most.bound == 21 * 480 + 36 * 60
    overtime, rests = contract.monthly(NOVEMBER, RETURNS)
    assert (rests.most.bound, rests.most.source) == (26, "shifts.rests_of_month")


def test_what_was_too_much_before_is_not_the_plans() -> None:
    busy = Month(frozenset(range(7)), 30, 21, 29, 14_000)
    overtime, rests = contract.monthly(busy, RETURNS)
    assert (overtime.most.bound, overtime.before) == (14_000, 14_000)
    assert (rests.most.bound, rests.before) == (29, 29)


def test_cover_wants_people_and_a_leader_and_spreads_the_rest() -> None:
    lines = contract.cover({(0, "白班"): (2, "shifts.shifts"), (0, "晚班"): (0, "shifts.shifts")}, led={0})
    assert [(one.need, one.must, one.skill) for one in lines if "白班" in one.shifts] == [
        (2, True, ""), (3, False, ""), (4, False, ""), (1, True, "leader"),
    ]  # fmt: skip
    assert not [one for one in lines if "晚班" in one.shifts and one.skill]


def test_a_plan_over_two_months_belongs_to_both() -> None:
    found = contract.months_of(date(2026, 11, 30), 7)
    assert found == {(2026, 11): frozenset({0}), (2026, 12): frozenset({1, 2, 3, 4, 5, 6})}
    leap = contract.months_of(date(2028, 2, 28), 7)
    assert leap[2028, 2] == frozenset({0, 1})
