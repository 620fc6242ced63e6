"""What can't be met is told with the rules that stand against each other."""

from __future__ import annotations

from dangban.workforce.solver import Barred, Count, Fixed, Limit, Person, Run, Tally, solve
from dangban.workforce.solver.tests.small import need, problem, row, shown

SIX = Tally(Count(), least=Limit(5, "contract"))
AWAY = Barred("leave:7", days=frozenset({0, 1, 2}))
IDLE = Run(most=Limit(6, "days_on"))


def test_leave_that_leaves_too_few_days_is_named_with_the_contract() -> None:
    solution = solve(problem(Person("Lin", tallies=(SIX,), barred=(AWAY,), runs=(IDLE,)), Person("Mei")), 10)
    assert (solution.status, solution.bound) == ("relaxed", 0)
    assert shown(solution.cells["Lin"])[:3] == "..."
    assert sum(cell != "" for cell in solution.cells["Lin"]) == 4
    (unmet,) = solution.unmet
    assert (unmet.what, unmet.person, unmet.source, unmet.short) == ("rule", "Lin", "contract", 1)
    assert set(unmet.against) == {"contract", "leave:7"}


def test_a_fixed_cell_against_leave_stays_and_is_told() -> None:
    lin = Person("Lin", barred=(AWAY,), fixed={1: Fixed("E", "swap:3")})
    solution = solve(problem(lin), 10)
    assert solution.cells["Lin"][1] == "E"
    assert solution.status == "relaxed"
    (unmet,) = solution.unmet
    assert (unmet.breach and unmet.breach.rule, unmet.day) == ("barred", 1)
    assert set(unmet.against) == {"leave:7", "swap:3"}


def test_two_fixed_cells_without_rest_between_are_told() -> None:
    lin = Person("Lin", rest=Limit(660, "rest"), fixed={0: Fixed("N", "swap:1"), 1: Fixed("E", "swap:2")})
    (unmet,) = solve(problem(lin), 10).unmet
    assert (unmet.breach and unmet.breach.rule, unmet.breach and unmet.breach.days) == ("rest", (0, 1))
    assert set(unmet.against) == {"rest", "swap:1", "swap:2"}


def test_a_night_too_much_before_the_plan_bars_nothing_but_itself() -> None:
    lin = Person("Lin", runs=(Run(shifts=frozenset({"N"}), most=Limit(2, "nights")),), history=row("NNN"))
    solution = solve(problem(lin, cover=need("N", 1, 0, 1, must=True)), 10)
    assert shown(solution.cells["Lin"])[:2] == ".N"
    (unmet,) = solution.unmet
    assert (unmet.what, unmet.day, unmet.short) == ("cover", 0, 1)
    assert [breach.source for breach in unmet.hindered[0].breaches] == ["nights"]


def test_more_needed_than_there_are_people_is_no_contradiction() -> None:
    people = (Person("Lin"), Person("Mei", barred=(AWAY,)))
    solution = solve(problem(*people, days=1, cover=need("E", 3, 0, must=True)), 10)
    assert solution.status == "optimal"
    (unmet,) = solution.unmet
    assert (unmet.short, [each.person for each in unmet.hindered]) == (2, ["Mei"])
