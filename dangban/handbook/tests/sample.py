"""A small register of rules for the loader's own tests, one of every shape."""

from dangban.handbook.shapes import (
    Brackets,
    Cells,
    Choice,
    Clock,
    Decimals,
    Duration,
    Field,
    FlagLegend,
    ListOf,
    Money,
    Number,
    Registry,
    Rungs,
    Shares,
    Span,
    Text,
    at_most,
)

SAMPLE = Registry()
declare = SAMPLE.declare

GRACE = declare(
    "attendance.grace", Duration("minutes", maximum=60), "宽限", "grace", required=False
)
HOURS = declare("attendance.hours", Decimals("hours", places=1), "工时", "hours", required=False)
BONUS = declare(
    "attendance.bonus", Money(), "全勤奖", "bonus", required=False,
    bound=at_most(30_000, source="law: sample §1", says=("不超过 300 元", "At most 300 yuan")),
)  # fmt: skip
CUT_OFF = declare("attendance.cut_off", Clock(), "截单时间", "the cut-off", required=False)
WINDOW = declare("attendance.window", Span(), "时段", "hours", required=False)
MODE = declare(
    "attendance.mode", Choice(bonus=("奖", "bonus"), fine=("罚", "fine")), "方式", "mode", required=False
)
NOTE = declare("attendance.note", Text(), "说明", "note", required=False)
AREAS = declare("attendance.areas", ListOf(Text(), least=1), "地区", "areas", required=False)
LATE_FINE = declare(
    "attendance.late_fine",
    Brackets("minutes", {"amount": Field(Money(), "金额", "amount")}, unit="minutes", start=0),
    "迟到", "lateness", required=False,
)  # fmt: skip
PRIVATE_CHAT = declare(
    "attendance.private_chat",
    Rungs({"act": Field(Choice(fine=("罚", "fine"), dismissal=("辞退", "dismissal")), "处理", "act")}),
    "私聊", "private chat", required=False,
)  # fmt: skip
SCORECARD = declare(
    "attendance.scorecard", Shares({"attitude": ("态度", "attitude"), "speed": ("速度", "speed")}),
    "考核", "scorecard", required=False,
)  # fmt: skip
FREIGHT = declare(
    "attendance.freight",
    Cells(
        {"quality": ("质量", "quality"), "dislike": ("不喜欢", "dislike")},
        {"out": ("寄出", "out"), "back": ("退回", "back")},
        Choice(seller=("卖家", "seller"), buyer=("买家", "buyer")),
    ),
    "运费", "freight", required=False,
)  # fmt: skip
FLAGS = declare(
    "attendance.flags", FlagLegend(Choice(stock=("缺货", "out of stock")), Choice(sku=("货号", "SKU"))),
    "旗帜", "flags", required=False,
)  # fmt: skip
LIMIT = declare("attendance.limit", Number("times"), "次数", "times", required=False)

STRICT = Registry()
STRICT.declare("attendance.cut_off", Clock(), "截单时间", "when parcels must have left")
STRICT.declare(
    "attendance.mode", Choice(bonus=("奖", "bonus"), fine=("罚", "fine")), "方式", "mode", required=False
)

CHAPTERED = Registry()
CHAPTERED.declare("attendance.grace", Duration("minutes", maximum=60), "宽限", "grace")
CHAPTERED.declare("orders.cut_off", Clock(), "截单时间", "the cut-off")
