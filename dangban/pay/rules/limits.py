"""What the law leaves to be deducted: a share of the month's wage, and never below the minimum wage."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dangban.attendance.clauses import DEDUCTION_CAP
from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.pay import clauses
from dangban.pay.rules.days import month_days, whole
from dangban.pay.rules.facts import DROPPED, KEPT, TAKEN, Asked, Facts, Line


def minimum_of(facts: Facts, rules: Rules) -> tuple[int, Any]:
    """The minimum wage of the person's city, for a part of a month its part; with its reason."""
    amount, rule = rules[clauses.MINIMUM], clauses.MINIMUM
    if rules.has(clauses.MINIMUM_BY_CITY):
        row = rules[clauses.MINIMUM_BY_CITY].get(facts.city)
        if row is not None:
            amount = row.amount
            employed = _employed(facts)
            return whole(Decimal(amount) * employed), rules.because(clauses.MINIMUM_BY_CITY, work_city=facts.city, minimum=money.show(amount))
    return whole(Decimal(amount) * _employed(facts)), rules.because(rule, work_city=facts.city, minimum=money.show(amount))


def what_then(kind: str, rules: Rules) -> str:
    """What becomes of what can't be taken now. What the company laid out for somebody always waits."""
    return KEPT if kind == "advance" else str(rules[clauses.EXCESS][kind])


def _employed(facts: Facts) -> Decimal:
    return Decimal(sum(one.days for one in facts.stretches)) / month_days(facts.month)


def taken_lines(facts: Facts, asked: Sequence[Asked], wage_fen: int, left_fen: int, rules: Rules) -> list[Line]:
    """The deductions one after the other, each as far as there is room.

    Room is what the share of the wage allows, and at most what stands above the minimum wage after
    insurance and tax. What exceeds it is carried or dropped, kind by kind, as the handbook says.
    """
    minimum, why_minimum = minimum_of(facts, rules)
    cap = rules.capped(DEDUCTION_CAP).of(max(0, wage_fen))
    room = max(0, min(cap, left_fen - minimum))
    limit = "minimum" if left_fen - minimum < cap else "cap"
    why_cap = rules.because(DEDUCTION_CAP, wage=money.show(wage_fen), cap=money.show(cap))
    lines = []
    for one in asked:
        amount = min(one.amount_fen, room)
        room -= amount
        short = one.amount_fen - amount
        because = list(one.because)
        if short:
            because += [why_cap, why_minimum, rules.because(clauses.EXCESS, asked=money.show(one.amount_fen), not_taken=money.show(short))]
        then = what_then(one.kind, rules) if short else DROPPED
        lines.append(
            Line(
                one.kind, TAKEN, -amount, one.ref, detail=one.label, url=one.url, because=tuple(because), asked_fen=one.amount_fen,
                carried_fen=short if then == KEPT else 0, limit=limit if short else "",
            )
        )  # fmt: skip
    return lines
