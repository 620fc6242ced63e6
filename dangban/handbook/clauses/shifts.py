"""Working hours: when people are on duty, and how the roster must be made."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Clock,
    Duration,
    Field,
    Lines,
    Number,
    Span,
    Text,
    YesNo,
    at_most,
    declare,
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
    applied=False,
)
WEEKLY_HOURS = declare(
    "shifts.weekly_hours", Number("hours", minimum=1, maximum=100),
    "每周排班工时", "How many hours a week are rostered",
    bound=at_most(
        44, source="law: 劳动法 §36",
        says=("每周工时不超过 44 小时，超出部分须付加班费或取得综合工时审批",
              "At most 44 hours a week; more needs overtime pay or an approved flexible scheme"),
    ),
    applied=False,
)
OVERTIME_MONTH = declare(
    "shifts.overtime_month", Number("hours", minimum=0, maximum=200),
    "每月加班上限", "The most overtime in a month",
    bound=at_most(36, source="law: 劳动法 §41", says=("每月加班不超过 36 小时", "At most 36 hours of overtime a month")),
    applied=False,
)
REST_BETWEEN = declare(
    "shifts.rest_between", Duration("hours", minimum=0, maximum=24),
    "两个班次之间至少休息多久", "The least rest between two shifts",
    applied=False,
)
LEADER_ON_EVERY_SHIFT = declare(
    "shifts.leader_on_every_shift", YesNo(),
    "每个班次是否必须有一位组长", "Whether every shift must have a leader",
    applied=False,
)
MEAL_TURNS = declare(
    "shifts.meal_turns", Span(), "轮流吃饭的时间段", "The hours in which people take turns to eat", required=False, applied=False
)
NIGHT_FROM = declare(
    "shifts.night_from", Clock(), "几点后下班的班次算夜班", "Shifts that end after this time count as night shifts", applied=False
)
