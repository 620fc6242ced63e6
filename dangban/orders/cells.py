"""What one cell of a platform's file says: words into stages, yuan into fen, wall-clock times into instants. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from dangban.lib import clock, money, text

# What the platforms call each stage. Compared after folding, without punctuation and blanks.
_STATUS_WORDS = {
    "unpaid": "等待买家付款 待付款 待支付 等待付款 等待付款确认 付款确认中 没有创建支付宝交易 未付款",
    "paid": "买家已付款等待卖家发货 待发货 已付款待发货 等待出库 等待打印 等待发货 暂停 锁定 待出库 待揽件 已支付",
    "part": "卖家部分发货 部分发货 部分已发货 部分出库",
    "sent": "卖家已发货等待买家确认 已发货待收货 已发货待签收 已发货 等待确认收货 等待收货 已出库 待收货 未收货",
    "signed": "买家已签收 已签收 已收货 已妥投",
    "done": "交易成功 已完成 完成 交易完成 已确认收货",
    "closed": "交易关闭 已关闭 已取消 交易已取消 取消 已取消订单 订单取消 订单关闭",
}
# Words that tell of a stage and of the refund at once.
_STATUS_WITH_REFUND = {
    "未发货退款成功": ("closed", "full"),
    "已发货退款成功": ("closed", "full"),
    "已收货退款成功": ("closed", "full"),
    "已签收退款成功": ("closed", "full"),
    "退款成功": ("closed", "full"),
    "未发货退款中": ("paid", "asked"),
    "待发货退款中": ("paid", "asked"),
    "已发货退款中": ("sent", "asked"),
}
_REFUND_WORDS = {
    "none": "没有申请退款 无退款 无售后 无售后或售后取消 售后取消 退款关闭 未退款 无 否 未发起售后",
    "asked": (
        "退款中 售后处理中 买家已经申请退款等待卖家同意 卖家已经同意退款等待买家退货 买家已经退货等待卖家确认收货 "
        "卖家拒绝退款 待商家处理 退款待处理 售后中 待买家退货 待商家收货 平台处理中 申请退款 退货退款中 未发货退款中"
    ),
    "partial": "部分退款 部分退款成功",
    "full": "退款成功 全额退款 已退款 售后成功 退款完成",
}
NOTHING = frozenset({"", "-", "--", "null", "none", "nan", "无数据"})
_NO_TIME = re.compile(r"^0{4}")
_PUNCTUATION = re.compile(r"[\s,，、。;；:：()（）]+")
_QUANTITY = re.compile(r"^(\d{1,7})(?:\.0+)?(?:件|个|套)?$")


class Misread(ValueError):
    """A cell can't be understood; the message says which and why."""


def status_of(words: str) -> tuple[str, str]:
    """Our status and, where the words say so, our refund state; Misread for unknown words."""
    key = _key(words)
    if key in _STATUS_WITH_REFUND:
        return _STATUS_WITH_REFUND[key]
    for status, known in _FOLDED_STATUSES:
        if key in known:
            return status, ""
    # JD writes a lock before the stage: "(锁定)等待出库".
    if key.startswith("锁定") and key != "锁定":
        return status_of(key.removeprefix("锁定"))
    raise Misread(_("The status “%(words)s” is not known") % {"words": words})


def refund_of(words: str) -> str:
    key = _key(words)
    for refund, known in _FOLDED_REFUNDS:
        if key in known:
            return refund
    raise Misread(_("The refund state “%(words)s” is not known") % {"words": words})


def _key(words: str) -> str:
    return _PUNCTUATION.sub("", text.normalise(words))


def _folded(words: Mapping[str, str]) -> list[tuple[str, frozenset[str]]]:
    return [(name, frozenset(_key(one) for one in listed.split())) for name, listed in words.items()]


_FOLDED_STATUSES = _folded(_STATUS_WORDS)
_FOLDED_REFUNDS = _folded(_REFUND_WORDS)


def moment(written: str) -> datetime | None:
    """An instant from the company's wall clock; None for the ways in which exports write "not yet"."""
    written = written.strip()
    if written.lower() in NOTHING or _NO_TIME.match(written):
        return None
    try:
        wall = datetime.fromisoformat(written)
    except ValueError:
        wall = _loosely(written)
    if wall.tzinfo is None:
        wall = wall.replace(tzinfo=clock.COMPANY_ZONE)
    if not 2000 <= wall.year < 2100:
        raise Misread(_("“%(written)s” is not a date of this century") % {"written": written})
    return wall.astimezone(UTC)


def _loosely(written: str) -> datetime:
    # 2016/5/3 9:02, 2016年5月3日 9:02:11: spreadsheets rewrite times when somebody saves the file.
    numbers = re.findall(r"\d+", written)
    if len(numbers) in (3, 5, 6) and len(numbers[0]) == 4:
        try:
            return datetime(*(int(number) for number in numbers))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            pass
    raise Misread(_("“%(written)s” is not a time") % {"written": written})


def quantity(written: str) -> int:
    match = _QUANTITY.match(written)
    if not match:
        raise Misread(_("“%(written)s” is not a quantity") % {"written": written})
    return int(match[1])


def amount(written: str) -> int:
    try:
        return money.fen(written)
    except ValueError as error:
        raise Misread(_("“%(written)s” is not an amount") % {"written": written}) from error


def _status(written: str) -> str:
    return "\n".join(status_of(written))


READERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(("created_at", "paid_at", "dispatched_at", "signed_at", "completed_at"), moment),
    **dict.fromkeys(
        ("total_fen", "paid_fen", "freight_fen", "refunded_fen", "goods_fen", "price_fen", "received_fen"),
        amount,
    ),
    **dict.fromkeys(("quantity", "kinds"), quantity),
    "status": _status,
    "refund": refund_of,
}
