"""The arithmetic of a clock that may run in duty hours only and may be paused, and what a clock allows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from dangban.desk.clauses import (
    ANSWER_WITHIN,
    APPROVAL_WITHIN,
    INCIDENT_FIELDS,
    NIGHT_BY,
    NIGHT_FROM,
    NOTICE_RECEIPT,
    REQUEST_WITHIN,
    SAME_DAY,
    TASK_OBJECTION,
)
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause
from dangban.lib import spans
from dangban.lib.spans import Span

NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Timing:
    """When a running clock runs out and when its owner is warned; None: not known, or not wanted."""

    due_at: datetime | None
    warn_at: datetime | None


def elapsed(since: datetime, until: datetime, duty: Sequence[Span] | None) -> timedelta:
    """How much the clock has run from `since` to `until`; `duty` None means round the clock."""
    if until <= since:
        return NOTHING
    return until - since if duty is None else spans.total_within(duty, since, until)


def run_out(since: datetime, remaining: timedelta, duty: Sequence[Span] | None) -> datetime | None:
    """When `remaining` will have run; None if the duty known so far ends before that."""
    if remaining <= NOTHING:
        return since
    return since + remaining if duty is None else spans.after(duty, since, remaining)


def timing(
    *,
    since: datetime,
    allowed: timedelta,
    used: timedelta,
    warn: timedelta,
    duty: Sequence[Span] | None,
) -> Timing:
    """Due and warning of a clock that runs from `since` with `used` behind it."""
    remaining = allowed - used
    due_at = run_out(since, remaining, duty)
    if due_at is None or not NOTHING < warn < allowed:
        return Timing(due_at, None)
    return Timing(due_at, run_out(since, remaining - warn, duty))


def confirmation(written_at: datetime, until: datetime | None, rules: Rules) -> Decision:
    """By when a must-read notice is to be confirmed, as the outcome: in the rule's time, and before it is over."""
    due = written_at + rules[NOTICE_RECEIPT]
    due = due if until is None else min(due, until)
    because = rules.because(NOTICE_RECEIPT, written_at=written_at, shown_until=until)
    return Decision("desk.confirmation", due.isoformat(), because=(because,))


def answer_by(clause: Clause[timedelta], asked_at: datetime, rules: Rules) -> Decision:
    """By when a question, an approval or a request is to be answered, as the outcome."""
    because = rules.because(clause, asked_at=asked_at)
    return Decision("desk.answer_by", (asked_at + rules[clause]).isoformat(), because=(because,))


ANSWERED_BY_RULE = {"desk.question": ANSWER_WITHIN, "desk.approval": APPROVAL_WITHIN, "desk.request": REQUEST_WITHIN}


def night_items(signed_at: datetime, rules: Rules) -> Decision | None:
    """By when what a night shift leaves is to be settled, as the outcome; None for a handover in the day.

    `signed_at` is on the company's clock. A night runs from the hour the handbook names to the one by
    which its things are settled.
    """
    begins: time = rules[NIGHT_FROM]
    ends: time = rules[NIGHT_BY]
    wall = signed_at.time()
    evening = wall >= begins and (begins > ends or wall < ends)
    morning = wall < ends and begins > ends
    if not (evening or morning):
        return None
    day = signed_at.date() + timedelta(days=1 if evening and begins > ends else 0)
    due = datetime.combine(day, ends, signed_at.tzinfo)
    because = (rules.because(NIGHT_BY, handed_over_at=signed_at), rules.because(NIGHT_FROM))
    return Decision("desk.night_items", due.isoformat(), because=because)


def objection(rules: Rules) -> Decision:
    """Whether a task may be objected to: ``may`` or ``refused``."""
    outcome = "may" if rules[TASK_OBJECTION] else "refused"
    return Decision("desk.objection", outcome, because=(rules.because(TASK_OBJECTION),))


def missing(given: Mapping[str, str], rules: Rules) -> Decision:
    """Which of the fields of an incident record are not filled in, as the outcome, in the handbook's order."""
    left = tuple(name for name in rules[INCIDENT_FIELDS] if not given.get(name, "").strip())
    return Decision("desk.incident", ",".join(left), because=(rules.because(INCIDENT_FIELDS),))


def signing_off(left_over: int, rules: Rules) -> Decision:
    """``may`` be signed off, or ``refused`` while something of the day is neither settled nor handed over."""
    outcome = "refused" if left_over and rules[SAME_DAY] else "may"
    return Decision("desk.signing_off", outcome, because=(rules.because(SAME_DAY, left_over=left_over),))
