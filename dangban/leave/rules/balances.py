"""How many days are due, and what a day is worth. Pure."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.leave.clauses import (
    ANNUAL,
    ANNUAL_CARRIED,
    DAILY_WAGE,
    LEAST_REST,
    PRIVATE_MONTH,
    REST_DAYS,
    REST_UNUSED,
    SAVED_FOR,
)
from dangban.lib import money
from dangban.staff.rules.terms import months_between, months_later

HALF = Decimal("0.5")
AVERAGE_MONTH = Decimal("21.75")
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Due:
    days: Decimal
    because: tuple[Because, ...] = ()


def rest_due(month: date, employed_days: int, private_last_month: Decimal, rules: Rules) -> Due:
    """Rest days of a month: fewer, by halves rounded down, for who is not here all of it, and after too much private leave."""
    if not rules.has(REST_DAYS):
        return Due(NOTHING)
    length = calendar.monthrange(month.year, month.month)[1]
    due, because = Decimal(rules.capped(REST_DAYS)), [rules.because(REST_DAYS, month=f"{month:%Y-%m}", employed_days=employed_days)]
    if rules.has(PRIVATE_MONTH) and private_last_month > rules[PRIVATE_MONTH]:
        due = after_private(due, rules)
        because.append(rules.because(PRIVATE_MONTH, last_month=private_last_month, kept_by_law=due))
    if employed_days < length:
        due = (due * employed_days / length / HALF).quantize(Decimal(1), ROUND_DOWN) * HALF
    return Due(due, tuple(because))


def after_private(due: Decimal, rules: Rules) -> Decimal:
    """What too much private leave leaves of a month's rest days: those of the law, unless its bound was lifted by name."""
    return NOTHING if PRIVATE_MONTH.path in rules.lifted else min(due, Decimal(LEAST_REST))


def annual_due(year: int, hired_on: date, experience_months: int, rules: Rules, until: date | None = None) -> Due:
    """Annual leave of a year by months worked, here and before; whole days of the part of the year that is left
    for who begins, or first comes to have it, within the year; up to the last day of who leaves in it."""
    if not rules.has(ANNUAL) or hired_on.year > year:
        return Due(NOTHING)
    steps = rules[ANNUAL]
    first, last = date(year, 1, 1), date(year, 12, 31)
    start = max(first, hired_on)
    months = experience_months + months_between(hired_on, start)
    row = steps.at(Decimal(months))
    if row is None:
        threshold = int(steps.rows[0]["months"])
        start = months_later(hired_on, threshold - experience_months)
        row = steps.at(Decimal(threshold))
        if row is None or start.year != year:
            return Due(NOTHING, (rules.because(ANNUAL, months=months),))
        months = threshold
    days, end = Decimal(row.days), min(last, until or last)
    if start > first or end < last:
        days = (days * max(0, (end - start).days + 1) / ((last - first).days + 1)).quantize(Decimal(1), ROUND_DOWN)
    return Due(days, (rules.because(ANNUAL, months=months),))


def annual_good_until(year: int, rules: Rules) -> date:
    """The last day on which annual leave of a year may be taken."""
    carried = rules[ANNUAL_CARRIED] if rules.has(ANNUAL_CARRIED) else 0
    last = months_later(date(year, 12, 1), carried)
    return last.replace(day=calendar.monthrange(last.year, last.month)[1])


def saved_good_until(earned: date, rules: Rules) -> date | None:
    return months_later(earned, rules[SAVED_FOR]) if rules.has(SAVED_FOR) else None


@dataclass(frozen=True, slots=True)
class Unused:
    """What becomes of rest days that were not taken: ``paid_out``, ``expired`` or ``saved``."""

    what: str
    because: tuple[Because, ...]


def unused(days: Decimal, month: date, rules: Rules) -> Unused:
    says = rules[REST_UNUSED] if rules.has(REST_UNUSED) else "saved"
    because = (rules.because(REST_UNUSED, days=days, month=f"{month:%Y-%m}"),) if rules.has(REST_UNUSED) else ()
    return Unused({"daily_wage": "paid_out", "lapses": "expired"}.get(says, "saved"), because)


def daily_wage(base_fen: int, day: date, rules: Rules) -> Decimal:
    """A day's wage in fen, not rounded: rounding comes last."""
    if rules.has(DAILY_WAGE) and rules[DAILY_WAGE] == "month_days":
        return Decimal(base_fen) / calendar.monthrange(day.year, day.month)[1]
    return Decimal(base_fen) / AVERAGE_MONTH


def wage_of(days: Decimal, base_fen: int, day: date, rules: Rules, points: int = 10_000) -> int:
    """What some days are worth, or a part of it in hundredths of a percent, in whole fen."""
    amount = daily_wage(base_fen, day, rules) * days * points / 10_000
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def daily_wage_because(base_fen: int, days: Decimal, rules: Rules) -> tuple[Because, ...]:
    return (rules.because(DAILY_WAGE, base=money.show(base_fen), days=days),) if rules.has(DAILY_WAGE) else ()
