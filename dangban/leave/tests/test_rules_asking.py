"""What may be asked for, what it brings about and who answers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.leave import telling
from dangban.leave.rules import asking, kinds
from dangban.leave.rules.asking import Effect, Facts, Wanted
from dangban.testing.handbooks import handbook_with

ASKED = date(2026, 11, 19)
MONDAY = date(2026, 11, 23)


def rules(name: str = "brand-group", lifted: Iterable[str] = ()) -> Rules:
    return preset(name).on(ASKED, lifted=lifted)


def wanted(kind: str, first: date = MONDAY, days: int = 1, **more: Any) -> Wanted:
    return Wanted(kind, first, first + timedelta(days=days - 1), ASKED, **more)


def codes(found: asking.Judged, weight: str) -> list[str]:
    return [one.code for one in found.findings if one.weight == weight]


@pytest.mark.parametrize(
    ("kind", "ahead", "refused"),
    [("rest", 2, []), ("rest", 1, ["short_notice"]), ("private", 1, []), ("private", 0, ["short_notice"]), ("sick", 0, []), ("sick", -1, ["short_notice"])],
)
def test_rest_two_days_ahead_private_leave_one_sick_leave_at_once(kind: str, ahead: int, refused: list[str]) -> None:
    found = asking.judge(wanted(kind, ASKED + timedelta(days=ahead)), Facts(balance={"2026-11": Decimal(2)}), rules())
    assert codes(found, "refuses") == refused
    assert found.decision.outcome == ("refused" if refused else "may")


def test_a_refusal_names_the_earliest_day_and_its_clause() -> None:
    found = asking.judge(wanted("rest", date(2026, 11, 20)), Facts(balance={"2026-11": Decimal(2)}), rules()).refusals[0]
    assert found.figures == {"days": 2, "earliest": date(2026, 11, 21)}
    assert [one.clause for one in found.because] == ["handbook: 第三则 日常工作规范"]


def test_urgent_leave_needs_no_notice_and_says_what_must_follow() -> None:
    found = asking.judge(wanted("private", ASKED, is_urgent=True), Facts(), rules())
    assert (codes(found, "refuses"), codes(found, "tells")) == ([], ["urgent"])
    assert found.findings[0].figures == {"days": 2, "absence": True}
    mild = handbook_with({"leave.unapproved_is_absence": "is = false"}).on(ASKED)
    told = asking.judge(wanted("private", ASKED, is_urgent=True), Facts(), mild).findings[0]
    with translation.override("zh-hans"):
        assert telling.finding(told) == "已电话说明：假期结束后 2 天内补手续，否则按事假处理。"


def test_rest_days_over_a_month_end_are_taken_from_both_months() -> None:
    facts = Facts(balance={"2026-11": Decimal(1), "2026-12": Decimal(0)})
    found = asking.judge(wanted("rest", date(2026, 11, 30), 2), facts, rules())
    assert found.takes == {"2026-11": Decimal(1), "2026-12": Decimal(1)}
    assert [one.figures["period"] for one in found.refusals] == ["2026-12"]


def test_days_that_are_free_anyway_are_not_counted_as_private_leave() -> None:
    weekend = frozenset({date(2026, 11, 28), date(2026, 11, 29)})
    found = asking.judge(wanted("private", date(2026, 11, 27), 4), Facts(free=weekend), rules())
    assert (found.days, found.counted) == (Decimal(2), (date(2026, 11, 27), date(2026, 11, 30)))


def test_leave_on_free_days_only_is_not_needed() -> None:
    weekend = frozenset({date(2026, 11, 28), date(2026, 11, 29)})
    assert codes(asking.judge(wanted("private", date(2026, 11, 28), 2), Facts(free=weekend), rules()), "refuses") == ["free_anyway"]


def test_marriage_leave_counts_every_day_and_three_at_most() -> None:
    friday = date(2026, 11, 27)
    weekend = frozenset({date(2026, 11, 28), date(2026, 11, 29)})
    may = asking.judge(wanted("marriage", friday, 3), Facts(free=weekend), rules())
    assert (may.days, codes(may, "refuses"), codes(may, "tells")) == (Decimal(3), [], ["proof"])
    assert codes(asking.judge(wanted("marriage", friday, 4), Facts(), rules()), "refuses") == ["quota"]


def test_childcare_leave_is_counted_over_the_year() -> None:
    found = asking.judge(wanted("childcare", days=2), Facts(used_this_year=Decimal(9)), rules())
    assert found.refusals[0].figures == {"quota": Decimal(10), "used": Decimal(9), "wanted": Decimal(2)}


@pytest.mark.parametrize(("before", "days", "warned"), [("0", 3, []), ("1", 3, ["cancels_rest"]), ("3", 1, ["cancels_rest"])])
def test_more_than_three_days_of_private_leave_in_a_month_warn_of_the_next(before: str, days: int, warned: list[str]) -> None:
    found = asking.judge(wanted("private", days=days), Facts(private={"2026-11": Decimal(before)}), rules(lifted=["leave.private_month"]))
    assert codes(found, "warns") == warned
    assert found.decision.outcome == "may"


def test_under_the_law_four_rest_days_stay_and_no_more_is_said_to_go() -> None:
    four = asking.judge(wanted("private", days=4), Facts(), rules())
    assert (codes(four, "warns"), "leave.private_month" in four.decision.paths) == ([], False)
    six = handbook_with({"leave.rest_days_a_month": "is = 6", "leave.private_month": "is = 3"}).on(ASKED)
    warned = asking.judge(wanted("private", days=4), Facts(), six).warnings
    assert [(one.code, one.figures["kept"]) for one in warned] == [("cancels_rest", Decimal(4))]
    with translation.override("zh-hans"):
        assert telling.finding(warned[0]) == "2026-11 事假将达到 4 天，下个月只保留法定的休息日 4 天。"


def test_the_thirty_first_day_of_private_leave_in_a_year_counts_as_absence() -> None:
    found = asking.judge(wanted("private", days=2), Facts(private={"2026-03": Decimal("29")}), rules())
    assert [(one.code, one.figures.get("over")) for one in found.warnings] == [("beyond_year", Decimal(1))]


def test_half_a_day_takes_half_a_day() -> None:
    found = asking.judge(wanted("private", part="first"), Facts(), rules())
    assert (found.days, found.takes) == (Decimal("0.5"), {"2026-11": Decimal("0.5")})


def test_the_leader_answers_one_day_the_supervisor_more() -> None:
    general = rules("default")
    assert [asking.judge(wanted("private", days=days), Facts(), general).answered_by for days in (1, 2)] == ["leader", "supervisor"]
    assert asking.judge(wanted("private"), Facts(), rules("brand-group")).answered_by == "supervisor"


def test_a_shift_that_falls_short_goes_to_the_supervisor_with_its_reason() -> None:
    short = Effect(MONDAY, "白班", 1, 2)
    found = asking.judge(wanted("private"), Facts(effects=[short]), rules("default"))
    assert (found.answered_by, codes(found, "warns")) == ("supervisor", ["below_least"])
    assert "leave.below_least" in found.decision.paths


def test_leave_that_the_handbook_does_not_have_is_refused() -> None:
    found = asking.judge(wanted("sabbatical"), Facts(), rules())
    assert (found.decision.outcome, codes(found, "refuses")) == ("refused", ["unknown_kind"])


def test_what_is_paid_follows_the_kind() -> None:
    paid = {kind: kinds.paid_points(kind, rules()) for kind in ("rest", "private", "sick", "annual", "maternity", "nothing")}
    assert paid == {"rest": 10_000, "private": 0, "sick": 8_000, "annual": 10_000, "maternity": 10_000, "nothing": 0}
