"""Full attendance: each condition, whether it was kept, and what of the bonus is earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from dangban.attendance.clauses import FULL_BONUS, FULL_BONUS_NEEDS, LATENESS_MODE, WHOLE_MONTH
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib import money

# What a graded loss of the bonus may stand for; anything else loses the whole of it.
GRADED = frozenset({"no_lateness", "no_early"})


@dataclass(frozen=True, slots=True)
class Month:
    """What the conditions are held against. `taken_fen`: what brackets take off the bonus. `part_days`: the days employed
    of somebody who was not here all of it."""

    lateness: int = 0
    early: int = 0
    leave_days: Decimal = Decimal(0)
    absence_days: Decimal = Decimal(0)
    missed: int = 0
    shifts: int = 0
    taken_fen: int = 0
    part_days: int | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    code: str
    kept: bool
    counted: Decimal


@dataclass(frozen=True, slots=True)
class FullBonus:
    kept: bool
    amount_fen: int
    conditions: Sequence[Condition] = ()
    because: tuple[Because, ...] = ()


def full_bonus(month: Month, rules: Rules) -> FullBonus:
    """Whether attendance was full, condition by condition, and how much of the bonus is earned.

    Where the handbook itself lets lateness cost part of the bonus, that part is taken off; where it
    asks for no lateness and has lateness follow in another way, one time loses the whole.
    """
    if not (rules.has(FULL_BONUS) and rules.has(FULL_BONUS_NEEDS)):
        return FullBonus(False, 0)
    counted = {
        "no_lateness": Decimal(month.lateness), "no_early": Decimal(month.early), "no_leave": month.leave_days,
        "no_absence": month.absence_days, "no_missed": Decimal(month.missed),
    }  # fmt: skip
    conditions = [Condition(code, not counted[code], counted[code]) for code in rules[FULL_BONUS_NEEDS]]
    because: tuple[Because, ...] = (
        rules.because(FULL_BONUS_NEEDS, **{one.code: one.counted for one in conditions}),
        rules.because(FULL_BONUS, shifts=month.shifts, taken_off=money.show(month.taken_fen)),
    )
    if month.part_days is not None and rules.has(WHOLE_MONTH) and rules[WHOLE_MONTH]:
        conditions.append(Condition("whole_month", False, Decimal(month.part_days)))
        because = (*because, rules.because(WHOLE_MONTH, days=month.part_days))
    broken = {one.code for one in conditions if not one.kept}
    bonus = rules[FULL_BONUS]
    if not month.shifts or broken - GRADED:
        return FullBonus(False, 0, conditions, because)
    if not broken:
        return FullBonus(True, bonus, conditions, because)
    graded = rules.has(LATENESS_MODE) and rules[LATENESS_MODE] == "bonus"
    return FullBonus(False, max(0, bonus - month.taken_fen) if graded else 0, conditions, because)
