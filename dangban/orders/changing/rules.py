"""Pure decisions about changes: how far an order is, what that allows, in which steps, who pays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Words
from dangban.orders import clauses
from dangban.orders.clauses import CHANGE_FREIGHT, CHANGE_STEP_WITHIN, CHANGE_STEPS, CHANGES

STAGES = ("unpaid", "paid", "printed", "packed", "dispatched")
FIELDS = ("address", "item", "quantity", "price", "courier", "invoice", "cancel")
# What the parcel is, or where it goes: the warehouse does not pack over an open wish for another.
CONCERNS_PARCEL = frozenset({"address", "item", "quantity", "courier", "cancel"})
_OVER = "over"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to be done, and by whom."""

    code: str
    who: str
    what: Words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a stage allows, the steps it takes and who pays for the freight; with its reasons."""

    decision: Decision
    stage: str
    steps: tuple[Step, ...] = ()
    payer: str = "none"

    @property
    def outcome(self) -> str:
        return self.decision.outcome


def stage_of(status: str, refund: str, preparation: str) -> str:
    """How far an order is; ``over`` once nothing of it can become another."""
    if status == "closed" or refund == "full":
        return _OVER
    if status == "unpaid":
        return "unpaid"
    if status == "paid":
        return preparation or "paid"
    # In part is dispatched as well: what has left can't be told from what has not.
    return "dispatched"


def is_later(stage: str, than: str) -> bool:
    return stage == _OVER or (than in STAGES and STAGES.index(stage) > STAGES.index(than))


def allowed(field: str, stage: str, signed: bool, cause: str, rules: Rules) -> Verdict:
    """``yes`` (at once), ``steps`` (when they are done), ``customer`` (by the customer only) or ``no``.

    What was signed for is a matter of returns; only its invoice is written anew.
    """
    if stage == _OVER or not rules.has(CHANGES):
        return Verdict(Decision("orders.change", "no"), stage)
    outcome = rules[CHANGES].at(stage, field)
    reached, what = Words(*clauses.STAGES[stage]), Words(*clauses.CHANGED[field])
    because = [rules.because(CHANGES, stage=reached, field=what)]
    if signed and field != "invoice":
        outcome = "no"
    if outcome not in ("yes", "steps"):
        return Verdict(Decision("orders.change", outcome, because=tuple(because)), stage)
    steps, payer = steps_of(field, stage, rules), "none"
    if steps:
        because.append(rules.because(CHANGE_STEPS, stage=reached, field=what))
    if rules.has(CHANGE_FREIGHT) and field in CONCERNS_PARCEL:
        payer = rules[CHANGE_FREIGHT].at(stage, cause)
        if payer != "none":
            because.append(rules.because(CHANGE_FREIGHT, stage=reached, whose_cause=Words(*clauses.CAUSES[cause])))
    # Without anything to do first there is nothing to wait for.
    outcome = "yes" if outcome == "steps" and not steps else outcome
    return Verdict(Decision("orders.change", outcome, because=tuple(because)), stage, steps, payer)


def steps_of(field: str, stage: str, rules: Rules) -> tuple[Step, ...]:
    """The steps in the handbook's order."""
    if not rules.has(CHANGE_STEPS):
        return ()
    rows = [row for row in rules[CHANGE_STEPS] if stage in row.stages and field in row.changes]
    return tuple(Step(row.step, row.who, row.what) for row in rows)


def seconds_for_a_step(rules: Rules) -> tuple[int, tuple[Because, ...]] | None:
    if not rules.has(CHANGE_STEP_WITHIN):
        return None
    return int(rules[CHANGE_STEP_WITHIN].total_seconds()), (rules.because(CHANGE_STEP_WITHIN),)


def matrix(signed: bool, stage: str, rules: Rules, fields: Collection[str] = FIELDS) -> dict[str, Verdict]:
    """What each change would be at this stage, for a page."""
    return {field: allowed(field, stage, signed, "wish", rules) for field in fields}
