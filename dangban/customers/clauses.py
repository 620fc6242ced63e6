"""The rules by which customers are told apart: new, returning, important, risky."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, Money, Number, declare

RETURNING_ORDERS = declare(
    "customers.returning_orders", Number("orders", minimum=1, maximum=100),
    "成交多少单起算老顾客", "From how many completed orders on somebody is a returning customer",
)
VIP_ORDERS = declare(
    "customers.vip_orders", Number("orders", minimum=1, maximum=1000),
    "成交多少单起算 VIP", "From how many completed orders on somebody is a VIP",
)
VIP_SPEND = declare(
    "customers.vip_spend", Money(),
    "累计消费多少元起算 VIP", "From which total spend on somebody is a VIP",
)
VIP_WITHIN = declare(
    "customers.vip_within", Duration("days", minimum=30, maximum=3650),
    "只统计最近多少天的订单", "How many past days of orders count",
)
LAPSED_AFTER = declare(
    "customers.lapsed_after", Duration("days", minimum=30, maximum=3650),
    "多少天没有下单算沉睡顾客", "After how many days without an order a customer counts as lapsed",
)
RISK_EXPIRES = declare(
    "customers.risk_expires", Duration("days", minimum=1, maximum=1825),
    "风险标记多少天后失效", "After how many days a risk mark expires",
)
UNMERGE_WITHIN = declare(
    "customers.unmerge_within", Duration("days", minimum=1, maximum=365),
    "合并顾客后多少天内可以拆开", "For how many days a merge of customers can be undone",
)
