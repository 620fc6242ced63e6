"""Pure: the way of a rework order, and how closely reworked goods are looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from dangban.aftersales.clauses import workshop as clauses
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause


@dataclass(frozen=True, slots=True)
class Stop:
    """A state: who is awaited, by which rule until when, and where each act leads. A final one awaits nobody."""

    party: str = ""
    within: Clause[timedelta] | None = None
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        return not self.moves


# A scrap that awaits its approval runs on the clock of approvals.
FLOW: Mapping[str, Stop] = {
    "ordered": Stop("keeper", clauses.ISSUE_WITHIN, {"issue": ("issued",), "cancel": ("cancelled",)}),
    "issued": Stop("workshop", clauses.FINISH_WITHIN, {"finish": ("done",)}),
    "done": Stop("inspector", clauses.CHECK_WITHIN, {"check": ("closed", "scrapping"), "again": ("issued",)}),
    "scrapping": Stop("approver", None, {"granted": ("closed",), "refused": ("issued",)}),
    "closed": Stop(),
    "cancelled": Stop(),
}


def time_for(state: str, rules: Rules) -> tuple[timedelta, Because] | None:
    """How long the party of a state has. None where no rule says."""
    within = FLOW[state].within
    return (rules[within], rules.because(within)) if within is not None and rules.has(within) else None


def sample(reworked: int, sampled: int, failed: int, rules: Rules) -> Decision:
    """Reworked goods may leave (``released``), or ``more`` of them are to be looked at: always all, once one failed.

    The amount is how many pieces are to be looked at, not money.
    """
    least = reworked if failed else 0
    because: tuple[Because, ...] = ()
    if rules.has(clauses.SAMPLE):
        because = (rules.because(clauses.SAMPLE, reworked=reworked, sampled=sampled, failed=failed),)
        least = max(least, -(-reworked * rules[clauses.SAMPLE].basis_points // 10_000))
    return Decision("workshop.sample", "released" if sampled >= least else "more", amount_fen=least, because=because)
