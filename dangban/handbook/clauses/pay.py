"""Pay: the base, the parts, when it is paid."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, ListOf, Money, Number, declare

BASE = declare("pay.base", Money(), "客服底薪", "An agent's base wage", applied=False)
MINIMUM = declare(
    "pay.minimum_wage", Money(), "当地最低工资标准（月）", "The local minimum wage a month", applied=False
)
PAID_BY = declare(
    "pay.paid_by", Number("day_of_month", minimum=1, maximum=31),
    "最迟次月几日发工资", "By which day of the next month wages are paid",
    applied=False,
)
PARTS = declare(
    "pay.parts",
    ListOf(
        Choice(
            base=("底薪", "base"), performance=("绩效", "performance"), commission=("提成", "commission"),
            full_attendance=("全勤奖", "full attendance"), outstanding=("突出业绩奖", "outstanding results"),
        ),
        least=1,
    ),
    "工资由哪些部分组成", "Of which parts a wage is made up",
    applied=False,
)
FIGURES_FROM = declare(
    "pay.figures_from", Choice(own=("当班", "Dangban"), chitu=("赤兔名品", "Chitu")),
    "绩效数据以哪里为准", "Where the figures for performance come from",
    applied=False,
)
SHEET_DUE = declare(
    "pay.sheet_due_days_before", Number("days", minimum=0, maximum=15),
    "发工资前几天提交奖惩考核表", "How many days before payday the score sheet is handed in",
    applied=False,
)
