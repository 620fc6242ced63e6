"""Listings and SKUs into the catalogue and its word index; used by imports and by edits on the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from dangban.journal.actions import HasActor, record
from dangban.lib import text
from dangban.shops.models import Product, ProductWord, Sku

PRODUCT_FIELDS = ("title", "category", "url", "image", "price_fen", "supplier", "must_say", "listed")
SKU_FIELDS = ("name", "attributes", "price_fen", "image", "listed")


@dataclass(slots=True)
class Variant:
    """One sellable variant as a file or a form tells it; absent names say nothing."""

    code: str
    said: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Listing:
    """One listing with its variants; absent names say nothing."""

    platform_id: str
    said: dict[str, Any]
    variants: list[Variant] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)


def searched(product: Product) -> str:
    """What a listing is found by, folded."""
    return text.normalise(" ".join((product.title, product.category, product.platform_id)))


def searched_sku(sku: Sku) -> str:
    return text.normalise(
        " ".join((sku.name, sku.code, *(f"{key} {value}" for key, value in sku.attributes.items())))
    )


def words_of(product: Product, skus: Iterable[Sku]) -> list[str]:
    found: dict[str, None] = {}
    for part in (product.search, *(sku.search for sku in skus)):
        found |= dict.fromkeys(text.bigrams(part))
    return [word[:64] for word in found]


def index(products: Sequence[Product]) -> None:
    """Write the words of these listings anew; call it in the transaction that changed them."""
    skus: dict[int, list[Sku]] = {}
    for sku in Sku.objects.filter(product__in=products):
        skus.setdefault(sku.product_id, []).append(sku)
    ProductWord.objects.filter(product__in=products).delete()
    ProductWord.objects.bulk_create(
        ProductWord(word=word, shop_id=product.shop_id, product=product)
        for product in products
        for word in words_of(product, skus.get(product.pk, []))
    )


def news(row: Product | Sku, names: Sequence[str], said: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is said differently of a row: an empty value says nothing."""
    return {
        name: (getattr(row, name), said[name])
        for name in names
        if name in said and said[name] not in ("", None, {}) and said[name] != getattr(row, name)
    }


def change_product(product: Product, said: Mapping[str, Any], *, by: HasActor, at: datetime) -> bool:
    """Change a listing by hand; whether anything was different. Empty texts do clear here."""
    before = {name: getattr(product, name) for name in PRODUCT_FIELDS}
    changes = {
        name: [before[name], said[name]]
        for name in PRODUCT_FIELDS
        if name in said and said[name] != before[name]
    }
    if not changes:
        return False
    with transaction.atomic():
        for name, (_before, after) in changes.items():
            setattr(product, name, after)
        product.search = searched(product)
        product.updated_at = at
        product.save()
        index([product])
        record("shops.product_changed", subject=product, by=by, shop=product.shop_id, change=changes, at=at)
    return True
