"""What is known of many orders when they are audited: read together, a few queries whatever their number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from dangban.customers.models import RiskMark
from dangban.dispatch.models import Preparation, Release
from dangban.dispatch.rules import Facts
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib import clock, text
from dangban.orders.changing import listing as changes
from dangban.orders.models import (
    Order,
    OrderChange,
    OrderException,
    OrderLine,
    ParcelLine,
    Remark,
    Requirement,
)
from dangban.orders.queries import marks as order_marks
from dangban.people.models import Shop
from dangban.shops import queries as shops
from dangban.shops import rules as shop_rules

# What these say is known here anyhow, and keeps nothing from leaving.
_NOT_IN_THE_WAY = ("late", "oversold")
_PRICES = ("total_fen", "freight_fen")
_PLACE = ("receiver", "phone", "province", "city", "district", "address")
# A wish that names a courier in order not to have it.
_AVOIDS = re.compile(r"不要|别|不发|不用|拒绝")  # han


@dataclass(slots=True)
class Known:
    """An order with what is known of it."""

    preparation: Preparation
    facts: Facts
    lines: list[OrderLine] = field(default_factory=list)
    released: frozenset[str] = frozenset()
    courier: str = ""

    @property
    def pieces(self) -> dict[int, int]:
        """SKU → pieces still to go, of goods that are known."""
        found: dict[int, int] = defaultdict(int)
        for line in self.lines:
            if line.sku_id is not None:
                found[line.sku_id] += line.quantity
        return dict(found)


def read(preparations: Sequence[Preparation], at: datetime) -> list[Known]:
    """Preparations come with their orders; what is said of each in the order given."""
    pks = [one.order_id for one in preparations]
    source = _Source(pks, [one.order for one in preparations], at)
    lines = lines_to_go(pks)
    released: dict[int, set[str]] = defaultdict(set)
    for preparation, digest in Release.objects.filter(preparation__in=preparations).values_list("preparation", "digest"):
        released[preparation].add(digest)
    known = []
    for one in preparations:
        place = source.place(one.order)
        facts = source.facts(one, lines[one.order_id], place)
        courier = _courier(one, place)
        known.append(Known(one, facts, lines[one.order_id], frozenset(released[one.pk]), courier))
    return known


def lines_to_go(pks: Iterable[int]) -> dict[int, list[OrderLine]]:
    """Order → its lines with the pieces that no parcel took yet, as their quantity."""
    found: dict[int, list[OrderLine]] = defaultdict(list)
    lines = list(OrderLine.objects.filter(order__in=pks).select_related("sku").order_by("order", "position"))
    gone: dict[int, int] = defaultdict(int)
    for line, quantity in ParcelLine.objects.filter(line__order__in=pks).values_list("line", "quantity"):
        gone[line] += quantity
    for one in lines:
        one.quantity -= min(one.quantity, gone[one.pk])
        if one.quantity:
            found[one.order_id].append(one)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where an order goes and who brings it there."""

    is_remote: bool
    because: tuple[Because, ...]
    couriers: tuple[str, ...]
    beyond: tuple[str, ...]
    asked: str


class _Source:
    """Everything of some orders that is asked for at once."""

    def __init__(self, pks: Sequence[int], found: Sequence[Order], at: datetime) -> None:
        self.at = at
        self.rulebook = in_force(at)
        self.wishes: dict[int, list[str]] = defaultdict(list)
        self.asked: dict[int, list[str]] = defaultdict(list)
        self.remarks = _remarks(pks, found, at)
        self.prices: dict[int, list[list[str]]] = defaultdict(list)
        self.exceptions: dict[int, list[str]] = defaultdict(list)
        self._read_rows(pks, found)
        self.changes = changes.held(pks)
        self.risks = _risks(found, at)
        self.twins = _twins(found)
        self.shops = {one.pk: _ShopPlaces(one, self.rulebook) for one in Shop.objects.filter(pk__in={o.shop_id for o in found})}

    def _read_rows(self, pks: Sequence[int], found: Sequence[Order]) -> None:
        for order, kind, said, settled in Requirement.objects.filter(order__in=pks).values_list("order", "kind", "text", "settled_at"):
            if settled is None:
                self.wishes[order].append(kind)
            if kind == Requirement.Kind.COURIER:
                self.asked[order].append(said)
        paid = {order.pk: order.paid_at for order in found}
        changes = OrderChange.objects.filter(order__in=pks, field__in=_PRICES).order_by("pk")
        for order, name, before, after, when in changes.values_list("order", "field", "before", "after", "at"):
            since = paid[order]
            if since is not None and when > since:
                self.prices[order].append([name, before, after])
        open_ones = OrderException.objects.filter(order__in=pks, settled_at=None).exclude(kind__in=_NOT_IN_THE_WAY)
        for order, kind in open_ones.order_by("kind").values_list("order", "kind"):
            self.exceptions[order].append(kind)

    def place(self, order: Order) -> Place:
        return self.shops[order.shop_id].of(order, self.asked[order.pk])

    def facts(self, one: Preparation, lines: Sequence[OrderLine], place: Place) -> Facts:
        order = one.order
        return Facts(
            status=order.status,
            refund=order.refund,
            address={name: getattr(order, name) for name in _PLACE},
            message=order.buyer_message,
            remarks=self.remarks[order.pk],
            wishes=sorted(self.wishes[order.pk]),
            pieces=sum(line.quantity for line in lines),
            risks=self.risks.get(order.customer_id or 0, ()),
            twins=() if one.joined_to_id else self.twins.get(order.pk, ()),
            prices=self.prices[order.pk],
            exceptions=self.exceptions[order.pk],
            changes=[change.field for change in self.changes.get(order.pk, [])],
            is_remote=place.is_remote,
            remote_because=place.because,
            couriers=place.couriers,
            beyond=place.beyond,
            asked_courier=place.asked,
        )


def _remarks(pks: Sequence[int], found: Sequence[Order], at: datetime) -> dict[int, list[str]]:
    """Remarks that say more than “all is well”; those that only repeat a wish are ticked with the wish."""
    legend = order_marks.legend(at)
    fine = {flag.code for flag in legend if flag.purpose in ("fine", "dispatched")}
    of_wishes = set(Requirement.objects.filter(order__in=pks, remark__isnull=False).values_list("remark", flat=True))
    remarks: dict[int, list[str]] = defaultdict(list)
    for order in found:
        if order.platform_remark.strip() and order.flag not in fine:
            remarks[order.pk].append(order.platform_remark)
    for pk, order_id, flag, said in Remark.objects.filter(order__in=pks).order_by("pk").values_list("pk", "order", "flag", "text"):
        if pk not in of_wishes and flag not in fine and said not in remarks[order_id]:
            remarks[order_id].append(said)
    return remarks


def _risks(found: Sequence[Order], at: datetime) -> dict[int, tuple[str, ...]]:
    customers = {order.customer_id for order in found if order.customer_id}
    shop_ids = {order.shop_id for order in found}
    marks = RiskMark.objects.filter(
        Q(shop=None) | Q(shop__in=shop_ids), customer__in=customers, lifted_at=None, expires_on__gt=clock.business_day(at)
    )
    by_customer: dict[int, list[str]] = defaultdict(list)
    for pk, customer in marks.order_by("pk").values_list("pk", "customer"):
        by_customer[customer].append(str(pk))
    return {customer: tuple(pks) for customer, pks in by_customer.items()}


def _twins(found: Sequence[Order]) -> dict[int, tuple[str, ...]]:
    """Order → other orders of the same buyer to the same place that are still to go, and go by themselves."""
    customers = {order.customer_id for order in found if order.customer_id}
    rows = Preparation.objects.filter(
        closed_at=None, joined_to=None, shop__in={order.shop_id for order in found}, order__customer__in=customers
    ).exclude(stage__in=(Preparation.Stage.PACKED,))
    places: dict[tuple[object, ...], list[tuple[int, str]]] = defaultdict(list)
    for pk, number, *key in rows.values_list("order", "order__platform_id", "shop", "order__customer", *(f"order__{name}" for name in _PLACE)):
        places[tuple(key)].append((pk, number))
    twins = {}
    for order in found:
        mine = places.get((order.shop_id, order.customer_id, *(getattr(order, name) for name in _PLACE)), [])
        if len(mine) > 1 and order.address:
            twins[order.pk] = tuple(sorted(number for pk, number in mine if pk != order.pk))
    return twins


class _ShopPlaces:
    """Where a shop's couriers go; each city is worked out once."""

    def __init__(self, shop: Shop, rulebook: Rules) -> None:
        self.areas, self.paths = shops.remote_areas(shop, rulebook)
        self.closed = shops.closed_areas(rulebook)
        self.carriers = shops.carriers(shop)
        self.rulebook = rulebook
        self.known: dict[tuple[str, str], tuple[bool, tuple[Because, ...], tuple[str, ...], tuple[str, ...]]] = {}

    def of(self, order: Order, asked: Sequence[str]) -> Place:
        key = (order.province, order.city)
        if key not in self.known:
            self.known[key] = self._look(*key)
        return Place(*self.known[key], self._asked(order, asked))

    def _look(self, province: str, city: str) -> tuple[bool, tuple[Because, ...], tuple[str, ...], tuple[str, ...]]:
        if not province:
            return False, (), tuple(one.name for one in self.carriers), ()
        offers = shop_rules.couriers_reaching(province, city, self.carriers, closed_areas=self.closed)
        going = tuple(offer.name for offer in offers)
        beyond = tuple(one.name for one in self.carriers if one.name not in going)
        because = tuple(self.rulebook.because(path, province=province, city=city) for path in self.paths)
        return shop_rules.is_remote(province, city, self.areas), because, going, beyond

    def _asked(self, order: Order, wishes: Sequence[str]) -> str:
        said = [wish for wish in wishes if not _AVOIDS.search(wish)] or [order.courier]
        for wish in said:
            folded = text.normalise(wish)
            named = next((one.name for one in self.carriers if folded and shop_rules.short_name(one.name) in folded), "")
            if named:
                return named
        return ""


def _courier(one: Preparation, place: Place) -> str:
    """Who takes it: as somebody chose, as the customer asked, else the cheapest that goes there."""
    for name in (one.courier, place.asked):
        if name and name not in place.beyond:
            return name
    return place.couriers[0] if place.couriers else one.order.courier


def codes(holds: Iterable[Mapping[str, object]]) -> list[str]:
    return [str(hold["code"]) for hold in holds]
