"""The rules about stock: what must be checked before it is sold, and when somebody should look."""

from __future__ import annotations

from dangban.handbook.shapes import Clock, Duration, YesNo, declare, name_facts

name_facts(
    {
        "owed": ("已付款待发", "Paid and not dispatched"),
        "good": ("良品", "Good"),
        "promised": ("他人占用", "Reserved for others"),
        "available": ("可用", "Available"),
        "expected": ("在途", "On its way"),
        "sold": ("期间出库", "Dispatched in the period"),
        "last_out": ("上次出库", "Last dispatched"),
        "first_in": ("首次入库", "First received"),
        "expires_on": ("到期日", "Expires on"),
        "expected_on": ("预计到货", "Expected on"),
    }
)

RECEIPTS_CHECKED = declare(
    "stock.receipts_checked", YesNo(),
    "到货是否须先待检，检验合格才能销售", "Whether goods received must be checked before they are sold",
)
RETURNS_CHECKED = declare(
    "stock.returns_checked", YesNo(),
    "退件是否须先验货，合格才能再次销售", "Whether returned goods must be checked before they are sold again",
)
SHORTAGES_BY = declare(
    "stock.shortages_by", Clock(),
    "仓库每天最迟几点公布当天缺货清单", "By when the warehouse publishes the day's out-of-stock list",
)
ARRIVAL_GRACE = declare(
    "stock.arrival_grace", Duration("days", minimum=0, maximum=90),
    "预计到货日过后几天算迟到", "How many days after its date an arrival counts as late",
)
SALES_WINDOW = declare(
    "stock.sales_window", Duration("days", minimum=1, maximum=365),
    "按最近多少天的出库计算日均销量", "Over how many past days the sales of a day are averaged",
)
COVER = declare(
    "stock.cover", Duration("days", minimum=0, maximum=365),
    "库存加在途不足卖几天就提醒补货", "Stock and arrivals that last fewer days than this are to be re-ordered",
)
SLOW_AFTER = declare(
    "stock.slow_after", Duration("days", minimum=1, maximum=1000),
    "有货但多少天没有出库算滞销", "After how many days without dispatch goods count as slow-moving",
)
EXPIRY_BEFORE = declare(
    "stock.expiry_before", Duration("days", minimum=0, maximum=1000),
    "到期前多少天提醒临期", "How many days before a batch expires somebody is told",
)
