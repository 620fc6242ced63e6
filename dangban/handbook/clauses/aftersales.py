"""After-sales: deadlines, freight, remedies, and who bears what went wrong."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Cells,
    Choice,
    Duration,
    Field,
    Lines,
    ListOf,
    Matrix,
    YesNo,
    at_least,
    declare,
    lawful_if,
)

CONSUMER_LAW = "law: 消费者权益保护法"

NO_REASON_DAYS = declare(
    "aftersales.no_reason_days", Duration("days", minimum=0, maximum=90),
    "签收后几天内可以无理由退货", "Within how many days after signing goods may be returned without a reason",
    bound=at_least(
        Duration("days").step * 7, source=f"{CONSUMER_LAW} §25",
        says=("网购商品七日内可无理由退货", "Goods bought online may be returned within seven days without a reason"),
    ),
    exception=("客服主管", "the supervisor"),
    applied=False,
)
NO_REASON_START = declare(
    "aftersales.no_reason_start",
    Choice(day_after=("签收次日", "the day after signing"), signing_day=("签收当天", "the day of signing")),
    "退货期限从哪天算起", "From which day the time for returns is counted",
    bound=lawful_if(
        lambda start: start == "day_after", source="law: 网络购买商品七日无理由退货暂行办法 §10",
        says=("期限自签收次日起算", "The time is counted from the day after signing"), cap=lambda start: "day_after",
    ),
    applied=False,
)


def _seller_pays_for_faults(matrix: Matrix) -> bool:
    return all(payer == "seller" for payer in matrix.cells["quality"].values())


FREIGHT = declare(
    "aftersales.freight",
    Cells(
        {
            "quality": ("质量问题", "quality"), "wrong": ("发错", "wrong goods"), "missing": ("少发漏发", "missing goods"),
            "damaged": ("运输损坏", "damaged on the way"), "delay": ("快递延误", "courier's delay"),
            "dislike": ("不喜欢、不合适", "dislike or wrong size"), "colour": ("轻微色差", "slight colour difference"),
        },
        {"out": ("寄出运费", "outbound freight"), "back": ("退回运费", "return freight")},
        Choice(seller=("卖家", "seller"), buyer=("买家", "buyer")),
    ),
    "各种原因的退换货，来回运费由谁承担", "Who bears which freight for which cause of return",
    bound=lawful_if(
        _seller_pays_for_faults, source=f"{CONSUMER_LAW} §24",
        says=("质量问题的运费由经营者承担", "The seller bears the freight of faulty goods"),
    ),
    applied=False,
)
REMEDIES = declare(
    "aftersales.remedies",
    ListOf(
        Choice(
            {"return": ("退货退款", "return and refund")},
            soothe=("安抚", "soothe"), adjust=("补差价", "price adjustment"), exchange=("换货", "exchange"),
            reship=("补发", "reship"), repair=("维修", "repair"),
        ),
        least=1,
    ),
    "处理方式按什么顺序提出", "In which order remedies are offered",
    applied=False,
)
NO_EVIDENCE = declare(
    "aftersales.no_evidence",
    Choice(
        check=("寄回检验后再定", "decide after the goods were sent back and checked"),
        ask=("再提醒一次", "remind once more"), close=("按无凭证结束", "close without evidence"),
    ),
    "到期仍没有图片时怎么办", "What happens when no photos came in time",
    applied=False,
)
ADJUSTMENT_CAP = declare(
    "aftersales.adjustment_cap",
    Choice(exchange_cost=("不高于换货成本", "the cost of an exchange"), freight=("不高于运费", "the freight"), none=("不限", "none")),
    "补差价最多到哪里", "What limits a price adjustment",
    exception=("客服主管", "the supervisor"),
    applied=False,
)
MISSING_BLAME = declare(
    "aftersales.missing_goods_borne_by",
    Choice(
        remark=("备注没写的由接待客服承担补发运费，否则仓库", "the agent if the remark was missing, else the warehouse"),
        company=("公司", "the company"),
    ),
    "少发漏发的补发运费由谁承担", "Who bears the freight of reshipping missing goods",
    applied=False,
)
CHASE_EXEMPTS = declare(
    "aftersales.late_dispatch_chase_exempts", YesNo(),
    "延迟发货时，有追问仓库的记录是否免除客服责任", "Whether a recorded chase of the warehouse frees the agent from blame for late dispatch",
    applied=False,
)
LOST_FIRST = declare(
    "aftersales.lost_parcel",
    ListOf(
        Choice(confirm=("确认丢失", "confirm the loss"), settle=("补发或退款", "reship or refund"), claim=("向快递索赔", "claim on the courier")),
        least=1,
    ),
    "丢件按什么步骤处理", "In which steps a lost parcel is handled",
    applied=False,
)
RETURN_NUMBER_BY = declare(
    "aftersales.return_number_by", Choice(customer=("顾客自行填写", "the customer"), agent=("客服登记", "the agent")),
    "退货单号由谁登记", "Who registers the tracking number of a return",
    applied=False,
)
REVIEWS_CHECKED = declare(
    "aftersales.reviews_checked", Choice(daily=("每天", "every day"), weekly=("每周", "every week")),
    "负面评价多久查看一次", "How often bad reviews are looked at",
    applied=False,
)
DISPUTE_MATERIALS = declare(
    "aftersales.dispute_materials",
    Lines(
        {
            "about": Field(
                Choice(
                    fake=("假货", "counterfeit"), quality=("质量", "quality"), not_received=("未收到", "not received"),
                    missing=("少件", "missing goods"),
                ),
                "纠纷", "dispute",
            ),
            "materials": Field(
                ListOf(
                    Choice(
                        purchase=("进货凭证", "proof of purchase"), authorisation=("品牌授权", "brand authorisation"),
                        chat=("聊天记录", "chat record"), photos=("图片", "photos"), weight=("称重记录", "weight record"),
                        signed=("签收证明", "proof of signing"),
                    )
                ),
                "申诉材料", "materials",
            ),
        }
    ),
    "各类纠纷申诉要准备哪些材料", "Which materials an appeal in each kind of dispute needs",
    applied=False,
)
