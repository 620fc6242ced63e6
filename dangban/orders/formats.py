"""The files in which orders arrive: which columns they have, what a column means, how to tell them apart.

Headers are those that the platforms' seller pages really write, trailing blanks and mixed brackets
included; they are compared after folding. A column that no format knows is reported, not guessed at.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.lib import text
from dangban.lib.blanks import BlankColumn


@dataclass(frozen=True, slots=True)
class Format:
    """One layout. `columns` maps a header to the field it fills; `needs` are the fields without which
    an order can't be told; `marks` are fields that only this layout has (any of them identifies it)."""

    code: str
    title: object
    platforms: tuple[str, ...]
    columns: Mapping[str, str]
    needs: tuple[str, ...]
    marks: tuple[str, ...] = ()
    # Known headers that carry nothing an order keeps; not worth a note.
    ignored: frozenset[str] = frozenset()
    # One row per item, the order's own columns repeated on each.
    row_per_line: bool = False
    # Titles of several items are joined with a comma in one cell.
    joined_titles: bool = False
    # Amounts of the order stand on each line and are added up.
    amounts_per_line: bool = False


@dataclass(frozen=True, slots=True)
class Recognised:
    """What was made of a file's headers: the format, header → field, and headers nobody understands."""

    format: Format
    columns: dict[str, str]
    unknown: list[str] = field(default_factory=list)


class Unrecognised(ValueError):
    """No format fits; the message names what was seen and the nearest format with what it lacks."""


_TAOBAO = {
    "订单编号": "platform_id",
    "买家会员名": "buyer",
    "买家昵称": "buyer",
    "买家应付货款": "goods_fen",
    "买家应付邮费": "freight_fen",
    "总金额": "total_fen",
    "买家实际支付金额": "paid_fen",
    "买家实付金额": "paid_fen",
    "订单状态": "status",
    "买家留言": "buyer_message",
    "收货人姓名": "receiver",
    "收货地址": "address",
    "联系电话": "landline",
    "联系手机": "phone",
    "订单创建时间": "created_at",
    "订单付款时间": "paid_at",
    "发货时间": "dispatched_at",
    "确认收货时间": "completed_at",
    "宝贝标题": "title",
    "商品标题": "title",
    "宝贝种类": "kinds",
    "宝贝总数量": "quantity",
    "物流单号": "tracking_number",
    "物流公司": "courier",
    "订单备注": "platform_remark",
    "商家备注": "platform_remark",
    "备注标签": "flag",
    "订单关闭原因": "close_reason",
    "发票抬头": "invoice_title",
    "修改后的收货地址": "changed_address",
    "修改后的sku": "variant",
    "退款金额": "refunded_fen",
    "退款状态": "refund",
}
_TAOBAO_IGNORED = frozenset(
    (
        # A payment account is nobody's business here and is not kept.
        *(
            "买家支付宝账号",
            "店铺名称",
            "买家支付积分",
            "返点积分",
            "买家实际支付积分",
            "运送方式",
            "店铺Id",
            "卖家服务费",
            "买家服务费",
        ),
        *("是否手机订单", "分阶段订单信息", "特权订金订单id", "定金排名", "异常信息", "天猫卡券抵扣"),
        *(
            "集分宝抵扣",
            "是否是O2O交易",
            "支付单号",
            "支付详情",
            "打款商家金额",
            "数字资产抵扣",
            "新零售交易类型",
        ),
    )
)

TAOBAO = Format(
    "taobao",
    gettext_lazy("Taobao/Tmall order export"),
    ("taobao", "tmall"),
    _TAOBAO,
    needs=("platform_id", "created_at", "status"),
    ignored=_TAOBAO_IGNORED,
    joined_titles=True,
)
TMALL_REPORT = Format(
    "tmall-report",
    gettext_lazy("Tmall order report without items"),
    ("taobao", "tmall"),
    {
        "订单编号": "platform_id",
        "总金额": "total_fen",
        "买家实际支付金额": "paid_fen",
        "收货地址": "address",
        "订单创建时间": "created_at",
        "订单付款时间": "paid_at",
        "退款金额": "refunded_fen",
    },
    needs=("platform_id", "total_fen", "created_at", "paid_at", "refunded_fen"),
)
QIANNIU_LINES = Format(
    "qianniu-lines",
    gettext_lazy("Qianniu export of items (one row per item)"),
    ("taobao", "tmall"),
    {
        "子订单编号": "platform_line_id",
        "主订单编号": "platform_id",
        "购买数量": "quantity",
        "商品属性": "variant",
        "商品标题": "title",
        "宝贝标题": "title",
        "标题": "title",
        "价格": "price_fen",
        "备注": "platform_remark",
        "买家实际支付金额": "paid_fen",
        "订单状态": "status",
        "商家编码": "sku_code",
        "买家应付货款": "goods_fen",
        "买家实付金额": "paid_fen",
        "退款状态": "refund",
        "退款金额": "refunded_fen",
        "订单创建时间": "created_at",
        "订单付款时间": "paid_at",
        "备注标签": "flag",
        "商家备注": "platform_remark",
        "发货时间": "dispatched_at",
        "物流单号": "tracking_number",
        "物流公司": "courier",
    },
    needs=("platform_id", "platform_line_id", "status", "created_at"),
    marks=("platform_line_id",),
    ignored=frozenset(("外部系统编号", "套餐信息", "支付单号", "联系方式备注")),
    row_per_line=True,
    amounts_per_line=True,
)
JD = Format(
    "jd",
    gettext_lazy("JD order export (one row per item)"),
    ("jd",),
    {
        "订单号": "platform_id",
        "商品ID": "platform_line_id",
        "商品名称": "title",
        "订购数量": "quantity",
        "下单时间": "created_at",
        "京东价": "price_fen",
        "订单金额": "total_fen",
        "应付金额": "paid_fen",
        "订单状态": "status",
        "下单帐号": "buyer",
        "客户姓名": "receiver",
        "客户地址": "address",
        "联系电话": "phone",
        "订单备注": "buyer_message",
        "发票抬头": "invoice_title",
        "商家备注": "platform_remark",
        "商家备注等级（等级1-5为由高到低）": "flag",
        "运费金额": "freight_fen",
        "付款确认时间": "paid_at",
        "货号": "sku_code",
        "订单完成时间": "completed_at",
    },
    needs=("platform_id", "created_at", "status", "total_fen"),
    marks=("buyer", "price_fen"),
    ignored=frozenset(
        (
            "支付方式",
            "结算金额",
            "余额支付",
            "订单类型",
            "发票类型",
            "发票内容",
            "增值税发票",
            "订单来源",
            "订单渠道",
        )
    ),
    row_per_line=True,
)
PDD = Format(
    "pdd",
    gettext_lazy("Pinduoduo order export"),
    ("pdd",),
    {
        "商品": "title",
        "订单号": "platform_id",
        "订单状态": "status",
        "商品数量(件)": "quantity",
        "支付时间": "paid_at",
        "发货时间": "dispatched_at",
        "确认收货时间": "signed_at",
        "商品id": "platform_line_id",
        "商品规格": "variant",
        "样式ID": "style_id",
        "商家编码-规格维度": "sku_code",
        "商家编码-商品维度": "product_code",
        "商家备注": "platform_remark",
        "买家留言": "buyer_message",
        "售后状态": "refund",
        "订单成交时间": "created_at",
        "商品总价(元)": "goods_fen",
        "邮费(元)": "freight_fen",
        "用户实付金额(元)": "paid_fen",
        "商家实收金额(元)": "received_fen",
        "快递单号": "tracking_number",
        "快递公司": "courier",
        "省": "province",
        "市": "city",
        "区": "district",
        "街道/镇": "street",
        "收货人": "receiver",
        "收货人姓名": "receiver",
        "手机": "phone",
        "收货地址": "detail",
        "用户购买手机号": "buyer_phone",
    },
    needs=("platform_id", "status"),
    marks=("received_fen", "paid_fen", "goods_fen", "style_id", "quantity"),
    ignored=frozenset(
        (
            *(
                "是否审核中",
                "承诺发货时间",
                "承诺送达时间",
                "商品一级类目",
                "商品二级类目",
                "商品三级类目",
                "商品四级类目",
            ),
            *(
                "消费者资料",
                "消费者资料上传时间",
                "赠品名称",
                "赠品id",
                "赠品规格",
                "赠品数量",
                "团ID",
                "团身份",
            ),
            *(
                "是否已开始配送",
                "配送员是否已送达",
                "配送状态",
                "同城是否普通快递",
                "店铺优惠折扣(元)",
                "平台优惠折扣(元)",
            ),
            *(
                "多多支付立减金额(元)",
                "上门安装费(元)",
                "送货入户费(元)",
                "送货入户并安装费(元)",
                "配送员手机号",
            ),
            *(
                "是否抽奖或0元试用",
                "是否顺丰加价",
                "旅行类信息",
                "充值号码",
                "是否门店自提",
                "门店名称",
                "门店自定义编码",
            ),
            *(
                "关联货品编码",
                "货品名称",
                "货品类型",
                "子货品",
                "仓库名称",
                "仓库所在地址",
                "海淘清关订单号",
                "支付ID",
            ),
            *(
                "支付方式",
                "保税仓",
                "是否直播间成交",
                "是否直播间引导成交",
                "预约配送时间",
                "是否节能补贴",
                "是否分期",
            ),
            *(
                "分期期数",
                "手续费承担方",
                "是否无痕发货",
                "订单来源",
                "是否社区团购",
                "小区送达情况",
                "分期方式",
            ),
        )
    ),
    row_per_line=True,
)


# Our own, for files that no platform made: one row per item.
TEMPLATE_COLUMNS = (
    BlankColumn("订单号", "DEMO-0001", "platform_id", gettext_lazy("As the platform shows it. One row per item; the same number on several rows is one order.")),
    BlankColumn("买家账号", "buyer_demo_01", "buyer", gettext_lazy("The name by which the buyer is known on the platform.")),
    BlankColumn("订单状态", "待发货", "status", gettext_lazy("待付款, 待发货, 部分发货, 已发货, 已签收, 已完成 or 已关闭.")),
    BlankColumn("退款状态", "无退款", "refund", gettext_lazy("无退款, 退款中, 部分退款 or 退款成功. Empty says nothing.")),
    BlankColumn("下单时间", "2026-11-01 09:30:00", "created_at", gettext_lazy("On the company's clock: 2026-11-01 09:30:00.")),
    BlankColumn("付款时间", "2026-11-01 09:31:10", "paid_at", gettext_lazy("Empty while unpaid.")),
    BlankColumn("发货时间", "", "dispatched_at", gettext_lazy("Empty before dispatch.")),
    BlankColumn("订单金额", "259.00", "total_fen", gettext_lazy("Yuan, with freight.")),
    BlankColumn("实付金额", "259.00", "paid_fen", gettext_lazy("Yuan.")),
    BlankColumn("运费", "0.00", "freight_fen", gettext_lazy("Yuan.")),
    BlankColumn("退款金额", "0.00", "refunded_fen", gettext_lazy("Yuan.")),
    BlankColumn("商品编码", "DEMO-SKU-BLUE", "sku_code", gettext_lazy("The SKU's code in the catalogue."), "DEMO-SKU-PAD"),
    BlankColumn("商品名称", "示例四件套", "title", gettext_lazy("What was bought."), "示例枕芯"),
    BlankColumn("规格", "深蓝 1.8 米", "variant", gettext_lazy("Colour, size and the like."), "标准"),
    BlankColumn("数量", "1", "quantity", gettext_lazy("Whole pieces."), "2"),
    BlankColumn("单价", "199.00", "price_fen", gettext_lazy("Yuan a piece."), "30.00"),
    BlankColumn("收货人", "示例先生", "receiver", gettext_lazy("Receiver.")),
    BlankColumn("手机", "13000000000", "phone", gettext_lazy("Kept masked for those who don't need it.")),
    BlankColumn("收货地址", "广东省 深圳市 福田区 示例路1号", "address", gettext_lazy("Province, city, district and the rest, parted by blanks if you can.")),
    BlankColumn("快递公司", "", "courier", gettext_lazy("Courier.")),
    BlankColumn("运单号", "", "tracking_number", gettext_lazy("Tracking number.")),
    BlankColumn("买家留言", "请尽快发货", "buyer_message", gettext_lazy("What the buyer wrote with the order.")),
    BlankColumn("卖家备注", "", "platform_remark", gettext_lazy("Your remark on the platform.")),
    BlankColumn("旗帜", "", "flag", gettext_lazy("The flag's code in your handbook's legend.")),
    BlankColumn("发票抬头", "", "invoice_title", gettext_lazy("Invoice title.")),
)  # fmt: skip

TEMPLATE = Format(
    "template",
    gettext_lazy("our own template"),
    ("taobao", "tmall", "jd", "pdd", "douyin", "own"),
    {column.header: column.fills for column in TEMPLATE_COLUMNS},
    needs=("platform_id", "status", "created_at", "total_fen"),
    marks=("buyer", "sku_code", "total_fen"),
    row_per_line=True,
)

FORMATS = (TAOBAO, TMALL_REPORT, QIANNIU_LINES, JD, PDD, TEMPLATE)


def fold(header: str) -> str:
    """A header without what varies between exports: width of brackets, blanks, case."""
    return re.sub(r"[\s]+", "", text.normalise(header))


@cache
def _folded(code: str) -> dict[str, str]:
    return {fold(header): fills for header, fills in by_code(code).columns.items()}


@cache
def _folded_ignored(code: str) -> frozenset[str]:
    return frozenset(fold(header) for header in by_code(code).ignored)


def by_code(code: str) -> Format:
    return next(one for one in FORMATS if one.code == code)


def recognise(headers: Sequence[str]) -> Recognised:
    """The format that these headers belong to; Unrecognised if none fits or two fit equally well."""
    folded = {fold(header): header for header in headers if header}
    fitting = [one for one in FORMATS if _fits(one, folded)]
    if not fitting:
        raise Unrecognised(_no_format(headers, folded))
    best = max(fitting, key=lambda one: _score(one, folded))
    rivals = [one for one in fitting if one is not best and _score(one, folded) == _score(best, folded)]
    if rivals:
        names = " / ".join(str(one.title) for one in (best, *rivals))
        raise Unrecognised(
            _(
                "These columns fit more than one kind of file (%(names)s). Add a column that tells them apart, or use our template."
            )
            % {"names": names}
        )
    known, ignored = _folded(best.code), _folded_ignored(best.code)
    columns = {header: known[key] for key, header in folded.items() if key in known}
    unknown = [header for key, header in folded.items() if key not in known and key not in ignored]
    return Recognised(best, columns, unknown)


def _fits(one: Format, folded: Mapping[str, str]) -> bool:
    present = _present(one, folded)
    return set(one.needs) <= present and (not one.marks or bool(present & set(one.marks)))


def _present(one: Format, folded: Iterable[str]) -> set[str]:
    known = _folded(one.code)
    return {known[key] for key in folded if key in known}


def _score(one: Format, folded: Iterable[str]) -> int:
    known, ignored = _folded(one.code), _folded_ignored(one.code)
    return sum(key in known or key in ignored for key in folded)


def _no_format(headers: Sequence[str], folded: Mapping[str, str]) -> str:
    seen = "、".join(text.one_line(header, 20) for header in headers if header)
    nearest = max(FORMATS, key=lambda one: (_score(one, folded), len(_present(one, folded) & set(one.needs))))
    if not _score(nearest, folded):
        return _("None of these columns is known: %(seen)s. Download our template to see what is needed.") % {
            "seen": text.one_line(seen, 300)
        }
    missing = [
        _header_of(nearest, fills) for fills in nearest.needs if fills not in _present(nearest, folded)
    ]
    if nearest.marks and not set(nearest.marks) & (_present(nearest, folded) | set(nearest.needs)):
        missing.append(" / ".join(_header_of(nearest, fills) for fills in nearest.marks))
    return _(
        "These columns were found: %(seen)s. The nearest kind of file is %(title)s; it lacks: %(missing)s.%(similar)s"
    ) % {
        "seen": text.one_line(seen, 300),
        "title": nearest.title,
        "missing": "、".join(missing),
        "similar": _similar(missing, folded),
    }


def _similar(missing: Sequence[str], folded: Mapping[str, str]) -> str:
    pairs = [(name, difflib.get_close_matches(fold(name), list(folded), 1, 0.6)) for name in missing]
    hints = [f"{folded[close[0]]} → {name}" for name, close in pairs if close]
    return " " + _("Perhaps meant: %(hints)s.") % {"hints": "、".join(hints)} if hints else ""


def _header_of(one: Format, fills: str) -> str:
    return next(header for header, filled in one.columns.items() if filled == fills)
