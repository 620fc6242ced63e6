from dangban.shops import rules
from dangban.shops.rules import Area, Carrier, Offer

YUAN = 100
CARRIERS = [
    Carrier(
        "圆通",
        (Area("新疆", "", False, 0, 1000, 0, 1000), Area("浙江", "", True, 5 * YUAN, 1000, 2 * YUAN, 1000)),
    ),
    Carrier("顺丰", (Area("新疆", "", True, 23 * YUAN, 1000, 18 * YUAN, 500),)),
    Carrier("邮政EMS", ()),
]


def test_a_remote_address_gets_the_couriers_that_go_there_cheapest_first():
    assert rules.couriers_reaching("新疆维吾尔自治区", "喀什地区", CARRIERS, closed_areas={}) == [
        Offer("顺丰", 2300),
        Offer("邮政EMS", None),
    ]


def test_the_handbook_may_bar_a_courier_from_an_area():
    assert rules.couriers_reaching("浙江省", "杭州市", CARRIERS, closed_areas={"浙江": ["圆通速递"]}) == [
        Offer("邮政EMS", None),
        Offer("顺丰", None),
    ]


def test_every_further_weight_begun_is_charged():
    area = CARRIERS[1].areas[0]
    assert [rules.freight(area, grams) for grams in (900, 1000, 1001, 1500, 1501)] == [
        2300,
        2300,
        4100,
        4100,
        5900,
    ]


def test_remote_is_told_by_province_or_city():
    assert rules.is_remote("新疆维吾尔自治区", "喀什地区", ["新疆", "西藏"])
    assert rules.is_remote("四川省", "甘孜藏族自治州", ["甘孜"])
    assert not rules.is_remote("浙江省", "杭州市", ["新疆"])
    assert not rules.is_remote("", "", ["新疆"])
