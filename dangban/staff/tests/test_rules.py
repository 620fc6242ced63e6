"""Terms by day, months of service, and what each level asks for."""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from dangban.handbook.loader import preset
from dangban.staff.rules import promotion, terms

CASES = tomllib.loads((Path(__file__).parent / "examples" / "terms.toml").read_text(encoding="utf-8"))["case"]
DAY = date(2026, 11, 19)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["because"])
def test_terms_on_a_day(case: dict[str, Any]) -> None:
    facts = terms.Facts(
        case["hired"], case.get("left"), [terms.Row(*row) for row in case["rows"]],
        probation_until=case.get("probation"), confirmed_on=case.get("confirmed"),
    )  # fmt: skip
    found = terms.on_day(facts, case["day"], preset("brand-group").on(case["day"]))
    shown = (found.base_fen, found.insurance_company_fen, found.insurance_person_fen) if found else None
    assert shown == ((case["base"], case["company"], case["person"]) if "base" in case else None)


@pytest.mark.parametrize(
    ("first", "day", "months"),
    [
        (date(2026, 1, 31), date(2026, 2, 27), 0),
        (date(2026, 1, 31), date(2026, 2, 28), 1),
        (date(2028, 1, 31), date(2028, 2, 28), 0),
        (date(2028, 1, 31), date(2028, 2, 29), 1),
        (date(2024, 2, 29), date(2025, 2, 28), 12),
        (date(2025, 3, 1), DAY, 20),
        (date(2026, 12, 1), DAY, 0),
    ],
)
def test_whole_months_of_service(first: date, day: date, months: int) -> None:
    assert terms.months_between(first, day) == months


def test_probation_ends_the_day_before_the_same_day_two_months_later() -> None:
    rules = preset("default").on(DAY)
    assert [terms.probation_until(day, rules) for day in (date(2026, 11, 16), date(2026, 12, 31))] == [date(2027, 1, 15), date(2027, 2, 27)]


def test_the_fastest_are_confirmed_early_but_not_before_thirty_days() -> None:
    found = terms.earliest_confirmation(date(2026, 10, 1), date(2026, 11, 30), preset("returns-first").on(DAY))
    assert (found.day, found.is_early_allowed) == (date(2026, 10, 31), True)
    assert [one.clause for one in found.because] == ["handbook: 日常工作制度 九", "practice: 至少看满一个月"]


class TestPromotion:
    rules = preset("cosmetics-shop").on(DAY)

    def facts(self, **more: Any) -> promotion.Facts:
        known: dict[str, Any] = {"level": "senior", "months": 12, "score": Decimal(90), "typing": 100, "education": "vocational", "experience": 0}
        return promotion.Facts(**{**known, **more})

    def judged(self, level: str = "leader", **more: Any) -> tuple[str, list[str]]:
        found = promotion.judge(self.facts(**more), level, self.rules)
        assert found is not None
        return found.decision.outcome, [one.what for one in found.missing]

    def test_whoever_meets_everything_qualifies(self) -> None:
        assert self.judged() == ("qualifies", [])

    def test_a_leader_types_a_hundred_an_agent_seventy(self) -> None:
        assert self.judged(typing=99) == ("nearly", ["typing"])
        assert self.judged("mid", typing=70) == ("qualifies", [])
        assert self.judged("mid", typing=69) == ("nearly", ["typing"])

    def test_one_or_two_missing_is_nearly_three_is_not(self) -> None:
        assert self.judged(typing=99, education="secondary") == ("nearly", ["typing", "education"])
        assert self.judged(typing=99, education="secondary", score=Decimal(84)) == ("lacks", ["typing", "score", "education"])

    def test_what_nobody_knows_is_not_met(self) -> None:
        found = promotion.judge(self.facts(score=None), "leader", self.rules)
        assert found is not None
        assert [(one.what, one.met) for one in found.missing] == [("score", None)]

    def test_a_year_of_like_work_counts_with_service(self) -> None:
        assert self.judged("mid", months=6, experience=6) == ("qualifies", [])
        assert self.judged("mid", months=6, experience=5) == ("nearly", ["experience"])

    def test_nobody_rises_before_the_end_of_probation(self) -> None:
        assert self.judged("mid", on_probation=True) == ("nearly", ["confirmed"])

    def test_two_ladders(self) -> None:
        found = {level: promotion.next_levels(level, self.rules) for level in ("trainee", "junior", "mid", "senior", "leader", "supervisor")}
        assert found == {
            "trainee": ["junior"], "junior": ["mid"], "mid": ["senior", "leader"], "senior": ["leader"], "leader": ["supervisor"], "supervisor": [],
        }  # fmt: skip

    @pytest.mark.parametrize(("level", "least"), [("junior", 200_000), ("leader", 300_000), ("supervisor", 400_000)])
    def test_each_level_has_its_pay_floor(self, level: str, least: int) -> None:
        assert promotion.floor(level, least, self.rules).outcome == "may"
        below = promotion.floor(level, least - 1, self.rules)
        assert (below.outcome, below.amount_fen, below.because[0].clause) == ("below", least, "handbook: 岗位资格要求、工资级别")
