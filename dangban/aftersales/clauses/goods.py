"""Which goods come back and in which condition: used ones, excluded ones, gifts, goods of other shops."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Cells,
    Choice,
    Field,
    Lines,
    Matrix,
    Number,
    Row,
    Table,
    YesNo,
    declare,
    lawful_if,
    name_facts,
)

RETURN_RULES = "law: 网络购买商品七日无理由退货暂行办法"
SUPERVISOR = ("客服主管", "the supervisor")

name_facts(
    {
        "category": ("商品类别", "Kind of goods"), "condition": ("商品状况", "Condition"), "excluded": ("不适用无理由退货", "Outside the return without a reason"),
        "confirmed": ("顾客已确认", "Confirmed by the buyer"), "earlier_exchanges": ("已换货次数", "Exchanged before"), "bought_here": ("本店购买", "Bought here"),
        "misused": ("使用不当", "Improper use"), "gifts_owed": ("应退赠品", "Gifts to come back"), "gifts_back": ("退回赠品", "Gifts sent back"),
        "gift_claimed": ("诉求的是赠品", "About the gift"), "opened_seal": ("密封包装已拆", "Seal broken"),
    },
    {
        "clothing": ("服装、鞋包、家纺、玩具", "clothing, shoes, bags, textiles, toys"), "cosmetics": ("食品、化妆品、医护用品", "food, cosmetics, medical goods"),
        "electronics": ("电子、电器", "electronics and appliances"), "other": ("其他", "other"),
        "used": ("有使用痕迹", "used"), "washed": ("已洗涤", "washed"), "tag_cut": ("吊牌、商标已剪", "tag cut off"), "scent": ("沾有气味", "scented"),
        "altered": ("改动、自行维修", "altered"), "soiled": ("有污渍、磨损", "soiled or worn"), "opened_seal": ("密封包装已拆", "seal broken"),
        "activated": ("已激活、留有使用数据", "activated"), "packaging_missing": ("外包装缺损", "packaging missing"),
        "accessories_missing": ("配件、说明书不全", "accessories missing"),
        "custom": ("定作", "made to order"), "fresh": ("鲜活易腐", "fresh and perishable"), "digital": ("音像、软件", "recordings and software"),
        "press": ("报纸、期刊", "newspapers and periodicals"), "hygiene": ("拆封影响安全健康", "unsafe or spoilt once unsealed"),
        "disclosed": ("已说明的临期、瑕疵", "sold as near its date or flawed"),
    },
)  # fmt: skip

CONDITIONS = {
    "used": ("有使用痕迹", "used"), "washed": ("已洗涤", "washed"), "tag_cut": ("吊牌已剪", "tag cut off"), "scent": ("有气味", "scented"),
    "altered": ("改动", "altered"), "soiled": ("污渍、磨损", "soiled or worn"), "opened_seal": ("密封已拆", "seal broken"),
    "activated": ("已激活", "activated"), "packaging_missing": ("缺外包装", "packaging missing"),
    "accessories_missing": ("缺配件", "accessories missing"),
}  # fmt: skip
# What the law lets stand in the way: goods that are unpacked or tried within reason are still intact.
UNPACKING_IS_FINE = frozenset(
    {(kind, "packaging_missing") for kind in ("clothing", "cosmetics", "electronics", "other")}
    | {(kind, "opened_seal") for kind in ("clothing", "electronics", "other")}
)


def _unpacking_never_blocks(matrix: Matrix) -> bool:
    return all(matrix.at(kind, flag) != "blocks" for kind, flag in UNPACKING_IS_FINE)


def _unpacking_deducted(matrix: Matrix) -> Matrix:
    return Matrix(
        {
            kind: {flag: "deduct" if (kind, flag) in UNPACKING_IS_FINE and what == "blocks" else what for flag, what in flags.items()}
            for kind, flags in matrix.cells.items()
        }
    )


CONDITION = declare(
    "aftersales.condition",
    Cells(
        {
            "clothing": ("服装、鞋包、家纺、玩具", "clothing, shoes, bags, textiles, toys"),
            "cosmetics": ("食品、化妆品、医护用品", "food, cosmetics, medical goods"),
            "electronics": ("电子、电器", "electronics and appliances"), "other": ("其他商品", "other goods"),
        },
        CONDITIONS,
        Choice(ok=("可退", "may come back"), deduct=("可退，扣减损失", "may come back, the loss is taken off"), blocks=("不予退换", "may not come back")),
    ),
    "各类商品处于什么状况时还能退换", "In which condition which kind of goods may still come back",
    bound=lawful_if(
        _unpacking_never_blocks, source=f"{RETURN_RULES} §8、§9",
        says=("合理拆包、试用不影响商品完好", "Goods unpacked or tried within reason are intact"), cap=_unpacking_deducted,
    ),
    exception=SUPERVISOR,
)  # fmt: skip

# Whose exclusion stands only when the buyer confirmed it for this order.
CONFIRMABLE = frozenset({"hygiene", "activated", "disclosed"})


def _confirmed_per_order(rows: Table) -> bool:
    return all(row.confirm for row in rows if row.goods in CONFIRMABLE)


def _confirming(rows: Table) -> Table:
    return Table([Row({**row, "confirm": row.confirm or row.goods in CONFIRMABLE}) for row in rows], rows.key)


EXCLUDED_GOODS = declare(
    "aftersales.excluded_goods",
    Lines(
        {
            "goods": Field(
                Choice(
                    custom=("定作的商品", "made to order"), fresh=("鲜活易腐的商品", "fresh and perishable goods"),
                    digital=("下载或拆封的音像、软件", "downloaded or unsealed recordings and software"),
                    press=("交付的报纸、期刊", "newspapers and periodicals delivered"),
                    hygiene=("拆封后影响安全健康或易变质的商品", "goods unsafe or spoilt once unsealed"),
                    activated=("激活或试用后大幅贬值的商品", "goods that lose most of their value once activated or tried"),
                    disclosed=("已说明的临期、瑕疵商品", "goods sold as near their date or flawed"),
                ),
                "商品", "goods",
            ),
            "confirm": Field(YesNo(), "须逐单确认", "confirmed per order"),
            "unsealed": Field(YesNo(), "仅限已拆封", "only once unsealed"),
        }
    ),
    "哪些商品不适用无理由退货，是否须顾客逐单确认", "Which goods are outside the return without a reason, and whether the buyer must have confirmed it for the order",
    bound=lawful_if(
        _confirmed_per_order, source=f"{RETURN_RULES} §7、§20",
        says=("这些商品须由顾客在购买时逐单确认，未确认不得拒绝", "For these the buyer confirms per order; without it a return may not be refused"),
        cap=_confirming,
    ),
    exception=SUPERVISOR,
)  # fmt: skip
GIFT_LOST = declare(
    "aftersales.gift_lost",
    Choice(deducted=("按价扣减", "its price is taken off"), blocks=("不予退货", "the goods may not come back")),
    "赠品丢失或不全时怎么办", "What happens when a gift that belongs to the goods does not come back",
    bound=lawful_if(
        lambda what: what == "deducted", source=f"{RETURN_RULES} §12",
        says=("赠品不能退回的，可以按价款支付", "A gift that can't be given back may be paid for"), cap=lambda what: "deducted",
    ),
    exception=SUPERVISOR,
)
GIFTS_CLAIMABLE = declare(
    "aftersales.gifts_claimable", YesNo(),
    "赠品破损、缺失是否受理", "Whether damaged or missing gifts are a claim",
    exception=SUPERVISOR,
)
ONLY_OURS = declare(
    "aftersales.only_our_goods", YesNo(),
    "是否只受理本店售出的商品", "Whether only goods sold by us are accepted",
    exception=SUPERVISOR,
)
MISUSE = declare(
    "aftersales.misuse",
    Choice(refuse=("不予受理", "refused"), repair=("有偿维修", "repaired against payment")),
    "使用、保管不当造成的问题怎么办", "What happens with damage by improper use or storage",
    exception=SUPERVISOR,
)
EXCHANGES = declare(
    "aftersales.exchanges", Number("times", minimum=1, maximum=99),
    "非质量问题最多换货几次", "How often at most goods without a fault are exchanged",
    exception=SUPERVISOR,
)
