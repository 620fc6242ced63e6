"""Whether a customer is still being sold to, or already looked after."""

from __future__ import annotations

from dataclasses import dataclass

from dangban.conversations.clauses import AFTERSALE_FROM
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules

PRESALE = "presale"
AFTERSALE = "aftersale"

_PAID = frozenset({"paid", "part", "sent", "signed", "done"})
_SENT = frozenset({"part", "sent", "signed", "done"})
_SIGNED = frozenset({"signed", "done"})


@dataclass(frozen=True, slots=True)
class NewestOrder:
    """The customer's newest order in the shop, as far as the stage depends on it."""

    status: str
    was_paid: bool = False
    was_sent: bool = False
    was_signed: bool = False

    def has_reached(self, step: str) -> bool:
        # A closed order tells by its dates how far it had come: a refund after dispatch is after-sale.
        return {
            "paid": self.was_paid or self.status in _PAID,
            "sent": self.was_sent or self.status in _SENT,
            "signed": self.was_signed or self.status in _SIGNED,
        }[step]


def stage(newest: NewestOrder | None, rules: Rules) -> Decision:
    """Pre-sale until the newest order has come as far as the handbook says, after-sale from then on."""
    reached = newest is not None and newest.has_reached(rules[AFTERSALE_FROM])
    because = rules.because(AFTERSALE_FROM, newest_order=newest.status if newest else None)
    return Decision("conversations.stage", AFTERSALE if reached else PRESALE, because=(because,))
