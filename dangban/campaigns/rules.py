"""What a basket costs: every discount in its order, step by step, each cut split to the lines.

The price of each item comes first, then the stages in the handbook's order, gifts and freight last.
Coupons are the customer's to use: of all selections that the rules allow, the cheapest is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

from dangban.campaigns.clauses import COUPONS, CROSS, ITEM, ORDER, ROUNDING, THRESHOLD
from dangban.handbook.decisions import Decision
from dangban.lib import money

if TYPE_CHECKING:
    from dangban.handbook.rulebook import Rules

ITEM_KINDS = frozenset({"percent", "fixed"})
LAST = ("gift", "freight")
# Where several coupons go together every selection is tried: so many of the largest, and no more.
MOST_COUPONS = 8
_STEP = {"fen": 1, "jiao": 10, "yuan": 100}


@dataclass(frozen=True, slots=True)
class Line:
    """Some pieces of one thing at its price."""

    product: int
    price_fen: int
    quantity: int = 1
    category: str = ""


@dataclass(frozen=True, slots=True)
class Basket:
    lines: tuple[Line, ...]
    freight_fen: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a campaign gives. Without goods and categories it is for everything in the shop."""

    id: int
    kind: str
    by_platform: bool = False
    products: frozenset[int] = frozenset()
    categories: frozenset[str] = frozenset()
    # What is paid of the price: 85 of a hundred is 八五折.
    pays_percent: int = 100
    price_fen: int = 0
    # The n-th piece, for which `pays_percent` is paid.
    nth: int = 2
    # (threshold, off), the lowest threshold first; a gift or free freight has one with nothing off.
    tiers: tuple[tuple[int, int], ...] = ((0, 0),)
    # Again with every further threshold, or every further n-th piece; at most so often (0: no limit).
    repeats: bool = False
    most_times: int = 0

    @property
    def stage(self) -> str:
        return stage_of(self.kind, self.by_platform)

    @property
    def is_for_some(self) -> bool:
        return bool(self.products or self.categories)

    def covers(self, line: Line) -> bool:
        return not self.is_for_some or line.product in self.products or line.category in self.categories


@dataclass(frozen=True, slots=True)
class Step:
    """One offer at the till: taken, short of its threshold, beaten by a better one, or left unused."""

    stage: str
    offer: int
    outcome: str
    before_fen: int
    cuts: tuple[int, ...]
    times: int = 0
    missing_fen: int = 0
    threshold_fen: int = 0

    @property
    def cut_fen(self) -> int:
        return sum(self.cuts)

    @property
    def after_fen(self) -> int:
        return self.before_fen - self.cut_fen


@dataclass(frozen=True, slots=True)
class Price:
    """What is paid, and how it came about. `amounts` are the lines' shares of what the goods cost."""

    list_fen: int
    amounts: tuple[int, ...]
    freight_fen: int
    freight_saved_fen: int
    steps: tuple[Step, ...]
    decision: Decision

    @property
    def goods_fen(self) -> int:
        return sum(self.amounts)

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen

    @property
    def saved_fen(self) -> int:
        return self.list_fen - self.goods_fen + self.freight_saved_fen


def stage_of(kind: str, by_platform: bool) -> str:
    """Where in the order of discounts a kind of campaign stands."""
    if kind in ITEM_KINDS:
        return "item"
    if kind in LAST:
        return kind
    if by_platform:
        return "platform"
    return "coupon" if kind == "coupon" else "cross"


def price(basket: Basket, offers: Sequence[Offer], rules: Rules) -> Price:
    """The cheapest that the rules allow; of equal ones, that with the fewest coupons."""
    always = [offer for offer in offers if offer.kind != "coupon"]
    coupons = sorted((offer for offer in offers if offer.kind == "coupon"), key=_within_stage)
    usable = [offer for offer in coupons if any(offer.covers(line) for line in basket.lines)]
    best: Price | None = None
    for chosen in _selections(usable, rules):
        found = _at_the_till(basket, [*always, *chosen], rules)
        if best is None or found.total_fen < best.total_fen:
            best, taken = found, {offer.id for offer in chosen}
    assert best is not None
    left = [offer for offer in coupons if offer.id not in taken]
    return replace(best, steps=_with_unused(best, basket, left, rules))


def overlaps(one: Offer, other: Offer, rules: Rules) -> str:
    """How two offers on common goods meet: ``beaten`` (one of them counts), ``stacked``, or nothing to say."""
    if one.stage != other.stage or one.stage in LAST:
        return ""
    clause = {"item": ITEM, "cross": CROSS}.get(one.stage)
    if clause is not None:
        return "beaten" if rules[clause] == "best" else "stacked"
    if one.kind != other.kind or one.kind != "coupon":
        return "stacked"
    return "beaten" if _slot(one, rules) == _slot(other, rules) else "stacked"


def percent_price(price_fen: int, pays_percent: int, rounding: str) -> int:
    """A price after percent, as the handbook rounds; never rounded away to nothing, never dearer."""
    exact = (price_fen * pays_percent + 50) // 100
    rounded = exact // _STEP[rounding] * _STEP[rounding]
    return min(rounded or exact, price_fen)


# ---- Which coupons -----------------------------------------------------------------------------


def _selections(coupons: Sequence[Offer], rules: Rules) -> Iterator[tuple[Offer, ...]]:
    """Every selection that the rules allow, the smaller first."""
    slots: dict[object, list[Offer]] = {}
    largest = sorted(coupons, key=lambda offer: (-offer.tiers[-1][1], offer.id))
    for offer in largest[:MOST_COUPONS] if rules[COUPONS] == "all" else largest:
        slots.setdefault(_slot(offer, rules), []).append(offer)
    every = product(*[[None, *some] for some in slots.values()])
    yield from sorted((tuple(one for one in chosen if one) for chosen in every), key=len)


def _slot(offer: Offer, rules: Rules) -> object:
    """Coupons of one slot exclude each other; the platform gives one for an order."""
    if offer.by_platform:
        return "platform"
    if rules[COUPONS] == "all":
        return offer.id
    return "goods" if rules[COUPONS] == "two" and offer.is_for_some else "shop"


def _with_unused(best: Price, basket: Basket, left: Sequence[Offer], rules: Rules) -> tuple[Step, ...]:
    """The steps with the coupons that were not used, each in its stage, and why."""
    steps = list(best.steps)
    till = _Till(basket, rules)
    till.amounts, till.item_amounts = list(best.amounts), [sum(one) for one in zip(best.amounts, _later(best), strict=True)]
    for offer in left:
        threshold, missing = till.reached(offer)[2:]
        outcome = "short" if missing else "beaten"
        if not any(offer.covers(line) for line in basket.lines):
            continue
        place = max((n + 1 for n, step in enumerate(steps) if _rank(step.stage, rules) <= _rank(offer.stage, rules)), default=0)
        before = steps[place - 1].after_fen if place else best.list_fen
        nothing = (0,) * len(basket.lines)
        steps.insert(place, Step(offer.stage, offer.id, outcome, before, nothing, 0, missing, threshold))
    return tuple(steps)


def _later(found: Price) -> list[int]:
    """What each line was cut by after the price of its items."""
    cuts = [step.cuts for step in found.steps if step.stage != "item"]
    return [sum(one) for one in zip(*cuts, strict=True)] if cuts else [0] * len(found.amounts)


def _rank(stage: str, rules: Rules) -> int:
    return ("item", *_order(rules), *LAST).index(stage)


def _order(rules: Rules) -> tuple[str, ...]:
    """The stages as the handbook orders them; one that it leaves out comes after those it names."""
    named = rules[ORDER]
    return named + tuple(stage for stage in ("cross", "coupon", "platform") if stage not in named)


def _within_stage(offer: Offer) -> tuple[bool, bool, bool, int, int]:
    """Of one stage: n-th pieces, then what comes off by itself, then coupons; for some goods before for all."""
    return offer.kind != "nth", offer.kind == "coupon", not offer.is_for_some, -_first(offer), offer.id


def _first(offer: Offer) -> int:
    return offer.tiers[0][0]


# ---- At the till -------------------------------------------------------------------------------


def _at_the_till(basket: Basket, offers: Sequence[Offer], rules: Rules) -> Price:
    till = _Till(basket, rules)
    by_stage: dict[str, list[Offer]] = {}
    for offer in sorted(offers, key=_within_stage):
        if any(offer.covers(line) for line in basket.lines):
            by_stage.setdefault(offer.stage, []).append(offer)
    till.price_items(by_stage.get("item", []))
    for stage in _order(rules):
        some = by_stage.get(stage, [])
        if stage == "cross" and rules[CROSS] == "best":
            till.take_best(some)
        else:
            for offer in some:
                till.take(offer)
    for offer in by_stage.get("gift", []):
        till.take(offer)
    freight = basket.freight_fen
    for offer in by_stage.get("freight", []):
        if till.take(offer):
            freight = 0
    because = tuple(rules.because(clause) for clause in (ORDER, ITEM, CROSS, COUPONS, THRESHOLD, ROUNDING))
    total = sum(till.amounts) + freight
    return Price(
        sum(till.full), tuple(till.amounts), freight, basket.freight_fen - freight, tuple(till.steps),
        Decision("campaigns.price", "priced", total, because),
    )  # fmt: skip


@dataclass(slots=True)
class _Till:
    """The amounts of the lines as they go down, and the steps by which they went."""

    basket: Basket
    rules: Rules
    full: list[int] = field(init=False)
    amounts: list[int] = field(init=False)
    item_amounts: list[int] = field(init=False)
    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.full = [line.price_fen * line.quantity for line in self.basket.lines]
        self.amounts, self.item_amounts = self.full[:], self.full[:]

    def price_items(self, offers: Sequence[Offer]) -> None:
        """Fixed prices before percents: so the order in which campaigns were written never matters."""
        ordered = sorted(offers, key=lambda offer: (offer.kind != "fixed", offer.id))
        pick = self._item_best if self.rules[ITEM] == "best" else self._item_all
        cuts = pick(ordered)
        for offer in ordered:
            if any(cuts[offer.id]):
                self._cut(offer, cuts[offer.id], times=1)
            else:
                self._unchanged(offer, "beaten")
        self.item_amounts = self.amounts[:]

    def _item_best(self, offers: Sequence[Offer]) -> Mapping[int, list[int]]:
        cuts = {offer.id: [0] * len(self.amounts) for offer in offers}
        for number, line in enumerate(self.basket.lines):
            prices = [(self._piece(offer, line.price_fen), offer.id) for offer in offers if offer.covers(line)]
            if prices:
                lowest, winner = min(prices, key=lambda one: one[0])
                cuts[winner][number] = (line.price_fen - lowest) * line.quantity
        return cuts

    def _item_all(self, offers: Sequence[Offer]) -> Mapping[int, list[int]]:
        cuts = {offer.id: [0] * len(self.amounts) for offer in offers}
        for number, line in enumerate(self.basket.lines):
            piece = line.price_fen
            for offer in offers:
                if offer.covers(line):
                    lower = self._piece(offer, piece)
                    cuts[offer.id][number], piece = (piece - lower) * line.quantity, lower
        return cuts

    def _piece(self, offer: Offer, price_fen: int) -> int:
        if offer.kind == "fixed":
            return min(offer.price_fen, price_fen)
        return percent_price(price_fen, offer.pays_percent, self.rules[ROUNDING])

    def take_best(self, offers: Sequence[Offer]) -> None:
        """Of several only the one that saves most; of equal ones the first."""
        saves = [sum(self._cuts_of(offer)[0]) for offer in offers]
        most = max(saves, default=0)
        best = saves.index(most) if most else -1
        for number, offer in enumerate(offers):
            if number == best or not saves[number]:
                self.take(offer)
            else:
                self._unchanged(offer, "beaten")

    def take(self, offer: Offer) -> bool:
        """One offer on what is there now; False if it gives nothing."""
        cuts, times, threshold, missing = self._cuts_of(offer)
        if not times:
            self._unchanged(offer, "short", missing, threshold)
            return False
        self._cut(offer, cuts, times, threshold)
        return True

    def _cuts_of(self, offer: Offer) -> tuple[list[int], int, int, int]:
        """What each line is cut by, how often, under which threshold, and what is missing to it."""
        if offer.kind == "nth":
            cuts, times = self._nth(offer)
            return cuts, times, 0, 0
        off, times, threshold, missing = self.reached(offer)
        weights = [amount if offer.covers(line) else 0 for line, amount in zip(self.basket.lines, self.amounts, strict=True)]
        cut = min(off * times, sum(weights))
        return money.split(cut, weights) if cut else [0] * len(weights), times, threshold, missing

    def reached(self, offer: Offer) -> tuple[int, int, int, int]:
        """What comes off at once, how often, at which threshold, and what is missing to the first one."""
        counted = self.item_amounts if self.rules[THRESHOLD] == "item" else self.amounts
        reached = sum(amount for line, amount in zip(self.basket.lines, counted, strict=True) if offer.covers(line))
        fitting = [tier for tier in offer.tiers if tier[0] <= reached]
        if not fitting:
            return 0, 0, _first(offer), _first(offer) - reached
        threshold, off = fitting[-1]
        times = reached // threshold if offer.repeats and threshold else 1
        return off, min(times, offer.most_times) if offer.most_times else times, threshold, 0

    def _nth(self, offer: Offer) -> tuple[list[int], int]:
        """The n-th piece of each listing, the dearer pieces first: the cheaper of them is the cheap one."""
        cuts, times = [0] * len(self.amounts), 0
        lines = self.basket.lines
        for goods in dict.fromkeys(line.product for line in lines if offer.covers(line)):
            own = [n for n, line in enumerate(lines) if line.product == goods and offer.covers(line)]
            done, often = 0, 0
            for n in sorted(own, key=lambda n: (-(self.amounts[n] // lines[n].quantity), n)):
                piece, end = self.amounts[n] // lines[n].quantity, done + lines[n].quantity
                here = end // offer.nth - done // offer.nth
                most = offer.most_times if offer.repeats else 1
                here = max(0, min(here, most - often)) if most else here
                cuts[n] = here * (piece - percent_price(piece, offer.pays_percent, self.rules[ROUNDING]))
                done, often = end, often + here
            times += often
        return cuts, times

    def _cut(self, offer: Offer, cuts: Sequence[int], times: int, threshold: int = 0) -> None:
        before = sum(self.amounts)
        self.amounts = [amount - cut for amount, cut in zip(self.amounts, cuts, strict=True)]
        self.steps.append(Step(offer.stage, offer.id, "taken", before, tuple(cuts), times, 0, threshold))

    def _unchanged(self, offer: Offer, outcome: str, missing: int = 0, threshold: int = 0) -> None:
        nothing = (0,) * len(self.amounts)
        self.steps.append(Step(offer.stage, offer.id, outcome, sum(self.amounts), nothing, 0, missing, threshold))
