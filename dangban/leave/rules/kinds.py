"""What each kind of leave asks for, wherever the handbook says it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.leave.clauses import KINDS, PRIVATE_NOTICE, PRIVATE_PAID, REST_NOTICE

REST, PRIVATE, ANNUAL, IN_LIEU = "rest", "private", "annual", "in_lieu"
# Kinds whose days are granted beforehand and kept in the ledger.
BALANCED = (REST, ANNUAL, IN_LIEU)


@dataclass(frozen=True, slots=True)
class Terms:
    """`quota` is the most days `per` occasion or year; None where the kind has none, or a balance instead."""

    kind: str
    notice_days: int
    paid_points: int
    working_days_only: bool
    needs_proof: bool = False
    quota: Decimal | None = None
    per: str = ""
    because: tuple[Because, ...] = ()

    @property
    def is_paid(self) -> bool:
        return self.paid_points == 10_000


def terms(kind: str, rules: Rules) -> Terms | None:
    """None for a kind that the handbook doesn't have."""
    if kind == REST:
        if not rules.has(REST_NOTICE):
            return None
        return Terms(kind, rules[REST_NOTICE].days, 10_000, False, because=(rules.because(REST_NOTICE),))
    if kind == PRIVATE:
        if not rules.has(PRIVATE_NOTICE):
            return None
        paid = rules.has(PRIVATE_PAID) and rules[PRIVATE_PAID]
        return Terms(kind, rules[PRIVATE_NOTICE].days, 10_000 if paid else 0, True, because=(rules.because(PRIVATE_NOTICE),))
    row = rules.capped(KINDS).get(kind) if rules.has(KINDS) else None
    if row is None:
        return None
    quota = None if row.quota is None or kind in BALANCED else Decimal(row.quota)
    return Terms(
        kind, row.notice, row.paid.basis_points, row.counts == "working", row.proof, quota,
        row.per or "occasion", (rules.because(KINDS, leave_kind=kind),),
    )  # fmt: skip


def known(rules: Rules) -> list[str]:
    """The kinds that may be asked for, in the order in which people need them."""
    order = (REST, PRIVATE, "sick", ANNUAL, IN_LIEU, "marriage", "bereavement", "maternity", "paternity", "childcare", "injury")
    return [kind for kind in order if terms(kind, rules) is not None]


def paid_points(kind: str, rules: Rules) -> int:
    """The part of the wage that is paid on such a day, in hundredths of a percent; nothing where no rule says more."""
    found = terms(kind, rules)
    return found.paid_points if found else 0
