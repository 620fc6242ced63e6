"""What follows: brackets of lateness, the ladder of absence, packets; as the handbook states it and as the law leaves it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal

from dangban.attendance import clauses
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib.days import last_of_month

MONDAY, FRIDAY = 0, 4
MORNING = time(9)
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Follows:
    """One consequence before it is a row. `stated` is the handbook's word, the rest what the law leaves of it."""

    kind: str
    way: str
    minutes: int = 0
    stated_fen: int = 0
    amount_fen: int = 0
    packets: int | None = None
    absence_days: Decimal = Decimal(0)
    stated_days: Decimal = Decimal(0)
    days_pay: Decimal = Decimal(0)
    notice: bool = False
    dismissal: bool = False
    because: tuple[Because, ...] = ()


def of_minutes(kind: str, minutes: int, rules: Rules) -> Follows | None:
    """What coming late (or leaving early, through the same brackets) by so many minutes brings."""
    row = rules[clauses.LATENESS].at(minutes) if minutes else None
    if row is None:
        return None
    because = (
        rules.because(clauses.LATENESS, minutes=minutes),
        rules.because(clauses.LATENESS_MODE),
    )
    if row.absence_days:
        return Follows(kind, "days", minutes, absence_days=row.absence_days, because=because)
    way, amount = _lawful(row.amount, rules)
    return Follows(kind, way, minutes, row.amount, amount, row.packets if way == "packets" else None, because=because)


def of_departure(rules: Rules, nth: int) -> Follows | None:
    """A departure punch that was repaired once too often."""
    stated = rules[clauses.PUNCH_LATE_DEPARTURE]
    if not stated:
        return None
    way, _amount = _lawful(stated, rules)
    amount = rules.capped(clauses.PUNCH_LATE_DEPARTURE)
    packets = rules[clauses.PUNCH_PACKETS] if way == "packets" and rules.has(clauses.PUNCH_PACKETS) else None
    because = (rules.because(clauses.PUNCH_LATE_DEPARTURE, repair=nth), rules.because(clauses.LATENESS_MODE))
    return Follows("missed", way, 0, stated, amount, packets, because=because)


def of_absence(days: Decimal, month: date, rules: Rules, *, on_leave: Decimal = NOTHING) -> Follows | None:
    """The rung of the ladder that the month's absence has reached. Under the law only the time not worked goes unpaid,
    and all of it. `on_leave` of these days are leave beyond the year's, which goes unpaid as leave already."""
    row = rules[clauses.ABSENCE].at(days) if days else None
    if row is None:
        return None
    lifted = rules.capped(clauses.ABSENCE) is rules[clauses.ABSENCE] and rules.rule(clauses.ABSENCE).is_beyond_the_law
    stated = Decimal(last_of_month(month).day) if row.month_pay else row.days_pay
    paid = max(NOTHING, (max(stated, days) if lifted else days) - on_leave)
    because = (rules.because(clauses.ABSENCE, absence_days=days, stated_days=stated),)
    return Follows(
        "absence", "days", absence_days=days, stated_days=stated, days_pay=paid, notice=row.notice,
        dismissal=row.dismissal, because=because,
    )  # fmt: skip


def doubled(amount_fen: int, rules: Rules) -> int:
    """What a packet not sent in time has become."""
    return amount_fen * 2 if rules[clauses.UNPAID_DOUBLES] else amount_fen


def next_publication(after: date, rules: Rules) -> date:
    """When the sheet that holds this day is made known: the first such day behind it."""
    chosen = rules[clauses.PUBLISHED_ON]
    if chosen == "month_end":
        day = last_of_month(after + timedelta(days=1))
    else:
        wanted = MONDAY if chosen == "monday" else FRIDAY
        day = after + timedelta(days=1 + (wanted - after.weekday() - 1) % 7)
    return day


def _lawful(stated_fen: int, rules: Rules) -> tuple[str, int]:
    """In which way it is taken, and how much. Where the law has brought a fine back to “bonus not earned”
    nothing is collected: what the bonus asks for says what is lost of it."""
    stated, lawful = rules[clauses.LATENESS_MODE], rules.capped(clauses.LATENESS_MODE)
    if stated == lawful:
        return stated, stated_fen
    return lawful, 0
