"""Where an order goes: remote or not, the couriers that go there, the one that was asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import addresses, text
from dangban.orders.models import Order, Requirement
from dangban.people.models import Shop
from dangban.shops import queries as shop_queries
from dangban.shops import rules as shop_rules
from dangban.shops.models import Courier

# A wish that names a courier in order not to have it.
_AVOIDS = re.compile(r"不要|别|不发|不用|拒绝")  # han


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where an order goes: whether that is remote, and which couriers go there."""

    is_remote: bool
    offers: list[shop_rules.Offer]
    because: list[Any] = field(default_factory=list)
    # Couriers of the shop that do not go there.
    beyond: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The courier a customer asked for, which does not go to their address, and what the handbook says then."""

    courier: str
    others: list[str]
    decision: Decision
    post: str = ""


def delivery(order: Order) -> Delivery:
    """What the shop's lists and the handbook say of an order's address."""
    return delivery_to(order.shop, order.province, order.city)


def chosen_courier(order: Order, going: Delivery) -> Chosen | None:
    """Of an order not sent yet: a courier asked for that does not go there. None where all is well."""
    if not order.province or order.status not in (Order.Status.UNPAID, Order.Status.PAID):
        return None
    wishes = Requirement.objects.filter(order=order, kind=Requirement.Kind.COURIER, settled_at=None)
    said = [wish for wish in wishes.order_by("pk").values_list("text", flat=True) if not _AVOIDS.search(wish)]
    # What a file names may be a courier that the shop's list knows nothing of.
    named = [courier_named(order.shop, wish) for wish in said or [order.courier]]
    found = (unreached(asked, going) for asked in dict.fromkeys(named) if asked)
    return next((one for one in found if one is not None), None)


def unreached(asked: str, going: Delivery) -> Chosen | None:
    """What the handbook says where a courier does not go; None where it does."""
    decision = shop_rules.chosen_courier(asked, going.offers, in_force())
    if decision.outcome == "goes":
        return None
    return Chosen(asked, [offer.name for offer in going.offers], decision, shop_rules.post_among(going.offers))


def delivery_to(shop: Shop, province: str, city: str) -> Delivery:
    rulebook = in_force()
    if not province:
        return Delivery(False, [])
    areas, rule_paths = shop_queries.remote_areas(shop, rulebook)
    closed = shop_queries.closed_areas(rulebook)
    carriers = shop_queries.carriers(shop)
    offers = shop_rules.couriers_reaching(province, city, carriers, closed_areas=closed)
    going = {offer.name for offer in offers}
    beyond = [carrier.name for carrier in carriers if carrier.name not in going]
    because = [rulebook.because(rule, province=province, city=city) for rule in rule_paths]
    return Delivery(shop_rules.is_remote(province, city, areas), offers, because, beyond)


def delivery_of_wish(order: Order, wish: str) -> Delivery:
    """The same for an address that a customer wrote; where it names no province, the order's own counts."""
    parsed = addresses.parse(wish)
    if not parsed.province:
        return delivery(order)
    return delivery_to(order.shop, parsed.province, parsed.city)


def courier_named(shop: Shop, wish: str) -> str:
    """The courier of this shop that a wish speaks of, if any."""
    folded = text.normalise(wish)
    names = Courier.objects.filter(shop=shop, stopped_on=None).values_list("name", flat=True)
    return next((name for name in names if shop_rules.short_name(name) in folded), "")
