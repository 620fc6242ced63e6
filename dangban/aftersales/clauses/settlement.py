"""What is taken back when goods come back after all, and how long a payment may wait for its consent."""

from __future__ import annotations

from dangban.handbook.shapes import YesNo, declare, name_facts

name_facts(
    {
        "given": ("已补偿", "Given before"), "gifts_missing": ("未退赠品", "Gifts not returned"), "limit": ("权限", "Limit"),
        "kept": ("留下的商品", "Goods kept"), "kind": ("款项", "Payment"),
    }
)  # fmt: skip

GIVEN_TAKEN_BACK = declare(
    "aftersales.given_taken_back", YesNo(),
    "为留住商品而给过的补偿、优惠券，退货时是否扣回", "Whether compensation and coupons given so that goods are kept are taken off when they come back after all",
)
