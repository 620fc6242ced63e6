"""What leave costs and rest days not taken bring, in whole fen, line by line for pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dangban.handbook.current import in_force_or_first, in_force_so_far
from dangban.handbook.decisions import Because
from dangban.leave.clauses import PRIVATE_PAID, REST_UNUSED
from dangban.leave.queries.away import LeaveDay, on_leave
from dangban.leave.queries.rest import rest_days
from dangban.leave.rules import balances as rules
from dangban.leave.rules import kinds
from dangban.lib import clock, days
from dangban.people.models import Person
from dangban.staff import queries as staff


@dataclass(frozen=True, slots=True)
class Line:
    """Negative where it is taken from the wage."""

    kind: str
    first: date
    days: Decimal
    amount_fen: int
    because: tuple[Because, ...]
    request_id: int | None = None


def unpaid(person: Person, month: date) -> list[Line]:
    """Approved leave that isn't paid in full, one line for each request: its days at the wage of each day.

    Days beyond the year's private leave are left to absence and stand in no line here.
    """
    first, last = days.month_of(month), days.last_of_month(month)
    found = [one for one in on_leave([person.pk], first, last) if one.approved and not one.paid and not one.is_absence]
    by_request: dict[int, list[LeaveDay]] = {}
    for one in found:
        by_request.setdefault(one.request_id, []).append(one)
    lines = (_unpaid(person, request_id, taken) for request_id, taken in by_request.items())
    return [line for line in lines if line is not None]


def _unpaid(person: Person, request_id: int, taken: list[LeaveDay]) -> Line | None:
    amount, total, base = Decimal(0), Decimal(0), 0
    for one in taken:
        rulebook = in_force_so_far(clock.day_span(one.day)[0])
        terms = staff.terms_on(person, one.day)
        if terms is None:
            continue
        base = terms.base_fen
        amount += rules.daily_wage(base, one.day, rulebook) * one.share * (10_000 - one.paid_points) / 10_000
        total += one.share
    if not base:
        return None
    rulebook = in_force_so_far(clock.day_span(taken[0].day)[0])
    kind = taken[0].kind
    known = kinds.terms(kind, rulebook)
    why: tuple[Because, ...] = known.because if known else ()
    if kind == kinds.PRIVATE and rulebook.has(PRIVATE_PAID):
        why = (rulebook.because(PRIVATE_PAID, days=total),)
    fen = int(amount.quantize(Decimal(1), rules.ROUND_HALF_UP))
    return Line(kind, taken[0].day, total, -fen, why + rules.daily_wage_because(base, total, rulebook), request_id)


def rest_pay(person: Person, month: date) -> Line | None:
    """Rest days that were not taken, where the handbook pays for them, at the wage of the month's last day."""
    found = rest_days(person, month)
    if not found.unused or found.becomes != "paid_out":
        return None
    last = days.last_of_month(month)
    stretches = staff.spans(person, days.month_of(month), last)
    if not stretches:
        return None
    rulebook = in_force_or_first(clock.day_span(days.month_of(month))[0])
    base = stretches[-1][2].base_fen
    amount = rules.wage_of(found.unused, base, last, rulebook)
    why = (rulebook.because(REST_UNUSED, days=found.unused), *rules.daily_wage_because(base, found.unused, rulebook))
    return Line(kinds.REST, last, found.unused, amount, found.because + why if REST_UNUSED.path not in {one.path for one in found.because} else found.because + why[1:])
