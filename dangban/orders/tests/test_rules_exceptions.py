"""When an order is late and why, by when an exception is due, on which days the late ones are swept."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.handbook import loader
from dangban.handbook.rulebook import Rules
from dangban.orders import clauses
from dangban.orders.exceptions import rules
from dangban.testing.cast import NOW, at

DEFAULT = loader.preset("default")


def kept(*without: str) -> Rules:
    rulebook = DEFAULT.on(NOW.date())
    return Rules({path: rule for path, rule in rulebook.table.items() if path not in without}, NOW)


@pytest.mark.parametrize(
    ("paid", "outcome"), [("11-17 10:01", "time"), ("11-17 10:00", "late"), ("11-16 9:00", "late"), ("9:59", "time")]
)
def test_an_order_is_late_forty_eight_hours_after_payment(paid: str, outcome: str) -> None:
    decision = rules.shipping(at(paid), NOW, kept())
    assert (decision.outcome, decision.paths) == (outcome, ("orders.ship_within",))


def test_nothing_is_late_where_no_rule_says_when() -> None:
    assert rules.shipping(at("9-1 10:00"), NOW, kept("orders.ship_within")).outcome == "time"
    assert rules.late_between(NOW, kept("orders.ship_within")) is None


def test_late_orders_are_looked_for_between_thirty_days_and_forty_eight_hours_ago() -> None:
    assert rules.late_between(NOW, kept()) == (NOW - timedelta(days=30), NOW - timedelta(hours=48))


def test_without_a_rule_an_exception_is_due_before_the_day_is_over() -> None:
    ends = at("11-20 0:00")
    assert rules.due(clauses.URGENT_WITHIN, NOW, ends, kept("orders.urgent_within")) == (ends, ())
    assert rules.due(clauses.URGENT_WITHIN, NOW, ends, kept())[0] == at("12:00")


@pytest.mark.parametrize(
    ("presale", "short", "preparation", "has_parcel", "why"),
    [
        (False, False, "", False, "not_downloaded"),
        (False, False, "printed", False, "in_warehouse"),
        (False, False, "packed", False, "in_warehouse"),
        (False, True, "", False, "out_of_stock"),
        (True, True, "", False, "presale"),
        (True, True, "packed", True, "not_marked"),
    ],
)
def test_why_an_order_is_late(presale: bool, short: bool, preparation: str, has_parcel: bool, why: str) -> None:
    assert rules.why_late(presale=presale, short=short, preparation=preparation, has_parcel=has_parcel) == why


@pytest.mark.parametrize(
    ("times", "days"),
    [(0, set()), (1, {0}), (2, {0, 3}), (3, {0, 2, 4}), (5, {0, 1, 2, 4, 5}), (7, {0, 1, 2, 3, 4, 5, 6})],
)
def test_sweeps_are_spread_over_the_week(times: int, days: set[int]) -> None:
    assert rules.sweep_days(times) == days


def test_twice_a_week_is_monday_and_thursday() -> None:
    assert [rules.sweeps_today(day, kept()).outcome for day in range(7)] == [
        "sweep", "rest", "rest", "sweep", "rest", "rest", "rest",
    ]  # fmt: skip
    assert rules.sweeps_today(0, kept("orders.sweeps_a_week")).outcome == "rest"
