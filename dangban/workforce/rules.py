"""Decisions about swaps: may it be asked still, and who has to approve it. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.workforce.clauses import SWAP_APPROVAL, SWAP_NOTICE

NOBODY = "nobody"


def swap_asked(first_start: datetime, at: datetime, rules: Rules) -> Decision:
    """``may`` be asked, or ``late``: the earlier of the shifts begins too soon."""
    left = first_start - at
    hours = max(0, left // timedelta(hours=1))
    because = rules.because(SWAP_NOTICE, hours_left=hours)
    outcome = "may" if left >= rules[SWAP_NOTICE] else "late"
    return Decision("workforce.swap_asked", outcome, because=(because,))


def swap_approved_by(rules: Rules) -> Decision:
    """``nobody``, ``leader`` or ``supervisor``."""
    return Decision("workforce.swap_approved_by", rules[SWAP_APPROVAL], because=(rules.because(SWAP_APPROVAL),))
