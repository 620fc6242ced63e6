"""The rules about what waits: warnings before a clock runs out, the night's items, the end of the day."""

from __future__ import annotations

from dangban.handbook.shapes import (
    BothLanguages,
    Choice,
    Clock,
    Duration,
    Field,
    Lines,
    ListOf,
    Number,
    Text,
    YesNo,
    declare,
    name_facts,
)

name_facts(
    {
        "written_at": ("发布时间", "Written"), "shown_until": ("展示到", "Shown until"), "handed_over_at": ("交班时间", "Handed over"),
        "left_over": ("遗留件数", "Left over"), "asked_at": ("提出时间", "Asked"),
    }
)

# For whom a step of the day is: by role, as roles are coded.
FOR_WHOM = Choice(
    {
        "everybody": ("所有人", "everybody"), "agent": ("客服", "agent"), "order-agent": ("跟单客服", "order agent"),
        "leader": ("组长", "team leader"), "supervisor": ("主管", "supervisor"), "manager": ("经理", "manager"),
        "warehouse": ("仓管", "warehouse keeper"), "finance": ("财务", "finance"),
    }
)
_STEPS = {
    "step": Field(Text(longest=40), "代号", "code"),
    "who": Field(FOR_WHOM, "谁做", "who"),
    "what": Field(BothLanguages(), "做什么", "what"),
}

WARN_BEFORE = declare(
    "desk.warn_before", Duration("minutes", minimum=0, maximum=1440),
    "时限到期前多久提醒", "How long before a deadline its owner is warned",
)
ESCALATE_AFTER = declare(
    "desk.escalate_after", Duration("minutes", minimum=0, maximum=1440),
    "超时多久后上报组长", "How long after a missed deadline the leader is told",
)
NIGHT_BY = declare(
    "desk.night_items_by", Clock(),
    "夜班留下的事最迟几点处理完", "By when what the night left must be settled",
)
NIGHT_FROM = declare(
    "desk.night_items_from", Clock(),
    "几点以后交班的算夜班遗留", "From when on a handover leaves things to the next morning",
)
OPENING = declare(
    "desk.opening_steps", Lines(_STEPS),
    "上班先做哪些事", "What a day begins with, by role",
)
CLOSING = declare(
    "desk.closing_steps", Lines(_STEPS),
    "下班前做哪些事", "What is done before a day is signed off, by role",
)
APPROVAL_WITHIN = declare(
    "desk.approval_answer_within", Duration("hours", minimum=1, maximum=240),
    "审批多久之内要有结果", "How soon an approval must be answered",
)
REQUEST_WITHIN = declare(
    "desk.request_answer_within", Duration("hours", minimum=1, maximum=240),
    "部门协助单多久之内要办结", "How soon a request between departments must be settled",
)
DAY_ENDS = declare(
    "desk.day_ends", Clock(),
    "一天的工作以几点为界", "Where the working day is cut",
)
SAME_DAY = declare(
    "desk.same_day", YesNo(),
    "当日事是否必须当日办结", "Whether the day's work must be done on the day",
)
ANSWER_WITHIN = declare(
    "desk.question_answer_within", Duration("hours", minimum=1, maximum=240),
    "疑问登记后多久之内要有答复", "How soon a logged question must be answered",
)
SNOOZES = declare(
    "desk.snoozes", Number("times", minimum=0, maximum=50),
    "一件事最多推后几次", "How often one thing may be put off",
)
NOTICE_RECEIPT = declare(
    "desk.notice_receipt", Duration("hours", minimum=1, maximum=240),
    "必读通知多久之内要确认", "How soon a must-read notice has to be confirmed",
)
INCIDENT_FIELDS = declare(
    "desk.incident_fields",
    ListOf(
        Choice(
            order=("订单号", "order number"), handle=("旺旺名", "customer's handle"), bought_on=("购买日期", "purchase date"),
            return_tracking=("退件单号", "return tracking number"), problem=("问题描述", "problem"), wish=("顾客要求", "customer's wish"),
        ),
        least=1,
    ),
    "不能当场解决的问题要记哪些内容", "What is written down about a problem that can't be solved at once",
)
DAILY_SUMMARY = declare(
    "desk.daily_summary", YesNo(),
    "组长是否每天汇总当日情况（疑难、未成交原因、售后核实）",
    "Whether the leader sums up the day (hard questions, reasons not sold, after-sale facts)",
)
TASK_OBJECTION = declare(
    "desk.tasks_may_be_objected", YesNo(),
    "临时任务能否说明理由提出异议", "Whether an ad-hoc task may be objected to with a reason",
)
