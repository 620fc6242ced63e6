"""Pure decisions about stock: where goods may go, what is late, what somebody should look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.stock.clauses import (
    ARRIVAL_GRACE,
    COVER,
    EXPIRY_BEFORE,
    RECEIPTS_CHECKED,
    RETURNS_CHECKED,
    SALES_WINDOW,
    SHORTAGES_BY,
    SLOW_AFTER,
)

GOOD = "good"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a SKU over all warehouses, when it is asked whether somebody should look."""

    good: int
    available: int
    owed: int
    reserved_for_orders: int
    expected: int
    sold: int
    first_in: date | None
    last_out: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """Somebody should look, and how much of it there is: pieces missing, or days."""

    decision: Decision
    amount: int


def entry(kind: str, status: str, rules: Rules) -> Decision:
    """Goods that come in ``may`` go to a zone of this status, or are to be ``checked`` first."""
    clause = {"receipt": RECEIPTS_CHECKED, "return": RETURNS_CHECKED}.get(kind)
    if clause is None or not rules.has(clause):
        return Decision("stock.entry", "may")
    outcome = "checked" if status == GOOD and rules[clause] else "may"
    return Decision("stock.entry", outcome, because=(rules.because(clause),))


def late(expected_on: date, today: date, rules: Rules) -> Decision:
    """An arrival is ``late`` or still ``due``."""
    if not rules.has(ARRIVAL_GRACE):
        return Decision("stock.arrival", "late" if today > expected_on else "due")
    because = rules.because(ARRIVAL_GRACE, expected_on=expected_on)
    outcome = "late" if today > expected_on + rules[ARRIVAL_GRACE] else "due"
    return Decision("stock.arrival", outcome, because=(because,))


def shortages_due(wall: time, rules: Rules) -> Decision:
    """The day's list is ``due`` at a time, ``late`` after it, or ``free`` where no rule says when."""
    if not rules.has(SHORTAGES_BY):
        return Decision("stock.shortages", "free")
    outcome = "late" if wall > rules[SHORTAGES_BY] else "due"
    return Decision("stock.shortages", outcome, because=(rules.because(SHORTAGES_BY),))


def alerts(standing: Standing, today: date, rules: Rules) -> list[Finding]:
    """What should be looked at: ``oversold``, ``reorder``, ``expiring``, ``slow``."""
    found = [_oversold(standing), _reorder(standing, rules), _expiring(standing, today, rules), _slow(standing, today, rules)]
    return [finding for finding in found if finding is not None]


def _oversold(standing: Standing) -> Finding | None:
    """More was paid for than is there, or promised to orders already."""
    missing = standing.owed - standing.reserved_for_orders - max(0, standing.available)
    return Finding(Decision("stock.alert", "oversold"), missing) if missing > 0 else None


def _reorder(standing: Standing, rules: Rules) -> Finding | None:
    if not (rules.has(SALES_WINDOW) and rules.has(COVER)) or not standing.sold:
        return None
    coming = standing.available + standing.expected
    # Whole numbers: available / (sold / window) < cover.
    needed = -(-standing.sold * rules[COVER].days // rules[SALES_WINDOW].days)
    if coming >= needed:
        return None
    facts = {"sold": standing.sold, "available": standing.available, "expected": standing.expected}
    because = (rules.because(COVER, **facts), rules.because(SALES_WINDOW))
    return Finding(Decision("stock.alert", "reorder", because=because), needed - coming)


def _expiring(standing: Standing, today: date, rules: Rules) -> Finding | None:
    if standing.expires_on is None or not rules.has(EXPIRY_BEFORE):
        return None
    if standing.expires_on > today + rules[EXPIRY_BEFORE]:
        return None
    because = rules.because(EXPIRY_BEFORE, expires_on=standing.expires_on)
    return Finding(Decision("stock.alert", "expiring", because=(because,)), (standing.expires_on - today).days)


def _slow(standing: Standing, today: date, rules: Rules) -> Finding | None:
    moved = standing.last_out or standing.first_in
    if standing.good <= 0 or moved is None or not rules.has(SLOW_AFTER):
        return None
    if today - moved < rules[SLOW_AFTER]:
        return None
    because = rules.because(SLOW_AFTER, last_out=standing.last_out, first_in=standing.first_in, good=standing.good)
    return Finding(Decision("stock.alert", "slow", because=(because,)), (today - moved).days)
