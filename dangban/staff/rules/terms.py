"""What somebody is employed for on a day. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.people.clauses import INSURANCE
from dangban.staff.clauses import EARLIEST_CONFIRMATION, EARLY_CONFIRMATION, PROBATION, PROBATION_PAY


@dataclass(frozen=True, slots=True)
class Row:
    """Level and pay as agreed from a day on."""

    since: date
    level: str
    base_fen: int
    insurance_fen: int = 0


@dataclass(frozen=True, slots=True)
class Agreed:
    starts_on: date
    ends_on: date | None
    kind: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file says; rows in the order in which they were written."""

    hired_on: date
    left_on: date | None = None
    rows: Sequence[Row] = ()
    contracts: Sequence[Agreed] = ()
    probation_until: date | None = None
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """`base_fen` is what a whole month pays on such a day: the agreed base, or its share in probation.

    Insurance is the whole month's, split by the rule; `contract` is empty on a day that none covers.
    """

    level: str
    base_fen: int
    agreed_fen: int
    on_probation: bool
    insurance_fen: int
    insurance_company_fen: int
    insurance_person_fen: int
    contract: str
    because: tuple[Because, ...] = field(default=(), compare=False)


def on_probation(facts: Facts, day: date) -> bool:
    """Until confirmed, or until the last day of probation where nobody has said otherwise."""
    if facts.probation_until is None or day > facts.probation_until:
        return False
    return facts.confirmed_on is None or day < facts.confirmed_on


def on_day(facts: Facts, day: date, rules: Rules) -> Terms | None:
    """None before the first day, after the last, and where nothing was agreed."""
    if day < facts.hired_on or (facts.left_on is not None and day > facts.left_on):
        return None
    row = _row(facts.rows, day)
    if row is None:
        return None
    because = []
    base, probation = row.base_fen, on_probation(facts, day)
    if probation and rules.has(PROBATION_PAY):
        base = rules.capped(PROBATION_PAY).of(row.base_fen)
        because.append(rules.because(PROBATION_PAY, base=money.show(row.base_fen)))
    company, person = row.insurance_fen, 0
    if row.insurance_fen and rules.has(INSURANCE):
        shares = rules[INSURANCE]
        company, person = money.split(row.insurance_fen, [shares["company"], shares["person"]])
        because.append(rules.because(INSURANCE))
    contract = next((one.kind for one in reversed(facts.contracts) if one.starts_on <= day and (one.ends_on is None or day <= one.ends_on)), "")
    return Terms(row.level, base, row.base_fen, probation, row.insurance_fen, company, person, contract, tuple(because))


def _row(rows: Sequence[Row], day: date) -> Row | None:
    """The latest that has begun; of two that begin on one day the one written last."""
    found = None
    for row in rows:
        if row.since <= day and (found is None or row.since >= found.since):
            found = row
    return found


def months_between(first: date, day: date) -> int:
    """Whole months of service: the 31st of a month is reached on the last day of a shorter one."""
    months = (day.year - first.year) * 12 + day.month - first.month
    reached = min(first.day, calendar.monthrange(day.year, day.month)[1])
    return max(0, months - (day.day < reached))


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def probation_until(hired_on: date, rules: Rules) -> date | None:
    """The last day of probation of somebody who begins on a day; None where there is none."""
    if not rules.has(PROBATION) or not rules.capped(PROBATION):
        return None
    return months_later(hired_on, rules.capped(PROBATION)) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Earliest:
    """From which day on somebody may be confirmed, and why."""

    day: date
    is_early_allowed: bool
    because: tuple[Because, ...]


def earliest_confirmation(hired_on: date, until: date, rules: Rules) -> Earliest:
    because = []
    early = False
    if rules.has(EARLY_CONFIRMATION):
        early = bool(rules[EARLY_CONFIRMATION])
        because.append(rules.because(EARLY_CONFIRMATION, hired_on=hired_on, until=until))
    if not early:
        return Earliest(until, False, tuple(because))
    wait = timedelta()
    if rules.has(EARLIEST_CONFIRMATION):
        wait = rules[EARLIEST_CONFIRMATION]
        because.append(rules.because(EARLIEST_CONFIRMATION, hired_on=hired_on))
    return Earliest(min(until, hired_on + wait), True, tuple(because))
