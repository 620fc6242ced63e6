"""Whose authority a discount takes; pure."""

from __future__ import annotations

from datetime import date

import pytest

from dangban.handbook.loader import preset
from dangban.orders.pricing import rules
from dangban.orders.pricing.rules import Discount

RULES = preset("default").on(date(2026, 11, 19))


@pytest.mark.parametrize(
    ("level", "basket", "off", "outcome"),
    [
        ("junior", 10000, 300, "own"),
        ("junior", 10000, 301, "leader"),
        ("senior", 30000, 1000, "own"),
        ("trainee", 29999, 1000, "leader"),
        ("junior", 10000, 1500, "leader"),
        ("junior", 10000, 1501, "supervisor"),
        ("junior", 10000, 3001, "manager"),
        ("leader", 10000, 1500, "own"),
        ("leader", 10000, 1501, "supervisor"),
        ("deputy", 10000, 3000, "own"),
        ("manager", 10000, 5000, "own"),
        ("manager", 10000, 5001, "floor"),
        ("manager", 10000000, 200001, "nobody"),
    ],
)
def test_level_and_basket_decide_whose_it_is(level, basket, off, outcome):
    assert rules.deciding(Discount(basket, basket, off), level, RULES).outcome == outcome


def test_free_freight_and_gifts_take_authority_as_well():
    small, large = Discount(10000, 10000, freight_free=True, freight_fen=1000), Discount(30000, 30000, freight_free=True, freight_fen=1000)
    assert rules.deciding(small, "junior", RULES).outcome == "leader"
    assert rules.deciding(large, "junior", RULES).outcome == "own"
    assert rules.deciding(Discount(10000, 10000, gift_fen=600, has_gift=True), "junior", RULES).outcome == "leader"


def test_what_is_below_the_lowest_price_nobody_grants_and_the_rule_says_so():
    decision = rules.deciding(Discount(6000, 10000, 1001), "manager", RULES)
    assert (decision.outcome, decision.paths) == ("floor", ("orders.price_floor",))
    assert rules.deciding(Discount(6000, 10000, 1000), "manager", RULES).outcome == "own"


def test_a_decision_carries_the_price_and_its_clauses():
    decision = rules.deciding(Discount(10000, 10000, 500, True, 800), "junior", RULES)
    assert (decision.amount_fen, decision.paths) == (9500, ("orders.discount_limits", "orders.price_floor"))


def test_who_is_asked_may_grant_it_and_who_is_below_may_not():
    asked = Discount(10000, 10000, 2500)
    assert rules.deciding(asked, "junior", RULES).outcome == "supervisor"
    assert rules.granting(asked, "leader", RULES).outcome == "beyond"
    assert rules.granting(asked, "deputy", RULES).outcome == "may"
