"""Every rule has a roster that breaks it and one that just keeps it."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from dangban.testing.rosters import department
from dangban.workforce.solver import (
    LEADER,
    OFF,
    Barred,
    Breach,
    Count,
    Fairness,
    Fixed,
    Limit,
    Person,
    Rotation,
    Run,
    Stability,
    Tally,
    Wish,
    check,
    check_person,
    counted,
    covered,
    score,
    shortages,
)
from dangban.workforce.solver.tests.small import EARLY, LATE, need, problem, row

NIGHTS = frozenset({"N"})
SIX_ON = Run(most=Limit(6, "days_on"))
TWO_OFF = Run(off=True, least=Limit(2, "rests"))
TWO_ON = Run(least=Limit(2, "short_runs"))
TWO_NIGHTS = Run(shifts=NIGHTS, most=Limit(2, "nights"))
HOURS = Tally(Count("minutes"), least=Limit(960, "contract"), most=Limit(1440, "weekly_hours"))
WEEKENDS = Tally(Count("weekends"), most=Limit(0, "weekends"))
FOUR_NIGHTS_THIS_MONTH = Tally(Count(shifts=NIGHTS), most=Limit(4, "nights_month"), before=3)
REST = Limit(660, "rest")

CASES = [
    ("away on day 2", {"barred": (Barred("leave", days=frozenset({2})),)}, "EE.EE..", "EEEEE..", ("barred", "leave", (2,), 1, 0)),
    ("no nights", {"barred": (Barred("pregnant", shifts=NIGHTS),)}, "EE.....", "EN.....", ("barred", "pregnant", (1,), 1, 0)),
    ("a cell that is fixed", {"fixed": {1: Fixed("L", "swap")}}, ".L.....", ".E.....", ("fixed", "swap", (1,), 0, 1)),
    ("a day off that is fixed", {"fixed": {1: Fixed(OFF, "swap")}}, "E.E....", "EE.....", ("fixed", "swap", (1,), 0, 1)),
    ("too many minutes", {"tallies": (HOURS,)}, "EEE....", "EEEE...", ("tally_most", "weekly_hours", tuple(range(7)), 1920, 1440)),
    ("too few minutes", {"tallies": (HOURS,)}, "EE.....", "E......", ("tally_least", "contract", tuple(range(7)), 480, 960)),
    ("a weekend", {"tallies": (WEEKENDS,)}, "EEEEE..", "EEEEE.E", ("tally_most", "weekends", tuple(range(7)), 1, 0)),
    ("nights with those from before", {"tallies": (FOUR_NIGHTS_THIS_MONTH,)}, "N......", "NN.....", ("tally_most", "nights_month", tuple(range(7)), 5, 4)),
    ("seven days in a row", {"runs": (SIX_ON,)}, "EEEEEE.", "EEEEEEE", ("run_most", "days_on", tuple(range(7)), 7, 6)),
    ("days in a row since last week", {"runs": (SIX_ON,), "history": row("EEEE")}, "EE.EEE.", "EEE.EE.", ("run_most", "days_on", (-4, -3, -2, -1, 0, 1, 2), 7, 6)),
    ("three nights in a row", {"runs": (TWO_NIGHTS,)}, "NN.NN..", "NNN....", ("run_most", "nights", (0, 1, 2), 3, 2)),
    ("a single day off", {"runs": (TWO_OFF,)}, ".EE..EE", "EE.EE..", ("run_least", "rests", (2,), 1, 2)),
    ("a single day off over the edge", {"runs": (TWO_OFF,), "history": row("E.")}, ".EE....", "EE.....", ("run_least", "rests", (-1,), 1, 2)),
    ("a single day on", {"runs": (TWO_ON,)}, "E.EE..E", "..E....", ("run_least", "short_runs", (2,), 1, 2)),
    ("late before early", {"rest": REST}, "L.E.EL.", "LE.....", ("rest", "rest", (0, 1), 480, 660)),
    ("late before early over the edge", {"rest": REST, "history": row("N")}, ".E.....", "E......", ("rest", "rest", (-1, 0), 420, 660)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "rules", "kept", "broken", "breach"), CASES, ids=[case[0] for case in CASES])
def test_a_rule_is_kept_or_broken(what: str, rules: dict, kept: str, broken: str, breach: tuple) -> None:
    asked = problem(Person("Lin", **rules))
    assert check(asked, {"Lin": row(kept)}) == []
    if breach[0] == "run_least" and breach[2] == (-1,):
        # Begun and ended before the plan: nobody can mend it any more.
        assert check(asked, {"Lin": row(broken)}) == []
        return
    found = check(asked, {"Lin": row(broken)})
    assert [(each.rule, each.source, each.days, each.found, each.bound) for each in found] == [breach]


def test_a_shift_that_cannot_follow_is_told_with_both() -> None:
    late = replace(LATE, cannot_follow=frozenset({"E"}), source="order")
    found = check(problem(Person("Lin"), shifts=(EARLY, late)), {"Lin": row("LE.....")})
    assert found == [Breach("succession", "order", "Lin", (0, 1), 1, 0, ("L", "E"))]


def test_a_shift_nobody_knows_is_told_and_nothing_else() -> None:
    found = check(problem(Person("Lin", runs=(SIX_ON,))), {"Lin": row("EEEEEEX")})
    assert found == [Breach("shift", "", "Lin", (6,), 1, 0, ("X",))]


def test_a_shift_without_a_leader_is_short_and_says_why_no_leader_came() -> None:
    people = (
        Person("Zhou", frozenset({LEADER}), barred=(Barred("leave", days=frozenset({0})),)),
        Person("Bao", frozenset({LEADER})),
        Person("Lin"),
    )
    asked = problem(*people, cover=need("E", 1, 0, skill=LEADER, must=True))
    cells = {"Zhou": row("......."), "Bao": row("L......"), "Lin": row("E......")}
    assert [(each.rule, each.days, each.found, each.bound) for each in check(asked, cells)] == [("cover", (0,), 0, 1)]
    (unmet,) = shortages(asked, cells)
    assert (unmet.what, unmet.day, unmet.short, unmet.skill) == ("cover", 0, 1, LEADER)
    told = {each.person: ([breach.source for breach in each.breaches], each.busy) for each in unmet.hindered}
    assert told == {"Zhou": (["leave"], ""), "Bao": ([], "L")}


def test_only_the_team_and_the_skill_count_for_a_line() -> None:
    people = (Person("Lin", frozenset({"pre"}), "A"), Person("Mei", frozenset({"pre"}), "B"), Person("Ou", team="A"))
    asked = problem(*people, cover=need("E", 3, 0, skill="pre", team="A"))
    assert covered(asked, dict.fromkeys(("Lin", "Mei", "Ou"), row("E......")), asked.cover[0]) == 1


def test_counts_take_days_shifts_minutes_and_weekends() -> None:
    asked = problem(Person("Lin"), days=14)
    cells = row("EEN..L.LN....N")
    assert counted(asked, Count(), cells) == 7
    assert counted(asked, Count("minutes"), cells) == 7 * 480
    assert counted(asked, Count(shifts=NIGHTS), cells) == 3
    assert counted(asked, Count("weekends"), cells) == 2
    assert counted(asked, Count("weekends", shifts=NIGHTS), cells) == 1
    assert counted(asked, Count(days=frozenset(range(3))), cells) == 3


def test_weeks_and_weekends_begin_where_the_calendar_has_them() -> None:
    asked = problem(Person("Lin"), days=9, weekday=5)
    assert [list(week) for week in asked.weeks] == [[0, 1], [2, 3, 4, 5, 6, 7, 8]]
    assert asked.weekends == [(0, 1), (7, 8)]


def test_soft_rules_and_wishes_have_their_price() -> None:
    lin = Person(
        "Lin",
        tallies=(Tally(Count(), most=Limit(2, "few", 5)),),
        runs=(Run(most=Limit(2, "run", 7)), Run(off=True, least=Limit(2, "rests", 11))),
        rest=Limit(660, "rest", 13),
        wishes=(Wish(0, "E", 17), Wish(1, OFF, 19), Wish(2, "E", 23, wanted=False)),
    )
    asked = problem(lin, cover=need("E", 2, 0) + need("L", 0, 1, over=3))
    cells = {"Lin": row("ELE.E..")}
    assert check(asked, cells) == []
    costs = sorted((penalty.kind, penalty.cost) for penalty in score(asked, cells).penalties)
    assert costs == [
        ("over", 3), ("rest", 13), ("run_least", 11), ("run_most", 7), ("tally_most", 10), ("under", 100), ("wish", 19),
        ("wish", 23),
    ]  # fmt: skip
    assert score(asked, cells).total == 186


def test_the_second_night_costs_more_than_the_first_and_those_from_before_count() -> None:
    even = Fairness(Count(shifts=NIGHTS), 10, "nights", before={"Mei": 2}, share={"Ou": 50})
    asked = problem(Person("Lin"), Person("Mei"), Person("Ou"), fairness=(even,))
    cells = {"Lin": row("NN....."), "Mei": row("N......"), "Ou": row("N......")}
    costs = {penalty.person: penalty.cost for penalty in score(asked, cells).penalties}
    assert costs == {"Lin": 10 + 20, "Mei": 30, "Ou": 20}


def test_mixed_weeks_and_the_same_week_again_cost() -> None:
    asked = problem(Person("Lin"), days=14, rotation=Rotation(5, 3, "rotation"))
    assert [(each.kind, each.cost) for each in score(asked, {"Lin": row("EEL....E......")}).penalties] == [
        ("mixed", 5),
        ("repeated", 3),
    ]
    assert score(asked, {"Lin": row("EEEEE..LLLLL..")}).total == 0


def test_a_cell_that_differs_from_the_plan_before_costs() -> None:
    asked = problem(Person("Lin"), Person("Mei"), stability=Stability(4, "plan", {"Lin": {0: "E", 1: OFF, 2: "L"}}))
    assert score(asked, {"Lin": row("ELL...."), "Mei": row("E......")}).total == 4


def test_a_month_of_one_person_is_checked_between_two_keystrokes() -> None:
    asked = department(people=60, weeks=4)
    cells = ("早班", "早班", "夜班", "早班", OFF, "中班", "夜班") * 4
    check_person(asked, "01", cells)
    began = time.perf_counter()
    for _ in range(10):
        check_person(asked, "01", cells)
    assert (time.perf_counter() - began) / 10 < 0.02
