"""What the days of a month are worth: the base by parts, leave and absence, rest days, overtime."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dangban.handbook.rulebook import Rules
from dangban.leave.rules import balances
from dangban.lib import money
from dangban.lib.days import FRIDAY
from dangban.pay import clauses
from dangban.pay.rules.facts import (
    EARNED,
    UNPAID,
    Asked,
    Facts,
    LeaveDay,
    Line,
    Overtime,
    RulesOf,
    Stretch,
    Warned,
)

HOURS_A_DAY = 8
FULL = 10_000
# 300 % of the daily wage, of which the normal pay is 100 % (企业职工带薪年休假实施办法 §10).
LAWFUL_ANNUAL = 20_000


def whole(amount: Decimal) -> int:
    """Fen; half a fen away from zero."""
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def month_days(month: date) -> int:
    return calendar.monthrange(month.year, month.month)[1]


def last_worked(facts: Facts) -> date:
    """The day whose rules hold for what is reckoned by the month: the last one employed."""
    return facts.stretches[-1].last


def is_whole_month(facts: Facts) -> bool:
    return sum(stretch.days for stretch in facts.stretches) == month_days(facts.month)


def base_lines(facts: Facts, rules_of: RulesOf) -> list[Line]:
    """One line for each stretch; together exactly the base of the month, fen by largest remainder."""
    if not facts.stretches:
        return []
    rules = rules_of(last_worked(facts))
    length = month_days(facts.month)
    if rules[clauses.PART_MONTH] == "average" and not _is_one_whole(facts, length):
        amounts, counts = _by_working_days(facts.stretches)
        shown = str(sum(counts)) if is_whole_month(facts) else "21.75"
    else:
        weights = [stretch.base_fen * stretch.days for stretch in facts.stretches]
        amounts = money.split(whole(Decimal(sum(weights)) / length), weights)
        counts, shown = [stretch.days for stretch in facts.stretches], str(length)
    return [
        Line(
            "base", EARNED, amount, f"base:{facts.person_id}:{stretch.first.isoformat()}",
            detail=f"{stretch.first:%m-%d}–{stretch.last:%m-%d}", quantity=f"{count}/{shown}", rate=money.show(stretch.base_fen),
            because=(*stretch.because, rules.because(clauses.PART_MONTH, base=money.show(stretch.base_fen), days=count, days_of_month=shown)),
        )
        for stretch, amount, count in zip(facts.stretches, amounts, counts, strict=True)
    ]  # fmt: skip


def _is_one_whole(facts: Facts, length: int) -> bool:
    return len(facts.stretches) == 1 and facts.stretches[0].days == length


def _by_working_days(stretches: Sequence[Stretch]) -> tuple[list[int], list[int]]:
    """By working days over 21.75, and never more than the highest base of the month; of who was there the whole month,
    over the working days that it really had: a raise takes nothing from the month, nor does it reach back."""
    counts = [sum((one.first + timedelta(days=step)).weekday() <= FRIDAY for step in range(one.days)) for one in stretches]
    weights = [one.base_fen * count for one, count in zip(stretches, counts, strict=True)]
    if sum(one.days for one in stretches) == month_days(stretches[0].first):
        return money.split(whole(Decimal(sum(weights)) / sum(counts)), weights), counts
    total = whole(Decimal(sum(weights)) / balances.AVERAGE_MONTH)
    return money.split(min(total, max(one.base_fen for one in stretches)), weights), counts


def base_on(facts: Facts, day: date) -> int:
    """The month's base that holds on a day; of the stretch nearest to it, for a correction of another month."""
    inside = [one for one in facts.stretches if one.first <= day <= one.last]
    if inside:
        return inside[0].base_fen
    if not facts.stretches:
        return 0
    return (facts.stretches[0] if day < facts.stretches[0].first else facts.stretches[-1]).base_fen


def unpaid_lines(facts: Facts, rules_of: RulesOf) -> list[Line]:
    """Leave without full pay, a line for each request, and the time that absence really missed."""
    by_request: dict[tuple[int, str], list[LeaveDay]] = {}
    for day in facts.leave:
        by_request.setdefault((day.request_id, day.kind), []).append(day)
    lines = [_leave(facts, taken, rules_of) for taken in by_request.values()]
    lines += [_absence(facts, index, rules_of) for index, one in enumerate(facts.absences) if min(one.days, one.missed)]
    return [line for line in lines if line.amount_fen]


def _leave(facts: Facts, taken: Sequence[LeaveDay], rules_of: RulesOf) -> Line:
    amount, total = Decimal(0), Decimal(0)
    for one in taken:
        rules = rules_of(one.day)
        amount += balances.daily_wage(base_on(facts, one.day), one.day, rules) * one.share * (FULL - one.paid_points) / FULL
        total += one.share
    first, rules = taken[0], rules_of(taken[0].day)
    return Line(
        "leave", UNPAID, -whole(amount), f"leave:{first.request_id}:{facts.month:%Y-%m}", detail=f"{first.label} {first.day:%m-%d}",
        quantity=plain(total), rate=_day_rate(facts, first.day, rules), url=first.url,
        because=balances.daily_wage_because(base_on(facts, first.day), total, rules),
    )  # fmt: skip


def _absence(facts: Facts, index: int, rules_of: RulesOf) -> Line:
    """Only the time not worked; what a handbook asks beyond that is a fine and stands under the law's limit. Days
    below zero were taken for absence in a month that is paid, and were none."""
    one = facts.absences[index]
    rules, days = rules_of(one.day), min(one.days, one.missed)
    amount = whole(balances.daily_wage(base_on(facts, one.day), one.day, rules) * days)
    why = balances.daily_wage_because(base_on(facts, one.day), days, rules)
    kind, group = ("absence", UNPAID) if amount > 0 else ("attended", EARNED)
    return Line(kind, group, -amount, one.ref, detail=f"{one.day:%m-%d}", quantity=plain(abs(days)), rate=_day_rate(facts, one.day, rules), url=one.url, because=(*one.because, *why))


def fines_of_absence(facts: Facts, rules_of: RulesOf) -> list[Asked]:
    found = []
    for one in facts.absences:
        beyond = one.days - min(one.days, one.missed)
        if beyond > 0:
            amount = whole(balances.daily_wage(base_on(facts, one.day), one.day, rules_of(one.day)) * beyond)
            found.append(Asked("fine", f"{one.day:%m-%d}", amount, f"{one.ref}:fine", one.url, one.because))
    return found


def rest_line(facts: Facts, rules_of: RulesOf) -> list[Line]:
    """Rest days that were not taken, by the wage of the last day employed."""
    if facts.rest is None or facts.rest.days <= 0 or not facts.stretches:
        return []
    day = last_worked(facts)
    rules, base = rules_of(day), base_on(facts, day)
    amount = balances.wage_of(facts.rest.days, base, day, rules)
    why = balances.daily_wage_because(base, facts.rest.days, rules)
    return [Line("rest", EARNED, amount, f"rest:{facts.person_id}:{facts.month:%Y-%m}", quantity=plain(facts.rest.days), rate=_day_rate(facts, day, rules), url=facts.rest.url, because=(*facts.rest.because, *why))]


def annual_line(facts: Facts, rules_of: RulesOf) -> list[Line]:
    """Annual leave that whoever leaves has not taken: beside the normal pay twice the daily wage by law, or what the
    handbook says, by the average month, and never below the base."""
    if facts.annual is None or facts.annual.days <= 0 or not facts.stretches:
        return []
    one, day = facts.annual, last_worked(facts)
    rules = rules_of(day)
    stated = rules.has(clauses.ANNUAL_UNUSED)
    points = rules.capped(clauses.ANNUAL_UNUSED).basis_points if stated else LAWFUL_ANNUAL
    month = max(one.month_fen, base_on(facts, day))
    daily = Decimal(month) / balances.AVERAGE_MONTH * points / FULL
    why = (rules.because(clauses.ANNUAL_UNUSED, base=money.show(month), days=one.days),) if stated else ()
    return [Line("annual", EARNED, whole(daily * one.days), f"annual:{facts.person_id}", quantity=plain(one.days), rate=money.show(whole(daily)), url=one.url, because=(*one.because, *why))]


def overtime_lines(facts: Facts, rules_of: RulesOf) -> list[Line]:
    """A line for each stretch of overtime: hourly wage (base ÷ 21.75 ÷ 8) by the law's factor of the day."""
    return [_overtime(facts, one, rules_of(one.day)) for one in facts.overtime if one.minutes > 0]


def _overtime(facts: Facts, one: Overtime, rules: Rules) -> Line:
    factor = rules.capped(clauses.OVERTIME)[one.day_kind]
    hourly = Decimal(base_on(facts, one.day)) / balances.AVERAGE_MONTH / HOURS_A_DAY
    hours = Decimal(one.minutes) / 60
    amount = whole(hourly * hours * factor.basis_points / FULL)
    why = rules.because(clauses.OVERTIME, hours=plain(hours), hourly=money.show(whole(hourly)))
    return Line("overtime", EARNED, amount, one.ref, detail=f"{one.day:%m-%d} {factor}", quantity=plain(hours), rate=money.show(whole(hourly)), url=one.url, because=(why,))


def overtime_warnings(facts: Facts, rules_of: RulesOf) -> list[Warned]:
    hours = Decimal(sum(one.minutes for one in facts.overtime)) / 60
    if not facts.stretches or hours <= rules_of(last_worked(facts))[clauses.OVERTIME_MOST]:
        return []
    return [Warned("overtime", "劳动法 §41", {"hours": plain(hours), "most": str(rules_of(last_worked(facts))[clauses.OVERTIME_MOST])})]


def _day_rate(facts: Facts, day: date, rules: Rules) -> str:
    return money.show(whole(balances.daily_wage(base_on(facts, day), day, rules)))


def plain(number: Decimal) -> str:
    """Without zeros behind the point."""
    shown = f"{number:.2f}".rstrip("0").rstrip(".")
    return shown or "0"
