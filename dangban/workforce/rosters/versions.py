"""Where the rules of shifts change within the days of a roster."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import REGISTRY
from dangban.lib import clock

CHAPTER = "shifts."


def rules_on(day: date, rules: Rules) -> Rules:
    """What holds on a day of a plan that is made by these rules."""
    return in_force(clock.day_span(day)[0]) if day > rules.day else rules


def turns(days: Sequence[date], rules: Rules) -> list[tuple[int, Rules]]:
    """The rules a roster begins with, and from which of its days on others hold."""
    found = [(0, rules)]
    for index, day in enumerate(days):
        then = rules_on(day, rules)
        if changed(found[-1][1], then):
            found.append((index, then))
    return found


def changed(before: Rules, then: Rules) -> list[str]:
    """The paths of the rules of shifts that say something else."""
    if before.table is then.table:
        return []
    return [path for path in sorted(REGISTRY.clauses) if path.startswith(CHAPTER) and _stated(then, path) != _stated(before, path)]


def _stated(rules: Rules, path: str) -> object:
    clause = REGISTRY.clauses[path]
    return rules[clause] if rules.has(clause) else None
