"""The ceiling, whose consent a payment takes, and which accounts can be paid to: pure tables."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dangban.aftersales.rules import settling as rules
from dangban.aftersales.rules.assessment import Leg
from dangban.aftersales.rules.settling import Done, Facts, Line, Unit
from dangban.campaigns.rules import Offer
from dangban.handbook.loader import preset
from dangban.handbook.rulebook import Rules
from dangban.testing.cast import TODAY

# 满300减40, and 第二件半价.
THREE_HUNDRED = Offer(id=1, kind="spend", tiers=((30_000, 4_000),))
SECOND_HALF = Offer(id=2, kind="nth", pays_percent=50, nth=2)


@pytest.fixture(scope="module")
def book() -> Rules:
    return preset("default").on(TODAY)


def lines(*given: tuple[int, int, int]) -> tuple[Line, ...]:
    """(price, bought, came back as new)"""
    return tuple(
        Line(title=f"商品{number}", price_fen=price, quantity=quantity, product=number, units=(Unit(back),) if back else ())
        for number, (price, quantity, back) in enumerate(given, 1)
    )


def test_without_discounts_it_is_what_was_paid_for_the_pieces(book: Rules) -> None:
    found = rules.ceiling(Facts(paid_fen=30_000, lines=lines((10_000, 3, 1)), offers=((),)), book)
    assert (found.total_fen, [step.code for step in found.steps]) == (10_000, ["share"])


def test_a_discount_no_longer_earned_is_taken_off(book: Rules) -> None:
    """Bought for 350, paid 310; what is kept costs 200 and earns nothing: 110 go back, not 132.86."""
    facts = Facts(paid_fen=31_000, lines=lines((20_000, 1, 0), (15_000, 1, 1)), offers=((THREE_HUNDRED,), ()))
    found = rules.ceiling(facts, book)
    assert [(step.code, step.fen) for step in found.steps] == [("share", 13_286), ("threshold", -2_286)]
    assert found.total_fen == 11_000
    assert found.steps[1].because


def test_where_the_threshold_is_still_reached_the_discount_stays(book: Rules) -> None:
    facts = Facts(paid_fen=56_000, lines=lines((20_000, 3, 1)), offers=((THREE_HUNDRED,), ()))
    assert rules.ceiling(facts, book).total_fen == 20_000


def test_goods_that_others_replace_lose_no_discount(book: Rules) -> None:
    """Two of 350 together that cost 310: the one of 150 is exchanged for one worth 10.00 less than was paid for it, and that goes back."""
    facts = Facts(paid_fen=31_000, lines=lines((20_000, 1, 0), (15_000, 1, 1)), offers=((THREE_HUNDRED,), ()), resent_fen=12_286, kept_basket=True)
    found = rules.ceiling(facts, book)
    assert [(step.code, step.fen) for step in found.steps] == [("share", 13_286), ("resent", -12_286)]
    assert found.total_fen == 1_000


def test_everything_back_is_everything_paid(book: Rules) -> None:
    facts = Facts(paid_fen=31_000, lines=lines((20_000, 1, 1), (15_000, 1, 1)), offers=((THREE_HUNDRED,), ()))
    assert rules.ceiling(facts, book).total_fen == 31_000


def test_of_a_second_piece_at_half_price_the_first_is_paid_in_full(book: Rules) -> None:
    facts = Facts(paid_fen=15_000, lines=lines((10_000, 2, 1)), offers=((SECOND_HALF,), ()))
    assert rules.ceiling(facts, book).total_fen == 5_000


def test_what_was_taken_off_by_hand_goes_down_in_proportion(book: Rules) -> None:
    facts = Facts(paid_fen=27_000, lines=lines((10_000, 3, 1)), offers=((),))
    assert rules.ceiling(facts, book).total_fen == 9_000


def test_the_second_case_gives_back_what_the_first_kept(book: Rules) -> None:
    first = rules.ceiling(Facts(paid_fen=31_000, lines=lines((20_000, 1, 0), (15_000, 1, 1)), offers=((THREE_HUNDRED,), ())), book)
    again = (Line(title="a", price_fen=20_000, quantity=1, product=1, units=(Unit(1),)), Line(title="b", price_fen=15_000, quantity=1, product=2, gone=1))
    second = rules.ceiling(Facts(paid_fen=31_000, lines=again, offers=((THREE_HUNDRED,), ()), elsewhere_fen=first.total_fen), book)
    assert (first.most("refund"), second.most("refund")) == (11_000, 20_000)


def test_a_discount_greater_than_the_goods_pays_back_nothing_and_owes_nothing(book: Rules) -> None:
    """Bought for 310, paid 210; without the small thing it would have been 290: it is worth nothing now."""
    offer = Offer(id=1, kind="spend", tiers=((30_000, 10_000),))
    facts = Facts(paid_fen=21_000, lines=lines((29_000, 1, 0), (2_000, 1, 1)), offers=((offer,), ()))
    assert rules.ceiling(facts, book).total_fen == 0


def test_outbound_freight_that_the_shop_bears_goes_back_once(book: Rules) -> None:
    legs = (Leg("out", 1_000, "seller", "buyer", "refund"), Leg("back", 1_200, "seller", "buyer", "refund"))
    facts = Facts(paid_fen=11_000, freight_fen=1_000, lines=lines((10_000, 1, 1)), offers=((),), legs=legs)
    assert (rules.ceiling(facts, book).goods_fen, rules.ceiling(facts, book).freight_fen) == (10_000, 2_200)
    gone = Facts(paid_fen=11_000, freight_fen=1_000, lines=lines((10_000, 1, 1)), offers=((),), legs=legs, outbound_gone=True)
    assert rules.ceiling(gone, book).freight_fen == 1_200


def test_free_shipping_no_longer_earned_is_taken_off(book: Rules) -> None:
    legs = (Leg("out", 1_000, "buyer", "seller", "deducted"),)
    found = rules.ceiling(Facts(paid_fen=30_000, lines=lines((10_000, 3, 2)), offers=((),), legs=legs), book)
    assert (found.total_fen, found.steps[-1].code) == (19_000, "off_out")


def test_compensation_given_to_keep_the_goods_is_taken_back(book: Rules) -> None:
    found = rules.ceiling(Facts(paid_fen=10_000, lines=lines((10_000, 1, 1)), offers=((),), given_fen=2_000, done=Done(given_fen=2_000)), book)
    assert (found.total_fen, found.steps[-1].because[0].path) == (8_000, "aftersales.given_taken_back")


@pytest.mark.parametrize(
    ("condition", "who", "category", "told"),
    [
        ("good", "", "other", "whole"),
        ("opened", "customer", "clothing", "whole"),
        ("used", "customer", "clothing", "none"),
        ("used", "customer", "electronics", "less"),
        ("soiled", "courier", "clothing", "whole"),
        ("defective", "production", "other", "whole"),
        ("defective", "", "other", "whole"),
        ("damaged", "customer", "other", "none"),
        ("swapped", "", "other", "none"),
        ("missing", "courier", "other", "none"),
    ],
)
def test_pieces_count_by_how_they_were_found(book: Rules, condition: str, who: str, category: str, told: str) -> None:
    assert rules.verdict(condition, who, book["aftersales.condition"], category) == told


@pytest.mark.parametrize(
    ("kind", "fen", "level", "outcome"),
    [
        ("refund", 50_000, "mid", "own"),
        ("refund", 50_001, "mid", "leader"),
        ("refund", 100_000, "leader", "own"),
        # Above the limit for two people nobody agrees alone.
        ("refund", 100_001, "leader", "supervisor"),
        ("refund", 100_001, "supervisor", "manager"),
        ("refund", 5_000_000, "manager", "manager"),
        ("compensation", 2_000, "junior", "own"),
        ("compensation", 2_001, "junior", "leader"),
        ("goodwill", 20_001, "leader", "manager"),
        ("freight", 1_200, "junior", "own"),
    ],
)
def test_whose_consent_it_takes(book: Rules, kind: str, fen: int, level: str, outcome: str) -> None:
    assert rules.authority(kind, fen, level, book).outcome == outcome


@pytest.mark.parametrize(
    ("way", "account", "fault"),
    [
        ("alipay", "13800001234", ""),
        ("alipay", "fang@example.com", ""),
        ("alipay", "1380000123", "alipay"),
        ("bank", "6222 0212 3456 7890 128", ""),
        ("bank", "6222 0212 3456 7890 182", "checksum"),
        ("bank", "62220212345678", ""),
        ("bank", "12345", "bank"),
        ("wechat", "fang_jing8", ""),
        ("wechat", "方静", "wechat"),
        ("platform", "", ""),
    ],
)
def test_accounts_that_can_be_paid_to(way: str, account: str, fault: str) -> None:
    assert rules.account_fault(way, account) == fault


def test_a_masked_name_agrees_with_what_it_shows() -> None:
    assert rules.same_name("方静", "方*")
    assert rules.same_name("方 静", "方静")
    assert not rules.same_name("王强", "方*")
    assert not rules.same_name("", "方静")


BASKETS = st.lists(st.tuples(st.integers(100, 50_000), st.integers(1, 4), st.integers(0, 4)), min_size=1, max_size=4)
OFFERS = st.sampled_from([(), (THREE_HUNDRED,), (SECOND_HALF,), (THREE_HUNDRED, SECOND_HALF)])


@settings(max_examples=150, deadline=None)
@given(BASKETS, OFFERS, st.integers(0, 3_000), st.integers(0, 5_000))
def test_never_more_than_was_paid_and_every_step_adds_up(book: Rules, basket: list[tuple[int, int, int]], offers: tuple[Offer, ...], off: int, given_fen: int) -> None:
    bought = lines(*[(price, quantity, min(quantity, back)) for price, quantity, back in basket])
    full = rules._price([(line, line.quantity) for line in bought], offers, book)
    facts = Facts(paid_fen=max(0, full - off), lines=bought, offers=(offers, ()), given_fen=given_fen, done=Done(given_fen=given_fen))
    found = rules.ceiling(facts, book)
    assert 0 <= found.total_fen <= facts.paid_fen
    assert sum(step.fen for step in found.steps) == found.total_fen
    assert found.most("refund") + given_fen <= max(facts.paid_fen, given_fen)


@settings(max_examples=100, deadline=None)
@given(BASKETS, OFFERS)
def test_one_piece_more_never_pays_back_less(book: Rules, basket: list[tuple[int, int, int]], offers: tuple[Offer, ...]) -> None:
    """Of a plain order; a threshold may make one piece worthless, never all of them worth less than some."""
    bought = lines(*[(price, quantity, min(quantity, back)) for price, quantity, back in basket])
    everything = lines(*[(price, quantity, quantity) for price, quantity, _back in basket])
    paid = rules._price([(line, line.quantity) for line in bought], offers, book)
    some, all_of_it = (rules.ceiling(Facts(paid_fen=paid, lines=one, offers=(offers, ())), book).total_fen for one in (bought, everything))
    assert some <= all_of_it == paid
