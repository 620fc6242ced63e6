"""The rules of the order desk: flags and remarks, unpaid orders, the cut-off, requirements."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Clock,
    Duration,
    FlagLegend,
    Number,
    Span,
    YesNo,
    declare,
    name_facts,
)

name_facts({"prompts": ("已催付次数", "Prompts so far"), "wall": ("现在", "Now")})

PURPOSES = Choice(
    none=("未使用", "not used"),
    fine=("无问题", "nothing special"),
    dispatched=("已发货", "dispatched"),
    out_of_stock=("缺货", "out of stock"),
    requirement=("特殊要求", "special requirement"),
    aftersale=("售后处理", "after-sale"),
    follow_up=("待跟进", "to be followed up"),
    gift=("赠品", "gift"),
    urgent=("加急", "urgent"),
    change=("信息变更", "changed details"),
)
PARTS = Choice(
    courier=("物流方式", "courier"), gift=("礼品", "gift"), other=("其他要求", "other wishes"),
    sku=("货号", "SKU"), quantity=("数量", "quantity"), expected=("预计到货", "expected arrival"),
    tracking=("运单号", "tracking number"), reason=("原因", "reason"), next_contact=("下次联系", "next contact"),
    address=("地址", "address"), who=("备注人", "who"), when=("备注时间", "when"),
)  # fmt: skip

FLAGS = declare(
    "orders.flags", FlagLegend(PURPOSES, PARTS),
    "各色旗帜代表什么，备注按什么格式写", "What each flag stands for and how its remark is written",
)
REMARK_SEPARATOR = declare(
    "orders.remark_separator",
    Choice({"，": ("逗号", "comma"), "/": ("斜线", "slash"), " ": ("空格", "blank"), "；": ("分号", "semicolon")}),
    "备注各项之间用什么隔开", "What separates the parts of a remark",
)
CUT_OFF = declare(
    "orders.cut_off", Clock(),
    "当天订单最迟几点前发出（截单时间）", "By when the day's orders must have left",
    exception=("客服主管", "the supervisor"),
)
SHIP_WITHIN = declare(
    "orders.ship_within", Duration("hours", minimum=1, maximum=720),
    "付款后多久之内必须发货", "How soon after payment an order must leave",
    applied=False,
)
UNPAID_CONTACT = declare(
    "orders.unpaid_contact", Duration("hours", minimum=1, maximum=168),
    "拍下后多久未付款要有人联系（催付）", "After how long an unpaid order must be contacted",
)
UNPAID_CLOCK = declare(
    "orders.unpaid_clock", Duration("minutes", minimum=5, maximum=1440),
    "到催付时限后，多少工作时间内必须联系", "How much duty time there is for the contact once it has become due",
)
UNPAID_LAPSES = declare(
    "orders.unpaid_lapses", Duration("hours", minimum=1, maximum=2160),
    "拍下多久以后不再为未付款订单计时（平台会自动关闭）", "How long after being placed an unpaid order gets no clock any more",
)
UNPAID_CLOSED_BY = declare(
    "orders.unpaid_closed_by",
    Choice(customer=("只由顾客本人", "the customer only"), leader=("组长及以上", "a leader or above")),
    "未付款订单由谁关闭", "Who closes an unpaid order",
)
UNPAID_PROMPTS = declare(
    "orders.unpaid_prompts", Number("times", minimum=0, maximum=20),
    "每笔未付款订单最多催付几次", "How often at most one unpaid order is prompted",
)
QUIET_HOURS = declare(
    "orders.quiet_hours", Span(),
    "这段时间不主动打扰顾客", "The part of the day in which customers are not contacted unasked",
)
OFF_DUTY_FIRST = declare(
    "orders.off_duty_first", YesNo(),
    "无人值班时拍下的订单是否优先联系", "Whether orders placed while nobody was on duty are contacted first",
)
REQUIREMENT_BEFORE_CUT_OFF = declare(
    "orders.requirement_before_cut_off", Duration("minutes", minimum=0, maximum=480),
    "特殊要求须在截单前多久由订单客服核对", "How long before the cut-off special requirements must be ticked",
)
OUT_OF_STOCK_SAME_DAY = declare(
    "orders.out_of_stock_same_day", YesNo(),
    "缺货、问题订单是否须在下班前告知售前客服", "Whether out-of-stock orders are told to the selling agent before the shift ends",
    applied=False,
)
STALLED = declare(
    "orders.stalled_after", Duration("hours", minimum=1, maximum=720),
    "物流多久没有更新算停滞", "After how long without movement a parcel counts as stalled",
    applied=False,
)
SWEEPS_A_WEEK = declare(
    "orders.sweeps_a_week", Number("times", minimum=0, maximum=7),
    "每周核查几次未按时发出的订单", "How often a week orders not shipped in time are swept",
    applied=False,
)
STAND_IN = declare(
    "orders.stand_in_for_warehouse", YesNo(),
    "仓管不在时，订单客服能否暂代仓库工作", "Whether an order agent may stand in for the warehouse keeper",
    applied=False,
)
CALL_FOR_HELP = declare(
    "orders.help_from_agents", YesNo(),
    "忙不过来时能否经主管抽调在线客服", "Whether online agents may be called to help through the supervisor",
    applied=False,
)
