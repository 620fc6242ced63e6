"""The whole table: every question is asked, and what they find is put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dangban.aftersales.clauses.deadlines import REFUND_WITHIN, RETURN_WITHIN
from dangban.aftersales.clauses.evidence import NOTHING_WRONG
from dangban.aftersales.clauses.platform import UNSHIPPED_AUTO
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules

from . import approvals, evidence, freight, goods, remedies, way_back, window, wording
from .facts import Facts
from .findings import Finding
from .reasons import AS_NEW, reason
from .results import KIND, Approval, Assessment

# A fault that the check did not find is judged as anything else that does not please.
AS_FOUND = "dislike"


def assess(facts: Facts, rules: Rules) -> Assessment:
    """Judge a request. A refusal rests on a clause; where the handbook is harsher than the law, the law holds."""
    facts = facts if facts.reason == reason(facts.reason).code else replace(facts, reason=AS_FOUND)
    if facts.inspected == "good" and facts.reason not in AS_NEW and facts.reason not in ("lost", "over"):
        return _nothing_wrong(replace(facts, reason=AS_FOUND, inspected=""), rules)
    return _put_together(facts, _asked(facts, rules), rules)


def _asked(facts: Facts, rules: Rules) -> list[Finding]:
    return [
        *goods.look(facts, rules),
        *window.look(facts, rules),
        *evidence.look(facts, rules),
        *way_back.look(facts, rules),
    ]


def _nothing_wrong(facts: Facts, rules: Rules) -> Assessment:
    """The goods came back and are as they should be: returned without a reason where that is still open, else sent home."""
    because = rules.because(NOTHING_WRONG, found="good", wanted=facts.wanted)
    findings = [Finding(because), *_asked(facts, rules)]
    if facts.wanted == "return" and not any(one.refuses for one in findings):
        return _put_together(facts, findings, rules)
    refusal = Finding(because, refuses="nothing_wrong")
    return replace(
        _refused(facts, [refusal, *findings]),
        freight=tuple(freight.nothing_wrong(facts, rules).legs),
    )


def _put_together(facts: Facts, findings: list[Finding], rules: Rules) -> Assessment:
    refusals = [one for one in findings if one.refuses]
    if refusals:
        return _refused(facts, findings)
    drops = frozenset[str]().union(*(one.drops for one in findings))
    offers = remedies.offered(facts, rules, drops)
    findings += remedies.look(facts, offers, drops, rules)
    made = freight.bill(facts, rules)
    amounts, because_of_amounts = approvals.of_the_amount(facts, rules)
    consents = tuple(dict.fromkeys((*(Approval(*one.needs) for one in findings if one.needs), *amounts)))
    lacking = tuple(dict.fromkeys(what for one in findings for what in one.shows))
    until = max((one.until for one in findings if one.until), default=None)
    outcome = _outcome(lacking, consents)
    returned, refunded, because_of_dates = _dates(facts, outcome, rules)
    because = _once((*(one.because for one in findings), *made.because, *because_of_amounts, *because_of_dates))
    judged = Assessment(
        outcome=outcome,
        decision=Decision(KIND, outcome, because=because),
        party=reason(facts.reason).party,
        remedies=offers,
        freight=tuple(made.legs),
        approvals=consents,
        check_first=any(one.check_first for one in findings),
        evidence=lacking,
        evidence_until=until,
        return_until=returned,
        refund_until=refunded,
        deductions=tuple(dict.fromkeys(what for one in findings for what in one.deducts)),
        alternatives=_instead(findings, lacking),
    )
    return replace(judged, wording=wording.promised(facts, judged))


def _refused(facts: Facts, findings: Sequence[Finding]) -> Assessment:
    refusals = [one for one in findings if one.refuses]
    codes = tuple(dict.fromkeys(one.refuses for one in refusals))
    ordered = tuple(sorted(codes, key=wording.WEIGHT.index))
    lifted = any(one.may_be_lifted for one in refusals)
    return Assessment(
        outcome="refused",
        decision=Decision(KIND, "refused", because=_once([one.because for one in findings if one.refuses or one.supports in codes])),
        party=reason(facts.reason).party,
        refusals=ordered,
        alternatives=wording.instead_of(ordered, may_be_lifted=lifted),
        wording=wording.refused(ordered, {one.refuses: one.about for one in refusals}),
    )


def _outcome(lacking: Sequence[str], consents: Sequence[Approval]) -> str:
    if lacking:
        return "evidence"
    return "approval" if any(one.code in approvals.BEFORE_PROMISING for one in consents) else "accepted"


def _dates(facts: Facts, outcome: str, rules: Rules) -> tuple[datetime | None, datetime | None, tuple[Because, ...]]:
    """By when the goods are sent back, and by when money that needs no return is paid."""
    if outcome == "evidence":
        return None, None, ()
    if facts.reason == "over":
        return None, None, ()
    if facts.goods_come_back:
        return facts.asked_at + rules[RETURN_WITHIN], None, (rules.because(RETURN_WITHIN),)
    if facts.wanted not in ("refund", "return", "adjust"):
        return None, None, ()
    within: timedelta = rules.capped(REFUND_WITHIN)
    because = [rules.because(REFUND_WITHIN)]
    if not facts.was_sent:
        within = min(within, rules[UNSHIPPED_AUTO])
        because.append(rules.because(UNSHIPPED_AUTO, asked_at=facts.asked_at))
    return None, facts.asked_at + within, tuple(because)


def _instead(findings: Sequence[Finding], lacking: Sequence[str]) -> tuple[str, ...]:
    codes = ["after_return"] if any(one.later for one in findings) else []
    if lacking and lacking != ("loss_confirmed",):
        codes.append("show")
    return tuple(codes)


def _once(because: Sequence[Because]) -> tuple[Because, ...]:
    """Each rule once, as it was first applied."""
    found: dict[str, Because] = {}
    for one in because:
        found.setdefault(one.path, one)
    return tuple(found.values())
