from datetime import UTC, date, datetime, timedelta

import pytest

from dangban.customers import rules
from dangban.customers.rules import Bought
from dangban.handbook.loader import preset

AT = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def house():
    return preset("default").on(date(2026, 11, 22))


def bought(orders, yuan, days_ago=1):
    last = AT - timedelta(days=days_ago) if orders else None
    return Bought(orders, yuan * 100, last)


@pytest.mark.parametrize(
    ("facts", "outcome", "path"),
    [
        (bought(0, 0), "new", "customers.returning_orders"),
        (bought(1, 50), "new", "customers.returning_orders"),
        (bought(2, 100), "returning", "customers.returning_orders"),
        (bought(50, 100), "vip", "customers.vip_orders"),
        (bought(1, 1_000_000), "vip", "customers.vip_spend"),
        (bought(50, 100, days_ago=4000), "lapsed", "customers.lapsed_after"),
    ],
)
def test_a_customers_standing_names_the_rule_that_decided_it(house, facts, outcome, path):
    decision = rules.standing(facts, house, AT)
    assert (decision.outcome, decision.because[0].path) == (outcome, path)


def test_without_a_handbook_everybody_is_new(house):
    empty = type(house)({}, AT)
    assert rules.standing(bought(50, 9999), empty, AT).outcome == "new"
