"""Stock as files: the list, the sheet to count by, the rows of a count that were refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib import clock
from dangban.lib.excel import Column
from dangban.people.models import Person, Shop
from dangban.stock import access
from dangban.stock.models import Balance, Expected, Level
from dangban.stock.sheet import BOOKED, COLUMNS, COUNTED

MOST_ROWS = 100_000


def list_columns() -> list[Column]:
    return [
        Column(_("Shop"), width=20), Column(_("Warehouse"), width=14), Column(_("Code of the goods"), width=20),
        Column(_("Goods"), width=36), Column(pgettext("stock", "Free"), "number", 10),
        Column(pgettext("stock", "Reserved"), "number", 10), Column(pgettext("stock", "Good"), "number", 10),
        Column(pgettext("stock", "Not released"), "number", 10), Column(_("Next arrival"), "day", 12),
        Column(_("Last dispatched"), "when", 20),
    ]  # fmt: skip


def list_rows(levels: Iterable[Level], coming: dict[int, Expected]) -> Iterable[Sequence[Any]]:
    for level in levels:
        name = " ".join(part for part in (level.sku.product.title, level.sku.name) if part)
        arrival = coming.get(level.sku_id)
        yield [
            level.shop.name, level.warehouse.name, level.sku.code, name, level.available, level.reserved, level.good,
            level.unreleased, arrival.expected_on if arrival else None, level.last_out_at,
        ]  # fmt: skip


def count_sheet(person: Person, shop: Shop) -> tuple[list[Column], list[list[Any]]]:
    """Every place where goods of the shop lie, with what the books say and room for what is found."""
    rows = Balance.objects.filter(
        access.where(person, "stock.keep", "sku__shop"), sku__shop=shop, quantity__gt=0
    ).select_related("zone__warehouse", "sku__product", "batch")
    ordered = rows.order_by("zone__warehouse__name", "zone__code", "sku__code", "batch__expires_on")[:MOST_ROWS]
    columns = [Column(name, "number" if name in (BOOKED, COUNTED) else "text", 18) for name in COLUMNS]
    lines = [
        [
            row.zone.warehouse.name, row.zone.name, row.sku.code,
            " ".join(part for part in (row.sku.product.title, row.sku.name) if part),
            row.batch.number if row.batch else "", row.quantity, None,
        ]
        for row in ordered
    ]  # fmt: skip
    return columns, lines


def file_name(what: str) -> str:
    return f"{what}-{clock.local(clock.now()):%Y%m%d}"
