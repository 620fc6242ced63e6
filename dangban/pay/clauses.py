"""Pay: the base, the parts, what the law leaves, when it is paid."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Brackets,
    Choice,
    Decimals,
    Duration,
    Field,
    Line,
    Lines,
    ListOf,
    Money,
    Number,
    Row,
    Share,
    Text,
    at_least,
    declare,
    lawful_if,
    name_facts,
)
from dangban.handbook.shapes.values import Percent

LABOUR_LAW = "law: 劳动法 §44"
_THEN = Choice(carried=("结转下月", "carried to the next month"), dropped=("不再扣", "dropped"))

name_facts(
    {
        "days": ("天数", "Days"),
        "days_of_month": ("当月天数", "Days of the month"),
        "share_paid": ("发放比例", "Share paid"),
        "net_sales": ("计提销售额", "Sales that count"),
        "later_refunds": ("上期销售的后续退款", "Later refunds of earlier sales"),
        "factor": ("系数", "Factor"),
        "hours": ("小时", "Hours"),
        "hourly": ("小时工资", "Wage an hour"),
        "wage": ("当月应发工资", "The month's wage"),
        "cap": ("扣款上限", "Most that may be deducted"),
        "asked": ("应扣", "To be deducted"),
        "minimum": ("最低工资", "Minimum wage"),
        "not_taken": ("本月未扣", "Not taken this month"),
        "income_so_far": ("本年累计收入", "Income of the year so far"),
        "taxable_so_far": ("本年累计应纳税所得额", "Taxable income of the year so far"),
        "withheld_before": ("本年已预扣", "Withheld before"),
        "months_of_year": ("本年月数", "Months of the year"),
        "people_sharing": ("分享人数", "People who share it"),
        "public_sales": ("公共销售额", "Sales nobody attended"),
        "work_city": ("工作城市", "City of work"),
    }
)

BASE = declare("pay.base", Money(), "客服底薪", "An agent's base wage")
PART_MONTH = declare(
    "pay.part_month",
    Choice(month_days=("底薪×在职天数÷当月天数", "base × days employed ÷ days of the month"),
           average=("底薪×在职工作日÷21.75", "base × working days employed ÷ 21.75")),
    "入职、离职、调薪当月的底薪怎么折算", "How the base is reckoned for a part of a month",
)  # fmt: skip
MINIMUM = declare("pay.minimum_wage", Money(), "当地最低工资标准（月）", "The local minimum wage a month")
MINIMUM_BY_CITY = declare(
    "pay.minimum_by_city",
    Lines({"city": Field(Text(longest=20), "城市", "city"), "amount": Field(Money(), "每月", "a month")}),
    "各城市的最低工资标准（月）；没有列出的按当地标准", "The minimum wage of each city a month; where none is listed, the local one",
    required=False,
)
PAID_BY = declare(
    "pay.paid_by", Number("day_of_month", minimum=1, maximum=31),
    "最迟次月几日发工资", "By which day of the next month wages are paid",
)
PARTS = declare(
    "pay.parts",
    ListOf(
        Choice(
            base=("底薪", "base"), performance=("绩效", "performance"), commission=("提成", "commission"),
            full_attendance=("全勤奖", "full attendance"), outstanding=("突出业绩奖", "outstanding results"),
            champion=("月冠军奖", "the month's champion"), pool=("小组公共提成", "the team's pool"),
        ),
        least=1,
    ),
    "工资由哪些部分组成", "Of which parts a wage is made up",
)
SHEET_DUE = declare(
    "pay.sheet_due_days_before", Number("days", minimum=0, maximum=15),
    "发工资前几天提交奖惩考核表", "How many days before payday the score sheet is handed in",
)

PERFORMANCE_WAY = declare(
    "pay.performance_way",
    Choice(grade=("按考核等级：绩效工资比例加奖励", "by grade: its share of the performance wage and its bonus"),
           points=("绩效工资×得分÷100", "performance wage × score ÷ 100")),
    "绩效得分怎么变成钱", "How a score becomes money",
)  # fmt: skip
PERFORMANCE_WAGE = declare(
    "pay.performance_wage", Money(), "绩效工资（满额）", "The performance wage in full",
)
PERFORMANCE_BELOW = declare(
    "pay.performance_below",
    Line({
        "score": Field(Decimals("points", maximum=200), "低于", "below"),
        "amount": Field(Money(), "每差一分少发", "less for each point missing"),
    }),
    "得分低于多少时，每差一分少发多少绩效", "Below which score performance pay shrinks, and by how much a point",
    required=False,
)  # fmt: skip
COMMISSION = declare(
    "pay.commission",
    Brackets("sales", {"rate": Field(Share(), "比例", "rate")}, unit="CNY", start=0),
    "个人销售额超过多少，按什么比例提成", "What rate of commission personal sales bring",
    required=False,
)
COMMISSION_WAY = declare(
    "pay.commission_way",
    Choice(whole=("全额按最高档", "all of it at the bracket reached"), progressive=("超额累进", "each part at its own bracket")),
    "提成按全额还是超额累进", "Whether a bracket holds for all sales or for what lies in it",
    required=False,
)
COMMISSION_SALES = declare(
    "pay.commission_sales",
    Choice(rule=("按手册选定的判定", "by the handbook's attribution"), order=("下单判定", "by the order"),
           payment=("付款判定", "by the payment"), order_first=("下单优先判定", "order first"),
           remark=("备注工号", "the staff number in the remark")),
    "提成按哪种判定的销售额", "Whose sales count for commission",
    required=False,
)  # fmt: skip
CLAWBACK = declare(
    "pay.commission_refunds",
    Choice(next_pay=("在知道退款的当月扣减销售额", "taken off the sales of the month in which it is known"),
           correction=("只以更正的方式", "by correction only")),
    "计提之后发生的退款怎么处理", "What becomes of refunds after commission was paid",
    required=False,
)  # fmt: skip
COEFFICIENT = declare(
    "pay.commission_factor",
    Brackets("score", {"factor": Field(Decimals(places=2, maximum=5), "系数", "factor")}, unit="points", reached=True),
    "考核得分达到多少，提成乘以什么系数", "By which factor of the score commission is multiplied",
    required=False,
)
POOL = declare(
    "pay.pool", Share(), "没有客服接待的销售额按什么比例由大家均分", "What share of sales nobody attended is shared evenly",
    required=False,
)
OUTSTANDING = declare(
    "pay.outstanding",
    Line({
        "score": Field(Decimals("points", maximum=200), "得分达到", "score reached"),
        "amount": Field(Money(), "奖金", "bonus"),
    }),
    "突出业绩奖：得分达到多少，奖多少", "Outstanding results: the score they take, and their bonus",
    required=False,
)  # fmt: skip
CHAMPION = declare("pay.champion", Money(), "月销售冠军奖", "The bonus of the month's best seller", required=False)
OVERTIME = declare(
    "pay.overtime",
    Line({
        "workday": Field(Share(minimum=100, maximum=1000), "工作日", "working days"),
        "off": Field(Share(minimum=100, maximum=1000), "休息日", "rest days"),
        "statutory": Field(Share(minimum=100, maximum=1000), "法定节假日", "statutory holidays"),
    }),
    "加班费是小时工资的百分之几", "What part of the hourly wage overtime pays",
    bound=lawful_if(
        lambda row: row.workday.basis_points >= 15_000 and row.off.basis_points >= 20_000 and row.statutory.basis_points >= 30_000,
        source=LABOUR_LAW,
        says=("工作日不低于 150%，休息日不低于 200%，法定节假日不低于 300%", "150% at least, 200% on rest days, 300% on statutory holidays"),
        cap=lambda row: Row({
            "workday": max(row.workday, Percent(15_000), key=lambda one: one.basis_points),
            "off": max(row.off, Percent(20_000), key=lambda one: one.basis_points),
            "statutory": max(row.statutory, Percent(30_000), key=lambda one: one.basis_points),
        }),
    ),
)  # fmt: skip
OVERTIME_MOST = declare(
    "pay.overtime_most", Number("hours", minimum=1, maximum=200),
    "每月加班超过多少小时提醒", "Above how many hours of overtime a month one is warned",
)
ANNUAL_UNUSED = declare(
    "pay.annual_unused", Share(minimum=0, maximum=1000),
    "离职时没休完的年假，每天在正常工资之外再付日工资的百分之几",
    "What part of a day's wage each day of annual leave not taken brings at leaving, beside the normal pay",
    required=False,
    bound=at_least(
        Percent(20_000), source="law: 企业职工带薪年休假实施办法 §10–§12",
        says=("未休年假按日工资的 300% 支付，其中 100% 已在正常工资里", "300% of the daily wage, of which the normal pay is 100%"),
    ),
)
EXCESS = declare(
    "pay.excess",
    Line({
        "fine": Field(_THEN, "罚款", "fines"),
        "loss": Field(_THEN, "损失赔偿", "losses"),
        "overpaid": Field(_THEN, "多发的工资", "wages paid too much"),
    }),
    "超过法定上限、本月扣不完的怎么办", "What becomes of deductions above the law's limit",
)  # fmt: skip
TAX = declare(
    "pay.tax",
    Brackets(
        "taxable",
        {"rate": Field(Share(), "税率", "rate"), "quick": Field(Money(), "速算扣除数", "quick deduction")},
        unit="CNY", start=0,
    ),
    "本年累计应纳税所得额超过多少，预扣率和速算扣除数", "The rate and quick deduction of the year's taxable income",
)
ALLOWANCE = declare("pay.tax_allowance", Money(), "每月减除费用", "The monthly allowance before tax")
DISPUTED_WITHIN = declare(
    "pay.disputed_within", Duration("days", minimum=1, maximum=60),
    "工资条发出后几天内可以提出异议", "Within how many days after its release a payslip may be disputed",
)
ANSWERED_WITHIN = declare(
    "pay.answered_within", Duration("days", minimum=1, maximum=30),
    "对工资条的异议几天内答复", "Within how many days a dispute of a payslip is answered",
)
