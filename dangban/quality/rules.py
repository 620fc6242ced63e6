"""Which step of the ladder an offence is on, who decides it, and what a commendation brings. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.quality import clauses

SANCTION, BOUNTY = "quality.sanction", "quality.bounty"
# What stands in for a fine where the law leaves nothing of it.
INSTEAD_OF_FINE = "warning"
_RANKS = {"leader": 1, "supervisor": 2, "manager": 3}
_LEVELS = {"leader": 1, "deputy": 2, "supervisor": 2, "manager": 3}


def known_offences(rules: Rules) -> tuple[str, ...]:
    """The offences this handbook names; quiet music is none where it is allowed."""
    if not rules.has(clauses.OFFENCES):
        return ()
    allowed = {"music"} if rules.has(clauses.MUSIC) and rules[clauses.MUSIC] else set()
    return tuple(row["offence"] for row in rules[clauses.OFFENCES] if row["offence"] not in allowed)


def ladder(rules: Rules, offence: str, earlier: int) -> Decision:
    """What an offence brings that has happened `earlier` times before; the last step repeats.

    A fine is what the law leaves of it: nothing as a rule, and then it is a warning.
    """
    stated = rules[clauses.OFFENCES].of(offence)
    lawful = rules.capped(clauses.OFFENCES).of(offence)
    steps = [step for step in clauses.STEPS if stated[step] is not None]
    step = steps[min(earlier, len(steps) - 1)]
    outcome, amount = stated[step], stated[f"{step}_fine"] or 0
    inputs: dict[str, Any] = {"offence": clauses.OFFENCE.show(offence), "times_before": earlier}
    if amount:
        inputs["stated"] = money.show(amount)
    left = lawful[f"{step}_fine"] or 0
    if outcome == "fine" and not left:
        outcome = INSTEAD_OF_FINE
    return Decision(SANCTION, outcome, left, (rules.because(clauses.OFFENCES, **inputs),))


def decider(rules: Rules, consequence: str) -> tuple[str, Because]:
    """The least rank that decides on a consequence: leader, supervisor or manager (where nothing is said)."""
    row = rules[clauses.DECIDED_BY].get(consequence)
    return (row["by"] if row else "manager"), rules.because(clauses.DECIDED_BY)


def ranks_for(level: str, needed: str) -> bool:
    return _LEVELS.get(level, 0) >= _RANKS[needed]


def may_decide(rules: Rules, *, heard_at: datetime | None, answer_by: datetime | None, at: datetime) -> Decision:
    """Nobody is sanctioned before they were heard, or let the time for it pass."""
    ready = heard_at is not None or (answer_by is not None and at >= answer_by)
    because = rules.because(clauses.HEARING, heard_at=heard_at, answer_by=answer_by)
    return Decision("quality.hearing", "heard" if ready else "wait", None, (because,))


def expires_on(rules: Rules, day: date) -> date:
    """The day from which a sanction counts no more; the 29th to 31st become the month's last day."""
    month = day.month - 1 + rules[clauses.EXPIRES]
    year, month = day.year + month // 12, month % 12 + 1
    for last in range(day.day, 27, -1):
        try:
            return date(year, month, last)
        except ValueError:
            continue
    return date(year, month, day.day)


def counted(earlier: Sequence[tuple[date, date]], on: date) -> int:
    """How many of these (day, expiry) still count on a day."""
    return sum(day <= on < until for day, until in earlier)


def loss_borne(rules: Rules, loss_fen: int) -> Decision:
    """What of a proven loss the person makes good; the law's share of the wage is taken into account on the payslip."""
    paid = rules[clauses.LOSS_IS_PAID]
    return Decision("quality.loss", "paid" if paid else "borne", loss_fen if paid else 0, (rules.because(clauses.LOSS_IS_PAID, loss=money.show(loss_fen)),))


def bounty(rules: Rules, kind: str) -> Decision:
    """What a commendation brings; most bring thanks only."""
    row = rules[clauses.BOUNTIES].get(kind) if rules.has(clauses.BOUNTIES) else None
    amount = row["amount"] if row else 0
    because = (rules.because(clauses.BOUNTIES),) if row else ()
    return Decision(BOUNTY, "paid" if amount else "thanks", amount, because)
