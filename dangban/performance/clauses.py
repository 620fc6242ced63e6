"""Figures and scorecards: whose clock, which orders count, what a card weighs, who confirms it by when."""

from __future__ import annotations

from typing import Any

from dangban.handbook.faults import Spot
from dangban.handbook.shapes import (
    BothLanguages,
    Choice,
    Clock,
    Decimals,
    Duration,
    Field,
    Line,
    Lines,
    ListOf,
    Money,
    Number,
    Share,
    Span,
    Table,
    Text,
    YesNo,
    declare,
    name_facts,
)
from dangban.performance.measures import MEASURES

name_facts({"scorecard": ("考核表", "Scorecard"), "card_score": ("考核得分", "Score"), "missing": ("缺数据的指标", "Items without a figure")})

WORKS = Choice(
    presale=("售前", "before the sale"), aftersale=("售后", "after the sale"),
    order=("订单", "order desk"), leader=("组长、主管", "leaders"),
)  # fmt: skip
_WAYS = Choice(brackets=("分档", "brackets"), linear=("按比例", "in proportion"))
_STEPS = Lines(
    {
        "at": Field(Decimals(places=4, minimum=None), "达到", "reached"),
        "points": Field(Decimals(places=2, maximum=200), "得分", "points"),
    },
    least=1,
)
_ITEMS = Lines(
    {
        "measure": Field(Choice({code: (one.label.zh, one.label.en) for code, one in MEASURES.items()}), "指标", "measure"),
        "weight": Field(Decimals("percent", places=2, maximum=100), "权重", "weight"),
        "way": Field(_WAYS, "算法", "how", optional=True),
        "steps": Field(_STEPS, "分档", "brackets", optional=True),
        "below": Field(Decimals(places=2, maximum=200), "达不到时得分", "points below", optional=True),
        "worst": Field(Decimals(places=4, minimum=None), "零分处", "no points at", optional=True),
        "best": Field(Decimals(places=4, minimum=None), "满分处", "full points at", optional=True),
    },
    least=1,
)


class _Cards(Lines):
    """Scorecards whose weights add up, and whose items say how they are scored."""

    def parse(self, raw: Any, spot: Spot) -> Table:
        cards = super().parse(raw, spot)
        for index, card in enumerate(cards):
            weights = sum(item.weight for item in card["items"])
            if weights != 100:
                raise spot.at(index).wrong("weights-sum", sum=weights)
            for place, item in enumerate(card["items"]):
                self._scored(item, spot.at(index).at("items").at(place))
        return cards

    def _scored(self, item: Any, spot: Spot) -> None:
        if MEASURES[item.measure].source == "given":
            return
        needed = ("worst", "best") if item.way == "linear" else ("steps",)
        for name in needed:
            if item[name] is None:
                raise spot.wrong("missing-field", key=name)


CARDS = declare(
    "performance.cards",
    _Cards(
        {
            "code": Field(Text(longest=12), "代号", "code"),
            "name": Field(BothLanguages(), "名称", "name"),
            "items": Field(_ITEMS, "考核项", "items"),
            "grades": Field(
                Lines(
                    {
                        "grade": Field(Text(longest=12), "等级", "grade"),
                        "from": Field(Decimals(places=2, maximum=200), "分数达到", "from"),
                        "share": Field(Share(maximum=300), "绩效工资发放比例", "share of the performance wage", optional=True),
                        "bonus": Field(Money(minimum=None), "奖励", "bonus", optional=True),
                    }
                ),
                "等级", "grades", optional=True,
            ),
            "forced": Field(
                Lines(
                    {
                        "grade": Field(Text(longest=12), "等级", "grade"),
                        "share": Field(Number("percent", maximum=100), "人数占比", "share of people"),
                    }
                ),
                "等级分布", "distribution", optional=True,
            ),
        }
    ),
    "绩效考核表：考核项、权重、分档、等级", "The scorecards: items, weights, brackets, grades",
)  # fmt: skip
CARD_OF = declare(
    "performance.card_of",
    Lines({"work": Field(WORKS, "岗位", "work"), "card": Field(Text(longest=12), "考核表", "scorecard")}),
    "每种岗位用哪张考核表", "Which scorecard belongs to which work",
)
FIGURES_FROM = declare(
    "pay.figures_from", Choice(own=("当班", "Dangban"), chitu=("赤兔名品", "Chitu")),
    "绩效数据以哪里为准", "Where the figures for performance come from",
)
CARDS_BY = declare(
    "performance.cards_by", Number("day_of_month", minimum=1, maximum=28),
    "次月几日出考核初稿", "On which day of the next month the cards are drafted",
)
OBJECT_WITHIN = declare(
    "performance.object_within", Duration("days", minimum=1, maximum=30),
    "初稿出来后多少天内确认或提出异议", "Within how many days a person confirms or disputes a card",
)
ANSWER_WITHIN = declare(
    "performance.answer_within", Duration("days", minimum=1, maximum=30),
    "对考核的异议在多少天内答复", "Within how many days a dispute of a card is answered",
)
SETTLE_DAYS = declare(
    "performance.settle_days", Duration("days", minimum=1, maximum=60),
    "成交之后多少天内的取消、退款还会改写当天的数据", "For how many days cancellations and refunds still change the figures of a day",
)
VOID_FLAGS = declare(
    "performance.void_flags", ListOf(Text(longest=8)),
    "插了哪些旗的订单不算个人业绩", "Orders with which flags are nobody's sale",
)
BRUSHED_FLAGS = declare(
    "performance.brushed_flags", ListOf(Text(longest=8)),
    "插了哪些旗的订单不是真实交易，任何数据都不计", "Orders with which flags are no real trade and count nowhere",
)
TRANSFER_LINES = declare(
    "performance.transfer_lines", Number("messages", maximum=10),
    "只转接、说话不超过几句的不算询单", "Up to how many lines a talk that was passed on is no enquiry",
)
AFTERSALE_ENQUIRY = declare(
    "performance.aftersale_enquiry", YesNo(),
    "售后咨询是否也算询单", "Whether after-sales talks count as enquiries",
)
CHASE_AFTER = declare(
    "performance.chase_after", Duration("minutes", minimum=0, maximum=60),
    "静默下单后多少分钟内自己付款的不算催付", "Within how many minutes a silent order that is paid owes nothing to a reminder",
)
SALES_FLAG = declare(
    "performance.sales_flag", Text(longest=8),
    "按备注工号算业绩时，订单要插哪种旗", "The flag an order bears where sales go by the staff number in its remark",
    required=False,
)  # fmt: skip
JD_WINDOW = declare("performance.jd_window", Span(), "京东应答率统计一天中的哪段时间", "The part of the day that JD's answer rate looks at")
JD_WITHIN = declare(
    "performance.jd_within", Duration("seconds", minimum=1, maximum=600),
    "京东首次应答要求在多久之内", "Within what time JD asks for the first answer",
)
PDD_WINDOW = declare("performance.pdd_window", Span(), "拼多多回复率统计一天中的哪段时间", "The part of the day that PDD's reply rate looks at")
PDD_WITHIN = declare(
    "performance.pdd_within", Duration("seconds", minimum=1, maximum=3600),
    "拼多多人工回复要求在多久之内", "Within what time PDD asks for a human reply",
)
PDD_VOID = declare(
    "performance.pdd_void", Duration("minutes", minimum=1, maximum=600),
    "超过多久没有回复，该顾客当天就不算有效回复", "After how long without an answer a customer's day counts as not answered",
)
REPORT_AT = declare(
    "performance.report_at", Clock(), "每天几点把日报发到群里", "At what time the daily report goes to the group",
)
ELIMINATION = declare(
    "performance.elimination",
    Line(
        {
            "months": Field(Number("months", minimum=1, maximum=12), "连续几个月", "months in a row"),
            "share": Field(Number("percent", minimum=1, maximum=50), "排在最后的比例", "lowest share"),
        }
    ),
    "连续排在末尾的人列入提醒名单（只提醒，不自动处理）", "Who is low for months in a row stands on a list to talk to; nothing follows by itself",
    required=False,
)  # fmt: skip
