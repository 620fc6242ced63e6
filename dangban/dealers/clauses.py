"""Rules about goods that dealers send back: when, by whose word, by when, who bears what."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Duration,
    Field,
    Lines,
    ListOf,
    Money,
    Number,
    Share,
    Text,
    declare,
    name_facts,
)

REASONS = {
    "quality": ("质量问题", "quality"),
    "transport": ("运输损坏", "damaged on the way"),
    "wrong": ("发错货", "wrong goods"),
    "termination": ("终止合作", "cooperation ended"),
    "unwanted": ("非质量退货（客户原因）", "no fault, the dealer's own wish"),
    "change": ("更改订单", "order changed"),
    "cancel": ("取消订单", "order cancelled"),
}
CAUSES = {
    "production": ("生产", "production"),
    "inspection": ("检验", "inspection"),
    "technique": ("技术", "technique"),
    "purchasing": ("采购", "purchasing"),
    "sales": ("销售", "sales"),
    "customer": ("客户", "the dealer"),
    "other": ("其他", "other"),
}
DISPOSALS = {
    "stock": ("入良品库", "back to stock"),
    "rework": ("返修", "rework"),
    "discount": ("折价销售", "sale at a discount"),
    "material": ("改材利用", "reuse of the material"),
    "scrap": ("报废", "scrap"),
}
STATES = {
    "applied": ("待判定", "to be judged"),
    "signing": ("待会签", "to be signed for"),
    "approved": ("待通知经销商", "dealer to be told"),
    "told": ("待经销商发货", "dealer to send"),
    "on_way": ("在途", "on its way"),
    "counting": ("待清点", "to be counted"),
    "inspecting": ("待检验", "to be inspected"),
    "disposing": ("处置中", "being disposed of"),
    "settling": ("待结算", "to be settled"),
    "settled": ("待结案", "to be closed"),
}
UNITS = {
    "production": ("生产", "production"),
    "quality": ("品质", "quality"),
    "technique": ("技术", "technique"),
    "purchasing": ("采购", "purchasing"),
    "sales": ("销售", "sales"),
    "storage": ("仓储", "storage"),
    "administration": ("行政", "administration"),
    "finance": ("财务", "finance"),
    "general_manager": ("总经理", "general manager"),
}
PARTS = {
    "sales": ("销售（退货单位与原因）", "sales: who returns and why"),
    "keeper": ("保管员（名称、规格、数量）", "keeper: what and how many"),
    "admin": ("行政（外观质量）", "administration: how it looks"),
    "finance": ("财务（与申请一致）", "finance: as applied for"),
}
COSTS = {"dispatch": ("发货费", "dispatch"), "packing": ("包装费", "packing"), "labour": ("人工费", "labour")}

name_facts(
    {
        "received_on": ("收货日期", "Received"),
        "reported_on": ("反馈日期", "Reported"),
        "photos_on": ("照片日期", "Photos of"),
        "last_day": ("最后一天", "Last day"),
        "cause": ("原因类别", "Cause"),
        "units": ("台数", "Units"),
        "value_fen": ("货值", "Worth"),
        "share": ("合同比例", "By contract"),
        "state": ("环节", "Stage"),
        "signers": ("会签人数", "Signers"),
        "disposal": ("处置", "Disposal"),
        "replaced_on": ("换货发出日期", "Replacement sent"),
    },
    {**CAUSES, **REASONS, **DISPOSALS, **STATES},
)

DEADLINES = declare(
    "dealers.deadlines",
    Lines(
        {
            "state": Field(Choice(STATES), "环节", "stage"),
            "hours": Field(Duration("hours", minimum=1, maximum=2160), "时限", "within"),
        },
        least=len(STATES),
    ),
    "经销商退货每个环节的时限", "How long each stage of a dealer's return may take",
)
WINDOWS = declare(
    "dealers.windows",
    Lines(
        {
            "reason": Field(Choice(REASONS), "原因", "reason"),
            "days": Field(Number("days", minimum=1, maximum=365), "天数", "days"),
            "counted": Field(Choice(working=("工作日", "working days"), calendar=("自然日", "calendar days")), "怎么算", "counted as"),
            "shows": Field(Choice(photos=("须有照片", "with photos"), word=("反馈即可", "by word")), "凭据", "shown by"),
        }
    ),
    "经销商收货后多久之内可以提出退货，过期不受理", "How long after receipt a dealer may ask to return goods; later it is refused",
)
REST_DAYS = declare(
    "dealers.rest_days",
    ListOf(
        Choice(
            mon=("周一", "Monday"), tue=("周二", "Tuesday"), wed=("周三", "Wednesday"), thu=("周四", "Thursday"),
            fri=("周五", "Friday"), sat=("周六", "Saturday"), sun=("周日", "Sunday"),
        )
    ),
    "哪几天不算工作日", "Which days of the week are no working days",
)
LATE_AFTER = declare(
    "dealers.late_after", Duration("days", minimum=1, maximum=730),
    "收货多少天后才反馈、原因已无法认定的，算销售责任", "After how many days a report is so late that sales answers for a cause nobody can find any more",
)
ON_SITE = declare(
    "dealers.on_site", ListOf(Choice(batch=("批量问题", "a whole batch"), disputed=("有争议", "disputed"))),
    "哪些退货须质量工程师到现场确认", "For which returns a quality engineer confirms on site first",
)
SIGNERS = declare(
    "dealers.signers",
    Lines(
        {
            "unit": Field(Choice(UNITS), "会签单位", "unit"),
            "step": Field(Number("", minimum=1, maximum=9), "第几步", "step"),
        },
        least=1,
    ),
    "退货判定后由谁会签：同一步同时签，签完才到下一步", "Who signs for a return: those of a step together, one step after the other",
)
COUNT_PARTS = declare(
    "dealers.count_parts", ListOf(Choice(PARTS), least=1),
    "退货到库由哪几方共同清点签字", "Who counts what has arrived and signs for it together",
)
LIABLE = declare(
    "dealers.liable",
    Lines({"cause": Field(Choice(CAUSES), "原因类别", "cause"), "department": Field(Text(longest=40), "责任部门", "department")}, least=len(CAUSES)),
    "各类原因由哪个部门承担", "Which department answers for each cause",
)
NEEDS_APPROVAL = declare(
    "dealers.disposals_approved", ListOf(Choice(DISPOSALS)),
    "哪些处置须先批准", "Which ways of disposal need an approval first",
)
DISCOUNT = declare(
    "dealers.discount", Share(minimum=1, maximum=100),
    "折价销售按原价的几成估值", "What share of their worth goods for a discount sale still have",
)
CUSTOMER_CAUSED = declare(
    "dealers.customer_caused", ListOf(Choice(REASONS)),
    "哪些原因算客户造成的退换货", "Which reasons count as caused by the dealer",
)
CUSTOMER_PAYS = declare(
    "dealers.customer_pays", ListOf(Choice(COSTS)),
    "客户造成的退换货，客户承担哪些费用", "What a dealer pays for a return they caused",
)
LABOUR = declare(
    "dealers.labour", Money(),
    "客户造成的退换货每台收多少人工费", "What labour costs for each unit of a return the dealer caused",
)
BREACH_REASONS = declare(
    "dealers.breach_reasons", ListOf(Choice(REASONS)),
    "非标准备货遇到哪些情形按合同收违约费（代替其他费用）", "For which reasons goods made to order cost the breach fee of the contract, instead of the other fees",
)
BREACH = declare(
    "dealers.breach", Share(minimum=0, maximum=30),
    "合同没写明时，违约费按货值的多少收", "The breach fee as a share of the worth where the contract says nothing",
)
ADVANCE_NEEDS = declare(
    "dealers.advance_needs", ListOf(Choice(written=("书面要求", "a written request"), call=("电话记录", "a record of the call")), least=1),
    "客户急需时先换后退，凭什么提出（并须主管同意）", "What a replacement before the return is asked for with; the head consents as well",
)
ADVANCE_BACK = declare(
    "dealers.advance_returned_within", Duration("days", minimum=1, maximum=180),
    "先换后退的货最迟几天退回，没退回的按货值计收",
    "Within how many days replaced goods are to come back; what does not come is charged at its worth",
)
