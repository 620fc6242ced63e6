"""What a roster breaks, each day, week and month by the rules in force then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dangban.workforce.rosters import problems, telling, versions
from dangban.workforce.rosters.problems import Facts
from dangban.workforce.rosters.telling import Told
from dangban.workforce.solver.check import check, check_person
from dangban.workforce.solver.problem import Breach, Problem


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days of a roster, from one up to another, on which the same rules hold."""

    first: int
    until: int
    facts: Facts
    problem: Problem

    def judges(self, breach: Breach) -> bool:
        return self.first <= _decided_on(breach) < self.until


def stretches(facts: Facts) -> list[Stretch]:
    """One, unless the handbook changes the rules of shifts within the roster."""
    turns = versions.turns(facts.plan.days, facts.rules)
    ends = [*(first for first, _rules in turns[1:]), len(facts.plan.days)]
    found = []
    for (first, rules), until in zip(turns, ends, strict=True):
        then = facts if rules is facts.rules else problems.under(facts, rules)
        found.append(Stretch(first, until, then, problems.problem(then, stable=False)))
    return found


def of_person(found: Sequence[Stretch], person_id: str, row: Sequence[str]) -> list[tuple[Stretch, Breach]]:
    return [(one, breach) for one in found for breach in check_person(one.problem, person_id, row) if one.judges(breach)]


def of_all(found: Sequence[Stretch], rows: Mapping[str, Sequence[str]]) -> list[tuple[Stretch, Breach]]:
    return [(one, breach) for one in found for breach in check(one.problem, rows) if one.judges(breach)]


def tell(broken: Sequence[tuple[Stretch, Breach]], names: Mapping[int, str]) -> list[Told]:
    """In words, each with the clause as it stands then."""
    return [
        told
        for stretch, breach in broken
        for told in telling.tell_breaches([breach], stretch.facts.plan.days, names, stretch.facts.rules)
    ]


def _decided_on(breach: Breach) -> int:
    """Hours and shifts of a week or month on its first day here, rest on the day it is due before, a run where it is too long."""
    if breach.rule == "run_most":
        return max(0, breach.days[0] + breach.bound)
    if breach.rule in ("rest", "succession"):
        return breach.days[-1]
    return max(0, min(breach.days, default=0))
