"""Scorecards: the vectors known from the trade, proportion, grades, a distribution that only warns."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dangban.handbook.loader import Faulty, preset
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.performance.clauses import CARDS
from dangban.performance.rules import scoring, targets
from dangban.testing.handbooks import handbook_with

DAY = date(2026, 11, 19)


def rules(name: str = "default") -> Rules:
    return Rules(preset(name).table(DAY), clock.at_local(DAY, clock.local(clock.now()).time().replace(tzinfo=None)))


def scored(code: str, **values: str) -> scoring.Result:
    held = rules()
    return scoring.score(held[CARDS].of(code), {name: Decimal(value) for name, value in values.items()}, held)


def test_card_a_gives_86_5() -> None:
    found = scored("A", conversion="58", pay_rate="91", basket_ratio="1.13", first_response="18", response="33", daily_work="100")
    assert [item.scored for item in found.items] == [Decimal("32"), Decimal("22.5"), Decimal("4"), Decimal("9"), Decimal("9"), Decimal("10")]
    assert found.score == Decimal("86.50")
    assert found.grade is not None
    assert (found.grade.grade, found.grade.bonus) == ("良", 10_000)


def test_card_b_gives_81_5() -> None:
    found = scored("B", target_done="92", conversion="41", basket="235", reply_rate="97", response="40", lates="2")
    assert found.score == Decimal("81.50")
    assert found.grade is not None
    assert found.grade.grade == "银"


@pytest.mark.parametrize(
    ("value", "points"), [("65", "100"), ("64.99", "90"), ("60", "90"), ("55", "80"), ("54.99", "75"), ("45", "75"), ("44.99", "65"), ("0", "65")]
)
def test_a_threshold_itself_counts(value: str, points: str) -> None:
    found = scored("A", conversion=value, pay_rate="0", basket_ratio="0", first_response="99", response="99", daily_work="0")
    assert found.items[0].points == Decimal(points)


def test_card_d_is_scored_in_proportion_and_stops_at_both_ends() -> None:
    found = scored("D", reply_rate="95", taobao_rate="94", response="17.5", first_response="8", slow_share="2.5", effective_rate="62.5")
    assert [item.points for item in found.items] == [Decimal("50.00"), Decimal("0.00"), Decimal("50.00"), Decimal("100.00"), Decimal("75.00"), Decimal("50.00")]
    assert found.score == Decimal("12.5") + 10 + 10 + Decimal("7.5") + 5


def test_card_c_pays_a_share_by_grade_and_warns_of_a_crowded_grade() -> None:
    found = scored("C", conversion="55", basket_ratio="1.12", reply_rate="99", response="30", manager_score="90")
    assert found.score == Decimal("96.00")
    assert found.grade is not None
    assert str(found.grade.share) == "100%"
    card = rules()[CARDS].of("C")
    assert scoring.crowded(card, ["A"] * 3 + ["B"] * 7) == [scoring.Crowded("A", 3, 2), scoring.Crowded("B", 7, 5)]
    assert scoring.crowded(card, ["A", "B", "B", "B", "B", "C", "C", "C", "D", "A"]) == []


def test_a_missing_figure_leaves_the_card_without_a_score() -> None:
    found = scored("A", conversion="58", pay_rate="91", basket_ratio="1.13", first_response="18", response="33")
    assert found.score is None
    assert found.grade is None
    because = found.decision.because[0]
    assert [(str(label), told) for label, told in because.facts][2] == ("缺数据的指标", "日常工作")


def test_the_reason_tells_the_brackets_of_this_card_only() -> None:
    found = scored("A", conversion="58", pay_rate="91", basket_ratio="1.13", first_response="18", response="33", daily_work="100")
    told = found.decision.because[0].value.zh.split("；")
    assert (told[0], told[3], told[-1]) == (
        "询单最终付款转化率 40%：≥65 得 100，≥60 得 90，≥55 得 80，≥45 得 75，否则 65",
        "首次响应（秒） 10%：≤15 得 100，≤20 得 90，≤25 得 80，≤30 得 60，否则 0",
        "日常工作 10%：主管打分",
    )
    assert scoring.brackets(rules()[CARDS].of("D")["items"][0]).en == "in proportion, 90 brings 0, 100 brings 100"


def test_weights_that_do_not_add_up_are_refused_when_the_handbook_is_read() -> None:
    card = 'rows = [{code = "X", name = {zh = "x", en = "x"}, items = [{measure = "daily_work", weight = 90}]}]'
    with pytest.raises(Faulty) as caught:
        handbook_with({"performance.cards": card})
    assert "90" in str(caught.value)


def test_an_item_without_brackets_is_refused() -> None:
    card = 'rows = [{code = "X", name = {zh = "x", en = "x"}, items = [{measure = "conversion", weight = 100}]}]'
    with pytest.raises(Faulty):
        handbook_with({"performance.cards": card})


def test_equals_share_the_better_place_and_the_lowest_are_named() -> None:
    scores = {1: Decimal("90"), 2: Decimal("80"), 3: Decimal("90"), 4: Decimal("70")}
    assert scoring.ranks(scores) == {1: 1, 3: 1, 2: 3, 4: 4}
    assert scoring.lowest(scores, 10) == [4]
    assert scoring.lowest({1: Decimal("10")}, 50) == []


def test_a_target_is_broken_down_to_the_fen() -> None:
    days = targets.month_days(date(2028, 2, 11))
    parts = targets.days_of(100_000, days)
    assert (len(days), sum(parts.values()), set(parts.values())) == (29, 100_000, {3448, 3449})
    weeks = targets.weeks(parts)
    assert sum(amount for _first, _last, amount in weeks) == 100_000
    assert (weeks[0][0], weeks[0][1], weeks[1][0]) == (date(2028, 2, 1), date(2028, 2, 6), date(2028, 2, 7))
    assert targets.due_by(parts, date(2028, 2, 29)) == 100_000


def test_days_off_get_no_part_of_a_target() -> None:
    days = targets.month_days(date(2026, 11, 1))
    parts = targets.days_of(900, days, {days[0]: 1, days[1]: 2})
    assert (parts[days[0]], parts[days[1]], parts[days[2]]) == (300, 600, 0)


def test_who_reaches_no_grade_of_a_card_that_pays_by_grade_has_no_share() -> None:
    rows = 'rows = [{code = "C", name = {zh = "考核", en = "Card"}, items = [{measure = "manager_score", weight = 100}], grades = [{grade = "A", from = 91, share = 100}, {grade = "D", from = 65, share = 50}]}]'
    held = handbook_with({"performance.cards": rows, "performance.card_of": 'rows = [{work = "presale", card = "C"}]'}).on(DAY)
    shares = {points: scoring.score(held[CARDS].of("C"), {"manager_score": Decimal(points)}, held).share_points for points in ("91", "65", "64.99", "0")}
    assert shares == {"91": 10_000, "65": 5_000, "64.99": 0, "0": 0}
    assert scoring.score(held[CARDS].of("C"), {}, held).share_points is None
    assert scored("D", reply_rate="95", taobao_rate="94", response="17.5", first_response="8", slow_share="2.5", effective_rate="62.5").share_points is None
