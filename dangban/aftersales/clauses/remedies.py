"""What may be offered, in which order, and how far it goes."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Field,
    Line,
    Lines,
    ListOf,
    Money,
    Share,
    Table,
    YesNo,
    declare,
    lawful_if,
    name_facts,
)

SUPERVISOR = ("客服主管", "the supervisor")

name_facts(
    {
        "most": ("上限", "At most"), "paid": ("实付金额", "Paid"),
        "ship_first": ("先发货", "Ship first"), "return_number": ("退货单号", "Return's number"), "admitted": ("顾客承认", "Admitted"),
    }
)  # fmt: skip

OFFERS = {
    "soothe": ("安抚", "soothe"), "repair": ("维修", "repair"), "adjust": ("补差价", "price adjustment"), "exchange": ("换货", "exchange"),
    "reship": ("补发", "reship"), "refund": ("仅退款", "refund only"), "return": ("退货退款", "return and refund"),
}  # fmt: skip
REASONS = {
    "quality": ("质量问题", "quality"), "described": ("与描述不符", "not as described"), "wrong": ("发错货", "wrong goods"),
    "missing": ("少发漏发", "missing goods"), "late": ("延迟发货", "dispatched late"), "service": ("客服失误", "mistaken service"),
    "damaged": ("运输破损", "damaged on the way"), "lost": ("丢件", "lost parcel"), "delay": ("快递延误", "courier's delay"),
    "dislike": ("不喜欢", "dislike"), "size": ("尺码大小不合适", "wrong size"), "colour": ("轻微色差", "slight colour difference"),
    "mistaken": ("买错拍错", "bought by mistake"),
}  # fmt: skip

REMEDIES = declare(
    "aftersales.remedies", ListOf(Choice(OFFERS), least=1),
    "处理方式按什么顺序提出", "In which order remedies are offered",
)


def _return_is_among_them(rows: Table) -> bool:
    return all("return" in row.offers for row in rows if row.about != "lost")


REMEDIES_FOR = declare(
    "aftersales.remedies_for",
    Lines(
        {
            "about": Field(Choice(REASONS), "原因", "reason"),
            "offers": Field(ListOf(Choice(OFFERS), least=1), "可用的处理方式", "remedies"),
        },
        least=len(REASONS),
    ),
    "各种原因可以怎么处理", "Which remedies there are for which reason",
    bound=lawful_if(
        _return_is_among_them, source="law: 消费者权益保护法 §25",
        says=("无论什么原因，七日内都可以退货", "Whatever the reason, goods may be returned within seven days"),
    ),
    exception=SUPERVISOR,
)  # fmt: skip
ADJUSTMENT_CAP = declare(
    "aftersales.adjustment_cap",
    Choice(exchange_cost=("不高于换货成本", "the cost of an exchange"), freight=("不高于运费", "the freight"), none=("不限", "none")),
    "补差价最多到哪里", "What limits a price adjustment",
    exception=SUPERVISOR,
)
SHIP_FIRST = declare(
    "aftersales.ship_first",
    Line(
        {
            "when": Field(
                Choice(never=("一律先退后换", "never"), our_fault=("限我方过错", "only where it is our fault"), always=("均可申请", "always")), "何时", "when",
            ),
            "number": Field(YesNo(), "须先有退货单号", "after the return's number"),
            "who": Field(Choice(leader=("组长", "the leader"), supervisor=("主管", "the supervisor")), "由谁批", "who agrees"),
        }
    ),
    "退货未到之前能否先换发", "Whether a replacement may leave before the goods are back",
    exception=SUPERVISOR,
)  # fmt: skip
SURPLUS_KEPT = declare(
    "aftersales.surplus_kept", ListOf(Choice(collect=("联系快递上门取件", "collection by the courier"), complain=("向平台投诉", "a complaint to the platform")), least=1),
    "顾客承认多发但不退回时怎么办", "What is done when the customer admits a surplus and keeps it",
)
SURPLUS_DENIED = declare(
    "aftersales.surplus_denied", ListOf(Choice(stub=("底单提交平台", "the stub is sent to the platform"), complain=("向平台投诉", "a complaint to the platform")), least=1),
    "顾客不承认多发时怎么办", "What is done when the customer denies a surplus",
)
RETENTION_OFFERS = declare(
    "aftersales.retention_offers",
    Lines(
        {
            "about": Field(Choice(REASONS), "原因", "reason"),
            "offers": Field(
                ListOf(
                    Choice(
                        help=("使用指导", "help with using it"), exchange=("换货", "exchange"), compensate=("补偿", "compensation"),
                        coupon=("优惠券", "coupon"),
                    ),
                    least=1,
                ),
                "挽留方案", "offers",
            ),
            "share": Field(Share(), "补偿最多占实付", "at most of the price", optional=True),
            "most": Field(Money(), "补偿最多", "at most", optional=True),
        }
    ),
    "确认退货前可以提出哪些挽留方案，补偿最多多少", "Which offers may be made before a return is confirmed, and up to which amount",
)  # fmt: skip
