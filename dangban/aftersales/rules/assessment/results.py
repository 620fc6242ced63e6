"""What comes of judging a request: outcome, remedies, freight, approvals, dates, and words for the customer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.shapes import Words

KIND = "aftersales.assessment"
OUTCOMES = {
    "accepted": Words("可以处理", "accepted"),
    "approval": Words("须审批", "needs approval"),
    "evidence": Words("待举证", "waits for evidence"),
    "refused": Words("不予办理", "refused"),
}
REMEDIES = {
    "soothe": Words("安抚", "soothe"),
    "repair": Words("维修", "repair"),
    "adjust": Words("补偿、补差价", "compensation"),
    "exchange": Words("换货", "exchange"),
    "reship": Words("补发", "reship"),
    "refund": Words("仅退款", "refund only"),
    "return": Words("退货退款", "return and refund"),
    "collect": Words("快递上门取回", "collection by the courier"),
    "stub": Words("底单提交平台", "the stub is sent to the platform"),
    "complain": Words("向平台投诉", "complaint to the platform"),
}
LEGS = {
    "out": Words("寄出运费", "outbound freight"),
    "back": Words("退回运费", "return freight"),
    "again": Words("再次寄出运费", "freight of sending again"),
}
BEARERS = {
    "seller": Words("我方", "us"),
    "buyer": Words("顾客", "the customer"),
    "insurance": Words("退货运费险", "the freight insurance"),
}
PAID_BACK = {
    "": Words("不返还", "not paid back"),
    "refund": Words("随退款返还", "with the refund"),
    "transfer": Words("转账返还", "by transfer"),
    "credit": Words("经同意留作下次抵扣", "kept as credit if the customer agrees"),
    "insurance": Words("保险赔付", "by the insurance"),
    "deducted": Words("从退款中扣除", "taken off the refund"),
    "link": Words("顾客拍补运费链接", "paid by the customer through a link"),
}
EVIDENCE = {
    "photos": Words("问题图片", "photos of the problem"),
    "weights": Words("包裹、清单和货品的称重", "weights of box, slip and goods"),
    "courier_proof": Words("派件员证明", "the courier's written word"),
    "loss_confirmed": Words("快递确认丢失", "the courier confirming the loss"),
}


@dataclass(frozen=True, slots=True)
class Remedy:
    """One way to settle it; at most so much money, where there is a limit."""

    code: str
    limit_fen: int | None = None
    because: tuple[Because, ...] = ()

    def as_data(self) -> dict[str, Any]:
        return {"code": self.code, "limit_fen": self.limit_fen, "because": [one.as_data() for one in self.because]}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Remedy:
        return cls(data["code"], data["limit_fen"], tuple(Because.from_data(one) for one in data["because"]))


@dataclass(frozen=True, slots=True)
class Leg:
    """A part of the freight of one way: whose it is in the end, who pays it first, how it is made good.

    The parts of one way add up to what that way costs.
    """

    leg: str
    fen: int
    borne_by: str
    advanced_by: str
    paid_back_how: str = ""

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("leg", "fen", "borne_by", "advanced_by", "paid_back_how")}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Leg:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody's consent that is needed for a part of it: `code` says for what, `who` whose."""

    code: str
    who: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a request is judged by the handbook."""

    outcome: str
    decision: Decision
    # Whose side it lies on: seller, buyer or courier.
    party: str
    remedies: tuple[Remedy, ...] = ()
    freight: tuple[Leg, ...] = ()
    approvals: tuple[Approval, ...] = ()
    # What is decided only once the goods were sent back and looked at.
    check_first: bool = False
    # What is still to be shown, by codes of EVIDENCE.
    evidence: tuple[str, ...] = ()
    evidence_until: datetime | None = None
    return_until: datetime | None = None
    refund_until: datetime | None = None
    # Why it was refused, by codes of wording.REFUSALS, the weightiest first.
    refusals: tuple[str, ...] = ()
    # What is taken off the refund once the goods were looked at: a lost gift, wear.
    deductions: tuple[str, ...] = ()
    wording: Words = field(default_factory=lambda: Words("", ""))
    # What may be offered instead, by codes of wording.ALTERNATIVES.
    alternatives: tuple[str, ...] = ()

    @property
    def because(self) -> tuple[Because, ...]:
        return self.decision.because

    def remedy(self, code: str) -> Remedy | None:
        return next((one for one in self.remedies if one.code == code), None)

    def borne(self, party: str, leg: str = "") -> int:
        """What this party bears of the freight in the end, of one way or of all."""
        return sum(one.fen for one in self.freight if one.borne_by == party and leg in ("", one.leg))

    def as_data(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "decision": self.decision.as_data(),
            "party": self.party,
            "remedies": [one.as_data() for one in self.remedies],
            "freight": [one.as_data() for one in self.freight],
            "approvals": [[one.code, one.who] for one in self.approvals],
            "check_first": self.check_first,
            "evidence": list(self.evidence),
            "evidence_until": _written(self.evidence_until),
            "return_until": _written(self.return_until),
            "refund_until": _written(self.refund_until),
            "refusals": list(self.refusals),
            "deductions": list(self.deductions),
            "wording": self.wording.as_data(),
            "alternatives": list(self.alternatives),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Assessment:
        return cls(
            outcome=data["outcome"],
            decision=Decision.from_data(data["decision"]),
            party=data["party"],
            remedies=tuple(Remedy.from_data(one) for one in data["remedies"]),
            freight=tuple(Leg.from_data(one) for one in data["freight"]),
            approvals=tuple(Approval(*one) for one in data["approvals"]),
            check_first=data["check_first"],
            evidence=tuple(data["evidence"]),
            evidence_until=_read(data["evidence_until"]),
            return_until=_read(data["return_until"]),
            refund_until=_read(data["refund_until"]),
            refusals=tuple(data["refusals"]),
            deductions=tuple(data["deductions"]),
            wording=Words(**data["wording"]),
            alternatives=tuple(data["alternatives"]),
        )


def _written(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
