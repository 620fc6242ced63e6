"""Coming and going: lateness, missed punches, absence, full attendance."""

from __future__ import annotations

from decimal import Decimal

from dangban.handbook.shapes import (
    Brackets,
    Choice,
    Decimals,
    Duration,
    Field,
    Lines,
    ListOf,
    Money,
    Number,
    Row,
    Share,
    Steps,
    Text,
    YesNo,
    at_most,
    declare,
    lawful_if,
    name_facts,
)
from dangban.handbook.shapes.values import Percent

WAGE_LAW = "law: 工资支付暂行规定 §16"

LATENESS_MODE = declare(
    "attendance.lateness_mode",
    Choice(bonus=("不得全勤奖", "bonus not earned"), fine=("罚款", "fine"), packets=("发红包", "red packets")),
    "迟到早退的后果以哪种方式执行", "In which way lateness has its consequence",
    bound=lawful_if(
        lambda mode: mode == "bonus", source=WAGE_LAW,
        says=("用人单位没有罚款权；请用“不得全勤奖”的方式",
              "An employer has no power to fine; let the bonus not be earned instead"),
        cap=lambda mode: "bonus",
    ),
)
LATENESS = declare(
    "attendance.lateness",
    Brackets(
        "minutes",
        {
            "amount": Field(Money(), "金额", "amount"),
            "packets": Field(Number("packets", minimum=1), "红包个数", "packets", optional=True),
            "absence_days": Field(Decimals("days", places=1), "按旷工（天）", "counts as absence (days)", optional=True),
        },
        unit="minutes", start=0,
    ),
    "迟到或早退超过多少分钟，有什么后果", "What follows from coming late or leaving early by how many minutes",
    exception=("客服主管", "the supervisor"),
)
LATENESS_ANNOUNCED = declare(
    "attendance.lateness_announced_free", YesNo(),
    "事先说明的迟到是否不罚", "Whether lateness announced beforehand is free",
)
PUBLISHED_ON = declare(
    "attendance.published_on",
    Choice(monday=("星期一", "Monday"), friday=("星期五", "Friday"), month_end=("月底", "the end of the month")),
    "考勤情况何时公布", "When attendance is published",
)
UNPAID_DOUBLES = declare(
    "attendance.unpaid_doubles", YesNo(),
    "漏发的红包是否加倍补发", "Whether a packet not sent in time doubles",
)
OWN_PACKET = declare(
    "attendance.own_packet_taken", YesNo(),
    "发红包的人自己能否抢", "Whether the sender may take from the own packet",
)
PUNCH_REPAIRS = declare(
    "attendance.punch_repairs", Number("times", minimum=0, maximum=31),
    "每月允许补卡几次（由主管证明）", "How many missed punches a month may be repaired on the supervisor's word",
)
PUNCH_LATE_ARRIVAL = declare(
    "attendance.punch_beyond.arrival",
    Choice(judged=("按补卡时间算迟到", "judged by the repaired time"), forgiven=("不追究", "forgiven")),
    "超过次数后，上班漏卡怎么算", "What a missed arrival punch beyond that means",
)
PUNCH_LATE_DEPARTURE = declare(
    "attendance.punch_beyond.departure", Money(),
    "超过次数后，下班漏卡的金额", "What a missed departure punch beyond that costs",
    bound=at_most(0, source=WAGE_LAW, says=("用人单位没有罚款权", "An employer has no power to fine")),
)
PUNCH_PACKETS = declare(
    "attendance.punch_beyond.packets", Number("packets", minimum=1, maximum=100),
    "下班漏卡的红包分成几个", "Into how many packets that amount is split", required=False,
)


def _pay_for_days_missed(steps: Steps) -> bool:
    return all(not row["month_pay"] and row["days_pay"] <= row["days"] for row in steps.rows)


def _only_days_missed(steps: Steps) -> Steps:
    rows = [
        Row({**row, "days_pay": min(row["days_pay"], Decimal(row["days"])), "month_pay": False})
        for row in steps.rows
    ]
    return Steps(steps.measure, rows, steps.reached)


ABSENCE = declare(
    "attendance.absence",
    Brackets(
        "days",
        {
            "days_pay": Field(Decimals("days_pay", places=1), "扣发工资（天）", "days' pay withheld"),
            "month_pay": Field(YesNo(), "扣发当月工资", "the month's pay withheld"),
            "notice": Field(YesNo(), "通报批评", "public notice"),
            "dismissal": Field(YesNo(), "辞退", "dismissal"),
        },
        unit="days", reached=True,
    ),
    "当月累计旷工多少天，有什么后果", "What follows from how many days of absence in a month",
    exception=("客服经理", "the manager"),
    bound=lawful_if(
        _pay_for_days_missed, source=WAGE_LAW,
        says=("只能不发缺勤当天的工资；超出的部分是罚款",
              "Only the time not worked may go unpaid; what exceeds it is a fine"),
        cap=_only_days_missed,
    ),
)
DEDUCTION_CAP = declare(
    "attendance.deduction_cap", Share(),
    "每月扣款最多占当月工资的百分之几", "The largest share of a month's wage that may be deducted",
    bound=at_most(
        Percent(2000), source=WAGE_LAW,
        says=("每月扣除不得超过当月工资的 20%，且剩余不低于最低工资",
              "At most 20% of the month's wage, and never below the minimum wage"),
    ),
)
FULL_BONUS = declare(
    "attendance.full_bonus", Money(), "全勤奖", "The bonus for full attendance"
)
GRACE = declare(
    "attendance.grace", Duration("minutes", minimum=0, maximum=60),
    "迟到几分钟以内不计", "How many minutes of lateness don't count",
)
FULL_BONUS_NEEDS = declare(
    "attendance.full_bonus_needs",
    ListOf(
        Choice(
            no_lateness=("没有迟到", "no lateness"), no_early=("没有早退", "no leaving early"),
            no_leave=("没有请假", "no leave"), no_absence=("没有旷工", "no absence"), no_missed=("没有漏卡", "no missed punch"),
        ),
        least=1,
    ),
    "满足哪些条件才算全勤", "What full attendance takes",
)
WHOLE_MONTH = declare(
    "pay.full_attendance_whole_month", YesNo(),
    "当月入职或离职的是否没有全勤奖", "Whether who joins or leaves in the month has no bonus for full attendance",
)
PUNCHES_FROM = declare(
    "attendance.punches_from", Choice(web=("网页打卡", "web punch"), dingtalk=("钉钉", "DingTalk")),
    "以哪里的打卡时间为准", "Which punches count",
)
REPAIR_VOUCHED = declare(
    "attendance.repair_voucher_answers", YesNo(),
    "证明补卡的主管是否对此负责", "Whether the supervisor who vouches for a repair answers for it",
)
WINDOW_BEFORE = declare(
    "attendance.window_before", Duration("minutes", minimum=0, maximum=720),
    "上班前多久的打卡算这个班次", "How long before a shift a punch may belong to it",
)
WINDOW_AFTER = declare(
    "attendance.window_after", Duration("minutes", minimum=0, maximum=720),
    "下班后多久的打卡还算这个班次", "How long after a shift a punch may still belong to it",
)
PUNCH_APART = declare(
    "attendance.punch_apart", Duration("minutes", minimum=0, maximum=240),
    "上班打卡后多久以内再打算重复", "Within how long after the arrival a further punch is taken for the same one",
)
NETWORKS = declare(
    "attendance.networks", ListOf(Text(longest=60), least=1),
    "只能从哪些网络地址打卡", "From which network addresses one may punch", required=False,
)
NO_PUNCH = declare(
    "attendance.no_punch", Decimals("days", places=1, minimum=0, maximum=1),
    "整班没有打卡算旷工几天", "As how many days of absence a shift without any punch counts",
)
DISPUTED_WITHIN = declare(
    "attendance.disputed_within", Duration("days", minimum=1, maximum=31),
    "公布后几天内可以申诉", "Within how many days after publication one may dispute",
)
ANSWERED_WITHIN = declare(
    "attendance.answered_within", Duration("hours", minimum=1, maximum=240),
    "申诉须在多少小时内答复", "Within how many hours a dispute is answered",
)
EXTENSION_IS_OVERTIME = declare(
    "attendance.extension_is_overtime", YesNo(),
    "下班后继续接待客户的时间算不算加班", "Whether time for which a shift went on for customers is overtime",
)
INTERVAL = declare(
    "attendance.interval", Duration("minutes", minimum=5, maximum=120),
    "在岗对照按多长一段计算", "In stretches of what length presence is held against the plan",
)
BREAK_REASONS = Choice(meal=("吃饭", "meal"), rest=("小休", "short break"))
BREAKS = declare(
    "attendance.breaks",
    Lines(
        {
            "reason": Field(BREAK_REASONS, "原因", "reason"),
            "minutes": Field(Duration("minutes", minimum=1, maximum=240), "每班最长", "at most a shift"),
        },
        least=1,
    ),
    "吃饭和小休每班最长多久", "How long meals and short breaks may take in a shift",
)

name_facts(
    {
        "no_lateness": ("迟到次数", "Times late"),
        "no_early": ("早退次数", "Times left early"),
        "no_leave": ("请假天数", "Days of leave"),
        "no_absence": ("旷工天数", "Days of absence"),
        "no_missed": ("漏卡次数", "Missed punches"),
        "shifts": ("班次数", "Shifts"),
        "taken_off": ("已扣", "Taken off"),
        "starts_at": ("班次开始", "Shift starts"),
        "arrived_at": ("上班打卡", "Arrived"),
        "left_at": ("下班打卡", "Left"),
        "late_minutes": ("迟到分钟", "Minutes late"),
        "early_minutes": ("早退分钟", "Minutes early"),
        "announced_at": ("说明时间", "Announced"),
        "served_until": ("接待到", "Served until"),
        "repair": ("当月第几次补卡", "Repair of the month"),
        "voucher": ("证明人", "Voucher"),
        "absence_days": ("累计旷工天数", "Days of absence so far"),
        "stated_days": ("制度写的扣发天数", "Days' pay as stated"),
        "side": ("上班或下班", "Arrival or departure"),
        "published_at": ("公布时间", "Published"),
        "due_at": ("截止", "Due"),
        "packets": ("红包个数", "Packets"),
        "address": ("网络地址", "Network address"),
    },
    {"arrival": ("上班", "arrival"), "departure": ("下班", "departure")},
)
