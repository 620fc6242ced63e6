"""Until when goods may come back, and until when a fault or a gap may be told."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, Number, YesNo, at_least, declare, lawful_if, name_facts

CONSUMER_LAW = "law: 消费者权益保护法"
SUPERVISOR = ("客服主管", "the supervisor")

name_facts(
    {
        "asked_at": ("提出时间", "Asked"), "signed_at": ("签收时间", "Signed"), "proxy_signed": ("他人代签", "Signed for by somebody else"),
        "last_day": ("最后一天", "Last day"), "days_after": ("签收后天数", "Days after signing"), "hours_after": ("签收后小时数", "Hours after signing"),
        "reported_at": ("反馈时间", "Reported"), "wanted": ("顾客要求", "What is wanted"), "worn": ("穿用情况", "Signs of use"),
        "damage_found": ("破损发现于", "Damage found"), "sent_at": ("发出时间", "Sent"), "found": ("验货结果", "What was found"),
        "courier_proof": ("派件员证明", "The courier's written word"), "by_law": ("以法律为准", "The law holds"), "since": ("起算", "Since"),
    },
    {
        "refund": ("仅退款", "refund only"), "return": ("退货退款", "return and refund"), "exchange": ("换货", "exchange"),
        "reship": ("补发", "reship"), "adjust": ("补偿、补差价", "compensation"), "repair": ("维修", "repair"),
        "quality": ("质量问题", "quality"), "described": ("与描述不符", "not as described"), "wrong": ("发错货", "wrong goods"),
        "missing": ("少发漏发", "missing goods"), "over": ("多发", "too much sent"), "late": ("延迟", "late"),
        "service": ("服务", "service"), "dislike": ("不喜欢", "dislike"), "size": ("尺码大小不合适", "wrong size"),
        "colour": ("轻微色差", "slight colour difference"), "mistaken": ("买错拍错", "bought by mistake"),
        "damaged": ("运输破损", "damaged on the way"), "lost": ("丢件", "lost parcel"), "delay": ("快递延误", "courier's delay"),
        "before_signing": ("签收前", "before signing"), "at_door": ("当着派件员", "at the door"), "after_signing": ("签收后", "after signing"),
        "good": ("完好", "nothing wrong"),
    },
)  # fmt: skip

NO_REASON_DAYS = declare(
    "aftersales.no_reason_days", Duration("days", minimum=0, maximum=90),
    "签收后几天内可以无理由退货", "Within how many days after signing goods may be returned without a reason",
    bound=at_least(
        Duration("days").step * 7, source=f"{CONSUMER_LAW} §25",
        says=("网购商品七日内可无理由退货", "Goods bought online may be returned within seven days without a reason"),
    ),
    exception=SUPERVISOR,
)
NO_REASON_START = declare(
    "aftersales.no_reason_start",
    Choice(day_after=("签收次日", "the day after signing"), signing_day=("签收当天", "the day of signing")),
    "退货期限从哪天算起", "From which day the time for returns is counted",
    bound=lawful_if(
        lambda start: start == "day_after", source="law: 网络购买商品七日无理由退货暂行办法 §10",
        says=("期限自签收次日起算", "The time is counted from the day after signing"), cap=lambda start: "day_after",
    ),
)
PROXY_COUNTS = declare(
    "aftersales.proxy_signing_counts", YesNo(),
    "他人代签是否视为顾客本人签收", "Whether a parcel that somebody else signed for counts as signed for by the customer",
)
QUALITY_DAYS = declare(
    "aftersales.quality_days", Duration("days", minimum=0, maximum=365),
    "签收后几天内发现质量问题、不符、发错可以退货", "Within how many days after signing faulty, wrong or misdescribed goods may be returned",
    bound=at_least(
        Duration("days").step * 7, source=f"{CONSUMER_LAW} §24",
        says=("不符合质量要求的商品七日内可以退货", "Goods below standard may be returned within seven days"),
    ),
    exception=SUPERVISOR,
)
QUALITY_EXCHANGE_DAYS = declare(
    "aftersales.quality_exchange_days", Duration("days", minimum=0, maximum=365),
    "签收后几天内发现质量问题可以换货", "Within how many days after signing faulty goods are exchanged",
    exception=SUPERVISOR,
)
WARRANTY_DAYS = declare(
    "aftersales.warranty_days", Duration("days", minimum=0, maximum=3650),
    "签收后几天内的质量问题免费维修", "Within how many days after signing faults are repaired free of charge",
)
LATE_FAULT = declare(
    "aftersales.late_fault",
    Choice(
        as_usual=("照常处理", "handled as usual"), negotiate=("先谈补偿，要退换的请示主管", "compensation first; a return takes the supervisor"),
        refuse=("不予处理", "refused"),
    ),
    "过了期限才发现的质量问题怎么办", "What happens with faults found after the time is over",
    bound=lawful_if(
        lambda what: what != "refuse", source=f"{CONSUMER_LAW} §24",
        says=("期满后仍应履行更换、修理等义务", "After that time replacement and repair are still owed"), cap=lambda what: "negotiate",
    ),
    exception=SUPERVISOR,
)
WORN_FAULT = declare(
    "aftersales.worn_fault",
    Choice(as_usual=("照常处理", "handled as usual"), negotiate=("先谈补偿，要退换的请示主管", "compensation first; a return takes the supervisor")),
    "穿用、洗涤后才发现的质量问题怎么办", "What happens with faults found after goods were worn or washed",
    exception=SUPERVISOR,
)
MISSING_WITHIN = declare(
    "aftersales.missing_within", Duration("hours", minimum=1, maximum=720),
    "签收后多久之内可以反馈少货", "How soon after signing missing goods must be reported",
    exception=SUPERVISOR,
)
TRANSPORT_REPORT_DAYS = declare(
    "aftersales.transport_report_days", Number("working_days", minimum=1, maximum=60),
    "经销商收货后几个工作日内拍照反馈运输破损", "Within how many working days a business reports damage on the way with photos",
    exception=SUPERVISOR,
)
DAMAGE_SIGNED = declare(
    "aftersales.damage_after_signing",
    Choice(evidence=("凭图片和派件员证明处理", "handled on photos and the courier's written word"), buyer=("由顾客自行承担", "the customer's own loss")),
    "签收后才发现的运输破损怎么办", "What happens with damage on the way that is found after signing",
    bound=lawful_if(
        lambda whose: whose != "buyer", source="law: 网络消费纠纷司法解释（一）§1",
        says=("签收不等于认可商品质量", "Signing for goods is no acceptance of their condition"), cap=lambda whose: "evidence",
    ),
    exception=SUPERVISOR,
)
