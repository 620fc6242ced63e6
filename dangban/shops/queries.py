"""Reads about shops: how one works, where its couriers go, what it sells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import Count, Q, QuerySet

from dangban.lib import addresses, text
from dangban.people.access import scope
from dangban.people.models import Person, Shop
from dangban.shops import access, clauses, ports, rules
from dangban.shops.models import Courier, Product, Profile, Sku
from dangban.shops.ports import StockNote
from dangban.shops.rules import Area, Carrier

if TYPE_CHECKING:
    from dangban.handbook.rulebook import Rules

# How many listings that hold all words are looked at before giving up on finding better ones.
_CANDIDATES = 400
_LOOKED_AT_ONCE = 40


def profile(shop: Shop) -> Profile | None:
    return Profile.objects.filter(shop=shop).first()


def remote_areas(shop: Shop, in_force: Rules) -> tuple[list[str], list[Any]]:
    """The areas that count as remote for a shop, and the rules they rest on (none if the shop's own)."""
    own = Profile.objects.filter(shop=shop).values_list("remote_areas", flat=True).first()
    if own:
        return list(own), []
    if not in_force.has(clauses.REMOTE_AREAS):
        return [], []
    stated = in_force[clauses.REMOTE_AREAS]
    return [addresses.short_province(area) or area for area in stated], [clauses.REMOTE_AREAS]


def closed_areas(in_force: Rules) -> dict[str, list[str]]:
    """Area → couriers that don't go there, as the handbook says."""
    if not in_force.has(clauses.RESTRICTED_AREAS):
        return {}
    return {
        addresses.short_province(row["area"]) or row["area"]: list(row["couriers"])
        for row in in_force[clauses.RESTRICTED_AREAS]
    }


def carriers(shop: Shop) -> list[Carrier]:
    """The couriers a shop sends with, in its own order, with their areas."""
    couriers = Courier.objects.filter(shop=shop, stopped_on=None).order_by("position", "pk")
    return [
        Carrier(
            courier.name,
            tuple(
                Area(a.province, a.city, a.reaches, a.first_fen, a.first_grams, a.next_fen, a.next_grams)
                for a in courier.areas.all()
            ),
        )
        for courier in couriers.prefetch_related("areas")
    ]


@dataclass(frozen=True, slots=True)
class Collect:
    """From which couriers a shop takes parcels freight collect; from nobody where the list is empty."""

    couriers: list[str]
    because: list[Any]


def collect(shop_id: int, in_force: Rules) -> Collect:
    """Freight-collect parcels of a shop (one query): its own marks, else the handbook's list."""
    marked = list(
        Courier.objects.filter(shop=shop_id, stopped_on=None, accepts_collect=True)
        .order_by("position", "pk")
        .values_list("name", flat=True)
    )
    couriers, because = rules.freight_collect(marked, in_force)
    return Collect(couriers, list(because))


def shop_rows(person: Person) -> QuerySet[Shop]:
    """Visible shops with their teams and how much they sell."""
    return (
        access.visible_shops(person)
        .select_related("profile")
        .prefetch_related("teams")
        .annotate(product_count=Count("products", filter=Q(products__listed=True), distinct=True))
    )


# ---- Catalogue -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A SKU (or a listing without SKUs) that fits what was typed, ready for a menu or a card."""

    product: int
    sku: int | None
    shop: int
    title: str
    variant: str
    code: str
    price_fen: int | None
    image: str
    url: str
    must_say: str
    listed: bool
    # How many are there, where somebody keeps stock of it.
    stock: StockNote | None = None

    def as_data(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "stock"}


def find_products(person: Person, typed: str, *, shop_id: int | None = None, limit: int = 20) -> list[Hit]:
    """What a customer describes, as an agent types it: every word must fit the listing or the SKU.

    The last word may be unfinished. Listings with all whole words come from the word index; each
    is then checked against its own text, so that words which only stand apart don't count.
    """
    shops = _shops(person, shop_id)
    terms = text.normalise(typed).split()
    if shops is not None and not shops:
        return []
    if not terms:
        newest = _products(shops).filter(listed=True).order_by("-pk")[:limit]
        return _with_stock(_hits(list(newest), [], limit))
    hits = _by_index(terms, _index_words(terms), shops, limit)
    if len(hits) < limit and terms[-1].isascii():
        # The last word may be unfinished: the others narrow, and it is looked for inside the texts.
        known = {(hit.product, hit.sku) for hit in hits}
        more = _by_index(terms, _index_words(terms[:-1]), shops, limit)
        hits += [hit for hit in more if (hit.product, hit.sku) not in known]
    return _with_stock(hits[:limit])


def _with_stock(hits: Sequence[Hit]) -> list[Hit]:
    kept = ports.stock_of([hit.sku for hit in hits if hit.sku is not None])
    return [replace(hit, stock=kept.get(hit.sku)) if hit.sku is not None else hit for hit in hits]


def _by_index(
    terms: Sequence[str], words: Sequence[str], shops: Sequence[int] | None, limit: int
) -> list[Hit]:
    if words:
        return _hits(_with_words(words, shops), terms, limit)
    # One character, or the beginning of a Latin word: common enough that a scan ends soon.
    found = list(_products(shops).filter(search__contains=terms[0]).order_by("-pk")[:limit])
    if len(found) < limit:
        by_sku = (
            _skus(shops).filter(search__contains=terms[0]).order_by("-pk").values_list("product", flat=True)
        )
        more = set(by_sku[:limit]) - {product.pk for product in found}
        found += _products(shops).filter(pk__in=more)
    return _hits(found, terms, limit)


def _shops(person: Person, shop_id: int | None) -> list[int] | None:
    """Ids of shops to search; None means all of them."""
    granted = scope(person).granted.get("shops.view", frozenset())
    if shop_id is not None:
        return [shop_id] if granted is None or shop_id in granted else []
    return None if granted is None else sorted(granted)


def _products(shops: Sequence[int] | None) -> QuerySet[Product]:
    return Product.objects.all() if shops is None else Product.objects.filter(shop__in=shops)


def _skus(shops: Sequence[int] | None) -> QuerySet[Sku]:
    return Sku.objects.all() if shops is None else Sku.objects.filter(shop__in=shops)


def _index_words(terms: Sequence[str]) -> list[str]:
    """The words that the index must hold for these terms; lone characters are left to the check."""
    words = (word for term in terms for word in text.bigrams(term))
    return [word for word in dict.fromkeys(words) if len(word) > 1]


def _with_words(words: Sequence[str], shops: Sequence[int] | None) -> list[Product]:
    """Listings that hold all of `words`, listed and newest first."""
    parts: list[str] = []
    parameters: list[str | int] = []
    for word in words[:12]:
        where = "word = %s"
        parameters.append(word)
        if shops is not None:
            where += f" AND shop_id IN ({', '.join(['%s'] * len(shops))})"
            parameters += shops
        parts.append(f"SELECT product_id FROM shops_productword WHERE {where}")  # noqa: S608  placeholders only
    sql = " INTERSECT ".join(parts) + " ORDER BY product_id DESC LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*parameters, _CANDIDATES])
        ids = [row[0] for row in cursor.fetchall()]
    found = Product.objects.in_bulk(ids)
    return sorted(
        (found[pk] for pk in ids if pk in found), key=lambda product: (not product.listed, -product.pk)
    )


def _hits(products: Sequence[Product], terms: Sequence[str], limit: int) -> list[Hit]:
    hits: list[Hit] = []
    for start in range(0, len(products), _LOOKED_AT_ONCE):
        some = products[start : start + _LOOKED_AT_ONCE]
        skus: dict[int, list[Sku]] = {}
        for sku in Sku.objects.filter(product__in=[product.pk for product in some]).order_by("-listed", "pk"):
            skus.setdefault(sku.product_id, []).append(sku)
        for product in some:
            hits += _fitting(product, skus.get(product.pk, []), terms)
        if len(hits) >= limit:
            break
    return hits[:limit]


def _fitting(product: Product, skus: Sequence[Sku], terms: Sequence[str]) -> list[Hit]:
    missing = [term for term in terms if term not in product.search]
    if skus:
        return [_hit(product, sku) for sku in skus if all(term in sku.search for term in missing)]
    return [] if missing else [_hit(product, None)]


def _hit(product: Product, sku: Sku | None) -> Hit:
    return Hit(
        product=product.pk,
        sku=sku.pk if sku else None,
        shop=product.shop_id,
        title=product.title,
        variant=sku.name if sku else "",
        code=sku.code if sku else product.platform_id,
        price_fen=product.price_fen if sku is None or sku.price_fen is None else sku.price_fen,
        image=(sku.image if sku else "") or product.image,
        url=product.url,
        must_say=product.must_say,
        listed=product.listed and (sku is None or sku.listed),
    )


def hit_of(product: Product, sku: Sku | None) -> Hit:
    """One product (or one of its SKUs) in the form in which search gives it."""
    return _with_stock([_hit(product, sku)])[0]


def stock_notes(product: Product) -> Mapping[int, StockNote]:
    """How many are there of a listing's SKUs; empty where nobody keeps stock of it."""
    return ports.stock_of(list(product.skus.values_list("pk", flat=True)))


def sku_rows(product: Product) -> QuerySet[Sku]:
    """A listing's SKUs with their batches, those that are listed first."""
    return product.skus.prefetch_related("batches").order_by("-listed", "pk")


def courier_rows(shop: Shop) -> QuerySet[Courier]:
    """The couriers a shop sends with, with their areas."""
    return (
        Courier.objects.filter(shop=shop, stopped_on=None)
        .prefetch_related("areas")
        .order_by("position", "pk")
    )
