"""The rules a shop follows unless its own profile says otherwise."""

from __future__ import annotations

from dangban.handbook.shapes import (
    Choice,
    Duration,
    Field,
    Lines,
    ListOf,
    Money,
    Share,
    Span,
    Text,
    declare,
    name_facts,
)

name_facts({"couriers": ("能到的快递", "Couriers that go there"), "said_at": ("上次说明", "Last said"), "noted_at": ("反馈时间", "Reported")})

OPENING_HOURS = declare(
    "shops.opening_hours", Span(),
    "店铺每天的客服接待时间", "When a shop answers customers each day",
)
REMOTE_AREAS = declare(
    "shops.remote_areas", ListOf(Text(longest=30)),
    "视为偏远地区的省份或城市", "Provinces and cities that count as remote",
)
RESTRICTED_AREAS = declare(
    "shops.restricted_areas",
    Lines(
        {
            "area": Field(Text(longest=30), "地区", "area"),
            "couriers": Field(ListOf(Text(longest=30)), "不到的快递", "couriers that don't go there"),
        }
    ),
    "哪些地区有快递不到或限制运输", "Areas to which some couriers don't deliver",
)
COLLECT_COURIERS = declare(
    "shops.collect_couriers", ListOf(Text(longest=30)),
    "可以接受到付的快递", "Couriers from which freight-collect parcels are accepted",
)
LATE_DISPATCH_SHARE = declare(
    "shops.late_dispatch.share", Share(),
    "延迟发货按成交额的百分之几赔付顾客", "The share of the price a customer gets for late dispatch",
)
LATE_DISPATCH_LEAST = declare(
    "shops.late_dispatch.least", Money(),
    "延迟发货赔付的最低金额", "The least a customer gets for late dispatch",
)
UNREACHABLE = declare(
    "shops.unreachable_courier",
    Choice(ask=("请顾客另选快递", "ask the customer"), ems=("改发邮政", "send by post")),
    "顾客选的快递不到时怎么办", "What happens when the chosen courier doesn't reach the address",
)
COLOUR_NOTE = declare(
    "shops.notes_after", Duration("days", minimum=0, maximum=30),
    "商品必须说明的事项，同一顾客多少天内不必重复", "For how many days a product's must-say note needn't be repeated to the same customer",
)
PAGE_FIXED_WITHIN = declare(
    "shops.page_fixed_within", Duration("hours", minimum=1, maximum=240),
    "页面问题反馈后，设计或运营多久之内改好", "How soon design or operations put a page right that was reported as wrong",
)
