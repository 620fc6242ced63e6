"""Income tax withheld by the year so far (累计预扣法)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.pay import clauses
from dangban.pay.rules.facts import TAX, Facts, Line


def withheld(facts: Facts, income_fen: int, rules: Rules) -> Line:
    """The tax of the year so far less what was withheld before; never given back within the year.

    The allowance counts months of employment: what is paid to somebody who has left brings no further one.
    """
    year = facts.year
    months = year.months + (0 if facts.is_gone else 1)
    income = year.income_fen + income_fen
    off = year.insurance_fen + facts.insurance_fen + rules[clauses.ALLOWANCE] * months + year.special_fen + facts.special_fen
    taxable = max(0, income - off)
    row = rules[clauses.TAX].at(Decimal(taxable) / 100)
    owed = Decimal(0) if row is None else Decimal(taxable) * row.rate.basis_points / 10_000 - row.quick
    amount = max(0, int(owed.quantize(Decimal(1), ROUND_HALF_UP)) - year.withheld_fen)
    why = rules.because(
        clauses.TAX, income_so_far=money.show(income), taxable_so_far=money.show(taxable), withheld_before=money.show(year.withheld_fen),
    )  # fmt: skip
    allowance = rules.because(clauses.ALLOWANCE, months_of_year=months)
    rate = str(row.rate) if row is not None else ""
    return Line("tax", TAX, -amount, f"tax:{facts.person_id}:{facts.month:%Y-%m}", quantity=money.show(taxable), rate=rate, because=(why, allowance))
