"""A whole payslip: what is earned, what was not worked, insurance, tax, and what may be deducted of what is asked."""

from __future__ import annotations

from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.pay import clauses
from dangban.pay.rules import days
from dangban.pay.rules.earning import earned_lines
from dangban.pay.rules.facts import (
    CARRIED,
    EARNED,
    INSURANCE,
    KEPT,
    TAKEN,
    UNPAID,
    Asked,
    Facts,
    Given,
    Line,
    RulesOf,
    Slip,
    Warned,
)
from dangban.pay.rules.limits import minimum_of, taken_lines, what_then
from dangban.pay.rules.tax import withheld


def slip(facts: Facts, rules_of: RulesOf) -> Slip:
    """Days go by the rules of each day; what is reckoned by the month by those of the last day employed.

    Lines add up to what is paid, to the fen; it is never below zero, and deductions never reach
    below what the law leaves.
    """
    if not facts.stretches:
        return _nothing_earned(facts, rules_of)
    rules = rules_of(days.last_worked(facts))
    lines = _earned(facts, rules, rules_of)
    lines += _not_worked(facts, rules_of, sum(line.amount_fen for line in lines))
    wage = sum(line.amount_fen for line in lines)
    overpaid = sum(one.amount_fen for one in facts.asked if one.kind == "overpaid")
    asked = [*facts.asked, *days.fines_of_absence(facts, rules_of)]
    insurance = _insurance(facts)
    before = wage - facts.insurance_fen + withheld(facts, wage, rules).amount_fen
    taken = taken_lines(facts, asked, wage, before, rules)
    taxable = wage + sum(line.amount_fen for line in taken if line.kind == "overpaid") if overpaid else wage
    lines += [*insurance, withheld(facts, taxable, rules), *taken]
    lines += _not_below_zero(facts, lines)
    return Slip(
        facts.person_id, facts.month, tuple(lines), wage, taxable, facts.insurance_company_fen, facts.special_fen,
        facts.sales.net_fen if facts.sales else None, tuple(_warnings(facts, lines, wage, rules, rules_of)),
    )  # fmt: skip


def _earned(facts: Facts, rules: Rules, rules_of: RulesOf) -> list[Line]:
    lines = days.base_lines(facts, rules_of) if "base" in rules[clauses.PARTS] else []
    lines += earned_lines(facts, rules)
    lines += days.rest_line(facts, rules_of) + days.annual_line(facts, rules_of) + days.overtime_lines(facts, rules_of)
    return lines + [_given(one) for one in facts.given]


def _given(one: Given) -> Line:
    return Line(one.kind, EARNED, one.amount_fen, one.ref, detail=one.label, url=one.url, because=tuple(one.because))


def _not_worked(facts: Facts, rules_of: RulesOf, earned_fen: int) -> list[Line]:
    """Unpaid days, which can't cost more than was earned."""
    lines, left = [], earned_fen
    for line in days.unpaid_lines(facts, rules_of):
        amount = max(line.amount_fen, -left) if line.group == UNPAID else line.amount_fen
        left += amount
        limit = "earned" if amount != line.amount_fen else ""
        asked = -line.amount_fen if limit else None
        lines.append(
            Line(line.kind, line.group, amount, line.ref, line.detail, line.quantity, line.rate, line.url, line.because, asked, 0, limit)
        )
    return lines


def _insurance(facts: Facts) -> list[Line]:
    if not facts.insurance_fen:
        return []
    ref = f"insurance:{facts.person_id}:{facts.month:%Y-%m}"
    rate = money.show(facts.insurance_fen + facts.insurance_company_fen)
    return [Line("insurance", INSURANCE, -facts.insurance_fen, ref, rate=rate, because=tuple(facts.insurance_because))]


def _not_below_zero(facts: Facts, lines: list[Line]) -> list[Line]:
    """What the company lays out because the wage does not cover insurance is asked back later, under the law's limit."""
    net = sum(line.amount_fen for line in lines)
    if net >= 0:
        return []
    return [Line("advance", CARRIED, -net, f"advance:{facts.person_id}:{facts.month:%Y-%m}", carried_fen=-net, limit="earned")]


def _nothing_earned(facts: Facts, rules_of: RulesOf) -> Slip:
    """Somebody without a wage this month: what they are still owed is paid, taxed with the year so far; what they owe waits."""
    rules = rules_of(facts.month)
    lines = [_given(one) for one in facts.given]
    wage = sum(line.amount_fen for line in lines)
    lines += [withheld(facts, wage, rules)] if wage else []
    lines += [_waits(one, rules) for one in facts.asked]
    return Slip(facts.person_id, facts.month, tuple(lines), wage, wage, special_fen=facts.special_fen, warnings=(Warned("no_wage"),))


def _waits(one: Asked, rules: Rules) -> Line:
    then = what_then(one.kind, rules)
    because = (*one.because, rules.because(clauses.EXCESS, asked=money.show(one.amount_fen)))
    return Line(one.kind, TAKEN, 0, one.ref, detail=one.label, url=one.url, because=because, asked_fen=one.amount_fen, carried_fen=one.amount_fen if then == KEPT else 0, limit="earned")


def _warnings(facts: Facts, lines: list[Line], wage_fen: int, rules: Rules, rules_of: RulesOf) -> list[Warned]:
    found = list(days.overtime_warnings(facts, rules_of))
    minimum, _why = minimum_of(facts, rules)
    if wage_fen < minimum:
        found.append(Warned("minimum", "最低工资规定 §3", {"wage": money.show(wage_fen), "minimum": money.show(minimum)}))
    if facts.floor_fen and facts.stretches[-1].base_fen < facts.floor_fen:
        found.append(Warned("floor", "", {"base": money.show(facts.stretches[-1].base_fen), "floor": money.show(facts.floor_fen)}))
    if any(line.limit in ("cap", "minimum") for line in lines):
        found.append(Warned("clamped", "工资支付暂行规定 §16"))
    if any(line.kind == "fine" for line in lines):
        found.append(Warned("fines", "工资支付暂行规定 §16"))
    return found
