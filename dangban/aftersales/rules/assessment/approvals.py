"""Who has to agree: to what goes beyond the rules before it is promised, to the amount before it is paid."""

from __future__ import annotations

from dangban.aftersales.clauses.approvals import APPROVAL_LIMITS, TWO_PERSONS_ABOVE
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules

from .facts import Facts
from .freight import yuan
from .results import Approval

BEYOND_ALL = "manager"
# What is asked for before anything is promised; the others before money leaves.
BEFORE_PROMISING = frozenset({"late_fault", "worn_fault", "other_remedy", "beyond_cap", "ship_first"})


def of_the_amount(facts: Facts, rules: Rules) -> tuple[tuple[Approval, ...], tuple[Because, ...]]:
    """Whose consent the money takes, and whether two people."""
    amount = amount_of(facts)
    kind = "compensation" if facts.wanted == "adjust" else "refund"
    if not amount:
        return (), ()
    approvals, because = [], []
    who = authority(amount, kind, rules)
    if who != "agent":
        approvals.append(Approval("amount", who))
        because.append(rules.because(APPROVAL_LIMITS, amount=yuan(amount), who=who))
    if amount > rules[TWO_PERSONS_ABOVE]:
        approvals.append(Approval("two_persons", "finance"))
        because.append(rules.because(TWO_PERSONS_ABOVE, amount=yuan(amount)))
    return tuple(approvals), tuple(because)


def amount_of(facts: Facts) -> int:
    """What is to be paid out by what is wanted, as far as it is known."""
    if facts.wanted in ("return", "refund"):
        return facts.paid_fen if facts.asked_fen is None else facts.asked_fen
    return facts.asked_fen or 0 if facts.wanted == "adjust" else 0


def authority(amount_fen: int, kind: str, rules: Rules) -> str:
    """The first in the handbook's list whose limit reaches it; beyond all of them the manager's."""
    return next((str(row.who) for row in rules[APPROVAL_LIMITS] if amount_fen <= row[kind]), BEYOND_ALL)
