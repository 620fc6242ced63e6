"""Reads for the pages of parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from dangban.lib import keys
from dangban.orders.access import where
from dangban.orders.models import Order, OrderException, Parcel
from dangban.people.models import Person, Shop
from dangban.tracking.access import visible_tracks
from dangban.tracking.models import Step, Telling, Track

PAGE = 50
MOST_COUNTED = 1000
WHICH = ("moving", "stalled", "trouble", "over")
TROUBLE = (Track.State.PROBLEM, Track.State.RETURNING)


@dataclass(frozen=True, slots=True)
class Filters:
    """`which` is ``moving`` (在途), ``stalled``, ``trouble`` (异常) or ``over``; `state` one state of those on their way."""

    which: str = "moving"
    state: str = ""
    shop: int | None = None
    search: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    track: Track
    exception: OrderException | None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str


def filtered(tracks: QuerySet[Track], filters: Filters) -> QuerySet[Track]:
    """Without the search, which goes by its own index."""
    if filters.which == "over":
        return tracks.filter(ended_at__isnull=False, state__in=(Track.State.SIGNED, Track.State.RETURNED))
    tracks = tracks.filter(ended_at=None)
    if filters.which == "stalled":
        tracks = tracks.filter(stalled_since__isnull=False)
    elif filters.which == "trouble":
        tracks = tracks.filter(state__in=TROUBLE)
    return tracks.filter(state=filters.state) if filters.state else tracks


def list_page(person: Person, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """Those that stand still longest come first; shop by shop, each by its index. A search finds by number."""
    if filters.search:
        return Page(_rows(searched(person, filters.search)[:size]), "")
    key = keys.read(after)
    found: list[Track] = []
    for shop_id in _shops(person, filters.shop):
        for some in _each(Track.objects.filter(shop=shop_id), filters):
            rows = some.select_related("parcel__order", "shop")
            found += keys.behind(rows, "moved_at", key, newest_first=filters.which == "over")[: size + 1]
    found.sort(key=lambda one: (one.moved_at, one.pk), reverse=filters.which == "over")
    last = found[size - 1] if len(found) > size else None
    return Page(_rows(found[:size]), keys.write(last.moved_at, last.pk) if last else "")


def _each(tracks: QuerySet[Track], filters: Filters) -> list[QuerySet[Track]]:
    """One query for each state where several are meant: then each is read in order from the index."""
    found = filtered(tracks, filters)
    if filters.which == "over":
        return [found.filter(state=state) for state in (Track.State.SIGNED, Track.State.RETURNED)]
    if filters.which == "trouble" and not filters.state:
        return [found.filter(state=state) for state in TROUBLE]
    return [found]


def searched(person: Person, typed: str) -> QuerySet[Track]:
    """By tracking number, order number or its last six: each by its own index."""
    typed = typed.strip().upper()
    numbers = list(Parcel.objects.filter(number=typed).values_list("pk", flat=True)[:PAGE])
    orders = Order.objects.filter(platform_id=typed) | Order.objects.filter(number_tail=typed)
    numbers += list(Parcel.objects.filter(order__in=list(orders.values_list("pk", flat=True)[:PAGE])).values_list("pk", flat=True)[:PAGE])
    return visible_tracks(person).filter(pk__in=numbers).select_related("parcel__order", "shop").order_by("-moved_at", "-pk")


def _rows(tracks: Sequence[Track] | QuerySet[Track]) -> list[Row]:
    found = list(tracks)
    open_ones = OrderException.objects.filter(parcel__in=[one.pk for one in found], settled_at=None).select_related("owner")
    by_parcel = {one.parcel_id: one for one in open_ones.order_by("pk")}
    return [Row(one, by_parcel.get(one.pk)) for one in found]


def _shops(person: Person, shop: int | None) -> list[int]:
    shops = Shop.objects.filter(where(person, "orders.view", "pk"))
    if shop is not None:
        shops = shops.filter(pk=shop)
    return list(shops.order_by("pk").values_list("pk", flat=True))


def count(person: Person, filters: Filters) -> int:
    """Counted no further than is worth showing."""
    if filters.search:
        return searched(person, filters.search).count()
    total = 0
    for shop_id in _shops(person, filters.shop):
        for some in _each(Track.objects.filter(shop=shop_id), filters):
            total += some[: MOST_COUNTED - total].count() if total < MOST_COUNTED else 0
    return total


def way(track: Track) -> list[Step]:
    """What was said of it, the newest first."""
    return list(Step.objects.filter(track=track).order_by("-at", "-pk")[:300])


def tellings(track: Track) -> list[Telling]:
    return list(Telling.objects.filter(track=track).order_by("due_at", "pk"))


@dataclass(frozen=True, slots=True)
class Carried:
    """A parcel of an order with its way."""

    track: Track
    steps: list[Step]
    exception: OrderException | None

    @property
    def last(self) -> Step | None:
        return self.steps[0] if self.steps else None


def of_order(person: Person, order: Order) -> list[Carried]:
    """All parcels of an order, the newest first, with their steps: three queries, whatever their number."""
    return _carried(visible_tracks(person).filter(parcel__order=order))


def of_customer(person: Person, customer_id: int, shop_id: int) -> list[list[Carried]]:
    """The latest parcels that went to a customer from a shop, order by order, the newest first."""
    recent = Order.objects.filter(customer=customer_id, shop=shop_id).order_by("-created_at").values_list("pk", flat=True)
    found: dict[int, list[Carried]] = {}
    for one in _carried(visible_tracks(person).filter(parcel__order__in=list(recent[:20]))):
        found.setdefault(one.track.parcel.order_id, []).append(one)
    return list(found.values())


def _carried(tracks: QuerySet[Track]) -> list[Carried]:
    rows = _rows(tracks.select_related("parcel__order").order_by("-parcel__sent_at", "-pk")[:20])
    steps: dict[int, list[Step]] = {}
    for step in Step.objects.filter(track__in=[row.track.pk for row in rows]).order_by("-at", "-pk")[:500]:
        steps.setdefault(step.track_id, []).append(step)
    return [Carried(row.track, steps.get(row.track.pk, []), row.exception) for row in rows]


def counts(person: Person) -> Mapping[str, int]:
    """How many stand in each of the lists that somebody has to look at."""
    return {which: count(person, Filters(which=which)) for which in ("stalled", "trouble")}
