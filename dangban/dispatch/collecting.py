"""What the couriers are to collect: parcels by warehouse and courier, which of them nobody has asked for yet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.desk.ports import InboxItem
from dangban.dispatch import access, helping, keeping, rules
from dangban.dispatch.models import Pickup, Slip
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.orders.clauses import CUT_OFF
from dangban.people.models import Person, Shop
from dangban.stock.models import Warehouse, WarehouseShop

_READY, _TO_PACK = Q(stands=True), Q(void_at=None, sent_at=None)


@dataclass(slots=True)
class Pile:
    """One courier's parcels in one warehouse."""

    warehouse: Warehouse | None
    courier: str
    ready: int = 0
    to_pack: int = 0
    shops: list[Shop] = field(default_factory=list)
    pickup: Pickup | None = None
    # By when a pick-up is to be settled today; empty where nothing says when the shop's orders leave.
    booking: rules.Booking | None = None

    @property
    def parcels(self) -> int:
        return self.ready + self.to_pack

    @property
    def booked(self) -> int:
        return self.pickup.parcels if self.pickup else 0

    @property
    def uncovered(self) -> int:
        """Parcels for which nobody has asked the courier to come."""
        return max(0, self.parcels - self.booked)


def homes(shops: Iterable[Shop]) -> dict[int, Warehouse]:
    """Where each shop's parcels leave from: the warehouse that is asked first for its goods."""
    rows = WarehouseShop.objects.filter(shop__in=[one.pk for one in shops], warehouse__closed_on=None)
    found: dict[int, Warehouse] = {}
    for row in rows.select_related("warehouse").order_by("position", "pk"):
        found.setdefault(row.shop_id, row.warehouse)
    return found


def shops_of(warehouse: Warehouse) -> list[Shop]:
    serving = Shop.objects.filter(pk__in=WarehouseShop.objects.filter(warehouse=warehouse).values("shop"), closed_on=None)
    shops = list(serving.order_by("pk"))
    home = homes(shops)
    return [one for one in shops if home[one.pk].pk == warehouse.pk]


def piles(shops: Sequence[Shop], at: datetime) -> list[Pile]:
    """Every courier's parcels of these shops: ready, still to be packed, asked for; a handful of queries, bound by open work."""
    known = {one.pk: one for one in shops}
    home = homes(shops)
    slips = Slip.objects.filter(shop__in=known).filter(_READY | _TO_PACK)
    counted = slips.order_by().values("shop", "courier").annotate(ready=Count("pk", filter=_READY), to_pack=Count("pk", filter=_TO_PACK))
    found: dict[tuple[int, str], Pile] = {}
    for row in counted:
        place = home.get(row["shop"])
        pile = found.setdefault((place.pk if place else 0, row["courier"]), Pile(place, row["courier"]))
        pile.ready, pile.to_pack = pile.ready + row["ready"], pile.to_pack + row["to_pack"]
        pile.shops.append(known[row["shop"]])
    for pickup in Pickup.objects.filter(warehouse__in={one.pk for one in home.values()}, closed_at=None).select_related("warehouse", "by"):
        pile = found.setdefault((pickup.warehouse_id, pickup.courier), Pile(pickup.warehouse, pickup.courier))
        pile.pickup = pickup
    bookings = _bookings(shops, home, at)
    for pile in found.values():
        pile.booking = bookings.get(pile.warehouse.pk if pile.warehouse else 0)
    return sorted(found.values(), key=lambda one: (one.warehouse.name if one.warehouse else "", -one.uncovered, one.courier))


def _bookings(shops: Sequence[Shop], home: dict[int, Warehouse], at: datetime) -> dict[int, rules.Booking]:
    """For each warehouse the earliest of its shops' times; a shop without a warehouse counts for place 0."""
    rulebook = in_force(at)
    own = keeping.cut_offs_of([one.pk for one in shops])
    everybody = rulebook[CUT_OFF] if rulebook.has(CUT_OFF) else None
    day = clock.business_day(at)
    found: dict[int, rules.Booking] = {}
    for shop in shops:
        wall = own.get(shop.pk) or everybody
        if wall is None:
            continue
        booking = rules.pickup_by(clock.at_local(day, wall), rulebook)
        place = home[shop.pk].pk if shop.pk in home else 0
        if place not in found or booking.by < found[place].by:
            found[place] = booking
    return found


def booking_of(warehouse: Warehouse, at: datetime) -> rules.Booking | None:
    shops = shops_of(warehouse)
    return _bookings(shops, homes(shops), at).get(warehouse.pk)


def ready_slips(warehouse: Warehouse, courier: str) -> list[Slip]:
    """The parcels that stand for this courier, the oldest first."""
    rows = Slip.objects.filter(shop__in=[one.pk for one in shops_of(warehouse)], courier=courier, stands=True)
    return list(rows.order_by("sent_at", "pk"))


def open_piles(person: Person, shop: int | None, at: datetime) -> list[Pile]:
    """As this person sees it. A pick-up is for a whole warehouse, so its other shops' parcels count with theirs."""
    visible = access.visible_shops(person)
    shops = list(visible.filter(pk=shop) if shop is not None else visible)
    return piles(_with_neighbours(shops), at)


def _with_neighbours(shops: list[Shop]) -> list[Shop]:
    places = {one.pk: one for one in homes(shops).values()}
    known = {one.pk: one for one in shops}
    for place in places.values():
        known |= {one.pk: one for one in shops_of(place)}
    return list(known.values())


def closed_lately(person: Person, shop: int | None, at: datetime) -> list[Pickup]:
    """Of today: collected, called off."""
    visible = access.visible_shops(person)
    places = homes(visible.filter(pk=shop) if shop is not None else visible)
    since = clock.day_span(clock.business_day(at))[0]
    rows = Pickup.objects.filter(warehouse__in={one.pk for one in places.values()}, closed_at__gte=since)
    return list(rows.select_related("warehouse", "closed_by").order_by("-closed_at", "-pk")[:50])


class Uncovered:
    """What waits for whoever keeps the warehouse: parcels that no courier was asked to collect."""

    def items(self, person: Person, at: datetime) -> Iterable[InboxItem]:
        if person.level in helping.LEADS or not person.can(access.PACK):
            return []
        mine = [one for one in access.visible_shops(person) if person.can(access.PACK, shop=one.pk)]
        return [
            InboxItem(
                key=f"dispatch.pickup:{one.warehouse.pk if one.warehouse else 0}:{one.courier}", kind="dispatch", url=reverse("dispatch:pickups"),
                due_at=one.booking.by if one.booking else None,
                label=_("%(courier)s has not been asked to collect %(count)s parcels") % {"courier": one.courier, "count": one.uncovered},
                detail=one.warehouse.name if one.warehouse else "", shop_id=one.shops[0].pk if one.shops else None,
            )
            for one in piles(mine, at)
            if one.uncovered and one.courier and one.warehouse
        ]  # fmt: skip

    def count(self, person: Person, at: datetime) -> int:
        return len(list(self.items(person, at)))
