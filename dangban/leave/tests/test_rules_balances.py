"""Rest days, annual leave and a day's wage, by examples."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dangban.handbook.loader import preset
from dangban.leave.rules import balances
from dangban.testing.handbooks import handbook_with

EXAMPLES: Mapping[str, Any] = tomllib.loads((Path(__file__).parent / "examples" / "balances.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", EXAMPLES["rest"], ids=lambda case: case["because"])
def test_rest_days_of_a_month(case: dict[str, Any]) -> None:
    rules = preset(case["handbook"]).on(case["month"], lifted=case.get("lifted", ()))
    due = balances.rest_due(case["month"], case["employed"], Decimal(case["before"]), rules)
    assert due.days == Decimal(case["due"])
    assert due.because[0].path == "leave.rest_days_a_month"


@pytest.mark.parametrize(("lifted", "due"), [((), "4"), (("leave.private_month",), "0")])
def test_of_six_rest_days_too_much_private_leave_takes_two_and_says_what_the_law_keeps(lifted: tuple[str, ...], due: str) -> None:
    month = date(2026, 12, 1)
    rules = handbook_with({"leave.rest_days_a_month": "is = 6", "leave.private_month": "is = 3"}).on(month, lifted=lifted)
    found = balances.rest_due(month, 31, Decimal(4), rules)
    assert (found.days, found.because[1].path) == (Decimal(due), "leave.private_month")
    assert found.because[1].inputs == {"last_month": "4", "kept_by_law": due}


@pytest.mark.parametrize("case", EXAMPLES["annual"], ids=lambda case: case["because"])
def test_annual_leave_of_a_year(case: dict[str, Any]) -> None:
    rules = preset("default").on(date(case["year"], 1, 1))
    assert balances.annual_due(case["year"], case["hired"], case["experience"], rules).days == Decimal(case["due"])


@pytest.mark.parametrize("case", EXAMPLES["wage"], ids=lambda case: case["because"])
def test_what_days_are_worth(case: dict[str, Any]) -> None:
    rules = preset(case["handbook"]).on(case["day"])
    assert balances.wage_of(Decimal(case["days"]), case["base"], case["day"], rules) == case["fen"]


def test_unused_rest_days_are_paid_kept_or_gone_as_the_handbook_says() -> None:
    november = date(2026, 11, 1)
    paid = balances.unused(Decimal(1), november, preset("brand-group").on(november))
    saved = balances.unused(Decimal(1), november, preset("default").on(november))
    assert (paid.what, saved.what) == ("paid_out", "saved")
    assert [one.clause for one in paid.because] == ["handbook: 第三则 日常工作规范"]


def test_annual_leave_may_be_taken_until_the_end_of_march() -> None:
    assert balances.annual_good_until(2026, preset("default").on(date(2026, 1, 1))) == date(2027, 3, 31)


def test_days_kept_for_later_are_good_for_three_months_to_the_last_of_a_shorter_one() -> None:
    rules = preset("default").on(date(2026, 11, 30))
    assert balances.saved_good_until(date(2026, 11, 30), rules) == date(2027, 2, 28)
