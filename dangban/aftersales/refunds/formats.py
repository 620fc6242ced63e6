"""The columns of a platform's refund export, and what its words mean here."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.aftersales.models import Case
from dangban.lib import tables
from dangban.lib.blanks import BlankColumn

# What each field is called; the first that is there counts.
NAMES: dict[str, tuple[str, ...]] = {
    "refund": ("退款编号", "退款单号", "售后单号", "售后编号", "服务单号", "refund_id"),
    "order": ("订单编号", "订单号", "主订单编号", "交易编号", "tid"),
    "line": ("子订单编号", "子订单号", "商品单号", "oid"),
    "kind": ("退款类型", "售后类型", "退款方式", "服务类型", "申请类型"),
    "state": ("退款状态", "售后状态", "服务单状态", "处理状态"),
    "reason": ("退款原因", "买家退款原因", "售后原因", "申请原因"),
    "note": ("买家退款说明", "退款说明", "售后说明", "问题描述"),
    "asked_at": ("买家申请时间", "退款申请时间", "退款的申请时间", "申请时间", "售后申请时间"),
    "asked": ("申请退款金额", "买家退款金额", "退款金额", "退款的金额", "申请金额"),
    # What was paid back in the end, where that stands apart from what was asked for.
    "paid": ("实际退款金额", "实退金额", "退款成功金额", "退款金额", "退款的金额"),
    "quantity": ("退货数量", "申请数量", "退款数量", "商品数量"),
    "title": ("宝贝标题", "商品标题", "商品名称"),
    "code": ("商家编码", "商品编码", "sku编码", "规格编码"),
    "due_at": ("超时时间", "处理截止时间", "退款超时时间", "审核截止时间"),
    "courier": ("退货物流公司", "买家退货物流公司", "退货快递公司", "快递公司"),
    "number": ("退货物流单号", "买家退货物流单号", "退货运单号", "退货快递单号"),
    "changed_at": ("退款更新时间", "最新更新时间", "更新时间", "修改时间"),
}
MUST = ("refund", "order", "state")

# By the codes of the platform; the words are what its exports write.
STATES = {
    "WAIT_SELLER_AGREE": gettext_lazy("Asked; the seller is to answer"),
    "SELLER_REFUSE_BUYER": gettext_lazy("Refused by the seller"),
    "WAIT_BUYER_RETURN_GOODS": gettext_lazy("Agreed; the buyer is to send the goods"),
    "WAIT_SELLER_CONFIRM_GOODS": gettext_lazy("Sent back; the seller is to confirm"),
    "SUCCESS": gettext_lazy("Refunded"),
    "CLOSED": gettext_lazy("Closed on the platform"),
}
_STATE_WORDS = (
    ("CLOSED", ("退款关闭", "已关闭", "撤销", "已取消", "closed")),
    ("SUCCESS", ("退款成功", "退款完成", "已退款", "售后成功", "success")),
    ("SELLER_REFUSE_BUYER", ("卖家拒绝", "商家拒绝", "不同意", "已驳回", "seller_refuse")),
    ("WAIT_SELLER_CONFIRM_GOODS", ("等待卖家确认收货", "买家已经退货", "买家已退货", "待商家收货", "wait_seller_confirm")),
    ("WAIT_BUYER_RETURN_GOODS", ("等待买家退货", "卖家已经同意", "待买家退货", "待买家发货", "wait_buyer_return")),
    ("WAIT_SELLER_AGREE", ("等待卖家同意", "申请退款", "待卖家处理", "待商家处理", "处理中", "wait_seller_agree")),
)
_KINDS = (
    (Case.Kind.EXCHANGE, ("换货",)),
    (Case.Kind.RESHIP, ("补寄", "补发")),
    (Case.Kind.REPAIR, ("维修",)),
    (Case.Kind.REFUND, ("仅退款", "无需退货", "不退货", "未发货", "售中")),
    (Case.Kind.RETURN, ("退货",)),
)
# Words of platforms' reasons, the plainest sign first.
_REASONS = (
    ("missing", ("少件", "漏发", "少发", "缺件")),
    ("wrong", ("发错", "错发", "与订单不符")),
    ("lost", ("未收到货", "没收到", "空包", "丢件", "丢失")),
    ("damaged", ("破损", "碎", "压坏", "包装损")),
    ("late", ("未按约定", "未按时间", "延迟发货", "缺货", "发货慢", "超时发货")),
    ("delay", ("物流", "快递", "配送")),
    ("described", ("描述不符", "不符", "材质", "假冒", "成分")),
    ("colour", ("色差", "颜色")),
    ("size", ("尺寸", "尺码", "大小", "偏大", "偏小")),
    ("quality", ("质量", "做工", "瑕疵", "破洞", "开线", "掉色", "故障", "过期", "变质")),
    ("mistaken", ("拍错", "多拍", "买错", "信息填错", "重复")),
    ("service", ("服务", "态度", "承诺", "发票", "优惠")),
    ("dislike", ("不喜欢", "不想要", "七天无理由", "7天无理由", "效果不好")),
)


TEMPLATE = (
    BlankColumn("退款编号", "128800991122334455"),
    BlankColumn("订单编号", "3300112233445566778"),
    BlankColumn("退款类型", "退货退款"),
    BlankColumn("退款状态", "买家已经申请退款，等待卖家同意"),
    BlankColumn("退款原因", "质量问题"),
    BlankColumn("买家申请时间", "2026-11-19 10:20:00"),
    BlankColumn("申请退款金额", "199.00"),
    BlankColumn("超时时间", "2026-11-24 10:20:00"),
    BlankColumn("退货物流公司", "中通快递"),
    BlankColumn("退货物流单号", "ZT8800123456"),
)


class Unrecognised(Exception):
    """No columns by which refunds could be read; the message is for people."""


def recognise(headers: Sequence[str]) -> dict[str, int]:
    """Field → place of its column. It takes the refund's number, the order's and the state."""
    found = tables.places(headers, NAMES)
    missing = [NAMES[field][0] for field in MUST if field not in found]
    if missing:
        seen = "、".join(header for header in headers if header.strip())[:200]
        raise Unrecognised(_("This file has no column “%(missing)s”. Seen were: %(seen)s.") % {"missing": "、".join(missing), "seen": seen})
    return found


def state_of(words: str) -> str:
    """A platform's code; empty for words that nobody knows."""
    return _first(_STATE_WORDS, words, "")


def kind_of(words: str) -> str:
    return _first(_KINDS, words, Case.Kind.RETURN if "退货" in words else Case.Kind.REFUND)


def reason_of(words: str) -> str:
    """A code of reasons; what no word tells counts as dislike, which proves nothing against anybody."""
    return _first(_REASONS, words, "dislike")


def _first(table: Sequence[tuple[str, tuple[str, ...]]], words: str, otherwise: str) -> str:
    plain = "".join(words.split()).lower()
    return next((str(code) for code, signs in table if any(sign in plain for sign in signs)), otherwise)
