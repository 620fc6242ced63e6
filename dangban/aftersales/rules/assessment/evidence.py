"""Shown? What is missing and until when, or what follows when the time for it is over."""

from __future__ import annotations

from datetime import datetime

from dangban.aftersales.clauses.deadlines import EVIDENCE_WITHIN
from dangban.aftersales.clauses.evidence import EVIDENCE_FROM, EVIDENCE_NEEDED, NO_EVIDENCE
from dangban.aftersales.clauses.registers import LOST_FIRST
from dangban.handbook.rulebook import Rules

from .facts import Facts
from .findings import Finding, Findings, stand


def look(facts: Facts, rules: Rules) -> Findings:
    """What the claim still lacks. Goods that were looked at need no photos any more."""
    if facts.reason == "lost":
        yield from _loss(facts, rules)
        return
    row = rules[EVIDENCE_NEEDED].get(row_of(facts))
    if row is None or not row.show or facts.inspected:
        return
    until = _until(facts, rules)
    lacking = tuple(what for what in row.show if not _has(facts, what, until))
    needed = rules.because(EVIDENCE_NEEDED, reason=row.about, evidence=list(lacking))
    if not lacking:
        yield Finding(needed)
        return
    within = rules.because(EVIDENCE_WITHIN, evidence_until=until, photos_at=facts.photos_at)
    if not (facts.no_evidence or facts.asked_at > until):
        yield Finding(needed, shows=lacking, until=until)
        yield Finding(within)
        return
    without = stand(rules, NO_EVIDENCE, evidence=list(lacking))
    yield Finding(within, supports="no_evidence")
    if without.value == "close":
        yield without.refuses("no_evidence")
    elif without.value == "ask":
        yield Finding(without.because, shows=lacking, until=facts.asked_at + rules[EVIDENCE_WITHIN])
    else:
        yield Finding(without.because, check_first=True)


def row_of(facts: Facts) -> str:
    """The line of a table by reason: damage found after signing has one of its own."""
    return "damaged_signed" if facts.reason == "damaged" and facts.damage_found == "after_signing" else facts.reason


def _loss(facts: Facts, rules: Rules) -> Findings:
    steps = rules[LOST_FIRST]
    because = rules.because(LOST_FIRST, loss_confirmed=facts.loss_confirmed)
    first = "confirm" in steps and ("settle" not in steps or steps.index("confirm") < steps.index("settle"))
    shows = ("loss_confirmed",) if first and not facts.loss_confirmed else ()
    yield Finding(because, shows=shows)


def _until(facts: Facts, rules: Rules) -> datetime:
    start = facts.signed_at if rules[EVIDENCE_FROM] == "signed" and facts.signed_at else facts.asked_at
    return start + rules[EVIDENCE_WITHIN]


def _has(facts: Facts, what: str, until: datetime) -> bool:
    if what == "photos":
        return facts.photos and (facts.photos_at is None or facts.photos_at <= until)
    return bool(getattr(facts, what))
