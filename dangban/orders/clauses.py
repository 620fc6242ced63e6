"""The rules of the order desk: flags and remarks, unpaid orders, the cut-off, requirements, changes, prices."""

from __future__ import annotations

from dangban.handbook.shapes import (
    BothLanguages,
    Cells,
    Choice,
    Clock,
    Duration,
    Field,
    FlagLegend,
    Lines,
    ListOf,
    Money,
    Number,
    Share,
    Span,
    Text,
    YesNo,
    declare,
    name_facts,
)

name_facts(
    {
        "prompts": ("已催付次数", "Prompts so far"), "wall": ("现在", "Now"), "stage": ("订单阶段", "Stage of the order"),
        "field": ("改什么", "What is changed"), "whose_cause": ("谁的原因", "Whose cause"), "basket": ("客单价", "Basket"),
        "off": ("让价", "Taken off"), "by_whom": ("谁给的", "Given by"), "freight": ("包邮", "Freight free"), "gift": ("赠品价值", "Value of the gift"),
        "list_price": ("原价", "List price"), "price": ("成交价", "Price"),
    }
)

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
    price=("改价", "changed price"),
    refundable=("可退款", "may be refunded"),
)
PARTS = Choice(
    courier=("物流方式", "courier"), gift=("礼品", "gift"), other=("其他要求", "other wishes"),
    sku=("货号", "SKU"), quantity=("数量", "quantity"), expected=("预计到货", "expected arrival"),
    tracking=("运单号", "tracking number"), reason=("原因", "reason"), next_contact=("下次联系", "next contact"),
    address=("地址", "address"), who=("备注人", "who"), when=("备注时间", "when"),
    day=("备注日期", "on which day"),
)  # fmt: skip

SEPARATORS = Choice({
    "，": ("逗号", "comma"), "/": ("斜线", "slash"), " ": ("空格", "blank"), "；": ("分号", "semicolon"), "+": ("加号", "plus"),
})  # fmt: skip

FLAGS = declare(
    "orders.flags", FlagLegend(PURPOSES, PARTS),
    "各色旗帜代表什么，备注按什么格式写", "What each flag stands for and how its remark is written",
)
REMARK_SEPARATOR = declare(
    "orders.remark_separator",
    SEPARATORS,
    "备注各项之间用什么隔开", "What separates the parts of a remark",
)
REMARK_SIGNED = declare(
    "orders.remark_signed", SEPARATORS,
    "备注人和日期之间用什么隔开（不写则与各项之间相同）", "What stands between a remark's author and its date, where it is something else",
    required=False,
)
CUT_OFF = declare(
    "orders.cut_off", Clock(),
    "当天订单最迟几点前发出（截单时间）", "By when the day's orders must have left",
    exception=("客服主管", "the supervisor"),
)
SHIP_WITHIN = declare(
    "orders.ship_within", Duration("hours", minimum=1, maximum=720),
    "付款后多久之内必须发货", "How soon after payment an order must leave",
)
LATE_LAPSES = declare(
    "orders.late_lapses", Duration("days", minimum=1, maximum=365),
    "付款多久以后不再登记未按时发货（平台会自动退款）", "How long after payment an unsent order is no longer noted as late",
)
EXCEPTION_WITHIN = declare(
    "orders.exception_within", Duration("hours", minimum=1, maximum=720),
    "异常订单、异常包裹多久之内要处理完", "How soon an order or parcel that goes wrong must be settled",
)
URGENT_WITHIN = declare(
    "orders.urgent_within", Duration("minutes", minimum=5, maximum=2880),
    "加急的异常（发错货、赠品、投诉）多久之内要处理", "How soon an urgent exception (wrong goods, gift, complaint) must be seen to",
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
)
STALLED = declare(
    "orders.stalled_after", Duration("hours", minimum=1, maximum=720),
    "物流多久没有更新算停滞", "After how long without movement a parcel counts as stalled",
)
SWEEPS_A_WEEK = declare(
    "orders.sweeps_a_week", Number("times", minimum=0, maximum=7),
    "每周核查几次未按时发出的订单", "How often a week orders not shipped in time are swept",
)
STAND_IN = declare(
    "orders.stand_in_for_warehouse", YesNo(),
    "仓管不在时，订单客服能否暂代仓库工作", "Whether an order agent may stand in for the warehouse keeper",
)
CALL_FOR_HELP = declare(
    "orders.help_from_agents", YesNo(),
    "忙不过来时能否经主管抽调在线客服", "Whether online agents may be called to help through the supervisor",
)

# ---- Changes (改单) and prices ------------------------------------------------------------------

STAGES = {
    "unpaid": ("待付款", "unpaid"), "paid": ("已付款未打单", "paid, not printed"), "printed": ("已打单", "printed"),
    "packed": ("已打包", "packed"), "dispatched": ("已发货", "dispatched"),
}  # fmt: skip
CHANGED = {
    "address": ("收货信息", "address"), "item": ("换款", "item"), "quantity": ("数量", "quantity"), "price": ("价格", "price"),
    "courier": ("快递", "courier"), "invoice": ("发票", "invoice"), "cancel": ("撤单", "cancel"),
}  # fmt: skip

CAUSES = {"wish": ("顾客要改", "the customer's wish"), "ours": ("我方原因", "our own mistake")}

CHANGES = declare(
    "orders.changes",
    Cells(
        STAGES, CHANGED,
        Choice(
            yes=("可直接改", "yes, at once"), steps=("办完步骤再改", "after its steps"), customer=("由顾客自己操作", "by the customer only"),
            no=("不可改", "no"),
        ),
    ),
    "订单走到哪一步，哪些内容还能改", "What of an order may still be changed at which stage",
)
CHANGE_STEPS = declare(
    "orders.change_steps",
    Lines(
        {
            "step": Field(Text(longest=40), "代号", "code"),
            "stages": Field(ListOf(Choice(STAGES), least=1), "阶段", "stages"),
            "changes": Field(ListOf(Choice(CHANGED), least=1), "改什么", "changes"),
            "who": Field(
                Choice(
                    agent=("经手客服", "the agent"), order=("订单客服", "the order desk"), warehouse=("仓库", "the warehouse"),
                    leader=("组长", "the leader"), finance=("财务", "finance"),
                ),
                "谁办", "who",
            ),
            "what": Field(BothLanguages(), "做什么", "what"),
        }
    ),
    "改单要办哪几步，由谁办", "Which steps a change takes, and who takes them",
)
CHANGE_FREIGHT = declare(
    "orders.change_freight",
    Cells(
        STAGES, CAUSES,
        Choice(none=("不产生运费", "no freight"), customer=("顾客承担", "the customer"), shop=("店铺承担", "the shop")),
    ),
    "改单多出来的运费由谁承担", "Who pays the freight that a change costs",
)
CHANGE_STEP_WITHIN = declare(
    "orders.change_step_within", Duration("minutes", minimum=5, maximum=2880),
    "改单的每一步多久之内办完", "How soon each step of a change must be taken",
)
AUTHORITY = Choice(agent=("客服", "agent"), leader=("组长", "team leader"), supervisor=("主管", "supervisor"), manager=("经理", "manager"))
DISCOUNT_LIMITS = declare(
    "orders.discount_limits",
    Lines(
        {
            "line": Field(Text(longest=40), "代号", "code"),
            "who": Field(AUTHORITY, "谁", "who"),
            "basket": Field(Money(), "客单价达到", "basket from"),
            "off": Field(Money(), "最多让价", "off at most"),
            "share": Field(Share(), "且不超过客单价的", "and at most of the basket", optional=True),
            "freight": Field(YesNo(), "可包邮", "freight free"),
            "gift": Field(Money(), "赠品价值最高", "gift worth at most"),
        },
        least=1,
    ),
    "各级别能给多少优惠，更多的要请示", "How much each level may take off by itself; more is asked for",
)
PRICE_FLOOR = declare(
    "orders.price_floor", Share(minimum=1),
    "成交价不得低于原价的百分之几，任何人都不能批", "The share of the list price below which nobody may sell",
)
DISCOUNT_ANSWER_WITHIN = declare(
    "orders.discount_answer_within", Duration("minutes", minimum=1, maximum=1440),
    "优惠申请多久之内要有答复", "How soon a discount that is asked for must be answered",
)
OFFER_HOLDS = declare(
    "orders.offer_holds", Duration("hours", minimum=1, maximum=720),
    "答应顾客的优惠保留多久", "How long a price that was offered holds",
)
LINK_HOLDS = declare(
    "orders.link_holds", Duration("days", minimum=1, maximum=90),
    "顾客自助链接多少天内有效", "For how many days a customer's order link opens",
)
