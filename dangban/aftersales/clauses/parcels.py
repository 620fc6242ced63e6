"""Parcels that come back: who tells their number, what must lie in them, how long they wait for an owner."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, Number, YesNo, declare

RETURN_NUMBER_BY = declare(
    "aftersales.return_number_by", Choice(customer=("顾客自行填写", "the customer"), agent=("客服登记", "the agent")),
    "退货单号由谁登记", "Who registers the tracking number of a return",
)
RETURN_CARD = declare(
    "aftersales.return_card", YesNo(),
    "退件内是否须附退换货登记卡", "Whether a return card has to lie in the parcel",
)
WEIGHT_TOLERANCE = declare(
    "aftersales.weight_tolerance", Number("grams", minimum=0, maximum=5000),
    "称重相差多少克以内算相符", "How many grams two weights may differ and still agree",
)
UNCLAIMED_AGES = declare(
    "aftersales.unclaimed_ages", Duration("days", minimum=1, maximum=180),
    "无主件放多少天仍无人认领要催办", "After how many days a parcel that nobody claims is chased",
)
UNCLAIMED_DISPOSED = declare(
    "aftersales.unclaimed_disposed", Duration("days", minimum=30, maximum=730),
    "无主件放多少天后可以处置", "After how many days a parcel that nobody claims may be disposed of",
)
COUNT_WITHIN = declare(
    "aftersales.count_within", Duration("hours", minimum=1, maximum=240),
    "退件到仓后多久之内清点", "How soon a return is counted once it has come",
)
KEEPER_COUNTS_FIRST = declare(
    "aftersales.two_checks", YesNo(),
    "退件是否先由仓管初检、再由质检复检", "Whether the keeper counts returned goods before the inspector looks at them",
)
