"""Pure decisions about customers: new, returning, VIP or lapsed, by the handbook."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from dangban.customers import clauses
from dangban.handbook.decisions import Because, Decision
from dangban.lib import money

if TYPE_CHECKING:
    from dangban.handbook.rulebook import Rules


@dataclass(frozen=True, slots=True)
class Bought:
    """What somebody bought within the days that count, and when they last did."""

    orders: int
    spent_fen: int
    last_order_at: datetime | None


def counted_since(rules: Rules, at: datetime) -> datetime:
    """From when on orders count towards a customer's standing."""
    within: timedelta = rules[clauses.VIP_WITHIN] if rules.has(clauses.VIP_WITHIN) else timedelta(days=3650)
    return at - within


def standing(bought: Bought, rules: Rules, at: datetime) -> Decision:
    """new, returning, vip or lapsed; the reason is the rule that decided it."""
    facts: dict[str, Any] = {"orders": bought.orders, "spent": money.show(bought.spent_fen)}
    window = [rules.because(clauses.VIP_WITHIN)] if rules.has(clauses.VIP_WITHIN) else []
    lapsed = _lapsed(bought, rules, at)
    if lapsed:
        return Decision("customers.standing", "lapsed", because=tuple(lapsed))
    if rules.has(clauses.VIP_ORDERS) and bought.orders >= rules[clauses.VIP_ORDERS]:
        return _decided("vip", rules.because(clauses.VIP_ORDERS, **facts), window)
    if rules.has(clauses.VIP_SPEND) and bought.orders and bought.spent_fen >= rules[clauses.VIP_SPEND]:
        return _decided("vip", rules.because(clauses.VIP_SPEND, **facts), window)
    if not rules.has(clauses.RETURNING_ORDERS):
        return Decision("customers.standing", "new")
    outcome = "returning" if bought.orders >= rules[clauses.RETURNING_ORDERS] else "new"
    return _decided(outcome, rules.because(clauses.RETURNING_ORDERS, **facts), window)


def _decided(outcome: str, reason: Because, window: list[Because]) -> Decision:
    return Decision("customers.standing", outcome, because=(reason, *window))


def _lapsed(bought: Bought, rules: Rules, at: datetime) -> list[Because]:
    if bought.last_order_at is None or not rules.has(clauses.LAPSED_AFTER):
        return []
    silent = at - bought.last_order_at
    if silent < rules[clauses.LAPSED_AFTER]:
        return []
    return [rules.because(clauses.LAPSED_AFTER, days=silent.days)]
