"""Pure decisions about where a shop's couriers go, for how much, and which areas are remote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dangban.lib import addresses, text


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
