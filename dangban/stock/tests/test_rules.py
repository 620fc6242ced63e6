"""What the rules of stock decide, without a database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

from dangban.handbook import loader
from dangban.handbook.rulebook import Rules
from dangban.stock import rules
from dangban.stock.rules import Standing

TODAY = date(2026, 11, 19)
QUIET = Standing(
    good=20, available=20, owed=0, reserved_for_orders=0, expected=0, sold=0, first_in=date(2026, 11, 1),
    last_out=date(2026, 11, 18), expires_on=None,
)  # fmt: skip


def default() -> Rules:
    return loader.preset("default").on(TODAY)


def found(standing: Standing) -> list[tuple[str, int]]:
    return [(one.decision.outcome, one.amount) for one in rules.alerts(standing, TODAY, default())]


def test_goods_that_sell_a_little_and_are_there_need_no_look() -> None:
    assert found(QUIET) == []


def test_more_paid_than_there_is_counts_as_oversold() -> None:
    assert found(replace(QUIET, good=5, available=2, reserved_for_orders=3, owed=7)) == [("oversold", 2)]
    assert found(replace(QUIET, good=5, available=2, reserved_for_orders=3, owed=5)) == []


def test_fourteen_sold_in_two_weeks_want_seven_for_a_week() -> None:
    assert found(replace(QUIET, available=6, sold=14)) == [("reorder", 1)]
    assert found(replace(QUIET, available=6, sold=14, expected=1)) == []
    assert found(replace(QUIET, available=7, sold=14)) == []
    assert found(replace(QUIET, available=7, sold=15)) == [("reorder", 1)]


def test_a_batch_is_told_thirty_days_ahead() -> None:
    assert found(replace(QUIET, expires_on=date(2026, 12, 20))) == []
    assert found(replace(QUIET, expires_on=date(2026, 12, 19))) == [("expiring", 30)]


def test_sixty_days_without_dispatch_are_slow() -> None:
    assert found(replace(QUIET, last_out=date(2026, 9, 21))) == []
    assert found(replace(QUIET, last_out=date(2026, 9, 20))) == [("slow", 60)]
    assert found(replace(QUIET, last_out=None, first_in=date(2026, 9, 1))) == [("slow", 79)]
    assert found(replace(QUIET, good=0, last_out=date(2026, 1, 1))) == []


def test_an_arrival_is_late_the_day_after() -> None:
    assert rules.late(TODAY, TODAY, default()).outcome == "due"
    late = rules.late(date(2026, 11, 18), TODAY, default())
    assert (late.outcome, late.paths) == ("late", ("stock.arrival_grace",))


def test_returns_are_checked_and_receipts_are_not() -> None:
    assert rules.entry("return", "good", default()).outcome == "checked"
    assert rules.entry("return", "returns", default()).outcome == "may"
    assert rules.entry("receipt", "good", default()).outcome == "may"


def test_the_list_is_late_after_ten() -> None:
    assert rules.shortages_due(time(10, 0), default()).outcome == "due"
    assert rules.shortages_due(time(10, 1), default()).outcome == "late"
