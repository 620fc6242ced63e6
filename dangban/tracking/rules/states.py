"""Where a parcel is, in our own words, whoever says it. The same digit means different things to the vendors. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

WAITING = "waiting"
PICKED = "picked"
MOVING = "moving"
DELIVERING = "delivering"
SIGNED = "signed"
PROBLEM = "problem"
RETURNING = "returning"
RETURNED = "returned"

REFUSED = "refused"
UNDELIVERABLE = "undeliverable"
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Said:
    """A state, and what kind of trouble it is where it is any."""

    state: str
    trouble: str = ""


_W, _P, _M, _D, _S = Said(WAITING), Said(PICKED), Said(MOVING), Said(DELIVERING), Said(SIGNED)
_X, _BACK, _HOME = Said(PROBLEM), Said(RETURNING), Said(RETURNED)
_REFUSED, _STUCK = Said(PROBLEM, REFUSED), Said(PROBLEM, UNDELIVERABLE)

KUAIDI100: Mapping[str, Said] = {
    "0": _M, "1": _P, "2": _X, "3": _S, "4": _HOME, "5": _D, "6": _BACK, "7": _M, "8": _M,
    "10": _M, "11": _M, "12": _M, "13": _X, "14": _REFUSED,
    "101": _W, "102": _W, "103": _P, "1001": _M, "1002": _M, "1003": _M,
    "501": _D, "301": _S, "302": _S, "303": _S, "304": _S, "401": Said(PROBLEM, CANCELLED),
    "201": _STUCK, "202": _X, "203": _REFUSED, "204": _X, "205": _STUCK, "206": _STUCK, "207": _STUCK, "208": _X, "209": _X,
    "210": Said(PROBLEM, CANCELLED),
}  # fmt: skip
KDNIAO: Mapping[str, Said] = {
    "0": _W, "1": _P, "2": _M, "3": _S, "4": _X, "5": _M, "6": _M, "10": _W,
    "201": _M, "202": _D, "204": _M, "205": _M, "206": _M, "211": _D,
    "301": _S, "302": _S, "304": _S, "311": _S,
    "401": _X, "402": _STUCK, "403": _X, "404": Said(RETURNING, REFUSED), "405": _X,
    "406": _HOME, "407": _BACK, "412": _STUCK, "413": _X, "414": _X, "415": Said(PROBLEM, CANCELLED), "416": _STUCK,
    "417": _X, "419": _D, "420": _STUCK, "421": _STUCK, "422": _X, "423": _STUCK,
    "601": _M, "602": _M, "603": _M, "604": _X,
}  # fmt: skip

# Read from the top: what is more particular stands before what it contains.
WORDS: tuple[tuple[tuple[str, ...], Said], ...] = (
    (("退回签收", "退签", "已退回", "退件签收"), _HOME),
    (("拒收", "拒签", "拒绝签收"), _REFUSED),
    (("退回", "退件", "退货途中"), _BACK),
    (("无法派送", "无法投递", "超区", "超时未取", "无人签收", "联系不上", "电话无人接听", "地址不详"), _STUCK),
    (("未签收", "待签收"), _D),
    (("问题件", "疑难", "异常", "滞留", "破损", "丢失", "遗失"), _X),
    (("已签收", "签收", "妥投", "已代收", "已取件成功", "已被取走", "已取走"), _S),
    (("派件", "派送", "投递中", "待取件", "驿站", "快递柜", "代收点"), _D),
    (("待揽收", "已下单", "等待揽收"), _W),
    (("揽收", "揽件", "收件", "已收取", "收寄"), _P),
    (("在途", "运输", "到达", "离开", "发往", "发出", "装车", "中转", "转运", "抵达"), _M),
)


def of_kuaidi100(code: object) -> Said | None:
    """None for a code that nobody has described: the text is kept, the state stays."""
    return KUAIDI100.get(_plain(code))


def of_kdniao(state: object, fine: object = "") -> Said | None:
    """The finer code where it is known, else the coarse one."""
    return KDNIAO.get(_plain(fine)) or KDNIAO.get(_plain(state))


def of_words(text: str) -> Said | None:
    """As a courier's file or a person writes it."""
    return next((said for words, said in WORDS if any(word in text for word in words)), None)


def _plain(code: object) -> str:
    return str(code if code is not None else "").strip()
