"""The decision table as a manager reads it: what the handbook answers to each question, reason by reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from dangban.aftersales.clauses.approvals import APPROVAL_LIMITS
from dangban.aftersales.clauses.deadlines import EVIDENCE_WITHIN
from dangban.aftersales.clauses.evidence import EVIDENCE_FROM, EVIDENCE_NEEDED, NO_EVIDENCE
from dangban.aftersales.clauses.freight import FREE_SHIPPING_OUT, FREIGHT, RETURN_FREIGHT_CAP
from dangban.aftersales.clauses.registers import LOST_FIRST
from dangban.aftersales.clauses.remedies import (
    ADJUSTMENT_CAP,
    REMEDIES,
    REMEDIES_FOR,
    SURPLUS_DENIED,
    SURPLUS_KEPT,
)
from dangban.aftersales.clauses.window import (
    DAMAGE_SIGNED,
    LATE_FAULT,
    MISSING_WITHIN,
    NO_REASON_DAYS,
    NO_REASON_START,
    QUALITY_DAYS,
    QUALITY_EXCHANGE_DAYS,
    TRANSPORT_REPORT_DAYS,
    WARRANTY_DAYS,
)
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause, Words

from . import results, wording
from .findings import stand
from .reasons import AS_NEW, FAULTS, REASONS, reason
from .remedies import ordered

DAMAGED_SIGNED = Words("签收后破损", "damage found after signing")
NONE_NEEDED = Words("不需要", "none")
NO_LIMIT = Words("不限时间", "no limit")


@dataclass(frozen=True, slots=True)
class Cell:
    """One answer: its lines, and the rules it rests on."""

    lines: tuple[Words, ...]
    because: tuple[Because, ...] = ()

    @property
    def by_law(self) -> bool:
        """Whether the law had its say here."""
        return any("by_law" in one.inputs for one in self.because)


@dataclass(frozen=True, slots=True)
class Row:
    """A reason and what is answered for it."""

    code: str
    label: Words
    party: str
    until: Cell
    evidence: Cell
    freight: Cell
    remedies: Cell
    consent: Cell


def rows(rules: Rules) -> list[Row]:
    """All reasons; damage that is found after signing has a row of its own."""
    made = [_row(code, code, one.label, rules) for code, one in REASONS.items()]
    place = next(number for number, row in enumerate(made) if row.code == "damaged") + 1
    made.insert(place, _row("damaged_signed", "damaged", DAMAGED_SIGNED, rules))
    return made


def _row(code: str, plain: str, label: Words, rules: Rules) -> Row:
    return Row(
        code, label, reason(plain).party, _until(code, rules), _evidence(code, rules), _freight(code, rules),
        _remedies(plain, rules), _consent(plain, rules),
    )  # fmt: skip


def _until(code: str, rules: Rules) -> Cell:
    if code in AS_NEW:
        days, start = stand(rules, NO_REASON_DAYS), stand(rules, NO_REASON_START)
        return Cell((_days("退换", "return, exchange", days.value) + _aside(NO_REASON_START.shape.show(start.value)),), (days.because, start.because))
    if code in FAULTS:
        stands = [stand(rules, clause) for clause in (QUALITY_DAYS, QUALITY_EXCHANGE_DAYS, WARRANTY_DAYS, LATE_FAULT)]
        lines = [_days(zh, en, one.value) for (zh, en), one in zip((("退货", "return"), ("换货", "exchange"), ("维修", "repair")), stands, strict=False)]
        return Cell((*lines, Words("过期：", "later: ") + LATE_FAULT.shape.show(stands[-1].value)), tuple(one.because for one in stands))
    if code in ("missing", "damaged", "damaged_signed"):
        return _of_the_parcel(code, rules)
    return _said(LOST_FIRST, rules) if code == "lost" else Cell((NO_LIMIT,))


def _of_the_parcel(code: str, rules: Rules) -> Cell:
    dealers = stand(rules, TRANSPORT_REPORT_DAYS)
    line = Words("经销商：", "businesses: ") + TRANSPORT_REPORT_DAYS.shape.show(dealers.value)
    if code == "missing":
        within = stand(rules, MISSING_WITHIN)
        first = Words("签收后 ", "within ") + MISSING_WITHIN.shape.show(within.value) + Words("内", " of signing")
        return Cell((first, line), (within.because, dealers.because))
    if code == "damaged":
        return Cell((Words("当场拒收或签收前告知", "refused or told before signing"), line), (dealers.because,))
    whose = stand(rules, DAMAGE_SIGNED)
    return Cell((DAMAGE_SIGNED.shape.show(whose.value), line), (whose.because, dealers.because))


def _evidence(code: str, rules: Rules) -> Cell:
    row = rules[EVIDENCE_NEEDED].get(code)
    if row is None or not row.show:
        return Cell((NONE_NEEDED,), (rules.because(EVIDENCE_NEEDED),))
    start = EVIDENCE_FROM.shape.show(rules[EVIDENCE_FROM])
    within = EVIDENCE_WITHIN.shape.show(rules[EVIDENCE_WITHIN])
    lines = (
        _joined(results.EVIDENCE[what] for what in row.show),
        within + Words("内，从", " from ") + start + Words("算起", ""),
        Words("到期：", "then: ") + NO_EVIDENCE.shape.show(rules[NO_EVIDENCE]),
    )
    return Cell(lines, tuple(rules.because(clause) for clause in (EVIDENCE_NEEDED, EVIDENCE_WITHIN, EVIDENCE_FROM, NO_EVIDENCE)))


def _freight(code: str, rules: Rules) -> Cell:
    cells, stated = rules.capped(FREIGHT).cells[code], rules[FREIGHT].cells[code]
    told: dict[str, str] = {"reason": code} | ({"by_law": FREIGHT.bound.source} if cells != stated and FREIGHT.bound else {})
    lines = [results.LEGS[leg] + Words("：", ": ") + results.BEARERS[who] for leg, who in cells.items()]
    because = [rules.because(FREIGHT, **told)]
    if cells["out"] == "buyer":
        free = stand(rules, FREE_SHIPPING_OUT)
        lines.append(Words("包邮订单的寄出运费：", "outbound, where it was free: ") + results.BEARERS[free.value])
        because.append(free.because)
    if cells["back"] == "seller" and rules[RETURN_FREIGHT_CAP] != "none":
        lines.append(Words("退回运费", "return freight: ") + RETURN_FREIGHT_CAP.shape.show(rules[RETURN_FREIGHT_CAP]))
        because.append(rules.because(RETURN_FREIGHT_CAP))
    return Cell(tuple(lines), tuple(because))


def _remedies(code: str, rules: Rules) -> Cell:
    if code == "over":
        kept, denied = _said(SURPLUS_KEPT, rules), _said(SURPLUS_DENIED, rules)
        return Cell((Words("承认：", "admitted: ") + kept.lines[0], Words("不认：", "denied: ") + denied.lines[0]), (*kept.because, *denied.because))
    row = rules[REMEDIES_FOR].get(code)
    codes = ordered(row.offers if row else ("refund", "return"), rules)
    because = [rules.because(REMEDIES_FOR, reason=code), rules.because(REMEDIES)]
    lines = [_joined((results.REMEDIES[one] for one in codes), Words(" → ", " → "))]
    if "adjust" in codes and code != "late":
        lines.append(Words("补偿", "compensation: ") + ADJUSTMENT_CAP.shape.show(rules[ADJUSTMENT_CAP]))
        because.append(rules.because(ADJUSTMENT_CAP))
    return Cell(tuple(lines), tuple(because))


def _consent(code: str, rules: Rules) -> Cell:
    lines, because = [], [rules.because(APPROVAL_LIMITS)]
    own = next((row for row in rules[APPROVAL_LIMITS] if row.who == "agent"), None)
    if own is not None:
        lines.append(Words(f"客服：退款 {own.refund / 100:.0f} 元、补偿 {own.compensation / 100:.0f} 元以内", f"the agent: refunds to ¥{own.refund / 100:.0f}, compensation to ¥{own.compensation / 100:.0f}"))
    if code in FAULTS and rules.capped(LATE_FAULT) == "negotiate":
        lines.append(wording.APPROVALS["late_fault"] + Words("：", ": ") + wording.AUTHORITIES["supervisor"])
        because.append(stand(rules, LATE_FAULT).because)
    return Cell(tuple(lines), tuple(because))


def _said(clause: Clause[Any], rules: Rules) -> Cell:
    found = stand(rules, clause)
    return Cell((clause.shape.show(found.value),), (found.because,))


def _days(zh: str, en: str, value: timedelta) -> Words:
    return Words(f"{zh}：{value.days} 天", f"{en}: {value.days} days")


def _aside(words: Words) -> Words:
    return Words(f"（{words.zh}起算）", f" (from {words.en})")


def _joined(words: Iterable[Words], between: Words | None = None) -> Words:
    listed, between = list(words), between or Words("、", ", ")
    return Words(between.zh.join(one.zh for one in listed), between.en.join(one.en for one in listed))
