"""When somebody's rules contradict each other: which ones they are, and the person with rules that may give way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ortools.sat.python import cp_model

from dangban.workforce.solver.check import check_person
from dangban.workforce.solver.model import build
from dangban.workforce.solver.problem import Barred, Breach, Cells, Limit, Person, Problem, Unmet

LOOSE = 1_000_000
"""What each unit beyond a rule costs that gave way: more than all that is only wished for."""
SECONDS_EACH = 5


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule of a person, and how to take it away."""

    source: str
    without: Callable[[Person], Person]


def possible(problem: Problem, person: Person) -> bool:
    """Whether the rules of one person can all hold."""
    alone = Problem(problem.days, problem.shifts, (person,), (), problem.weekday, turned=problem.turned)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = SECONDS_EACH
    return solver.solve(build(alone, strict=True).sheet.cp) != cp_model.INFEASIBLE


def contradiction(problem: Problem, person: Person) -> tuple[str, ...]:
    """The sources of rules that can't hold together and of which none is superfluous; none where there is no conflict."""
    if possible(problem, person):
        return ()
    needed: dict[str, None] = {}
    left = person
    for rule in _rules(person):
        tried = rule.without(left)
        if possible(problem, tried):
            needed[rule.source] = None
        else:
            left = tried
    free = replace(problem, shifts=tuple(replace(shift, cannot_follow=frozenset()) for shift in problem.shifts))
    if possible(free, left):
        needed |= {shift.source: None for shift in problem.shifts if shift.cannot_follow}
    return tuple(needed)


def loosened(person: Person) -> Person:
    """The same person whose rules may be broken at a price; what is fixed or barred stays so, fixed cells first."""
    return replace(
        person,
        tallies=tuple(replace(each, least=_loose(each.least), most=_loose(each.most)) for each in person.tallies),
        runs=tuple(replace(each, least=_loose(each.least), most=_loose(each.most)) for each in person.runs),
        rest=_loose(person.rest),
    )


def contradictions(problem: Problem, cells: Cells) -> list[Unmet]:
    """The rules that a roster had to break, each with those that can't all hold."""
    found = []
    for person in problem.people:
        breaches = check_person(problem, person.id, cells[person.id])
        against = contradiction(problem, person) if breaches else ()
        found += [_unmet(breach, against) for breach in breaches]
    return found


def _unmet(breach: Breach, against: tuple[str, ...]) -> Unmet:
    short = abs(breach.found - breach.bound) or 1
    return Unmet(
        "rule", breach.source, short, breach.days[0], breach.shifts, person=breach.person, breach=breach, against=against
    )


def _loose(limit: Limit | None) -> Limit | None:
    return replace(limit, weight=LOOSE) if limit and limit.weight is None else limit


def _rules(person: Person) -> Iterator[_Rule]:
    """Everything that binds a person; general rules first, so that of several explanations the particular one is left."""
    for kind in ("tallies", "runs"):
        for place, each in enumerate(getattr(person, kind)):
            for side in ("most", "least"):
                limit = getattr(each, side)
                if limit and limit.weight is None:
                    yield _Rule(limit.source, partial(_without_side, kind=kind, place=place, side=side))
    if person.rest and person.rest.weight is None:
        yield _Rule(person.rest.source, partial(replace, rest=None))
    for place, barred in enumerate(person.barred):
        yield _Rule(barred.source, partial(_without_bar, place=place))
    for day, fixed in person.fixed.items():
        yield _Rule(fixed.source, partial(_without_fixed, day=day))


def _without_side(person: Person, *, kind: str, place: int, side: str) -> Person:
    rules = list(getattr(person, kind))
    rules[place] = replace(rules[place], **{side: None})
    changed: dict[str, Any] = {kind: tuple(rules)}
    return replace(person, **changed)


def _without_bar(person: Person, *, place: int) -> Person:
    nothing = Barred("", days=frozenset())
    return replace(person, barred=(*person.barred[:place], nothing, *person.barred[place + 1 :]))


def _without_fixed(person: Person, *, day: int) -> Person:
    return replace(person, fixed={at: cell for at, cell in person.fixed.items() if at != day})
