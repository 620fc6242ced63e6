"""Pure decisions about where a shop's couriers go and for how much, and what is to be said of its goods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import addresses, text
from dangban.shops.clauses import COLLECT_COURIERS, COLOUR_NOTE, PAGE_FIXED_WITHIN, UNREACHABLE


@dataclass(frozen=True, slots=True)
class Area:
    """What a courier charges to an area, or that it does not go there."""

    province: str
    city: str
    reaches: bool
    first_fen: int
    first_grams: int
    next_fen: int
    next_grams: int


@dataclass(frozen=True, slots=True)
class Carrier:
    name: str
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """A courier that goes to an address, and for how much (None: no price on file)."""

    name: str
    price_fen: int | None


def _same_place(named: str, place: str) -> bool:
    """Whether an area named 新疆 or 喀什 is the province or city of an address."""
    return bool(named) and bool(place) and (place.startswith(named) or named.startswith(place))


def is_remote(province: str, city: str, remote_areas: Sequence[str]) -> bool:
    """Whether an address lies in one of the areas that cost extra or take longer."""
    short = addresses.short_province(province) or province
    return any(_same_place(named, short) or _same_place(named, city) for named in remote_areas)


def area_of(carrier: Carrier, province: str, city: str) -> Area | None:
    """The line of a courier's list for an address: the city's own, else the province's."""
    short = addresses.short_province(province) or province
    of_province = [area for area in carrier.areas if _same_place(area.province, short)]
    by_city = next((area for area in of_province if area.city and _same_place(area.city, city)), None)
    return by_city or next((area for area in of_province if not area.city), None)


def couriers_reaching(
    province: str,
    city: str,
    carriers: Sequence[Carrier],
    *,
    closed_areas: Mapping[str, Sequence[str]],
    grams: int = 1000,
) -> list[Offer]:
    """Couriers that reach an address, cheapest first; those without a price for it come last.

    `closed_areas` is what the handbook says: area → couriers that do not go there.
    """
    short = addresses.short_province(province) or province
    barred = {
        name
        for area, names in closed_areas.items()
        if _same_place(area, short) or _same_place(area, city)
        for name in names
    }
    offers = []
    for carrier in carriers:
        area = area_of(carrier, province, city)
        if any(_named_alike(carrier.name, name) for name in barred) or (
            area is not None and not area.reaches
        ):
            continue
        offers.append(Offer(carrier.name, None if area is None else freight(area, grams)))
    return sorted(offers, key=lambda offer: (offer.price_fen is None, offer.price_fen or 0, offer.name))


def chosen_courier(asked: str, offers: Sequence[Offer], rules: Rules) -> Decision:
    """A customer's courier ``goes`` to their address; otherwise ``ask`` for another, or send it by ``ems``.

    By post only where the shop sends with a post that goes there; else there is only asking.
    """
    if any(_named_alike(offer.name, asked) or short_name(offer.name) == short_name(asked) for offer in offers):
        return Decision("shops.chosen_courier", "goes")
    if not rules.has(UNREACHABLE):
        return Decision("shops.chosen_courier", "ask")
    outcome = rules[UNREACHABLE] if post_among(offers) else "ask"
    because = rules.because(UNREACHABLE, courier=asked, couriers=[offer.name for offer in offers])
    return Decision("shops.chosen_courier", outcome, because=(because,))


def post_among(offers: Sequence[Offer]) -> str:
    """The post among some couriers, if any."""
    return next((offer.name for offer in offers if "邮政" in offer.name or "EMS" in offer.name.upper()), "")  # han


def freight_collect(marked: Sequence[str], rules: Rules) -> tuple[list[str], tuple[Because, ...]]:
    """The couriers from which a shop takes parcels freight collect: its own marks, else the handbook's list."""
    if marked or not rules.has(COLLECT_COURIERS):
        return list(marked), ()
    stated = rules[COLLECT_COURIERS]
    return list(stated), (rules.because(COLLECT_COURIERS),)


def must_say(said_at: datetime | None, at: datetime, rules: Rules) -> Decision:
    """``say`` what must be said of a product, or it was ``said`` to this customer lately enough."""
    if not rules.has(COLOUR_NOTE):
        return Decision("shops.must_say", "say")
    lately = said_at is not None and at - said_at < rules[COLOUR_NOTE]
    because = rules.because(COLOUR_NOTE, said_at=said_at)
    return Decision("shops.must_say", "said" if lately else "say", because=(because,))


def _named_alike(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def freight(area: Area, grams: int) -> int:
    """The price of a parcel: the first weight, then every further step begun."""
    beyond = max(0, grams - area.first_grams)
    steps = -(-beyond // area.next_grams) if area.next_grams else 0
    return area.first_fen + steps * area.next_fen


def short_name(courier: str) -> str:
    """A courier as customers call it: 圆通 for 圆通速递."""
    folded = text.normalise(courier)
    short = folded
    for ending in ("速递", "快递", "速运", "物流", "快运"):
        short = short.removesuffix(ending)
    return short or folded


def says_not_going(word: str) -> bool:
    """Whether a word in a price list means that the courier does not go to the area."""
    return word.lower() in ("no", "不到", "不发", "停发")


def page_fixed_by(noted_at: datetime, rules: Rules) -> Decision | None:
    """By when a page that was noted as wrong is put right; none where the handbook doesn't say."""
    if not rules.has(PAGE_FIXED_WITHIN):
        return None
    due = noted_at + rules[PAGE_FIXED_WITHIN]
    return Decision("shops.page_fixed_by", due.isoformat(), because=(rules.because(PAGE_FIXED_WITHIN, noted_at=noted_at),))
