"""Working hours: when people are on duty, and how the roster must be made."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Clock,
    Decimals,
    Duration,
    Field,
    Lines,
    Number,
    Share,
    Span,
    Text,
    YesNo,
    at_most,
    declare,
    name_facts,
)

SHIFTS = declare(
    "shifts.shifts",
    Lines(
        {
            "name": Field(Text(longest=20), "班次", "shift"),
            "hours": Field(Span(), "时间", "hours"),
            "least": Field(Number("people", minimum=0, maximum=500), "最少人数", "least people", optional=True),
        },
        least=1,
    ),
    "有哪些班次，各从几点到几点", "Which shifts there are, and their hours",
)
DAYS_ON = declare(
    "shifts.days_on", Number("days", minimum=1, maximum=31),
    "最多连续上几天班", "How many days in a row one may be on duty",
    bound=at_most(6, source="law: 劳动法 §38", says=("每周至少休息一天", "At least one day of rest a week")),
)
WEEKLY_HOURS = declare(
    "shifts.weekly_hours", Number("hours", minimum=1, maximum=100),
    "每周排班工时", "How many hours a week are rostered",
    bound=at_most(
        44, source="law: 劳动法 §36",
        says=("每周工时不超过 44 小时，超出部分须付加班费或取得综合工时审批",
              "At most 44 hours a week; more needs overtime pay or an approved flexible scheme"),
    ),
)
OVERTIME_MONTH = declare(
    "shifts.overtime_month", Number("hours", minimum=0, maximum=200),
    "每月加班上限", "The most overtime in a month",
    bound=at_most(36, source="law: 劳动法 §41", says=("每月加班不超过 36 小时", "At most 36 hours of overtime a month")),
)
REST_BETWEEN = declare(
    "shifts.rest_between", Duration("hours", minimum=0, maximum=24),
    "两个班次之间至少休息多久", "The least rest between two shifts",
)
LEADER_ON_EVERY_SHIFT = declare(
    "shifts.leader_on_every_shift", YesNo(),
    "每个班次是否必须有一位组长", "Whether every shift must have a leader",
)
MEAL_TURNS = declare(
    "shifts.meal_turns", Span(), "轮流吃饭的时间段", "The hours in which people take turns to eat", required=False,
)
NIGHT_FROM = declare(
    "shifts.night_from", Clock(), "几点后下班的班次算夜班", "Shifts that end after this time count as night shifts",
)
NIGHTS_IN_A_ROW = declare(
    "shifts.nights_in_a_row", Number("nights", minimum=1, maximum=31),
    "最多连续上几个夜班", "How many night shifts in a row",
)
RESTS_OF_MONTH = declare(
    "shifts.rests_of_month", Number("days", minimum=0, maximum=15),
    "排班时每月至少排几天休息", "The least days of rest a month that a roster gives", required=False,
)
UNPAID_BREAK = declare(
    "shifts.unpaid_break", Duration("minutes", minimum=0, maximum=180),
    "班次中不计工时的用餐休息", "The meal break of a shift that is not working time",
)
PUBLISHED_AHEAD = declare(
    "shifts.published_ahead", Duration("days", minimum=0, maximum=60),
    "排班表至少提前几天发布", "How long before its first day a roster is published",
)
SWAP_APPROVAL = declare(
    "shifts.swap_approval",
    Choice(
        nobody=("双方同意即可", "both agree, nobody else"),
        leader=("组长或主管批准", "a leader or supervisor approves"),
        supervisor=("主管批准", "a supervisor approves"),
    ),
    "换班、替班由谁批准", "Who approves swaps and stand-ins",
)
SWAP_NOTICE = declare(
    "shifts.swap_notice", Duration("hours", minimum=0, maximum=720),
    "换班、替班至少提前多久提出", "How long before the shift a swap or stand-in is asked for",
)
TRAINING_MADE_UP = declare(
    "shifts.training_made_up", Duration("days", minimum=1, maximum=60),
    "当天休息没参加培训的人，几天之内补上", "Within how many days those who rested on the day of a training make up for it",
    required=False,
)
SERVICE_LEVEL = declare(
    "shifts.service_level", Share(minimum=1),
    "要有多大比例的客户按时得到接待", "The share of customers who are to be answered in time",
)
ANSWER_WITHIN = declare(
    "shifts.answer_within", Duration("seconds", minimum=0, maximum=3600),
    "多久之内接待算按时", "Within what time an answer is in time",
)
CONCURRENCY = declare(
    "shifts.concurrency", Number("chats", minimum=1, maximum=5),
    "排班测算按一人同时接待几位客户", "How many customers at once the roster counts on for each agent",
)
CONCURRENCY_FACTORS = declare(
    "shifts.concurrency_factors",
    Lines(
        {
            "chats": Field(Number("chats", minimum=1, maximum=20), "同时接待", "at once"),
            "factor": Field(Decimals("times", minimum=1, maximum=20), "相当于", "worth"),
        },
        least=1,
    ),
    "同时接待几位客户，相当于逐个接待的几倍", "What serving several customers at once is worth against one after the other",
)
HANDLING_TIME = declare(
    "shifts.handling_time", Duration("seconds", minimum=10, maximum=7200),
    "没有足够记录时，一次接待算多久", "How long one customer takes while there is too little history to tell",
)
PATIENCE = declare(
    "shifts.patience", Duration("seconds", minimum=5, maximum=86_400),
    "客户平均等多久会离开", "How long customers wait on average before they leave",
)
SHRINKAGE = declare(
    "shifts.shrinkage", Share(maximum=80),
    "在班时间里用餐、培训、休息等占多少", "The share of time on duty that meals, training and breaks take",
)
TALK_GAP = declare(
    "shifts.talk_gap", Duration("minutes", minimum=1, maximum=1440),
    "隔多久没说话，再来算新的一次咨询", "After what silence a customer who writes again counts as a new one",
)
FORECAST_WEEKS = declare(
    "shifts.forecast_weeks", Number("weeks", minimum=1, maximum=52),
    "预测看过去几周", "How many weeks of the past a forecast looks at",
)
HOLIDAY_DEMAND = declare(
    "shifts.holiday_demand", Share(minimum=1, maximum=1000),
    "没有记录时，节假日的咨询量按平日的多少算", "What share of an ordinary day a holiday brings while none is on record",
)
CAMPAIGN_PHASES = declare(
    "shifts.campaign_phases",
    Lines(
        {
            "phase": Field(
                Choice(
                    warmup=("预热", "warm-up"), opening=("开门红", "opening"), running=("活动期", "running"),
                    peak=("爆发日", "peak"), encore=("返场", "encore"), returns=("售后潮", "returns"),
                ),
                "阶段", "phase",
            ),
            "anchor": Field(
                Choice(start=("开始日", "first day"), end=("结束日", "last day"), between=("期间", "between")), "从", "from"
            ),
            "first": Field(Number("days", minimum=-60, maximum=60), "第一天", "first day"),
            "last": Field(Number("days", minimum=-60, maximum=60), "最后一天", "last day"),
            "demand": Field(Share(minimum=1, maximum=1000), "咨询量", "demand"),
        },
    ),
    "大促各阶段从哪天到哪天，没有记录时咨询量按平日的多少算",
    "Which days each phase of a campaign has, and what share of an ordinary day it brings while none is on record",
)

name_facts({"days_ahead": ("提前天数", "days ahead"), "hours_left": ("距上班小时数", "hours left")})
