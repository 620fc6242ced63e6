"""What the handbook says about what waits, with what holds before any handbook is in force."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, cast

from dangban.desk import clauses
from dangban.desk import rules as desk_rules
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.shapes import Choice, Clause, ListOf, Words
from dangban.lib import clock

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


def answer_by(kind: str, asked_at: datetime) -> Decision | None:
    """By when something of this kind is to be answered; None where no handbook says."""
    clause, rules = desk_rules.ANSWERED_BY_RULE[kind], in_force_so_far(asked_at)
    return desk_rules.answer_by(clause, asked_at, rules) if rules.has(clause) else None


def night_items(signed_at: datetime) -> Decision | None:
    rules = in_force_so_far(signed_at)
    known = rules.has(clauses.NIGHT_BY) and rules.has(clauses.NIGHT_FROM)
    return desk_rules.night_items(clock.local(signed_at), rules) if known else None


def objection(at: datetime) -> Decision | None:
    """Whether a task may be objected to; without a handbook, everybody may say why not."""
    rules = in_force_so_far(at)
    return desk_rules.objection(rules) if rules.has(clauses.TASK_OBJECTION) else None


def incident_fields(at: datetime) -> list[tuple[str, Words]]:
    """What is noted of an incident, each with its words, in the handbook's order."""
    rules = in_force_so_far(at)
    options = cast(Choice, cast("ListOf[str]", clauses.INCIDENT_FIELDS.shape).inner).options
    wanted = rules[clauses.INCIDENT_FIELDS] if rules.has(clauses.INCIDENT_FIELDS) else ("problem",)
    return [(name, options[name]) for name in wanted]


def missing(given: Mapping[str, str], at: datetime) -> Decision | None:
    rules = in_force_so_far(at)
    return desk_rules.missing(given, rules) if rules.has(clauses.INCIDENT_FIELDS) else None


def signing_off(left_over: int, at: datetime) -> Decision | None:
    rules = in_force_so_far(at)
    return desk_rules.signing_off(left_over, rules) if rules.has(clauses.SAME_DAY) else None


def wants_summary(at: datetime) -> bool:
    rules = in_force_so_far(at)
    return rules.has(clauses.DAILY_SUMMARY) and bool(rules[clauses.DAILY_SUMMARY])


def steps(moment: str, roles: Collection[str], at: datetime) -> list[tuple[str, Words]]:
    """What the handbook lets these roles begin (``open``) or end (``close``) a day with."""
    clause = clauses.OPENING if moment == "open" else clauses.CLOSING
    rules = in_force_so_far(at)
    rows = rules[clause] if rules.has(clause) else ()
    return [(row.step, row.what) for row in rows if row.who == "everybody" or row.who in roles]


def _value(clause: Clause[Any], at: datetime) -> Any:
    rules = in_force_so_far(at)
    return rules[clause] if rules.has(clause) else BEFORE_ANY_HANDBOOK[clause.path]
