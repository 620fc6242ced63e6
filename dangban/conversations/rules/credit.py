"""Whose sale an order is, and until when an enquiry may still lead to one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dangban.conversations.clauses import CREDIT, CREDIT_OF_SEVERAL
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules


@dataclass(frozen=True, slots=True)
class Served:
    """One person's answers to a buyer before a moment: when the last was, and how many."""

    person_id: int
    last_at: datetime
    rounds: int


@dataclass(frozen=True, slots=True)
class Credited:
    """All three rules are answered, so that figures by another rule can be told; one of them holds."""

    by_order: int | None
    by_payment: int | None
    person: int | None
    decision: Decision


def of_order(before_order: Sequence[Served], before_payment: Sequence[Served], rules: Rules) -> Credited:
    """`before_payment` is empty for what nobody has paid."""
    by_order, by_payment = _one_of(before_order, rules), _one_of(before_payment, rules)
    held = {"order": by_order, "payment": by_payment, "order_first": by_order or by_payment}[rules[CREDIT]]
    because = [rules.because(CREDIT, silent=by_order is None)]
    if len(before_order) > 1 or (by_order is None and len(before_payment) > 1):
        because.append(rules.because(CREDIT_OF_SEVERAL))
    decision = Decision("conversations.credit", str(held or "nobody"), because=tuple(because))
    return Credited(by_order, by_payment, held, decision)


def _one_of(served: Sequence[Served], rules: Rules) -> int | None:
    if not served:
        return None
    if rules[CREDIT_OF_SEVERAL] == "rounds":
        return max(served, key=lambda one: (one.rounds, one.last_at, -one.person_id)).person_id
    return max(served, key=lambda one: (one.last_at, one.rounds, -one.person_id)).person_id
