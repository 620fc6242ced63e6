"""Who bears which freight, who pays it first, how it is made good, and how parcels may come back."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Cells,
    Choice,
    Field,
    Line,
    Matrix,
    Number,
    YesNo,
    declare,
    lawful_if,
    name_facts,
)

CONSUMER_LAW = "law: 消费者权益保护法"

name_facts(
    {
        "freight_out": ("寄出运费", "Outbound freight"), "freight_back": ("退回运费", "Return freight"),
        "free_shipping": ("包邮", "Free shipping"), "insurance": ("保险赔付", "Paid by the insurance"), "surface_mail": ("平邮", "Surface mail"),
        "earlier": ("此前次数", "Times before"),
    },
    {"damaged_signed": ("签收后破损", "damage found after signing")},
)  # fmt: skip

ROWS = {
    "quality": ("质量问题", "quality"), "described": ("与描述不符", "not as described"), "wrong": ("发错货", "wrong goods"),
    "missing": ("少发漏发", "missing goods"), "over": ("多发", "too much sent"), "late": ("延迟发货", "dispatched late"),
    "service": ("客服失误", "mistaken service"), "damaged": ("签收前破损", "damage before signing"),
    "damaged_signed": ("签收后破损", "damage found after signing"), "lost": ("丢件", "lost parcel"), "delay": ("快递延误", "courier's delay"),
    "dislike": ("不喜欢", "dislike"), "size": ("尺码大小不合适", "wrong size"), "colour": ("轻微色差", "slight colour difference"),
    "mistaken": ("买错拍错", "bought by mistake"),
}  # fmt: skip
# Until the goods have arrived as they were bought, the way is the seller's risk.
SELLERS = ("quality", "described", "wrong", "missing", "over", "late", "service", "damaged", "lost", "delay")


def _seller_pays_for_faults(matrix: Matrix) -> bool:
    return all(payer == "seller" for reason in SELLERS for payer in matrix.cells[reason].values())


def _at_the_sellers_cost(matrix: Matrix) -> Matrix:
    return Matrix({row: dict.fromkeys(cells, "seller") if row in SELLERS else cells for row, cells in matrix.cells.items()})


FREIGHT = declare(
    "aftersales.freight",
    Cells(
        ROWS,
        {"out": ("寄出运费", "outbound freight"), "back": ("退回运费", "return freight"), "again": ("换货寄出运费", "freight of the exchange")},
        Choice(seller=("卖家", "seller"), buyer=("买家", "buyer")),
    ),
    "各种原因的退换货，各程运费由谁承担", "Who bears which freight for which cause of return",
    bound=lawful_if(
        _seller_pays_for_faults, source=f"{CONSUMER_LAW} §24",
        says=("非顾客原因的运费由经营者承担", "The seller bears the freight of what is not the buyer's doing"), cap=_at_the_sellers_cost,
    ),
)  # fmt: skip
FREE_SHIPPING_OUT = declare(
    "aftersales.free_shipping_out", Choice(seller=("卖家", "seller"), buyer=("买家", "buyer")),
    "包邮订单无理由退货，寄出运费由谁承担", "Who bears the outbound freight of an order with free shipping that is returned without a reason",
    bound=lawful_if(
        lambda payer: payer == "seller", source="law: 网络购买商品七日无理由退货暂行办法 §18",
        says=("顾客只承担退回的运费，包邮的寄出运费不得扣除", "The buyer bears the way back only; freight that was free is not taken off"), cap=lambda payer: "seller",
    ),
)
FREE_SHIPPING_LOST = declare(
    "aftersales.free_shipping_lost", Choice(buyer=("从退款中扣除", "taken off the refund"), seller=("不扣除", "not taken off")),
    "退货后不再满足包邮条件时，寄出运费怎么算", "What becomes of the outbound freight when what is kept no longer earns free shipping",
)
SENT_DESPITE_REFUND = declare(
    "aftersales.sent_despite_refund", Choice(seller=("卖家", "seller"), buyer=("买家", "buyer")),
    "顾客申请退款后仍发货的，运费由谁承担", "Who bears the freight of goods sent after a refund was asked for",
    bound=lawful_if(
        lambda payer: payer == "seller", source="law: 网络购买商品七日无理由退货暂行办法 §18",
        says=("申请退款后发货的运费由卖家承担", "What is sent after a refund was asked for goes at the seller's cost"), cap=lambda payer: "seller",
    ),
)
RETURN_FREIGHT_CAP = declare(
    "aftersales.return_freight_cap",
    Choice(outbound=("不超过我方寄出运费", "our own outbound freight"), none=("不限", "no limit")),
    "我方承担的退回运费最多多少", "At most how much return freight is paid back",
    exception=("客服主管", "the supervisor"),
)
ADVANCED_BY = declare(
    "aftersales.freight_advanced_by", Choice(buyer=("顾客先垫付", "the customer, at first"), seller=("我方预付", "us")),
    "我方承担的退回运费由谁先付", "Who pays first for a return at our cost",
)
PAID_BACK = declare(
    "aftersales.freight_paid_back",
    Line(
        {
            "refunded": Field(
                Choice(refund=("随退款返还", "with the refund"), transfer=("转账返还", "by transfer"), credit=("经同意留作抵扣", "kept as credit if the customer agrees")),
                "退货时", "with a return",
            ),
            "exchanged": Field(
                Choice(transfer=("转账返还", "by transfer"), credit=("经同意留作抵扣", "kept as credit if the customer agrees")),
                "换货时", "with an exchange",
            ),
        }
    ),
    "顾客垫付的运费怎么返还", "How freight that the customer paid first is made good",
)  # fmt: skip
INSURANCE_FIRST = declare(
    "aftersales.freight_insurance_first", YesNo(),
    "有退货运费险时是否先由保险赔付退回运费", "Whether the freight insurance pays the way back before anybody else does",
)
SURFACE_MAIL = declare(
    "aftersales.surface_mail_accepted", YesNo(),
    "是否接受平邮、快邮退回", "Whether returns by surface mail are accepted",
    exception=("客服主管", "the supervisor"),
)
RESENDING_OURS = declare(
    "aftersales.resending_ours", Number("times", minimum=0, maximum=10),
    "快递到不了改寄的补差，前几次由我方承担", "How many times the extra cost of sending again what could not be delivered is ours",
)
RETURN_DAMAGE = declare(
    "aftersales.return_damage", Choice(buyer=("顾客承担", "the customer"), courier=("向快递索赔", "claimed on the courier")),
    "退回途中的破损由谁承担", "Who bears damage on the way back",
)
