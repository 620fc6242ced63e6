"""What is written down by itself, who bears what went wrong, and when a fault is an alarm."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, Field, Line, ListOf, Number, YesNo, declare, name_facts

name_facts(
    {
        "remark": ("备注", "Remark"), "chased": ("追问过仓库", "Warehouse chased"), "goods_fen": ("货款", "Goods"), "freight_fen": ("运费", "Freight"),
        "most_fen": ("快递最高赔付", "Paid by the courier at most"), "times": ("次数", "Times"), "loss_at": ("确认时间", "Established"),
    },
    {"written": ("已写", "written"), "not_written": ("没写", "not written"), "no_wish": ("顾客没有特别要求", "no wish was on record")},
)  # fmt: skip

MISSING_BLAME = declare(
    "aftersales.missing_goods_borne_by",
    Choice(
        remark=("备注没写的由接待客服承担补发运费，否则仓库", "the agent if the remark was missing, else the warehouse"),
        company=("公司", "the company"),
    ),
    "少发漏发的补发运费由谁承担", "Who bears the freight of reshipping missing goods",
)
CHASE_EXEMPTS = declare(
    "aftersales.late_dispatch_chase_exempts", YesNo(),
    "延迟发货时，有追问仓库的记录是否免除客服责任", "Whether a recorded chase of the warehouse frees the agent from blame for late dispatch",
)
LOST_FIRST = declare(
    "aftersales.lost_parcel",
    ListOf(
        Choice(confirm=("确认丢失", "confirm the loss"), settle=("补发或退款", "reship or refund"), claim=("向快递索赔", "claim on the courier")),
        least=1,
    ),
    "丢件按什么步骤处理", "In which steps a lost parcel is handled",
)
CLAIM_WITHIN = declare(
    "aftersales.claim_within", Duration("days", minimum=1, maximum=180),
    "丢件、破损确认后多久之内向快递索赔", "How soon a loss or damage is claimed on the courier",
)
CLAIM_COVERS = declare(
    "aftersales.claim_covers",
    Choice(goods=("货款", "the price of the goods"), goods_freight=("货款加运费", "the price of the goods and the freight")),
    "向快递索赔按什么金额算", "What a claim on a courier covers",
)
CLAIM_AGES = declare(
    "aftersales.claim_ages", Duration("days", minimum=1, maximum=180),
    "向快递的索赔多久没有结果要催办", "After how long a claim on a courier without a result is chased",
)
QUALITY_ALARM = declare(
    "aftersales.quality_alarm",
    Line(
        {
            "times": Field(Number("times", minimum=2, maximum=1000), "次数", "times"),
            "days": Field(Number("days", minimum=1, maximum=365), "天数", "days"),
        }
    ),
    "同一商品同一问题几天内出现几次要报警", "How often within how many days the same fault of the same goods raises an alarm",
)
