"""Taking in a catalogue from a file: our own template (one row per SKU) and lists of listings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.lib import clock, money, tables, text
from dangban.lib.errors import BadInput
from dangban.lib.pace import Pace
from dangban.people.models import Shop
from dangban.shops import catalogue, runs
from dangban.shops.catalogue import Listing, Variant
from dangban.shops.models import ImportRun, Product, Sku
from dangban.shops.runs import Refusal, Tally
from dangban.shops.template import TEMPLATE

QUICK_ROWS = 1500
_PLANNED_AT_ONCE = 200
_NOTHING = frozenset({"", "-", "--", "null", "none", "nan"})


_TEMPLATE = {column.header: column.fills for column in TEMPLATE}
_LISTINGS = {
    "id": "platform_id",
    "title": "title",
    "price": "price_fen",
    "店名": "category",
    "update_time": "",
    "sale_count": "",
    "comment_count": "",
}
_LISTING_FIELDS = ("title", "category", "url", "image", "supplier", "must_say")
_LONGEST = {"platform_id": 64, "title": 200, "category": 80, "url": 300, "image": 300, "supplier": 80, "must_say": 2000, "sku_name": 120}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Layout:
    """Which kind of file it is: header → what it fills; headers beyond are attributes of the SKU."""

    code: str
    columns: Mapping[str, str]
    attributes: tuple[str, ...] = ()


def recognise(headers: Sequence[str]) -> Layout:
    """The layout of these headers; BadInput names what was seen and what is missing."""
    present = [header for header in headers if header]
    if {"商品编号", "商品名称"} <= set(present):
        known = {header: _TEMPLATE[header] for header in present if header in _TEMPLATE}
        extra = tuple(header for header in present if header not in _TEMPLATE)
        return Layout("template", known, extra[:20])
    if {"id", "title", "price"} <= set(present):
        return Layout("listings", {header: _LISTINGS.get(header, "") for header in present})
    missing = [header for header in ("商品编号", "商品名称") if header not in present]
    raise BadInput(
        _(
            "These columns were found: %(seen)s. A catalogue needs at least: %(missing)s. Download our template to see all columns."
        )
        % {"seen": text.one_line("、".join(present), 300), "missing": "、".join(missing)}
    )


class Misread(ValueError):
    """A row can't be understood; the message says why."""


@dataclass(slots=True)
class Reading:
    """What was made of a table. `superseded` counts rows of a listing that a later day's row replaced."""

    found: dict[str, Listing] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    rows: int = 0
    superseded: int = 0
    codes: dict[str, int] = field(default_factory=dict)
    days: dict[str, tuple[int, ...]] = field(default_factory=dict)


def read(table: tables.Table, layout: Layout) -> Reading:
    """Listings of a table with their variants, and the rows that were refused."""
    reading = Reading()
    for line, cells in table.records():
        reading.rows += 1
        try:
            _read_row(reading, layout, line, cells)
        except Misread as wrong:
            number = cells.get("商品编号") or cells.get("id") or ""
            row = {name: cell for name, cell in cells.items() if cell}
            reading.refusals.append(Refusal(line, number, str(wrong), row))
    return reading


def _read_row(reading: Reading, layout: Layout, line: int, cells: Mapping[str, str]) -> None:
    values = {
        fills: cells[header]
        for header, fills in layout.columns.items()
        if fills and cells[header].lower() not in _NOTHING
    }
    platform_id = values.get("platform_id", "")
    _check(platform_id, values)
    price = _price(values.get("price_fen", ""))
    code = values.get("sku_code", "")[:64]
    if code and code in reading.codes:
        raise Misread(
            _("The code %(code)s stands already in line %(line)s")
            % {"code": code, "line": reading.codes[code]}
        )
    listing = reading.found.get(platform_id)
    if listing is not None and layout.code == "listings":
        if not _replaces(reading, platform_id, cells.get("update_time", "")):
            listing.lines.append(line)
            return
        listing.said = {}
    if listing is None:
        listing = reading.found[platform_id] = Listing(platform_id, {})
        reading.days[platform_id] = _day(cells.get("update_time", ""))
    listing.lines.append(line)
    for name in _LISTING_FIELDS:
        if name in values:
            listing.said.setdefault(name, values[name][: _LONGEST[name]])
    if price is not None:
        listing.said["price_fen"] = min(price, listing.said.get("price_fen", price))
    if code:
        reading.codes[code] = line
        listing.variants.append(_variant(code, values, layout, cells, price))


def _replaces(reading: Reading, platform_id: str, written: str) -> bool:
    """Lists gathered day by day repeat a listing: the latest day's row stands, the others are counted."""
    reading.superseded += 1
    day = _day(written)
    if day <= reading.days[platform_id]:
        return False
    reading.days[platform_id] = day
    return True


def _day(written: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", written)[:3])


def _check(platform_id: str, values: Mapping[str, str]) -> None:
    if not platform_id:
        raise Misread(_("The listing's number is missing"))
    if tables.is_lossy_number(platform_id):
        raise Misread(
            _("The listing's number was rounded by a spreadsheet (%(written)s)") % {"written": platform_id}
        )
    if len(platform_id) > _LONGEST["platform_id"]:
        raise Misread(
            _("The listing's number is longer than %(most)s characters") % {"most": _LONGEST["platform_id"]}
        )
    if not values.get("title"):
        raise Misread(_("The title is missing"))
    if not all(text.is_storable(value) for value in values.values()):
        raise Misread(_("A cell holds a damaged character"))
    for name in ("url", "image"):
        if name in values and not re.match(r"https?://", values[name]):
            raise Misread(
                _("“%(written)s” is not an address that begins with http")
                % {"written": text.one_line(values[name], 40)}
            )


def _price(written: str) -> int | None:
    if not written:
        return None
    try:
        price = money.fen(written)
    except ValueError:
        raise Misread(_("“%(written)s” is not an amount") % {"written": text.one_line(written, 40)}) from None
    if price < 0:
        raise Misread(_("The price is negative"))
    return price


def _variant(
    code: str, values: Mapping[str, str], layout: Layout, cells: Mapping[str, str], price: int | None
) -> Variant:
    named = {header: fills for header, fills in layout.columns.items() if header == fills}
    attributes = {
        header: cells[header][:60]
        for header in (*named, *layout.attributes)
        if cells[header].lower() not in _NOTHING
    }
    said: dict[str, Any] = {"attributes": attributes}
    said["name"] = values.get("sku_name", "")[: _LONGEST["sku_name"]] or " ".join(attributes.values())[:120]
    if price is not None:
        said["price_fen"] = price
    return Variant(code, said)


# ---- Writing ---------------------------------------------------------------------------------


@dataclass(slots=True)
class Change:
    """What a listing in the file will do: `product` is None where it is new."""

    listing: Listing
    product: Product | None
    fields: dict[str, tuple[Any, Any]]
    new_skus: list[Variant]
    changed_skus: list[tuple[Sku, dict[str, tuple[Any, Any]]]]

    @property
    def changes_something(self) -> bool:
        return bool(self.product is None or self.fields or self.new_skus or self.changed_skus)


def take_in(run: ImportRun) -> None:
    """Carry out a run: read its file, write what is new (unless it is a trial), keep the result."""
    CatalogueImport(run).go()


class CatalogueImport:
    """One run: what was planned, written and refused so far."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.shop: Shop = run.shop
        self.now = clock.now()
        self.tally = Tally()
        # A listing brings its SKUs and some sixty words with it.
        self.pace = Pace(first=4, least=3)

    def go(self) -> None:
        table = tables.read(runs.contents(self.run), self.run.file_name)
        layout = recognise(table.headers)
        self.run.format = layout.code
        reading = read(table, layout)
        listings = list(reading.found.values())
        self.tally.rows = reading.rows
        self.tally.refused = len(reading.refusals)
        runs.keep_refusals(self.run, reading.refusals)
        if reading.superseded:
            self.tally.notes.append(
                _("%(count)s rows repeat a listing; of each listing the row with the latest day was taken.")
                % {"count": reading.superseded}
            )
        if layout.attributes:
            self.tally.notes.append(
                _("Columns kept as attributes: %(names)s") % {"names": "、".join(layout.attributes)}
            )
        for start in range(0, len(listings), _PLANNED_AT_ONCE):
            self._group(listings[start : start + _PLANNED_AT_ONCE])
        self.tally.rows_done = self.tally.rows
        runs.finish(self.run, self.tally, verb="shops.catalogue_taken_in")

    def _group(self, listings: Sequence[Listing]) -> None:
        changes, refusals = self.plan(listings)
        if refusals:
            self.tally.refused += len(refusals)
            runs.keep_refusals(self.run, refusals)
        doing = [change for change in changes if change.changes_something]
        self.tally.unchanged += len(changes) - len(doing)
        self.tally.created += sum(change.product is None for change in doing)
        self.tally.updated += sum(change.product is not None for change in doing)
        for change in doing[: max(0, 30 - len(self.tally.samples))]:
            if change.product is not None:
                fields = {name: [str(a), str(b)] for name, (a, b) in change.fields.items()}
                self.tally.samples.append(
                    {"order": change.listing.platform_id, "pk": change.product.pk, "fields": fields}
                )
        if not self.run.dry_run:
            for some in self.pace.chunks(doing):
                with transaction.atomic(), self.pace.measured(len(some)):
                    self._write(some)
        self.tally.rows_done += sum(len(listing.lines) for listing in listings)
        runs.move(self.run, self.tally)

    def plan(self, listings: Sequence[Listing]) -> tuple[list[Change], list[Refusal]]:
        products = Product.objects.filter(
            shop=self.shop, platform_id__in=[one.platform_id for one in listings]
        )
        known = {product.platform_id: product for product in products}
        codes = [variant.code for one in listings for variant in one.variants]
        skus = {sku.code: sku for sku in Sku.objects.filter(shop=self.shop, code__in=codes)}
        changes: list[Change] = []
        refusals: list[Refusal] = []
        for listing in listings:
            product = known.get(listing.platform_id)
            elsewhere = [
                v
                for v in listing.variants
                if v.code in skus and (product is None or skus[v.code].product_id != product.pk)
            ]
            if elsewhere:
                reason = _("The code %(code)s belongs to another listing of this shop") % {
                    "code": elsewhere[0].code
                }
                refusals += [Refusal(line, listing.platform_id, reason, {}) for line in listing.lines]
                continue
            fields = catalogue.news(product, catalogue.PRODUCT_FIELDS, listing.said) if product else {}
            new = [variant for variant in listing.variants if variant.code not in skus]
            seen = [
                (skus[v.code], catalogue.news(skus[v.code], catalogue.SKU_FIELDS, v.said))
                for v in listing.variants
                if v.code in skus
            ]
            changes.append(
                Change(listing, product, fields, new, [(sku, changed) for sku, changed in seen if changed])
            )
        return changes, refusals

    def _write(self, changes: Sequence[Change]) -> None:
        self._write_products(changes)
        made = [self._sku(change, variant) for change in changes for variant in change.new_skus]
        Sku.objects.bulk_create(made)
        changed = [pair for change in changes for pair in change.changed_skus]
        for sku, fields in changed:
            for name, (_before, after) in fields.items():
                setattr(sku, name, after)
            sku.search = catalogue.searched_sku(sku)
        Sku.objects.bulk_update([sku for sku, _fields in changed], [*catalogue.SKU_FIELDS, "search"])
        catalogue.index([change.product for change in changes if change.product is not None])

    def _write_products(self, changes: Sequence[Change]) -> None:
        new = [change for change in changes if change.product is None]
        for change in new:
            change.product = Product(
                shop=self.shop,
                platform_id=change.listing.platform_id,
                updated_at=self.now,
                **change.listing.said,
            )
            change.product.search = catalogue.searched(change.product)
        Product.objects.bulk_create(change.product for change in new if change.product)
        changed = [change for change in changes if change.fields and change.product]
        for change in changed:
            product = change.product
            assert product is not None
            for name, (_before, after) in change.fields.items():
                setattr(product, name, after)
            product.search = catalogue.searched(product)
            product.updated_at = self.now
        Product.objects.bulk_update(
            [change.product for change in changed if change.product],
            [*catalogue.PRODUCT_FIELDS, "search", "updated_at"],
        )

    def _sku(self, change: Change, variant: Variant) -> Sku:
        sku = Sku(product=change.product, shop=self.shop, code=variant.code, **variant.said)
        sku.search = catalogue.searched_sku(sku)
        return sku
