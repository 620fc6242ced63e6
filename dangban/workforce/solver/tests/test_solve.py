"""Rosters that are found: exact where the answer is known, and always within the rules."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from dangban.testing.datasets import dataset
from dangban.testing.rosters import department
from dangban.workforce.solver import (
    LEADER,
    OFF,
    Barred,
    Count,
    Fairness,
    Fixed,
    Limit,
    Person,
    Problem,
    Progress,
    Rotation,
    Run,
    Stability,
    Tally,
    Wish,
    check,
    nrp,
    score,
    solve,
)
from dangban.workforce.solver.model import build
from dangban.workforce.solver.tests.small import need, problem, row, shown

NIGHTS = frozenset({"N"})


def best(asked: Problem) -> str:
    """The proven best roster of one person."""
    solution = solve(asked, 10)
    assert solution.status == "optimal"
    return shown(solution.cells[asked.people[0].id])


def test_two_share_what_one_may_not_do_alone() -> None:
    people = tuple(Person(name, runs=(Run(most=Limit(3, "days_on")),)) for name in ("Lin", "Mei"))
    solution = solve(problem(*people, cover=need("E", 1, *range(7))), 10)
    assert (solution.status, solution.objective, solution.bound) == ("optimal", 0, 0)
    assert [sum(cells[day] == "E" for cells in solution.cells.values()) for day in range(7)] == [1] * 7


def test_the_day_before_the_plan_counts_for_rest_and_runs() -> None:
    lin = Person("Lin", rest=Limit(660, "rest"), runs=(Run(most=Limit(3, "days_on")),), history=row("NN"))
    assert best(problem(lin, days=4, cover=need("E", 1, 0, 1, 2, 3))) == ".EEE"
    assert best(problem(lin, days=4, cover=need("N", 1, 0, 2, 3))) == "N.NN"


def test_a_rest_begun_before_the_plan_is_finished() -> None:
    lin = Person("Lin", runs=(Run(off=True, least=Limit(3, "rests")),), history=row("E."))
    assert best(problem(lin, days=4, cover=need("E", 1, *range(4)))) == "..EE"


def test_a_leader_goes_where_the_others_cannot_lead() -> None:
    people = (Person("Zhou", frozenset({LEADER})), Person("Lin"), Person("Mei"))
    cover = need("E", 1, 0, skill=LEADER, must=True) + need("E", 1, 0, over=5) + need("L", 1, 0, over=5)
    solution = solve(problem(*people, days=1, cover=cover), 10)
    assert solution.cells["Zhou"] == ("E",)
    assert (solution.objective, solution.unmet) == (0, ())


def test_nights_go_to_who_had_fewest() -> None:
    even = Fairness(Count(shifts=NIGHTS), 10, "nights", before={"Lin": 3})
    asked = problem(Person("Lin"), Person("Mei"), days=4, cover=need("N", 1, *range(4)), fairness=(even,))
    solution = solve(asked, 10)
    assert (shown(solution.cells["Lin"]), shown(solution.cells["Mei"])) == ("....", "NNNN") or solution.objective == 100
    assert (solution.status, solution.objective) == ("optimal", 100)


def test_weeks_are_not_mixed_and_change() -> None:
    asked = problem(
        Person("Lin"), Person("Mei"), days=14, rotation=Rotation(5, 3, "rotation"),
        cover=need("E", 1, *range(5), *range(7, 12)) + need("L", 1, *range(5), *range(7, 12)),
    )  # fmt: skip
    solution = solve(asked, 10)
    assert (solution.status, solution.objective) == ("optimal", 0)
    assert sorted(shown(cells) for cells in solution.cells.values()) == ["EEEEE..LLLLL..", "LLLLL..EEEEE.."]


def test_wishes_and_the_plan_before_are_weighed() -> None:
    lin = Person("Lin", wishes=(Wish(0, OFF, 3), Wish(1, "L", 3)))
    asked = problem(lin, days=3, cover=need("E", 1, 2), stability=Stability(2, "plan", {"Lin": {0: "E", 1: "E"}}))
    assert best(asked) == ".LE"
    assert best(replace(asked, stability=Stability(4, "plan", {"Lin": {0: "E", 1: "E"}}))) == "EEE"


def test_fixed_cells_and_hints_stay() -> None:
    lin = Person("Lin", fixed={0: Fixed("L", "swap"), 1: Fixed(OFF, "swap")})
    asked = problem(lin, days=3, cover=need("E", 1, 0, 1))
    assert best(asked) == "L.."
    assert solve(asked, 5, hint={"Lin": row("L.N")}).objective == 200


def test_progress_is_told_and_a_search_can_be_ended() -> None:
    told: list[Progress] = []
    asked = department(people=20, weeks=2)
    solution = solve(asked, 60, on_progress=told.append, stop=lambda: bool(told))
    assert solution.seconds < 30
    assert told[0].objective is not None
    assert told[-1].objective == solution.objective
    assert [breach for breach in check(asked, solution.cells) if breach.rule != "cover"] == []


def test_the_model_counts_costs_as_the_check_does() -> None:
    asked = department(people=10, weeks=2, seed=3)
    cells = solve(asked, 3).cells
    fixed = tuple(
        replace(person, fixed={day: Fixed(cells[person.id][day], "fixed") for day in range(asked.days)})
        for person in asked.people
    )
    board = build(replace(asked, people=fixed))
    solver = cp_model.CpSolver()
    assert solver.solve(board.sheet.cp) == cp_model.OPTIMAL
    assert board.cells(solver) == cells
    assert solver.objective_value == score(asked, cells).total


@pytest.mark.data
@pytest.mark.parametrize(("number", "best_known"), [(1, 607), (2, 828), (3, 1001)])
def test_small_public_problems_are_solved_and_proven(number: int, best_known: int) -> None:
    path = dataset(f"nurse_rostering/Instance{number}.txt")
    asked = nrp.read(path.read_text(encoding="utf-8"))
    solution = solve(asked, 60)
    assert check(asked, solution.cells) == []
    assert (solution.objective, solution.bound, solution.status) == (best_known, best_known, "optimal")


@st.composite
def drawn(draw: st.DrawFn) -> Problem:
    """Anything that might be asked for, rules that contradict each other among it."""
    chance = Random(draw(st.integers(0, 10**6)))
    days = chance.randint(3, 9)
    soft = lambda: chance.choice((None, None, chance.randint(1, 9)))  # noqa: E731
    people = []
    for name in ("Lin", "Mei", "Ou"):
        off, on = chance.randint(1, 3), chance.randint(1, 3)
        people.append(
            Person(
                name,
                frozenset(chance.sample(("pre", LEADER), chance.randint(0, 2))),
                tallies=(
                    Tally(Count(), Limit(chance.randint(0, days), "least", soft()), Limit(chance.randint(1, days), "most", soft())),
                    Tally(Count("weekends"), most=Limit(chance.randint(0, 2), "weekends", soft())),
                ),
                runs=(
                    Run(least=Limit(on, "on", soft()), most=Limit(chance.randint(on, 6), "on", soft())),
                    Run(off=True, least=Limit(off, "off", soft())),
                    Run(shifts=NIGHTS, most=Limit(chance.randint(1, 3), "nights", soft())),
                ),
                rest=Limit(660, "rest", soft()),
                barred=(Barred("leave", days=frozenset(chance.sample(range(days), chance.randint(0, 2)))),),
                fixed={chance.randrange(days): Fixed(chance.choice(("E", "N", OFF)), "swap")},
                wishes=(Wish(chance.randrange(days), chance.choice(("E", OFF)), 3, chance.random() < 0.5),),
                history=tuple(chance.choice(("E", "N", OFF)) for _ in range(chance.randint(0, 5))),
            )
        )  # fmt: skip
    cover = need("E", 1, *range(days), must=True) + need("N", 1, *range(days), skill=LEADER)
    return problem(
        *people, days=days, cover=cover, weekday=chance.randrange(7),
        fairness=(Fairness(Count(shifts=NIGHTS), 2, "nights"), Fairness(Count("weekends"), 1, "weekends")),
        rotation=Rotation(2, 1, "rotation") if chance.random() < 0.5 else None,
        stability=Stability(1, "plan", {"Lin": {0: "E"}, "Mei": {1: OFF}}),
    )  # fmt: skip


@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(drawn())
def test_whatever_is_found_keeps_the_rules_or_says_which_it_could_not(asked: Problem) -> None:
    solution = solve(asked, 5)
    broken = [breach for breach in check(asked, solution.cells) if breach.rule != "cover"]
    assert [unmet.breach for unmet in solution.unmet if unmet.what == "rule"] == broken
    assert solution.status == ("relaxed" if broken else "optimal")
    assert score(asked, solution.cells).total == solution.objective
    assert all(unmet.against for unmet in solution.unmet if unmet.what == "rule")
