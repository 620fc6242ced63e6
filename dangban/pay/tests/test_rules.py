"""Payslips as worked by hand: the examples of slips.toml to the fen, and what holds of every payslip."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Handbook, Rules
from dangban.lib import money
from dangban.pay.rules import Slip, slip
from dangban.pay.rules import facts as f
from dangban.pay.rules.limits import minimum_of
from dangban.testing.handbooks import handbook_with

CASES = tomllib.loads((Path(__file__).parent / "slips.toml").read_text(encoding="utf-8"))["case"]


@cache
def _on(name: str, day: date) -> Rules:
    return preset(name).on(day)


def _book(case: Mapping[str, Any]) -> Handbook:
    if "rules" in case and "preset" not in case:
        return handbook_with(case["rules"])
    return preset(case.get("preset", "default"))


def facts_of(case: Mapping[str, Any]) -> f.Facts:
    fen, month = money.fen, date.fromisoformat(case["month"])
    sales, card, year = case.get("sales"), case.get("card"), case.get("year", {})
    return f.Facts(
        person_id=7, month=month, stretches=[f.Stretch(date.fromisoformat(a), date.fromisoformat(b), fen(c)) for a, b, c in map(str.split, case.get("stretches", []))],
        insurance_fen=fen(case.get("insurance", "0")), special_fen=fen(case.get("special", "0")), city=case.get("city", ""),
        card=f.Card(1, Decimal(card["score"]), card.get("grade", ""), None, fen(card["bonus"]) if "bonus" in card else None) if card else None,
        sales=f.Sales(fen(sales["net"]), fen(sales.get("later", "0")), sales.get("champion", False), fen(sales.get("pool", "0")), sales.get("sharing", 0)) if sales else None,
        attendance=f.Attendance(fen(case["full"]), True) if "full" in case else f.Attendance(),
        rest=f.Rest(Decimal(case["rest"])) if "rest" in case else None,
        leave=[f.LeaveDay(1, "private", "事假", date.fromisoformat(day), Decimal(share), int(paid)) for day, share, paid in map(str.split, case.get("leave", []))],
        absences=[f.Absence(f"K{n}", date.fromisoformat(day), Decimal(days), Decimal(missed)) for n, (day, days, missed) in enumerate(map(str.split, case.get("absences", [])))],
        asked=[f.Asked(kind, "x", fen(amount), f"asked:{n}") for n, (kind, amount) in enumerate(map(str.split, case.get("asked", [])))],
        given=[f.Given(kind, "x", fen(amount), f"given:{n}") for n, (kind, amount) in enumerate(map(str.split, case.get("given", [])))],
        overtime=[f.Overtime(f"overtime:{n}", date.fromisoformat(day), int(minutes), kind) for n, (day, minutes, kind) in enumerate(map(str.split, case.get("overtime", [])))],
        year=f.YearSoFar(fen(year.get("income", "0")), fen(year.get("insurance", "0")), fen(year.get("special", "0")), fen(year.get("withheld", "0")), year.get("months", 0)),
    )  # fmt: skip


def made_of(case: Mapping[str, Any]) -> Slip:
    book = _book(case)
    return slip(facts_of(case), book.on)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_payslip_worked_by_hand(case: Mapping[str, Any]) -> None:
    made = made_of(case)
    sums: dict[str, int] = {}
    for line in made.lines:
        sums[line.kind] = sums.get(line.kind, 0) + line.amount_fen
    assert {kind: str(money.yuan(fen)) for kind, fen in sums.items()} == case["lines"]
    assert str(money.yuan(made.net_fen)) == case["net"]
    paths = {reason.path for line in made.lines for reason in line.because if not isinstance(reason, dict)}
    assert set(case.get("because", ())) <= paths
    assert [line.limit for line in made.lines if line.limit] == case.get("limits", [])
    if "carried" in case:
        assert str(money.yuan(sum(line.carried_fen for line in made.lines))) == case["carried"]
    if "each" in case:
        assert [str(money.yuan(line.amount_fen)) for line in made.lines if line.kind == "base"] == case["each"]
    assert set(case.get("warned", ())) <= {one.code for one in made.warnings}


def test_a_handbook_that_changes_in_mid_month_holds_for_its_days_and_at_the_end_for_the_month() -> None:
    """A day's leave before the change goes by the old daily wage, one after it by the new."""
    old, new = preset("brand-group"), preset("default")

    def on(day: date) -> Rules:
        return (old if day < date(2026, 11, 16) else new).on(day)

    case = {"month": "2026-11-01", "stretches": ["2026-11-01 2026-11-30 3000.00"], "card": {"score": "90", "bonus": "300.00"}}
    facts = facts_of(case | {"leave": ["2026-11-10 1 0"]})
    made = slip(facts, on)
    by_kind = {line.kind: line for line in made.lines}
    assert by_kind["leave"].amount_fen == -10_000
    after = {line.kind: line for line in slip(facts_of(case | {"leave": ["2026-11-20 1 0"]}), on).lines}
    assert new.on(date(2026, 11, 20))["leave.daily_wage"] in ("month_days", "average")
    expected = -13_793 if new.on(date(2026, 11, 20))["leave.daily_wage"] == "average" else -10_000
    assert after["leave"].amount_fen == expected
    # By the month: the rules of its last day, here by grade: 800 and the grade's 300.
    assert by_kind["performance"].amount_fen == 110_000


amounts = st.integers(0, 3_000_00)


@st.composite
def months(draw: st.DrawFn) -> f.Facts:
    month = draw(st.sampled_from([date(2026, 2, 1), date(2028, 2, 1), date(2026, 11, 1), date(2026, 12, 1)]))
    length = ((month.replace(day=28) + timedelta(days=4)).replace(day=1) - month).days
    first = draw(st.integers(0, length - 1))
    last = draw(st.integers(first, length - 1))
    cut = draw(st.integers(first, last))
    day = timedelta(days=1)
    stretches = [f.Stretch(month + day * first, month + day * cut, draw(st.integers(100, 900_000)))]
    if cut < last:
        stretches.append(f.Stretch(month + day * (cut + 1), month + day * last, draw(st.integers(100, 900_000))))
    asked = [f.Asked(draw(st.sampled_from(["fine", "loss", "overpaid", "advance"])), "x", amount, f"a:{n}") for n, amount in enumerate(draw(st.lists(amounts, max_size=4)))]
    leave = [f.LeaveDay(n, "private", "x", month + day * first, Decimal(count), 0) for n, count in enumerate(draw(st.lists(st.integers(1, 20), max_size=2)))]
    card = f.Card(1, Decimal(draw(st.integers(0, 100))), bonus_fen=draw(amounts))
    return f.Facts(
        7, month, stretches, insurance_fen=draw(amounts), card=card, sales=f.Sales(draw(st.integers(0, 60_000_000)), draw(amounts)),
        leave=leave, asked=asked, given=[f.Given("bounty", "x", draw(amounts), "g")], rest=f.Rest(Decimal(draw(st.integers(0, 4)))),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(months())
def test_lines_add_up_and_nothing_reaches_below_what_the_law_leaves(facts: f.Facts) -> None:
    made = slip(facts, lambda day: _on("default", day))
    rules = _on("default", facts.stretches[-1].last)
    assert made.net_fen == sum(line.amount_fen for line in made.lines) >= 0
    taken = -made.total("taken")
    assert 0 <= taken <= max(0, (made.wage_fen + 4) // 5)
    if taken:
        assert made.net_fen >= minimum_of(facts, rules)[0]
    refs = [line.ref for line in made.lines]
    assert len(refs) == len(set(refs))
    for line in made.lines:
        assert line.carried_fen >= 0
        if line.asked_fen is not None and line.group == "taken":
            assert line.carried_fen in (0, line.asked_fen + line.amount_fen)
    assert slip(facts, lambda day: _on("default", day)) == made
