"""What a basket costs, to the fen: tables of examples, and what holds for every basket."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangban.campaigns import rules
from dangban.campaigns.rules import Basket, Line, Offer
from dangban.handbook.rulebook import Rules
from dangban.testing.handbooks import handbook_with

TODAY = date(2026, 11, 19)


def rulebook(**written: str) -> Rules:
    """The default handbook, some of the chapter's rules written differently: ``rulebook(item="all")``."""
    values = {f"campaigns.{name}": f"is = {value!r}" for name, value in written.items() if name != "order"}
    if "order" in written:
        values["campaigns.order"] = "list = [" + ", ".join(f'"{one}"' for one in written["order"].split()) + "]"
    return handbook_with(values).on(TODAY)


USUAL = rulebook()

QUILT = Line(product=1, price_fen=25_900, category="被芯")
SHEETS = Line(product=2, price_fen=21_900, category="四件套")
PILLOWS = Line(product=3, price_fen=4_990, quantity=3, category="枕头")

TENTH_OFF = Offer(1, "percent", pays_percent=90)
FIXED_QUILT = Offer(2, "fixed", products=frozenset({1}), price_fen=19_900)
SECOND_HALF = Offer(3, "nth", categories=frozenset({"枕头"}), pays_percent=50)
SPEND_300 = Offer(4, "spend", tiers=((30_000, 3_000), (50_000, 6_000)))
EVERY_100 = Offer(5, "spend", tiers=((10_000, 1_000),), repeats=True)
SHOP_COUPON = Offer(6, "coupon", tiers=((19_900, 2_000),))
GOODS_COUPON = Offer(7, "coupon", products=frozenset({2}), tiers=((20_000, 1_500),))
PLATFORM_50 = Offer(8, "spend", by_platform=True, tiers=((30_000, 5_000),), repeats=True)
PLATFORM_COUPON = Offer(9, "coupon", by_platform=True, tiers=((40_000, 1_000),))
CUSHION = Offer(10, "gift", tiers=((20_000, 0),))
FREE_FREIGHT = Offer(11, "freight", tiers=((9_900, 0),))


def told(found: rules.Price) -> list[tuple[str, int, str, int, int, int]]:
    return [(step.stage, step.offer, step.outcome, step.before_fen, step.cut_fen, step.after_fen) for step in found.steps]


def of(lines: tuple[Line, ...], *offers: Offer, freight: int = 0, with_: Rules = USUAL) -> rules.Price:
    return rules.price(Basket(lines, freight), offers, with_)


def test_a_basket_without_campaigns_costs_its_prices_and_freight() -> None:
    found = of((QUILT, PILLOWS), freight=800)
    assert (found.list_fen, found.amounts, found.total_fen, found.steps) == (40_870, (25_900, 14_970), 41_670, ())


def test_everything_together_goes_item_cross_coupons_platform_gift_freight() -> None:
    found = of(
        (QUILT, SHEETS, PILLOWS), FREE_FREIGHT, CUSHION, PLATFORM_COUPON, PLATFORM_50, GOODS_COUPON, SHOP_COUPON, SPEND_300,
        SECOND_HALF, FIXED_QUILT, freight=1_000,
    )  # fmt: skip
    assert told(found) == [
        ("item", 2, "taken", 62_770, 6_000, 56_770),
        ("cross", 3, "taken", 56_770, 2_495, 54_275),
        ("cross", 4, "taken", 54_275, 6_000, 48_275),
        ("coupon", 7, "taken", 48_275, 1_500, 46_775),
        ("coupon", 6, "taken", 46_775, 2_000, 44_775),
        ("platform", 8, "taken", 44_775, 5_000, 39_775),
        ("platform", 9, "taken", 39_775, 1_000, 38_775),
        ("gift", 10, "taken", 38_775, 0, 38_775),
        ("freight", 11, "taken", 38_775, 0, 38_775),
    ]
    assert (found.total_fen, found.freight_saved_fen, found.saved_fen, sum(found.amounts)) == (38_775, 1_000, 24_995, 38_775)


@pytest.mark.parametrize(
    ("which", "total", "outcomes"),
    [("best", 19_900, {1: "beaten", 2: "taken"}), ("all", 17_910, {1: "taken", 2: "taken"})],
)
def test_two_prices_of_one_item(which: str, total: int, outcomes: dict[int, str]) -> None:
    found = of((QUILT,), TENTH_OFF, FIXED_QUILT, with_=rulebook(item=which))
    assert (found.total_fen, {step.offer: step.outcome for step in found.steps}) == (total, outcomes)


@pytest.mark.parametrize(("which", "total"), [("best", 51_800 - 6_000), ("all", 51_800 - 6_000 - 5_000)])
def test_two_ways_across_goods(which: str, total: int) -> None:
    pair = Line(product=1, price_fen=25_900, quantity=2)
    assert of((pair,), SPEND_300, EVERY_100, with_=rulebook(cross=which)).total_fen == total


@pytest.mark.parametrize(
    ("which", "total", "outcomes"),
    [("one", 45_800, ["taken", "beaten"]), ("two", 44_300, ["taken", "taken"]), ("all", 44_300, ["taken", "taken"])],
)
def test_coupons_together(which: str, total: int, outcomes: list[str]) -> None:
    found = of((QUILT, SHEETS), SHOP_COUPON, GOODS_COUPON, with_=rulebook(coupons=which))
    assert found.total_fen == total
    assert sorted((step.outcome for step in found.steps), reverse=True) == outcomes


@pytest.mark.parametrize(("counts", "total"), [("item", 19_000), ("running", 22_000)])
def test_a_threshold_counts_as_the_handbook_says(counts: str, total: int) -> None:
    """270 reach 250; after the shop's coupon of 30 they don't, so the coupon of 50 is the better one."""
    line = Line(product=1, price_fen=27_000)
    shop = Offer(1, "coupon", tiers=((10_000, 3_000),))
    platform = Offer(2, "coupon", by_platform=True, tiers=((25_000, 5_000),))
    assert of((line,), shop, platform, with_=rulebook(threshold=counts)).total_fen == total


@pytest.mark.parametrize(("rounding", "price"), [("fen", 4_242), ("jiao", 4_240), ("yuan", 4_200)])
def test_a_price_after_percent_is_rounded_as_the_handbook_says(rounding: str, price: int) -> None:
    offer = Offer(1, "percent", pays_percent=85)
    assert of((Line(1, 4_990),), offer, with_=rulebook(rounding=rounding)).total_fen == price


def test_rounding_never_makes_a_thing_free() -> None:
    assert rules.percent_price(60, 50, "yuan") == 30


@pytest.mark.parametrize(("quantity", "cut"), [(1, 0), (2, 2_495), (3, 2_495), (4, 4_990), (7, 7_485)])
def test_every_second_piece_is_half_the_price(quantity: int, cut: int) -> None:
    offer = Offer(1, "nth", pays_percent=50, repeats=True)
    assert of((Line(1, 4_990, quantity),), offer).saved_fen == cut


def test_the_second_piece_only_once_and_of_two_sizes_the_cheaper() -> None:
    once = Offer(1, "nth", pays_percent=50)
    small, large = Line(1, 10_000, 2), Line(1, 16_000)
    found = of((small, large), once)
    assert (found.amounts, found.steps[0].times) == ((15_000, 16_000), 1)


@pytest.mark.parametrize(("most", "cut"), [(0, 3_000), (2, 2_000)])
def test_every_hundred_again_up_to_its_limit(most: int, cut: int) -> None:
    offer = Offer(1, "spend", tiers=((10_000, 1_000),), repeats=True, most_times=most)
    assert of((Line(1, 39_900),), offer).saved_fen == cut


def test_what_is_missing_to_a_threshold_is_told() -> None:
    found = of((SHEETS,), SPEND_300, GOODS_COUPON, Offer(12, "coupon", tiers=((30_000, 4_000),)))
    assert {step.offer: (step.outcome, step.missing_fen) for step in found.steps} == {
        4: ("short", 8_100), 7: ("taken", 0), 12: ("short", 8_100),
    }  # fmt: skip


def test_a_cut_is_split_to_the_fen() -> None:
    three = tuple(Line(product=n, price_fen=3_333) for n in (1, 2, 3))
    found = of(three, Offer(1, "coupon", tiers=((0, 1_000),)))
    assert (found.steps[0].cuts, found.amounts) == ((334, 333, 333), (2_999, 3_000, 3_000))


def test_what_is_for_other_goods_is_not_mentioned() -> None:
    assert of((SHEETS,), FIXED_QUILT, SECOND_HALF).steps == ()


def test_another_order_of_stages_is_another_price() -> None:
    line = Line(1, 10_000, 2)
    offers = (Offer(1, "nth", pays_percent=50), Offer(2, "coupon", tiers=((0, 1_000),)))
    usual = of((line,), *offers)
    turned = of((line,), *offers, with_=rulebook(order="platform coupon cross"))
    assert (usual.total_fen, [step.stage for step in usual.steps]) == (14_000, ["cross", "coupon"])
    assert (turned.total_fen, [step.stage for step in turned.steps]) == (14_250, ["coupon", "cross"])


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        (TENTH_OFF, FIXED_QUILT, "beaten"),
        (SPEND_300, SECOND_HALF, "stacked"),
        (SHOP_COUPON, GOODS_COUPON, "stacked"),
        (SHOP_COUPON, Offer(20, "coupon"), "beaten"),
        (SHOP_COUPON, PLATFORM_COUPON, ""),
        (CUSHION, CUSHION, ""),
        (PLATFORM_50, PLATFORM_COUPON, "stacked"),
    ],
)
def test_how_two_campaigns_meet(one: Offer, other: Offer, meet: str) -> None:
    assert rules.overlaps(one, other, USUAL) == meet


# ---- For every basket --------------------------------------------------------------------------

RULEBOOKS = [
    USUAL,
    rulebook(item="all", cross="best", coupons="all", threshold="running", rounding="jiao"),
    rulebook(coupons="one", threshold="running", order="platform coupon cross", rounding="yuan"),
]
rulebooks = st.sampled_from(RULEBOOKS)
lines = st.builds(
    Line, product=st.integers(1, 4), price_fen=st.integers(1, 100_000), quantity=st.integers(1, 7),
    category=st.sampled_from(["", "被芯", "枕头"]),
)  # fmt: skip
baskets = st.builds(Basket, st.lists(lines, min_size=1, max_size=5).map(tuple), st.integers(0, 3_000))
tiers = st.lists(st.tuples(st.integers(0, 80_000), st.integers(0, 40_000)), min_size=1, max_size=3).map(lambda some: tuple(sorted(some)))
kinds = st.sampled_from(["percent", "fixed", "nth", "spend", "coupon", "gift", "freight"])


def offers_of(kind: st.SearchStrategy[str], most: int = 5) -> st.SearchStrategy[list[Offer]]:
    one = st.builds(
        Offer, id=st.integers(1, 1_000), kind=kind, by_platform=st.booleans(),
        products=st.frozensets(st.integers(1, 4), max_size=2), categories=st.frozensets(st.just("枕头"), max_size=1),
        pays_percent=st.integers(0, 99), price_fen=st.integers(0, 50_000), nth=st.integers(2, 4), tiers=tiers,
        repeats=st.booleans(), most_times=st.integers(0, 3),
    )  # fmt: skip
    return st.lists(one, max_size=most, unique_by=lambda offer: offer.id)


@given(baskets, offers_of(kinds), rulebooks)
def test_no_line_is_ever_below_zero_and_all_adds_up(basket: Basket, offers: list[Offer], with_: Rules) -> None:
    found = rules.price(basket, offers, with_)
    assert all(0 <= amount <= line.price_fen * line.quantity for amount, line in zip(found.amounts, basket.lines, strict=True))
    assert found.goods_fen == found.list_fen - sum(step.cut_fen for step in found.steps)
    for number, line in enumerate(basket.lines):
        assert found.amounts[number] == line.price_fen * line.quantity - sum(step.cuts[number] for step in found.steps)
    assert found.total_fen == found.decision.amount_fen >= 0


@given(baskets, offers_of(kinds), rulebooks)
def test_each_step_begins_where_the_last_ended(basket: Basket, offers: list[Offer], with_: Rules) -> None:
    found, left = rules.price(basket, offers, with_), None
    for step in found.steps:
        assert step.before_fen == (found.list_fen if left is None else left)
        left = step.after_fen
    assert left in (None, found.goods_fen)


@given(baskets, offers_of(kinds), rulebooks, st.randoms())
def test_the_order_in_which_campaigns_were_written_never_matters(basket: Basket, offers: list[Offer], with_: Rules, random) -> None:
    mixed = offers[:]
    random.shuffle(mixed)
    found = rules.price(basket, mixed, with_)
    assert found == rules.price(basket, offers, with_)
    order = ["item", *with_["campaigns.order"], "gift", "freight"]
    places = [order.index(step.stage) for step in found.steps]
    assert places == sorted(places)


@given(baskets, offers_of(kinds), offers_of(st.just("coupon"), most=2), rulebooks)
def test_a_further_coupon_never_makes_it_dearer(
    basket: Basket, offers: list[Offer], further: list[Offer], with_: Rules
) -> None:
    known = {offer.id for offer in offers}
    more = [*offers, *(offer for offer in further if offer.id not in known)]
    assert rules.price(basket, more, with_).total_fen <= rules.price(basket, offers, with_).total_fen
