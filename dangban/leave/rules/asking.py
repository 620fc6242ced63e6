"""Whether leave may be asked for, what it would take and bring about, and who answers. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.leave.clauses import (
    BELOW_LEAST,
    HALF_DAYS,
    LEADER_UP_TO,
    PRIVATE_MONTH,
    PRIVATE_YEAR,
    REST_DAYS,
    UNAPPROVED_IS_ABSENCE,
    URGENT_REPAIR,
)
from dangban.leave.rules import kinds
from dangban.leave.rules.balances import HALF, NOTHING, after_private

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; `part` is ``day``, or ``first`` or ``second`` for half of a single day."""

    kind: str
    first: date
    last: date
    asked_on: date
    part: str = "day"
    is_urgent: bool = False

    @property
    def all_days(self) -> list[date]:
        return [self.first + timedelta(days=offset) for offset in range((self.last - self.first).days + 1)]

    @property
    def share(self) -> Decimal:
        return ONE if self.part == "day" else HALF


@dataclass(frozen=True, slots=True)
class Effect:
    """A shift of a day from which somebody would be missing: who is left, and how many there must be."""

    day: date
    shift: str
    left: int
    least: int | None = None

    @property
    def is_short(self) -> bool:
        return self.least is not None and self.left < self.least


@dataclass(frozen=True, slots=True)
class Facts:
    """`free` are days that are not worked anyway; `balance` what is left of each period: ``2026-11`` or ``2026``.

    `private` and `used` count days approved or asked for before, by month and of this kind in the year.
    """

    free: frozenset[date] = frozenset()
    balance: Mapping[str, Decimal] = field(default_factory=dict)
    private: Mapping[str, Decimal] = field(default_factory=dict)
    used_this_year: Decimal = NOTHING
    effects: Sequence[Effect] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know before it is answered: ``refuses`` keeps it from being asked, ``warns`` doesn't."""

    code: str
    weight: str
    figures: Mapping[str, object]
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """`takes` is what it takes of each period; `answered_by` is ``leader`` or ``supervisor``."""

    days: Decimal
    counted: tuple[date, ...]
    takes: Mapping[str, Decimal]
    answered_by: str
    findings: tuple[Finding, ...]
    decision: Decision

    @property
    def refusals(self) -> list[Finding]:
        return [one for one in self.findings if one.weight == "refuses"]

    @property
    def warnings(self) -> list[Finding]:
        return [one for one in self.findings if one.weight == "warns"]


def judge(wanted: Wanted, facts: Facts, rules: Rules) -> Judged:
    terms = kinds.terms(wanted.kind, rules)
    if terms is None:
        decision = Decision("leave.asking", "refused")
        return Judged(NOTHING, (), {}, "supervisor", (Finding("unknown_kind", "refuses", {}),), decision)
    counted = tuple(day for day in wanted.all_days if not (terms.working_days_only and day in facts.free))
    days = wanted.share * len(counted)
    takes = _takes(wanted, counted)
    findings = [
        *_when(wanted, terms, rules), *_half(wanted, rules), *_amount(wanted, terms, days, takes, facts),
        *_private(wanted, takes, facts, rules), *_roster(wanted, facts, rules),
    ]  # fmt: skip
    who, why = _answered_by(days, findings, rules)
    outcome = "refused" if any(one.weight == "refuses" for one in findings) else "may"
    because = dict.fromkeys([*terms.because, *(one for finding in findings for one in finding.because), *why])
    return Judged(days, counted, takes, who, tuple(findings), Decision("leave.asking", outcome, because=tuple(because)))


def period_of(kind: str, day: date) -> str:
    """The period whose balance a day is taken from; time in lieu has one pot."""
    if kind == kinds.REST:
        return f"{day:%Y-%m}"
    return str(day.year) if kind == kinds.ANNUAL else ""


def _takes(wanted: Wanted, counted: Sequence[date]) -> dict[str, Decimal]:
    """By period of the balance; private leave by month, because both its limits are counted from that."""
    found: dict[str, Decimal] = {}
    for day in counted:
        name = f"{day:%Y-%m}" if wanted.kind == kinds.PRIVATE else period_of(wanted.kind, day)
        found[name] = found.get(name, NOTHING) + wanted.share
    return found


def _when(wanted: Wanted, terms: kinds.Terms, rules: Rules) -> list[Finding]:
    if wanted.is_urgent:
        because = (rules.because(URGENT_REPAIR, first_day=wanted.first),) if rules.has(URGENT_REPAIR) else ()
        days = rules[URGENT_REPAIR].days if rules.has(URGENT_REPAIR) else 0
        absence = rules[UNAPPROVED_IS_ABSENCE] if rules.has(UNAPPROVED_IS_ABSENCE) else True
        return [Finding("urgent", "tells", {"days": days, "absence": absence}, because)]
    earliest = wanted.asked_on + timedelta(days=terms.notice_days)
    if wanted.first >= earliest:
        return []
    return [Finding("short_notice", "refuses", {"days": terms.notice_days, "earliest": earliest}, terms.because)]


def _half(wanted: Wanted, rules: Rules) -> list[Finding]:
    if wanted.part == "day" or not rules.has(HALF_DAYS) or rules[HALF_DAYS]:
        return []
    return [Finding("no_halves", "refuses", {}, (rules.because(HALF_DAYS),))]


def _amount(wanted: Wanted, terms: kinds.Terms, days: Decimal, takes: Mapping[str, Decimal], facts: Facts) -> list[Finding]:
    if not days:
        return [Finding("free_anyway", "refuses", {})]
    found = [Finding("proof", "tells", {}, terms.because)] if terms.needs_proof else []
    if wanted.kind in kinds.BALANCED:
        for period, wanted_days in takes.items():
            left = facts.balance.get(period, NOTHING)
            if wanted_days > left:
                found.append(Finding("balance", "refuses", {"period": period, "left": left, "wanted": wanted_days}, terms.because))
    elif terms.quota is not None:
        used = facts.used_this_year if terms.per == "year" else NOTHING
        if used + days > terms.quota:
            found.append(Finding("quota", "refuses", {"quota": terms.quota, "used": used, "wanted": days}, terms.because))
    return found


def _private(wanted: Wanted, takes: Mapping[str, Decimal], facts: Facts, rules: Rules) -> list[Finding]:
    """What private leave brings about beyond its days: told before it is asked, not after."""
    if wanted.kind != kinds.PRIVATE:
        return []
    found = []
    due = Decimal(rules.capped(REST_DAYS)) if rules.has(REST_DAYS) else NOTHING
    kept = after_private(due, rules)
    if rules.has(PRIVATE_MONTH) and kept < due:
        for month, days in takes.items():
            total = facts.private.get(month, NOTHING) + days
            if total > rules[PRIVATE_MONTH]:
                because = (rules.because(PRIVATE_MONTH, month=month, days=total, kept_by_law=kept),)
                found.append(Finding("cancels_rest", "warns", {"month": month, "days": total, "kept": kept}, because))
    if rules.has(PRIVATE_YEAR):
        for year in sorted({month[:4] for month in takes}):
            total = sum((days for month, days in [*facts.private.items(), *takes.items()] if month[:4] == year), NOTHING)
            if total > rules[PRIVATE_YEAR]:
                over = min(total - rules[PRIVATE_YEAR], sum((days for month, days in takes.items() if month[:4] == year), NOTHING))
                because = (rules.because(PRIVATE_YEAR, this_year=total),)
                found.append(Finding("beyond_year", "warns", {"year": year, "over": over}, because))
    return found


def _roster(wanted: Wanted, facts: Facts, rules: Rules) -> list[Finding]:
    short = [one for one in facts.effects if one.is_short]
    says = rules[BELOW_LEAST] if rules.has(BELOW_LEAST) else "warns"
    weight = "refuses" if says == "refused" and not wanted.is_urgent else "warns"
    return [
        Finding(
            "below_least", weight, {"day": one.day, "shift": one.shift, "left": one.left, "least": one.least},
            (rules.because(BELOW_LEAST, shift=one.shift, left=one.left),) if rules.has(BELOW_LEAST) else (),
        )
        for one in short
    ]  # fmt: skip


def _answered_by(days: Decimal, findings: Sequence[Finding], rules: Rules) -> tuple[str, tuple[Because, ...]]:
    """A leader up to so many days; the supervisor beyond, and where a shift falls short and the handbook wants it."""
    short = any(one.code == "below_least" for one in findings)
    if short and rules.has(BELOW_LEAST) and rules[BELOW_LEAST] == "supervisor":
        return "supervisor", (rules.because(BELOW_LEAST),)
    if not rules.has(LEADER_UP_TO):
        return "leader", ()
    return ("leader" if days <= rules[LEADER_UP_TO] else "supervisor"), (rules.because(LEADER_UP_TO, days=days),)
