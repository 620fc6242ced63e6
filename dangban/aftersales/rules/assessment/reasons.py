"""Why customers come back: the reasons by whose side they lie on, and the words for them."""

from __future__ import annotations

from dataclasses import dataclass

from dangban.handbook.shapes import Words

PARTIES = {
    "seller": Words("我方", "us"),
    "buyer": Words("顾客", "the customer"),
    "courier": Words("快递", "the courier"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of the list: its code, whose side it lies on, what it is called."""

    code: str
    party: str
    label: Words
    # A fault of the goods themselves; everything else that is sent back has to be as new.
    is_fault: bool = False


_LIST = (
    Reason("quality", "seller", Words("质量问题", "quality"), is_fault=True),
    Reason("described", "seller", Words("与描述不符", "not as described"), is_fault=True),
    Reason("wrong", "seller", Words("发错货", "wrong goods"), is_fault=True),
    Reason("missing", "seller", Words("少发漏发", "missing goods")),
    Reason("over", "seller", Words("多发", "too much sent")),
    Reason("late", "seller", Words("延迟发货", "dispatched late")),
    Reason("service", "seller", Words("客服失误", "mistaken service")),
    Reason("dislike", "buyer", Words("不喜欢", "dislike")),
    Reason("size", "buyer", Words("尺码大小不合适", "wrong size")),
    Reason("colour", "buyer", Words("轻微色差", "slight colour difference")),
    Reason("mistaken", "buyer", Words("买错拍错", "bought by mistake")),
    Reason("damaged", "courier", Words("运输破损", "damaged on the way")),
    Reason("lost", "courier", Words("丢件", "lost parcel")),
    Reason("delay", "courier", Words("快递延误", "courier's delay")),
)
REASONS = {reason.code: reason for reason in _LIST}


# Told about the parcel rather than the goods: time and evidence have rules of their own.
OF_THE_PARCEL = frozenset({"missing", "damaged", "lost", "over"})
FAULTS = frozenset(reason.code for reason in _LIST if reason.is_fault)
# Returned as anybody may return: within the time, and as new.
AS_NEW = frozenset(REASONS) - FAULTS - OF_THE_PARCEL


def reason(code: str) -> Reason:
    """The reason of this code; a code that nobody knows counts as dislike, which proves nothing against anybody."""
    return REASONS.get(code, REASONS["dislike"])


def party_of(code: str) -> str:
    """``seller``, ``buyer`` or ``courier``."""
    return reason(code).party
