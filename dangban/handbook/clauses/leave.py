"""Rest days and leave: quotas, notice, and what exceeding them means."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, Number, YesNo, at_least, declare

REST_DAYS = declare(
    "leave.rest_days_a_month", Number("days", minimum=0, maximum=15),
    "每月休息几天", "How many rest days there are in a month",
    bound=at_least(4, source="law: 劳动法 §38", says=("每周至少休息一天", "At least one day of rest a week")),
    applied=False,
)
REST_NOTICE = declare(
    "leave.rest_notice", Duration("days", minimum=0, maximum=30),
    "休息日须提前几天申请", "How many days ahead a rest day is asked for",
    applied=False,
)
REST_UNUSED = declare(
    "leave.rest_unused",
    Choice(daily_wage=("按日工资补发", "paid by the daily wage"), lapses=("作废", "lapse"), saved=("存休", "kept for later")),
    "没有休的休息日怎么办", "What becomes of rest days not taken",
    applied=False,
)
DAILY_WAGE = declare(
    "leave.daily_wage",
    Choice(month_days=("基本工资÷当月天数", "base wage ÷ days of the month"), average=("月工资÷21.75", "monthly wage ÷ 21.75")),
    "日工资怎么算", "How a day's wage is worked out",
    applied=False,
)
PRIVATE_NOTICE = declare(
    "leave.private_notice", Duration("days", minimum=0, maximum=30),
    "事假须提前几天申请", "How many days ahead private leave is asked for",
    applied=False,
)
PRIVATE_PAID = declare(
    "leave.private_paid", YesNo(), "事假是否有工资", "Whether private leave is paid", applied=False
)
PRIVATE_MONTH = declare(
    "leave.private_month", Number("days", minimum=0, maximum=31),
    "当月事假超过几天，下月没有休息日", "Above how many days of private leave in a month the next has no rest days",
    required=False,
    applied=False,
)
PRIVATE_YEAR = declare(
    "leave.private_year", Number("days", minimum=0, maximum=365),
    "全年事假最多几天，超出按旷工", "How many days of private leave a year; more counts as absence",
    applied=False,
)
UNAPPROVED_IS_ABSENCE = declare(
    "leave.unapproved_is_absence", YesNo(),
    "未批准的请假是否按旷工", "Whether leave that wasn't approved counts as absence",
    applied=False,
)
URGENT_REPAIR = declare(
    "leave.urgent_repair", Duration("days", minimum=0, maximum=30),
    "紧急请假电话说明后几天内补手续", "Within how many days urgent leave by phone is put in writing",
    applied=False,
)
