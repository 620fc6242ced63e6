"""The states of a case, whom each waits for, by which rule it is due, and the acts that lead on.

One table: the program moves by it, the case page draws it, and a test walks it for dead ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from dangban.aftersales.clauses import deadlines as d
from dangban.handbook.shapes import Clause, Words


@dataclass(frozen=True, slots=True)
class State:
    """Where a case may stand. `waits_for` is who has to act; a final state waits for nobody."""

    code: str
    label: Words
    waits_for: str = ""
    due: Clause[timedelta] | None = None
    # What the clock brings about when the time is over: an act of the program's own; else the owner is told.
    lapses: str = ""

    @property
    def is_final(self) -> bool:
        return not self.waits_for


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody may do with a case: from where to where, and with which permission.

    `to` is where it leads; several where what was decided says which. No permission: the program does it.
    """

    code: str
    label: Words
    sources: tuple[str, ...]
    to: tuple[str, ...]
    needs: str = ""


PARTIES = {
    "agent": Words("客服", "the agent"),
    "customer": Words("顾客", "the customer"),
    "approver": Words("审批人", "the approver"),
    "courier": Words("快递", "the courier"),
    "warehouse": Words("仓库", "the warehouse"),
    "workshop": Words("维修", "the workshop"),
    "finance": Words("财务", "finance"),
    "platform": Words("平台", "the platform"),
}

_STATES = (
    State("opened", Words("待判定", "To be assessed"), "agent", d.ANSWER_WITHIN),
    State("evidence", Words("待举证", "Waiting for evidence"), "customer", d.EVIDENCE_WITHIN, "evidence_lapsed"),
    State("assessed", Words("待谈妥", "To be agreed on"), "agent", d.AGREE_WITHIN),
    State("approval", Words("待审批", "Waiting for approval"), "approver", d.APPROVE_WITHIN),
    State("refused", Words("已拒绝", "Refused"), "customer", d.OBJECT_WITHIN, "let_rest"),
    State("returning", Words("待顾客寄回", "To be sent back"), "customer", d.RETURN_WITHIN),
    State("on_way", Words("退回途中", "On its way back"), "courier", d.ARRIVE_WITHIN),
    State("received", Words("待验货", "To be inspected"), "warehouse", d.INSPECT_WITHIN),
    State("inspected", Words("验货完成", "Inspected"), "agent", d.DECIDE_WITHIN),
    State("repairing", Words("维修中", "Being repaired"), "workshop", d.REPAIR_WITHIN),
    State("topup", Words("待顾客补款", "Payment owed"), "customer", d.TOPUP_WITHIN),
    State("settling", Words("待付款", "To be paid"), "finance", d.REFUND_WITHIN),
    State("sending", Words("待发出", "To be sent"), "warehouse", d.SEND_WITHIN),
    State("disputed", Words("平台介入", "Before the platform"), "agent", d.DISPUTE_REPLY_WITHIN),
    State("ruling", Words("待平台裁定", "Before the platform, answered"), "platform", d.OBJECT_WITHIN),
    State("settled", Words("已办结", "Settled"), "agent", d.CLOSE_AFTER, "let_rest"),
    State("closed", Words("已结案", "Closed")),
    State("withdrawn", Words("已撤销", "Withdrawn")),
)
STATES = {state.code: state for state in _STATES}
OPEN = tuple(state.code for state in _STATES if not state.is_final)
# Before anything has been sent back or paid.
_EARLY = ("opened", "evidence", "assessed", "approval", "refused", "returning")
_BEFORE_MONEY = (*_EARLY, "on_way", "received", "inspected", "topup", "repairing")

_ACTS = (
    Act("assess", Words("判定", "Assess"), ("opened", "evidence", "assessed", "refused"), ("assessed", "evidence", "approval"), "aftersales.handle"),
    Act("assess_again", Words("复判", "Assess again"), ("inspected",), ("inspected", "approval"), "aftersales.handle"),
    Act("ask_evidence", Words("请顾客举证", "Ask for evidence"), ("opened", "assessed"), ("evidence",), "aftersales.handle"),
    Act("evidence_came", Words("收到凭证", "Evidence came"), ("evidence",), ("opened",)),
    Act("evidence_lapsed", Words("举证到期", "Evidence did not come"), ("evidence",), ("returning", "opened", "refused")),
    Act("ask_exception", Words("申请破例", "Ask for an exception"), ("refused", "assessed", "inspected"), ("approval",), "aftersales.handle"),
    Act("approve", Words("同意", "Approve"), ("approval",), ("assessed", "returning", "settling", "sending", "inspected")),
    Act("decline", Words("不同意", "Decline"), ("approval",), ("assessed", "refused", "inspected")),
    Act("refuse", Words("拒绝", "Refuse"), ("opened", "assessed", "inspected"), ("refused",), "aftersales.handle"),
    Act("reopen", Words("重新处理", "Take up again"), ("refused", "settled"), ("opened",), "aftersales.handle"),
    Act("agree_return", Words("同意退回", "Agree on a return"), ("assessed", "inspected"), ("returning",), "aftersales.handle"),
    Act("agree_payment", Words("定下付款", "Agree on a payment"), ("assessed", "inspected"), ("settling", "approval"), "aftersales.handle"),
    Act("agree_sending", Words("定下补发换发", "Agree on sending"), ("assessed", "inspected"), ("sending", "topup", "approval"), "aftersales.handle"),
    Act("agree_soothing", Words("安抚解决", "Solved with words"), ("opened", "assessed", "inspected"), ("settled",), "aftersales.handle"),
    Act("announce", Words("登记退货单号", "Enter the return's number"), ("returning",), ("on_way",)),
    Act("receive", Words("收到退件", "Parcel came"), ("opened", "evidence", "assessed", "approval", "refused", "returning", "on_way", "topup", "sending", "settling"), ("received",), "aftersales.receive"),
    Act("inspect", Words("验货", "Inspect"), ("received",), ("inspected",), "aftersales.inspect"),
    Act("repair", Words("送修", "Send to repair"), ("inspected",), ("repairing",), "aftersales.handle"),
    Act("repaired", Words("修好", "Repaired"), ("repairing",), ("sending",), "aftersales.inspect"),
    Act("not_repaired", Words("修不好", "Beyond repair"), ("repairing",), ("inspected",)),
    Act("paid_up", Words("顾客已补款", "The customer has paid"), ("topup",), ("sending",)),
    Act("pay", Words("付款", "Pay"), ("settling",), ("settled", "sending", "topup"), "aftersales.pay"),
    Act("unpay", Words("退回重定", "Give back unpaid"), ("settling",), ("inspected", "assessed")),
    Act("send", Words("已发出", "Sent"), ("sending",), ("settled", "settling")),
    Act("unsend", Words("不发了", "Not sent after all"), ("topup", "sending"), ("inspected", "assessed")),
    Act("dispute", Words("平台介入", "The platform is called in"), tuple(code for code in OPEN if code not in ("disputed", "ruling")), ("disputed",), "aftersales.handle"),
    Act("answer_dispute", Words("提交举证", "Answer the platform"), ("disputed",), ("ruling",), "aftersales.handle"),
    Act("rule", Words("登记裁定", "Enter the ruling"), ("disputed", "ruling"), ("settling", "settled", "inspected", "assessed", "returning", "on_way", "received", "sending", "topup", "repairing"), "aftersales.handle"),
    Act("withdraw", Words("顾客撤销", "The customer withdraws"), (*_BEFORE_MONEY, "disputed", "ruling"), ("withdrawn",), "aftersales.handle"),
    Act("platform_paid", Words("平台已退款", "Refunded by the platform"), ("opened", "evidence", "assessed", "refused", "inspected", "settling", "disputed", "ruling"), ("settled",)),
    Act("platform_closed", Words("平台已关闭", "Closed by the platform"), ("opened", "evidence", "assessed", "refused", "disputed", "ruling"), ("withdrawn",)),
    Act("let_rest", Words("到期结案", "Closed by time"), ("refused", "settled"), ("closed",)),
    Act("close", Words("结案", "Close"), ("refused", "settled"), ("closed",), "aftersales.handle"),
)
ACTS = {act.code: act for act in _ACTS}


def acts_from(state: str) -> Iterator[Act]:
    """What may happen to a case that stands there."""
    return (act for act in _ACTS if state in act.sources)


def leads(state: str, act: str, to: str) -> bool:
    """Whether this act leads from here to there."""
    known = ACTS[act]
    return state in known.sources and to in known.to
