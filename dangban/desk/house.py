"""What the handbook says about what waits, with what holds before any handbook is in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from dangban.desk import clauses
from dangban.desk import rules as desk_rules
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.shapes import Clause, Words

BEFORE_ANY_HANDBOOK = {
    clauses.ESCALATE_AFTER.path: timedelta(minutes=15),
    clauses.WARN_BEFORE.path: timedelta(minutes=10),
    clauses.SNOOZES.path: 3,
    clauses.DAY_ENDS.path: time(0),
}


@dataclass(frozen=True, slots=True)
class SnoozeLimit:
    times: int
    because: tuple[Because, ...]

    def refusal(self) -> Decision:
        return Decision("desk.snooze", "refused", because=self.because)


def escalate_after(at: datetime) -> timedelta:
    return _value(clauses.ESCALATE_AFTER, at)


def warn_before(at: datetime) -> timedelta:
    return _value(clauses.WARN_BEFORE, at)


def day_ends(at: datetime) -> time:
    return _value(clauses.DAY_ENDS, at)


def snooze_limit(at: datetime) -> SnoozeLimit:
    rules = in_force_so_far(at)
    if not rules.has(clauses.SNOOZES):
        return SnoozeLimit(BEFORE_ANY_HANDBOOK[clauses.SNOOZES.path], ())  # type: ignore[arg-type]
    return SnoozeLimit(rules[clauses.SNOOZES], (rules.because(clauses.SNOOZES),))


def confirmation(written_at: datetime, until: datetime | None) -> Decision | None:
    """By when a must-read notice is to be confirmed; None where no handbook says."""
    rules = in_force_so_far(written_at)
    return desk_rules.confirmation(written_at, until, rules) if rules.has(clauses.NOTICE_RECEIPT) else None


def confirmation_time(at: datetime) -> Words | None:
    """The time readers have, in words."""
    rules = in_force_so_far(at)
    return rules.rule(clauses.NOTICE_RECEIPT).shown if rules.has(clauses.NOTICE_RECEIPT) else None


def _value(clause: Clause[Any], at: datetime) -> Any:
    rules = in_force_so_far(at)
    return rules[clause] if rules.has(clause) else BEFORE_ANY_HANDBOOK[clause.path]
