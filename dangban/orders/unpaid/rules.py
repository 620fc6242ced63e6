"""Pure decisions about orders that await payment."""

from __future__ import annotations

from datetime import datetime, timedelta

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.orders import clauses


def contacting(prompts: int, wall: datetime, rules: Rules) -> Decision:
    """``may``, or why the buyer is left alone: ``often`` enough asked, or a ``quiet`` hour.

    `wall` is the company's clock.
    """
    because: list[Because] = []
    outcome = "may"
    if rules.has(clauses.UNPAID_PROMPTS):
        because.append(rules.because(clauses.UNPAID_PROMPTS, prompts=prompts))
        if prompts >= rules[clauses.UNPAID_PROMPTS]:
            outcome = "often"
    if rules.has(clauses.QUIET_HOURS):
        because.append(rules.because(clauses.QUIET_HOURS, wall=wall.time()))
        if outcome == "may" and wall.time() in rules[clauses.QUIET_HOURS]:
            outcome = "quiet"
    return Decision("orders.contacting", outcome, because=tuple(because))


def is_quiet(wall: datetime, rules: Rules) -> bool:
    return rules.has(clauses.QUIET_HOURS) and wall.time() in rules[clauses.QUIET_HOURS]


def closing(leads: bool, rules: Rules) -> Decision:
    """Whether somebody of the department ``may`` close an unpaid order, or it is ``refused``."""
    if not rules.has(clauses.UNPAID_CLOSED_BY):
        return Decision("orders.closing_unpaid", "may" if leads else "refused")
    may = leads and rules[clauses.UNPAID_CLOSED_BY] == "leader"
    because = rules.because(clauses.UNPAID_CLOSED_BY)
    return Decision("orders.closing_unpaid", "may" if may else "refused", because=(because,))


def off_duty_first(rules: Rules) -> Decision:
    """``first``: orders placed while nobody was on duty come before the others; else ``together``."""
    if not rules.has(clauses.OFF_DUTY_FIRST):
        return Decision("orders.unpaid_order", "together")
    outcome = "first" if rules[clauses.OFF_DUTY_FIRST] else "together"
    return Decision("orders.unpaid_order", outcome, because=(rules.because(clauses.OFF_DUTY_FIRST),))


def contact_due(placed_at: datetime, rules: Rules) -> tuple[datetime, timedelta, tuple[Because, ...]] | None:
    """From when a contact is due, how much time there is for it, and why. None where no rule says."""
    if not rules.has(clauses.UNPAID_CONTACT) or not rules.has(clauses.UNPAID_CLOCK):
        return None
    because = (
        rules.because(clauses.UNPAID_CONTACT, placed_at=placed_at),
        rules.because(clauses.UNPAID_CLOCK),
    )
    return placed_at + rules[clauses.UNPAID_CONTACT], rules[clauses.UNPAID_CLOCK], because


def lapsed_before(at: datetime, rules: Rules) -> datetime | None:
    """Orders placed before this instant get no clock any more."""
    return at - rules[clauses.UNPAID_LAPSES] if rules.has(clauses.UNPAID_LAPSES) else None
