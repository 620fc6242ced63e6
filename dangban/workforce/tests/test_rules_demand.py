"""Queues, forecasts and people per shift: figures known beforehand."""

from __future__ import annotations

import math
from datetime import date, time, timedelta

import pytest

from dangban.workforce.demand import erlang, staffing
from dangban.workforce.demand.forecast import SLOTS, Counted, DayKind, Given, forecast, looked_back, wape

RATE = 200 / 3600
MONDAY = date(2026, 9, 7)


@pytest.mark.parametrize(
    ("servers", "waits", "in_time", "average"), [(12, 0.449, 0.640, 40.4), (13, 0.285, 0.796, 17.1), (14, 0.174, 0.888, 7.8)]
)
def test_two_hundred_an_hour_wait_as_long_as_the_formula_says(servers, waits, in_time, average) -> None:
    found = erlang.erlang_c(RATE, 180, servers, 20)
    assert (round(found.waits, 3), round(found.in_time, 3), round(found.average_wait, 1)) == (waits, in_time, average)


@pytest.mark.parametrize(("servers", "waits", "leaves", "average"), [(11, 0.383, 0.094, 11.3), (12, 0.280, 0.062, 7.4)])
def test_who_loses_patience_leaves(servers, waits, leaves, average) -> None:
    found = erlang.erlang_a(RATE, 180, servers, 20, 120)
    assert (round(found.waits, 3), round(found.leaves, 3), round(found.average_wait, 1)) == (waits, leaves, average)


@pytest.mark.parametrize(("servers", "in_time"), [(6, 0.876), (7, 0.961)])
def test_three_chats_at_once_are_worth_two_and_a_half(servers, in_time) -> None:
    assert round(erlang.erlang_c(RATE, 180 / 2.5, servers, 30).in_time, 3) == in_time


def test_endless_patience_is_the_queue_in_which_everybody_waits() -> None:
    patient, endless = erlang.erlang_a(RATE, 180, 12, 20, 1e8), erlang.erlang_c(RATE, 180, 12, 20)
    assert math.isclose(patient.in_time, endless.in_time, abs_tol=1e-5)
    assert math.isclose(patient.average_wait, endless.average_wait, rel_tol=1e-4)


def test_too_few_for_the_load_answer_nobody_in_time() -> None:
    assert erlang.erlang_c(RATE, 180, 10, 20) == erlang.Service(1.0, 0.0, math.inf)
    assert erlang.erlang_a(RATE, 180, 0, 20, 120).leaves == 1.0


def test_nobody_comes_and_nobody_is_needed() -> None:
    assert erlang.needed(0, 180, 0.8, 20) == 0
    assert erlang.erlang_c(0, 180, 0, 20).in_time == 1.0


def test_the_fewest_who_reach_the_target() -> None:
    assert [erlang.needed(RATE, 180, target, 20) for target in (0.6, 0.79, 0.8, 0.9)] == [12, 13, 14, 15]


@pytest.mark.parametrize(("customers", "seats"), [(1, 1), (10, 3), (1000, 107), (100_000, 10_013)])
def test_few_and_very_many_are_staffed_alike(customers: int, seats: int) -> None:
    target = staffing.Target(0.8, 20, 180)
    assert staffing.seats(customers, target) == seats
    fewer, enough = (erlang.erlang_c(customers / 1800, 180, count, 20).in_time for count in (seats - 1, seats))
    assert fewer < 0.8 <= enough


def test_a_load_as_great_as_the_servers_takes_one_more_at_least() -> None:
    assert erlang.needed(10 / 180, 180, 0.01, 0) == 11
    assert erlang.needed(10 / 180, 180, 1.0, 3600) < 20


def test_whoever_is_alone_serves_in_spite_of_meals() -> None:
    target = staffing.Target(0.8, 20, 180, shrinkage=0.3)
    assert staffing.outcome(5, 1, target) == erlang.erlang_a(5 / 1800, 180, 1, 20, 120)
    assert staffing.outcome(5, 0, target).leaves == 1.0


def test_the_table_of_factors_goes_on_straight() -> None:
    table = [(1, 1.0), (2, 1.7), (3, 2.5), (5, 3.5)]
    assert [erlang.factor_of(chats, table) for chats in (1, 3, 4, 9)] == [1.0, 2.5, 3.0, 3.5]


def test_a_long_queue_stays_a_number() -> None:
    found = erlang.erlang_a(5.0, 300, 20, 30, 600)
    assert 0.98 < found.leaves < 0.99
    assert 0 <= found.in_time < 0.01


def a_day(offset: int, total: float, *, holiday: bool = False, phase: str = "") -> Counted:
    """Half of the customers come at 10:00, half at 20:00."""
    slots = [0.0] * SLOTS
    slots[20] = slots[40] = total / 2
    return Counted(DayKind(MONDAY + timedelta(days=offset), is_holiday=holiday, phase=phase), tuple(slots))


def test_a_monday_is_expected_as_mondays_were() -> None:
    past = [a_day(offset, 200 if offset % 7 else 100) for offset in range(28)]
    monday, tuesday = forecast(past, [DayKind(MONDAY + timedelta(days=28)), DayKind(MONDAY + timedelta(days=29))], Given())
    assert (round(monday.total), round(tuesday.total)) == (100, 200)
    assert (round(monday.slots[20]), round(monday.slots[21])) == (50, 0)
    assert looked_back(past, 7, Given()).by_slot == pytest.approx(0)


def test_recent_weeks_count_more() -> None:
    past = [a_day(0, 100), a_day(7, 200)]
    assert forecast(past, [DayKind(MONDAY + timedelta(days=14))], Given())[0].total == pytest.approx((90 + 200) / 1.9)


def test_a_phase_without_a_past_goes_by_the_handbook_and_one_with_by_what_came() -> None:
    past = [a_day(offset, 100) for offset in range(21)]
    peak = DayKind(MONDAY + timedelta(days=28), phase="peak")
    first = forecast(past, [peak], Given(phases={"peak": 2.5}))[0]
    assert (round(first.total), first.learnt) == (250, False)
    past += [a_day(21, 400, phase="peak"), a_day(22, 400, phase="peak")]
    again = forecast(past, [peak], Given(phases={"peak": 2.5}))[0]
    assert (round(again.total), again.learnt, round(again.factor, 1)) == (400, True, 4.0)


def test_a_worked_sunday_is_like_a_monday() -> None:
    past = [a_day(offset, 60 if offset % 7 == 6 else 100) for offset in range(14)]
    sunday = MONDAY + timedelta(days=20)
    plain, worked = forecast(past, [DayKind(sunday), DayKind(sunday, is_makeup=True)], Given())
    assert (round(plain.total), round(worked.total)) == (60, 100)


def test_nothing_is_expected_where_nothing_is_known() -> None:
    assert forecast([], [DayKind(MONDAY)], Given())[0].total == 0
    assert looked_back([], 7, Given()).by_slot is None


def test_misses_are_summed_before_they_are_divided() -> None:
    assert wape([10, 0, 30], [5, 5, 30]) == 0.25
    assert wape([0, 0], [1, 1]) is None


TARGET = staffing.Target(service_level=0.8, within=30, handling=180, factor=2.5, shrinkage=0.25)


def test_more_are_rostered_than_serve() -> None:
    assert staffing.seats(100, TARGET) == 6
    assert [staffing.rostered(count, 0.25) for count in (0, 3, 6, 7)] == [0, 4, 8, 10]
    assert staffing.outcome(100, 8, TARGET).leaves < 0.05


def test_shifts_get_what_each_half_hour_needs() -> None:
    shifts = {"白班": (time(8), time(16)), "晚班": (time(16), time(0))}
    need = [0] * SLOTS
    need[20], need[36] = 3, 2
    assert staffing.per_shift(need, shifts) == ({"白班": 3, "晚班": 2}, [])


def test_overlapping_shifts_help_each_other() -> None:
    shifts = {"白班": (time(8, 30), time(17, 30)), "晚班": (time(17), time(1))}
    need = [0] * SLOTS
    need[34] = 4
    need[2] = 1
    assert staffing.per_shift(need, shifts) == ({"白班": 0, "晚班": 4}, [2])
    assert staffing.carried_over({"白班": 0, "晚班": 4}, shifts)[:3] == [4, 4, 0]
