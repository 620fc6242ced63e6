"""The arithmetic of a clock that may run in duty hours only and may be paused, and what a clock allows. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from dangban.desk.clauses import NOTICE_RECEIPT
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
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
