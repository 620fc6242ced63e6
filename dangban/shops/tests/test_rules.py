from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.shops import clauses, rules
from dangban.shops.rules import Area, Carrier, Offer
from dangban.testing.cast import NOW

YUAN = 100
POST, EXPRESS = Offer("邮政EMS", None), Offer("顺丰速运", 2300)


def house(**changed: Any) -> Rules:
    """The default handbook with some of its rules about shops changed."""
    found = preset("default").on(date(2026, 11, 19))
    table = dict(found.table)
    for name, value in changed.items():
        clause = getattr(clauses, name)
        table[clause.path] = replace(table[clause.path], value=value)
    return replace(found, table=table)

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


@pytest.mark.parametrize(
    ("rule", "offers", "outcome"),
    [
        ("ask", [EXPRESS, POST], "ask"),
        ("ems", [EXPRESS, POST], "ems"),
        ("ems", [EXPRESS], "ask"),
        ("ems", [], "ask"),
    ],
)
def test_where_the_chosen_courier_does_not_go_the_handbook_says_what_to_do(rule, offers, outcome):
    decision = rules.chosen_courier("圆通速递", offers, house(UNREACHABLE=rule))
    assert (decision.outcome, decision.paths) == (outcome, ("shops.unreachable_courier",))
    assert decision.because[0].inputs == {"courier": "圆通速递", "couriers": [offer.name for offer in offers]}


@pytest.mark.parametrize("asked", ["顺丰速运", "顺丰", "顺丰快递"])
def test_a_courier_that_goes_there_needs_no_rule(asked):
    decision = rules.chosen_courier(asked, [EXPRESS], house())
    assert (decision.outcome, decision.because) == ("goes", ())


def test_freight_collect_is_taken_from_the_handbooks_couriers_unless_the_shop_marks_its_own():
    stated = house(COLLECT_COURIERS=("顺丰", "申通"))
    couriers, because = rules.freight_collect([], stated)
    assert (couriers, [one.path for one in because]) == (["顺丰", "申通"], ["shops.collect_couriers"])
    assert rules.freight_collect(["中通快递"], stated) == (["中通快递"], ())
    assert rules.freight_collect([], house())[0] == []


@pytest.mark.parametrize(
    ("days", "ago", "outcome"),
    [
        (1, timedelta(hours=23, minutes=59), "said"),
        (1, timedelta(days=1), "say"),
        (7, timedelta(days=6), "said"),
        (0, timedelta(0), "say"),
        (1, None, "say"),
    ],
)
def test_what_must_be_said_is_not_repeated_within_the_handbooks_days(days, ago, outcome):
    said_at = None if ago is None else NOW - ago
    decision = rules.must_say(said_at, NOW, house(COLOUR_NOTE=timedelta(days=days)))
    assert (decision.outcome, decision.paths) == (outcome, ("shops.notes_after",))
