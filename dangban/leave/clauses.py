"""Rest days and leave: quotas, notice, and what exceeding them means."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Brackets,
    Choice,
    Duration,
    Field,
    Lines,
    Number,
    Share,
    YesNo,
    at_least,
    declare,
    lawful_if,
    name_facts,
)
from dangban.handbook.shapes.values import Steps, Table

name_facts(
    {
        "asked_on": ("申请日", "Asked on"),
        "first_day": ("开始", "First day"),
        "leave_kind": ("假别", "Kind of leave"),
        "balance": ("余额", "Balance"),
        "month": ("月份", "Month"),
        "taken": ("已休", "Taken"),
        "this_year": ("今年已请", "This year so far"),
        "last_month": ("上月事假", "Private leave of last month"),
        "kept_by_law": ("法定保留", "Kept by law"),
        "shift": ("班次", "Shift"),
        "left": ("剩余人数", "People left"),
        "employed_days": ("在职天数", "Days employed"),
    }
)

# One day of rest a week, in a month of four weeks.
LEAST_REST = 4
REST_DAYS = declare(
    "leave.rest_days_a_month", Number("days", minimum=0, maximum=15),
    "每月休息几天", "How many rest days there are in a month",
    bound=at_least(LEAST_REST, source="law: 劳动法 §38", says=("每周至少休息一天", "At least one day of rest a week")),
)
REST_NOTICE = declare(
    "leave.rest_notice", Duration("days", minimum=0, maximum=30),
    "休息日须提前几天申请", "How many days ahead a rest day is asked for",
)
REST_UNUSED = declare(
    "leave.rest_unused",
    Choice(daily_wage=("按日工资补发", "paid by the daily wage"), lapses=("作废", "lapse"), saved=("存休", "kept for later")),
    "没有休的休息日怎么办", "What becomes of rest days not taken",
)
DAILY_WAGE = declare(
    "leave.daily_wage",
    Choice(month_days=("基本工资÷当月天数", "base wage ÷ days of the month"), average=("月工资÷21.75", "monthly wage ÷ 21.75")),
    "日工资怎么算", "How a day's wage is worked out",
)
PRIVATE_NOTICE = declare(
    "leave.private_notice", Duration("days", minimum=0, maximum=30),
    "事假须提前几天申请", "How many days ahead private leave is asked for",
)
PRIVATE_PAID = declare(
    "leave.private_paid", YesNo(), "事假是否有工资", "Whether private leave is paid",
)
PRIVATE_MONTH = declare(
    "leave.private_month", Number("days", minimum=0, maximum=31),
    "当月事假超过几天，下月没有休息日", "Above how many days of private leave in a month the next has no rest days",
    required=False,
    bound=lawful_if(
        lambda days: days >= 31, source="law: 劳动法 §38",
        says=("取消的只能是公司另给的休息日；每周至少一天休息仍须安排", "Only rest days beyond the law's can go; a day of rest a week stays owed"),
    ),
)
PRIVATE_YEAR = declare(
    "leave.private_year", Number("days", minimum=0, maximum=365),
    "全年事假最多几天，超出按旷工", "How many days of private leave a year; more counts as absence",
)
UNAPPROVED_IS_ABSENCE = declare(
    "leave.unapproved_is_absence", YesNo(),
    "未批准的请假是否按旷工", "Whether leave that wasn't approved counts as absence",
)
URGENT_REPAIR = declare(
    "leave.urgent_repair", Duration("days", minimum=0, maximum=30),
    "紧急请假电话说明后几天内补手续", "Within how many days urgent leave by phone is put in writing",
)

KIND_NAMES = {
    "sick": ("病假", "sick leave"), "annual": ("年假", "annual leave"), "in_lieu": ("调休", "time in lieu"),
    "marriage": ("婚假", "marriage leave"), "bereavement": ("丧假", "bereavement leave"),
    "maternity": ("产假", "maternity leave"), "paternity": ("陪产假", "paternity leave"),
    "childcare": ("育儿假", "childcare leave"), "injury": ("工伤假", "work injury leave"),
}  # fmt: skip
name_facts({}, KIND_NAMES)
KINDS = declare(
    "leave.kinds",
    Lines(
        {
            "kind": Field(Choice(KIND_NAMES), "假别", "kind"),
            "paid": Field(Share(), "发工资的百分之几", "part of the wage that is paid"),
            "notice": Field(Number("days", maximum=90), "提前几天申请", "days of notice"),
            "quota": Field(Number("days", maximum=365), "最多几天", "days at most", optional=True),
            "per": Field(Choice(occasion=("每次", "each time"), year=("每年", "a year")), "按什么计", "counted", optional=True),
            "counts": Field(
                Choice(working=("工作日", "working days"), calendar=("自然日", "calendar days")), "怎么数天", "which days count"
            ),
            "proof": Field(YesNo(), "要证明", "needs proof"),
        },
        least=1,
    ),
    "除休息日和事假外有哪些假，各多少天、发多少工资、提前几天申请",
    "Which leave there is beside rest days and private leave: days, pay, notice",
    bound=lawful_if(
        lambda rows: _paid_fully(rows), source="law: 国务院令第514号、女职工劳动保护特别规定",
        says=("年假、产假、工伤假期间照发工资，产假不少于 98 天", "Annual, maternity and injury leave are paid; maternity leave is 98 days at least"),
    ),
)


def _paid_fully(rows: Table) -> bool:
    """Annual, maternity and injury leave at full pay, and no less of maternity leave than the law gives."""
    full = all(row.paid.basis_points == 10_000 for row in rows if row.kind in ("annual", "maternity", "injury"))
    maternity = rows.get("maternity")
    return full and (maternity is None or maternity.quota is None or maternity.quota >= 98)


ANNUAL = declare(
    "leave.annual",
    Brackets("months", {"days": Field(Number("days", maximum=60), "年假天数", "days a year")}, unit="months", reached=True),
    "工作满多少个月，每年几天年假", "After how many months of work there are how many days of annual leave",
    bound=lawful_if(
        lambda steps: _lawful_annual(steps), source="law: 国务院令第514号 §3",
        says=("满 1 年 5 天，满 10 年 10 天，满 20 年 15 天", "5 days after one year, 10 after ten, 15 after twenty"),
    ),
)


def _lawful_annual(steps: Steps) -> bool:
    found = ((steps.at(months), least) for months, least in ((12, 5), (120, 10), (240, 15)))
    return all(row is not None and row.days >= least for row, least in found)


HALF_DAYS = declare(
    "leave.half_days", YesNo(), "可否请半天", "Whether half days may be asked for",
)
LEADER_UP_TO = declare(
    "leave.leader_up_to", Number("days", minimum=0, maximum=30),
    "组长可以批几天以内的假，超出由主管批", "Up to how many days a leader may approve; more goes to the supervisor",
)
BELOW_LEAST = declare(
    "leave.below_least",
    Choice(warns=("提示批假人", "whoever approves is warned"), supervisor=("由主管批", "the supervisor decides"), refused=("不准", "it is refused")),
    "批假后班次不足最少人数时怎么办", "What happens when a shift would fall below its least people",
)
SAVED_FOR = declare(
    "leave.saved_for", Number("months", minimum=1, maximum=24),
    "存休、调休几个月内有效", "For how many months days kept for later are good",
)
ANNUAL_CARRIED = declare(
    "leave.annual_carried", Number("months", minimum=0, maximum=12),
    "年假可以跨年几个月", "For how many months of the next year annual leave may still be taken",
)
