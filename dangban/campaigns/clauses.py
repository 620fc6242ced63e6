"""The rules about stacking: which discount comes after which, and which go together."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, ListOf, declare

STAGES = {
    "cross": ("跨商品优惠（第 N 件、店铺满减）", "across goods (n-th piece, spend and save)"),
    "coupon": ("商品券、店铺券", "coupons of goods and shop"),
    "platform": ("平台满减、平台券", "the platform's own (spend and save, coupons)"),
}

ORDER = declare(
    "campaigns.order", ListOf(Choice(STAGES), least=1),
    "单品优惠之后，各层优惠按什么顺序计算", "In which order discounts are taken after the price of each item",
)
ITEM = declare(
    "campaigns.item", Choice(best=("只用最低的一个", "the lowest one only"), all=("依次叠加", "one upon the other")),
    "同一商品有几个单品优惠时怎么算", "What becomes of several discounts on the price of one item",
)
CROSS = declare(
    "campaigns.cross", Choice(best=("只用省得最多的一个", "the one that saves most"), all=("依次叠加", "one upon the other")),
    "第 N 件优惠与店铺满减能否叠加", "Whether n-th piece and spend-and-save go together",
)
COUPONS = declare(
    "campaigns.coupons",
    Choice(
        one=("每单一张", "one an order"),
        two=("商品券、店铺券各一张", "one of the goods and one of the shop"),
        all=("可叠加多张", "several together"),
    ),
    "一单能用几张店铺发的券", "How many coupons of the shop an order takes",
)
THRESHOLD = declare(
    "campaigns.threshold",
    Choice(
        item=("按单品优惠后的价", "the price after discounts on each item"),
        running=("按前面各层优惠后的价", "what is left after the steps before"),
    ),
    "是否满足门槛按哪个价算", "Which price decides whether a threshold is reached",
)
ROUNDING = declare(
    "campaigns.rounding",
    Choice(fen=("四舍五入到分", "to the fen"), jiao=("抹去分", "drop the fen"), yuan=("抹去角分", "drop jiao and fen")),
    "打折后的单价怎么取整", "How a price after percent is rounded",
)
