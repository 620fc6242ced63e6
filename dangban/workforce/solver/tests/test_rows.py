"""Rows: the graph of a person knows exactly the rows that keep the rules, and what each costs."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import inf, isfinite
from random import Random

import numpy as np
import pytest
from ortools.sat.python import cp_model

from dangban.testing.rosters import department
from dangban.workforce.solver import (
    OFF,
    Barred,
    Cells,
    Count,
    Fairness,
    Fixed,
    Limit,
    Person,
    Problem,
    Rotation,
    Run,
    Stability,
    Tally,
    Wish,
    check,
    check_person,
    score,
    solve,
)
from dangban.workforce.solver.check import score_person
from dangban.workforce.solver.model import build
from dangban.workforce.solver.rows import graph
from dangban.workforce.solver.rows.generation import Generation, Interrupted, NoRow
from dangban.workforce.solver.rows.graph import Graph, TooLarge
from dangban.workforce.solver.rows.rules import cells, prices
from dangban.workforce.solver.start import first
from dangban.workforce.solver.tests.small import EARLY, LATE, NIGHT, need, problem, row

DAYS = 6
NIGHTS = frozenset({"N"})
HOURS = Tally(Count("minutes"), Limit(1440, "least"), Limit(1920, "most"))
SECONDS = 600.0


def drawn(chance: Random) -> Problem:
    """A person with rules of every kind, each there or not, hard or at a price."""
    weight = lambda: chance.choice((None, None, 3, 7))  # noqa: E731
    days = lambda: frozenset(chance.sample(range(DAYS), 3))  # noqa: E731
    shifts = lambda: chance.choice((None, NIGHTS, frozenset({"E", "N"})))  # noqa: E731
    limit = lambda most: Limit(chance.randint(1, most), "a rule", weight())  # noqa: E731
    tallies = [
        Tally(Count("shifts", shifts(), days()), limit(2), Limit(2, "a rule", weight()), chance.randint(0, 1)),
        Tally(Count("minutes"), Limit(960, "least", weight()), Limit(1920, "most", weight())),
        Tally(Count("weekends"), most=Limit(chance.randint(0, 1), "weekends", weight())),
        Tally(Count("shifts", NIGHTS), most=Limit(chance.randint(0, 3), "nights", weight())),
    ]
    runs = [
        Run(least=limit(3), most=limit(4)),
        Run(off=True, least=limit(3)),
        Run(shifts=NIGHTS, least=limit(2), most=limit(3)),
    ]
    some = lambda among: tuple(chance.sample(among, chance.randint(0, len(among))))  # noqa: E731
    person = Person(
        "Lin",
        tallies=some(tallies),
        runs=some(runs),
        rest=chance.choice((None, Limit(660, "rest"), Limit(660, "rest", 4))),
        barred=some([Barred("leave", days=frozenset({2})), Barred("law", shifts=NIGHTS)]),
        fixed=chance.choice(({}, {}, {3: Fixed("L", "swap")})),
        wishes=some([Wish(1, OFF, 5), Wish(4, "E", 6, wanted=False), Wish(2, "gone", 9), Wish(3, "gone", 9, wanted=False)]),
        history=row(chance.choice(("", "EE", ".", "NN", "E.", "LLLL", "EN."))),
    )
    if person.history and person.history[-1] and chance.random() < 0.3:
        person = replace(person, eve=replace(EARLY, ends=1500))
    return problem(
        person,
        days=DAYS,
        shifts=(EARLY, LATE, NIGHT),
        weekday=chance.randrange(7),
        fairness=some([Fairness(Count("weekends"), 2, "even", {"Lin": 1}), Fairness(Count(shifts=NIGHTS), 3, "even", share={"Lin": 50})]),
        rotation=chance.choice((None, Rotation(5, 2, "kinds"))),
        stability=chance.choice((None, Stability(4, "before", {"Lin": {0: "E", 5: OFF}}))),
        turned=chance.choice(((), ((2, (replace(EARLY, begins=360, ends=660, minutes=300),)), (4, (replace(LATE, ends=1500), EARLY))))),
    )


def finishes(person: Person, cells_of: list[str]) -> bool:
    """Whether runs that began before the plan and must not end yet go on; the check leaves alone what began before."""
    earlier = "".join(cell or "." for cell in person.history)
    for run in person.runs:
        inside = "." if run.off else "".join(run.shifts) if run.shifts else "ELN"
        length = len(earlier) - len(earlier.rstrip(inside))
        begun = 0 < length < len(earlier)
        if begun and run.least and run.least.weight is None and length < run.least.bound and (cells_of[0] or ".") not in inside:
            return False
    return True


@pytest.mark.parametrize("seed", range(60))
def test_the_cheapest_row_of_the_graph_is_the_cheapest_of_all_that_keep_the_rules(seed: int) -> None:
    chance = Random(seed)
    asked = drawn(chance)
    (person,) = asked.people
    names = cells(asked)
    own = prices(asked, person)
    extra = np.random.default_rng(seed).integers(-20, 20, own.shape)
    least = inf
    for found in product(range(len(names)), repeat=DAYS):
        cells_of = [names[cell] for cell in found]
        if not check_person(asked, "Lin", cells_of) and finishes(person, cells_of):
            paid = sum(extra[day, cell] for day, cell in enumerate(found))
            least = min(least, score_person(asked, "Lin", cells_of) + paid)
    cost, cheapest = Graph(asked, asked.people).cheapest("Lin", own + extra)
    assert cost == least
    if isfinite(least):
        assert check_person(asked, "Lin", [names[cell] for cell in cheapest]) == []


@pytest.mark.parametrize("seed", range(60, 80))
def test_the_model_of_cells_finds_the_same(seed: int) -> None:
    asked = drawn(Random(seed))
    asked = replace(asked, people=tuple(replace(person, tallies=person.tallies[:1], runs=()) for person in asked.people))
    kept = [found for found in product(cells(asked), repeat=DAYS) if not check_person(asked, "Lin", found)]
    board = build(asked, strict=True)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solved = solver.solve(board.sheet.cp) == cp_model.OPTIMAL
    assert solved is bool(kept)
    if solved:
        assert score_person(asked, "Lin", board.cells(solver)["Lin"]) == min(score_person(asked, "Lin", found) for found in kept)


def test_people_whose_rules_are_the_same_share_a_graph_and_each_begins_where_last_week_ended() -> None:
    six = Run(most=Limit(3, "days_on"))
    asked = problem(*(Person(name, runs=(six,), history=row(past)) for name, past in (("Lin", "EEE"), ("Wu", "E.."))), days=3)
    shared = Graph(asked, asked.people)
    work = prices(asked, asked.people[0])
    work[:, 0] = 10
    assert shared.cheapest("Lin", work)[0] == 10
    assert shared.cheapest("Wu", work)[0] == 0


def test_whose_rules_contradict_each_other_has_no_row() -> None:
    asked = problem(Person("Lin", tallies=(HOURS,), barred=(Barred("leave"),)))
    assert Graph(asked, asked.people).cheapest("Lin", prices(asked, asked.people[0])) == (inf, [])


def test_too_many_ways_are_left_alone_and_a_limit_that_hardly_binds_is_left_away(monkeypatch: pytest.MonkeyPatch) -> None:
    most = tuple(Tally(Count("shifts", frozenset({shift})), most=Limit(20, "most")) for shift in "ELN")
    asked = problem(Person("Lin", tallies=(HOURS, *most)), days=28)
    monkeypatch.setattr(graph, "WIDEST", 20_000)
    assert Graph(asked, asked.people).cheapest("Lin", prices(asked, asked.people[0]))[0] == 0
    monkeypatch.setattr(graph, "WIDEST", 20)
    with pytest.raises(TooLarge):
        Graph(asked, asked.people)


def begun(asked: Problem) -> tuple[Generation, Cells]:
    return Generation(asked, SECONDS, lambda: False), first(asked, None, Random(1))[1]


def test_the_bound_is_below_the_best_roster_and_rows_make_one_that_keeps_all_rules() -> None:
    asked = department(people=12, weeks=2)
    rows, cells_of = begun(asked)
    bounds: list[float] = []
    rows.bound(cells_of, bounds.append)
    everybody = [person.id for person in asked.people]
    made = rows.renew(cells_of, everybody, Random(1))
    assert [breach for breach in check(asked, made) if breach.rule != "cover"] == []
    assert bounds == sorted(bounds)
    assert bounds[-1] <= score(asked, made).total < score(asked, cells_of).total


def test_who_is_not_among_those_asked_for_keeps_their_row() -> None:
    asked = department(people=12, weeks=1)
    rows, cells_of = begun(asked)
    rows.bound(cells_of, lambda bound: None)
    made = rows.renew(cells_of, ["01", "02", "03"], Random(1))
    kept = [person.id for person in asked.people if person.id > "03"]
    assert {name: made[name] for name in kept} == {name: cells_of[name] for name in kept}


def test_the_bound_of_people_who_only_cover_is_the_best_roster_itself() -> None:
    asked = problem(Person("Lin"), Person("Wu"), cover=need("E", 1, *range(7)) + need("L", 2, 3, 4))
    rows, cells_of = begun(asked)
    bounds: list[float] = []
    rows.bound(cells_of, bounds.append)
    assert bounds[-1] == pytest.approx(200)
    assert solve(asked, seconds=5).objective == 200


def test_where_somebody_has_no_row_that_is_said() -> None:
    asked = problem(Person("Wu"), Person("Lin", tallies=(HOURS,), barred=(Barred("leave"),)))
    rows = Generation(asked, SECONDS, lambda: False)
    with pytest.raises(NoRow):
        rows.bound({"Wu": row("......."), "Lin": row(".......")}, lambda bound: None)


def test_shifts_that_there_are_no_longer_are_in_nobodys_way() -> None:
    wu = Person("Wu", wishes=(Wish(0, "gone", 5),))
    cover = need("E", 1, *range(7)) + need("gone", 1, 2)
    assert solve(problem(wu, days=7, cover=cover), seconds=3).objective == 105
    fixed = problem(wu, Person("Lin", fixed={1: Fixed("gone", "swap")}), days=7, cover=cover)
    with pytest.raises(NoRow):
        Generation(fixed, SECONDS, lambda: False).bound({"Wu": row("......."), "Lin": (OFF, "gone", *[OFF] * 5)}, lambda bound: None)


def test_it_ends_when_the_time_is_over() -> None:
    asked = department(people=6, weeks=1)
    with pytest.raises(Interrupted):
        Generation(asked, SECONDS, lambda: True)
    rows = Generation(asked, SECONDS, lambda: False)
    rows._over = lambda: True
    with pytest.raises(Interrupted):
        rows.bound(first(asked, None, Random(1))[1], lambda bound: None)
    with pytest.raises(TooLarge):
        Generation(department(people=6, weeks=4), -1, lambda: False)
