"""In time? Without a reason by the day, faults by theirs, gaps by the hour, damage by what was done at the door."""

from __future__ import annotations

from datetime import date, timedelta

from dangban.aftersales.clauses.window import (
    DAMAGE_SIGNED,
    LATE_FAULT,
    MISSING_WITHIN,
    NO_REASON_DAYS,
    NO_REASON_START,
    PROXY_COUNTS,
    QUALITY_DAYS,
    QUALITY_EXCHANGE_DAYS,
    TRANSPORT_REPORT_DAYS,
    WARRANTY_DAYS,
    WORN_FAULT,
)
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Words
from dangban.lib.days import day_of, working_day_after

from .facts import Facts
from .findings import Finding, Findings, stand
from .reasons import AS_NEW, FAULTS

SUPERVISOR = "supervisor"
# What undoes a purchase, and what mends it.
UNDOING = frozenset({"return", "refund"})
REPLACING = frozenset({"exchange", "reship"})
MENDING = frozenset({"repair"})
WORN = ("used", "washed", "altered")


def look(facts: Facts, rules: Rules) -> Findings:
    """Whether the time for it is over. Nothing that has not been signed for is too late."""
    if facts.signed_at is None:
        return
    if facts.reason in AS_NEW:
        if facts.undoes_the_purchase:
            yield from _without_a_reason(facts, rules)
    elif facts.reason in FAULTS:
        yield from _fault(facts, rules)
        yield from _worn(facts, rules)
    elif facts.reason == "missing":
        yield from _reported(facts, rules) if facts.business else _missing(facts, rules)
    elif facts.reason == "damaged":
        yield from _reported(facts, rules) if facts.business else _damaged(facts, rules)


def last_day(signed: date, rules: Rules) -> date:
    """The last day on which goods may be returned without a reason."""
    first = signed if rules.capped(NO_REASON_START) == "signing_day" else signed + timedelta(days=1)
    return first + rules.capped(NO_REASON_DAYS) - timedelta(days=1)


def _without_a_reason(facts: Facts, rules: Rules) -> Findings:
    assert facts.signed_at is not None
    if facts.proxy_signed:
        yield Finding(rules.because(PROXY_COUNTS, proxy_signed=True), supports="window")
        if not rules[PROXY_COUNTS]:
            return
    last = last_day(day_of(facts.signed_at), rules)
    days = stand(rules, NO_REASON_DAYS, signed_at=facts.signed_at, asked_at=facts.asked_at, last_day=last)
    start = stand(rules, NO_REASON_START, signed_at=facts.signed_at)
    if day_of(facts.asked_at) > last:
        yield days.refuses("window", Words(f"{days.value.days} 天", f"{days.value.days} days"))
    else:
        yield Finding(days.because)
    yield Finding(start.because, supports="window")


def _fault(facts: Facts, rules: Rules) -> Findings:
    assert facts.signed_at is not None
    after = max(day_of(facts.asked_at) - day_of(facts.signed_at), timedelta())
    told = {"signed_at": facts.signed_at, "days_after": after.days}
    quality = stand(rules, QUALITY_DAYS, **told)
    if after <= quality.value:
        yield Finding(quality.because)
        return
    late = stand(rules, LATE_FAULT, wanted=facts.wanted, days_after=after.days)
    if late.value == "as_usual":
        yield Finding(late.because)
        return
    gone = UNDOING
    yield Finding(quality.because, drops=UNDOING)
    for clause, lost in ((QUALITY_EXCHANGE_DAYS, REPLACING), (WARRANTY_DAYS, MENDING)):
        limit = stand(rules, clause, **told)
        if after > limit.value:
            gone |= lost
            yield Finding(limit.because, drops=lost)
        elif facts.wanted in lost:
            yield Finding(limit.because)
    if facts.wanted in gone and late.value == "refuse":
        yield late.refuses("late_fault")
    elif facts.wanted in gone:
        yield Finding(late.because, needs=("late_fault", SUPERVISOR))


def _worn(facts: Facts, rules: Rules) -> Findings:
    signs = [name for name in WORN if getattr(facts, name)]
    if not signs or rules[WORN_FAULT] == "as_usual":
        return
    gone = UNDOING | REPLACING
    needs = ("worn_fault", SUPERVISOR) if facts.wanted in gone else None
    yield Finding(rules.because(WORN_FAULT, worn=signs, wanted=facts.wanted), drops=gone, needs=needs)


def _missing(facts: Facts, rules: Rules) -> Findings:
    assert facts.signed_at is not None
    after = facts.told_at - facts.signed_at
    within = stand(rules, MISSING_WITHIN, signed_at=facts.signed_at, hours_after=max(0, int(after.total_seconds() // 3600)))
    if after > within.value:
        hours = int(within.value.total_seconds() // 3600)
        yield within.refuses("missing_late", Words(f"{hours} 小时", f"{hours} hours"))
    else:
        yield Finding(within.because)


def _reported(facts: Facts, rules: Rules) -> Findings:
    assert facts.signed_at is not None
    within = rules[TRANSPORT_REPORT_DAYS]
    moved = [date.fromisoformat(day) for day in facts.moved_days.split()]
    last = working_day_after(day_of(facts.signed_at), within, moved)
    told = stand(rules, TRANSPORT_REPORT_DAYS, signed_at=facts.signed_at, reported_at=facts.told_at, last_day=last)
    if day_of(facts.told_at) > last:
        yield told.refuses("reported_late", Words(f"{within} 个工作日", f"{within} working days"))
    else:
        yield Finding(told.because)


def _damaged(facts: Facts, rules: Rules) -> Findings:
    if facts.damage_found != "after_signing":
        return
    whose = stand(rules, DAMAGE_SIGNED, damage_found=facts.damage_found, courier_proof=facts.courier_proof)
    yield whose.refuses("damage_signed") if whose.value == "buyer" else Finding(whose.because)
