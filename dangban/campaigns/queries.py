"""Reads about campaigns: lists, what runs in a shop, what overlaps, and what a basket costs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from dangban.campaigns import access, rules
from dangban.campaigns.models import Campaign
from dangban.campaigns.rules import Basket, Line, Offer, Price
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.people.models import Person, Shop
from dangban.shops.models import Product, Sku

PAGE = 50
WHICH = ("running", "coming", "over")


def offer_of(campaign: Campaign) -> Offer:
    """A campaign as the rules reckon with it; its goods are to be prefetched."""
    return Offer(
        id=campaign.pk,
        kind=campaign.kind,
        by_platform=campaign.by_platform,
        products=frozenset(row.product_id for row in campaign.for_products.all()),
        categories=frozenset(campaign.categories),
        pays_percent=100 if campaign.pays_percent is None else campaign.pays_percent,
        price_fen=campaign.price_fen or 0,
        nth=campaign.nth or 2,
        tiers=tuple((threshold, off) for threshold, off in campaign.tiers) or ((0, 0),),
        repeats=campaign.repeats,
        most_times=campaign.most_times,
    )


# ---- Lists -------------------------------------------------------------------------------------


def _in_state(which: str, at: datetime) -> Q:
    return {
        "running": Q(starts_at__lte=at, ends_at__gt=at),
        "coming": Q(starts_at__gt=at, ends_at__gt=at),
        "over": Q(ends_at__lte=at),
    }[which]


def counts(person: Person, at: datetime) -> dict[str, int]:
    """How many run and come; those that are over are not counted."""
    visible = access.visible_campaigns(person)
    return {which: visible.filter(_in_state(which, at)).count() for which in ("running", "coming")}


def campaigns(person: Person, which: str, shop: int | None, after: str, at: datetime) -> tuple[list[Campaign], str]:
    """One page: what runs by its end, what comes by its beginning, what is over with the last first; and the next key."""
    column = "starts_at" if which == "coming" else "ends_at"
    down = which == "over"
    found = _with_all(access.visible_campaigns(person).filter(_in_state(which, at)))
    if shop is not None:
        found = found.filter(in_shops__shop=shop, in_shops__shop__in=access.visible_shops(person))
    key = _key(after)
    if key is not None:
        side = "lt" if down else "gt"
        found = found.filter(Q(**{f"{column}__{side}": key[0]}) | Q(**{column: key[0], f"pk__{side}": key[1]}))
    sign = "-" if down else ""
    rows = list(found.order_by(f"{sign}{column}", f"{sign}pk")[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return rows[:PAGE], f"{clock.to_ms(getattr(last, column))}-{last.pk}" if last else ""


def _key(after: str) -> tuple[datetime, int] | None:
    moment, _dash, pk = after.partition("-")
    try:
        return clock.from_ms(int(moment)), int(pk)
    except ValueError:
        return None


def _with_all(found: QuerySet[Campaign]) -> QuerySet[Campaign]:
    return found.prefetch_related("in_shops__shop", "for_products__product")


def whole(campaign: Campaign) -> Campaign:
    """A campaign with its shops and goods at hand."""
    return _with_all(Campaign.objects.filter(pk=campaign.pk)).get()


def shops_seen(person: Person, rows: Iterable[Campaign]) -> dict[int, list[Shop]]:
    """The shops of these campaigns as far as this person sees them."""
    seen = set(access.visible_shops(person).values_list("pk", flat=True))
    return {row.pk: [one.shop for one in row.in_shops.all() if one.shop_id in seen] for row in rows}


def goods_seen(person: Person, rows: Iterable[Campaign]) -> dict[int, list[Product]]:
    """The listings of these campaigns as far as this person sees them."""
    seen = set(access.visible_shops(person).values_list("pk", flat=True))
    return {row.pk: [one.product for one in row.for_products.all() if one.product.shop_id in seen] for row in rows}


def categories(shop_ids: Collection[int]) -> list[str]:
    """The categories of these shops' listings."""
    named = Product.objects.filter(shop__in=shop_ids).exclude(category="")
    return list(named.order_by("category").values_list("category", flat=True).distinct())


# ---- What runs, what overlaps --------------------------------------------------------------------


def in_force(shop_id: int, at: datetime) -> list[Campaign]:
    """What holds in a shop at an instant."""
    return list(_with_all(Campaign.objects.filter(_in_state("running", at), in_shops__shop=shop_id)).order_by("pk"))


@dataclass(frozen=True, slots=True)
class Overlap:
    """Another campaign of the same step, at the same time, on common goods; ``beaten``: only one of the two counts."""

    campaign: Campaign
    meet: str


def overlapping(
    offer: Offer, shop_ids: Collection[int], starts_at: datetime, ends_at: datetime, rulebook: Rules, *, but: int | None = None
) -> list[Overlap]:
    """Campaigns with which this one would meet, the earliest first."""
    near = Campaign.objects.filter(in_shops__shop__in=shop_ids, starts_at__lt=ends_at, ends_at__gt=starts_at).exclude(pk=but or 0)
    others = list(near.distinct().prefetch_related("for_products").order_by("starts_at", "pk"))
    offers = {one.pk: offer_of(one) for one in others}
    named = frozenset().union(offer.products, *(one.products for one in offers.values()))
    of = dict(Product.objects.filter(pk__in=named).values_list("pk", "category"))
    found = []
    for other in others:
        meet = rules.overlaps(offer, offers[other.pk], rulebook)
        if meet and _common(offer, offers[other.pk], of):
            found.append(Overlap(other, meet))
    return found


def _common(one: Offer, other: Offer, category_of: Mapping[int, str]) -> bool:
    """Whether there are goods that both cover."""
    if not one.is_for_some or not other.is_for_some or one.categories & other.categories:
        return True
    lines = [Line(product, 0, 1, category_of.get(product, "")) for product in one.products | other.products]
    return any(one.covers(line) and other.covers(line) for line in lines)


# ---- The calculator ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks the price of: a listing, perhaps one of its SKUs, and how many."""

    product: int
    sku: int | None
    pieces: int

    @property
    def key(self) -> str:
        return f"{self.product}:{self.sku or ''}"


@dataclass(frozen=True, slots=True)
class Priced:
    """One line of the basket as it is shown; `amount_fen` is its share of the whole."""

    wanted: Wanted
    title: str
    variant: str
    price_fen: int | None
    amount_fen: int | None = None

    @property
    def list_fen(self) -> int | None:
        return None if self.price_fen is None else self.price_fen * self.wanted.pieces


@dataclass(frozen=True, slots=True)
class Worked:
    """A basket worked out. Lines without a price are shown and left out of the sum."""

    lines: tuple[Priced, ...]
    price: Price | None
    campaigns: Mapping[int, Campaign]

    @property
    def pieces(self) -> int:
        return sum(line.wanted.pieces for line in self.lines if line.price_fen is not None)


def work_out(shop: Shop, wanted: Sequence[Wanted], freight_fen: int, at: datetime, rulebook: Rules) -> Worked:
    """What these goods of a shop cost at an instant, with everything that holds then. Five queries."""
    goods = Product.objects.filter(shop=shop).in_bulk([one.product for one in wanted])
    skus = Sku.objects.filter(shop=shop).in_bulk([one.sku for one in wanted if one.sku])
    lines: list[tuple[Priced, Line | None]] = []
    for one in wanted:
        product, sku = goods.get(one.product), skus.get(one.sku or 0)
        if product is None or (one.sku and (sku is None or sku.product_id != product.pk)):
            continue
        price = product.price_fen if sku is None or sku.price_fen is None else sku.price_fen
        line = None if price is None else Line(product.pk, price, one.pieces, product.category)
        lines.append((Priced(one, product.title, sku.name if sku else "", price), line))
    counted = tuple(line for _shown, line in lines if line is not None)
    if not counted:
        return Worked(tuple(shown for shown, _line in lines), None, {})
    running = {one.pk: one for one in in_force(shop.pk, at)}
    found = rules.price(Basket(counted, freight_fen), [offer_of(one) for one in running.values()], rulebook)
    amounts = iter(found.amounts)
    shown = [
        one if line is None else Priced(one.wanted, one.title, one.variant, one.price_fen, next(amounts)) for one, line in lines
    ]
    return Worked(tuple(shown), found, running)

