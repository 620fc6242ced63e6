"""Pure decisions about exceptions: what is late, by when one is settled, on which days the late ones are swept."""

from __future__ import annotations

from datetime import datetime, timedelta

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause
from dangban.orders import clauses

DAYS_OF_A_WEEK = 7


def late_between(at: datetime, rules: Rules) -> tuple[datetime, datetime] | None:
    """Orders paid in this stretch ought to have left and are still worth looking at; None where no rule says."""
    if not rules.has(clauses.SHIP_WITHIN):
        return None
    oldest = at - rules[clauses.LATE_LAPSES] if rules.has(clauses.LATE_LAPSES) else datetime.min.replace(tzinfo=at.tzinfo)
    return oldest, at - rules[clauses.SHIP_WITHIN]


def shipping(paid_at: datetime, at: datetime, rules: Rules) -> Decision:
    """``late``, or still in ``time``; where no rule says, nothing is late."""
    if not rules.has(clauses.SHIP_WITHIN):
        return Decision("orders.shipping", "time")
    because = rules.because(clauses.SHIP_WITHIN, paid_at=paid_at)
    outcome = "late" if at >= paid_at + rules[clauses.SHIP_WITHIN] else "time"
    return Decision("orders.shipping", outcome, because=(because,))


def due(within: Clause[timedelta], at: datetime, day_ends: datetime, rules: Rules) -> tuple[datetime, tuple[Because, ...]]:
    """By when it is to be settled, and why: the rule's time, else before the day is over (today's work today)."""
    if not rules.has(within):
        return day_ends, ()
    return at + rules[within], (rules.because(within, opened_at=at),)


def why_late(*, presale: bool, short: bool, preparation: str, has_parcel: bool) -> str:
    """The likeliest cause, as the order desk asks: has it gone, can it go, has the warehouse begun?"""
    if has_parcel:
        return "not_marked"
    if presale:
        return "presale"
    if short:
        return "out_of_stock"
    return "in_warehouse" if preparation else "not_downloaded"


def sweeps_today(weekday: int, rules: Rules) -> Decision:
    """``sweep`` on the days of the week on which late orders are gone through, evenly spread; else ``rest``."""
    if not rules.has(clauses.SWEEPS_A_WEEK):
        return Decision("orders.sweeping", "rest")
    because = rules.because(clauses.SWEEPS_A_WEEK, weekday=weekday + 1)
    days = sweep_days(rules[clauses.SWEEPS_A_WEEK])
    return Decision("orders.sweeping", "sweep" if weekday in days else "rest", because=(because,))


def sweep_days(times: int) -> frozenset[int]:
    """Weekdays (Monday is 0): once is Monday, twice Monday and Thursday, seven times every day."""
    return frozenset(number * DAYS_OF_A_WEEK // times for number in range(times)) if times else frozenset()
