"""Taking in a count sheet (盘点表): what was counted where, row by row, tried first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from dangban.lib import clock, tables, text
from dangban.lib.errors import BadInput, Said
from dangban.people.models import Shop
from dangban.shops import runs
from dangban.shops.models import Batch, ImportRun, Sku
from dangban.shops.runs import Refusal, Tally
from dangban.stock import actions
from dangban.stock.models import Balance, Zone
from dangban.stock.sheet import BATCH, CODE, COUNTED, WAREHOUSE, ZONE

QUICK_ROWS = 300
_AT_ONCE = 100
_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Counted:
    """One row understood: what lies there by the books, and what was found."""

    line: int
    sku: Sku
    zone: Zone
    batch: Batch | None
    found: int
    booked: int


class Misread(ValueError):
    """A row can't be understood; the message says why."""


def recognise(headers: Sequence[str]) -> None:
    missing = [name for name in (WAREHOUSE, ZONE, CODE, COUNTED) if name not in headers]
    if missing:
        seen = text.one_line("、".join(header for header in headers if header), 300)
        raise BadInput(
            _("These columns were found: %(seen)s. A count sheet needs also: %(missing)s. Take our sheet out first.")
            % {"seen": seen, "missing": "、".join(missing)}
        )


def take_in(run: ImportRun) -> None:
    """Carry out a run: every row counted by the same action as by hand, unless it is a trial."""
    CountImport(run).go()


class CountImport:
    """One run: what the rows say, and what came of them."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.shop: Shop = run.shop
        self.tally = Tally()
        zones = Zone.objects.filter(warehouse__serves__shop=self.shop, warehouse__closed_on=None).select_related("warehouse")
        self.zones = {(name, part): zone for zone in zones for name in (zone.warehouse.name, zone.warehouse.code)
                      for part in (zone.name, zone.code)}  # fmt: skip
        self.seen: dict[tuple[int, int, int | None], int] = {}

    def go(self) -> None:
        table = tables.read(runs.contents(self.run), self.run.file_name)
        recognise(table.headers)
        self.run.format = "count"
        rows = list(table.records())
        self.tally.rows = len(rows)
        for start in range(0, len(rows), _AT_ONCE):
            self._group(rows[start : start + _AT_ONCE])
        runs.finish(self.run, self.tally, verb="stock.counted")

    def _group(self, rows: Sequence[tuple[int, Mapping[str, str]]]) -> None:
        codes = {cells[CODE] for _line, cells in rows}
        skus = {sku.code: sku for sku in Sku.objects.filter(shop=self.shop, code__in=codes).select_related("product")}
        refusals = []
        for line, cells in rows:
            try:
                self._row(self._read(line, cells, skus))
            except (Misread, Said) as wrong:
                why = wrong.message if isinstance(wrong, Said) else str(wrong)
                kept = {name: cell for name, cell in cells.items() if cell}
                refusals.append(Refusal(line, cells[CODE], why, kept))
        self.tally.refused += len(refusals)
        self.tally.rows_done += len(rows)
        runs.keep_refusals(self.run, refusals)
        runs.move(self.run, self.tally)

    def _read(self, line: int, cells: Mapping[str, str], skus: Mapping[str, Sku]) -> Counted:
        sku = skus.get(cells[CODE])
        if sku is None:
            raise Misread(_("No goods of this shop have the code “%(code)s”.") % {"code": cells[CODE]})
        zone = self.zones.get((cells[WAREHOUSE], cells[ZONE]))
        if zone is None:
            place = f"{cells[WAREHOUSE]} {cells[ZONE]}"
            raise Misread(_("There is no zone “%(place)s” from which this shop is served.") % {"place": place})
        batch = self._batch(sku, cells.get(BATCH, ""))
        found = text.whole(cells[COUNTED])
        if found is None or not 0 <= found <= _MOST:
            raise Misread(_("“%(text)s” is not a number of pieces.") % {"text": cells[COUNTED]})
        place_of = (sku.pk, zone.pk, batch.pk if batch else None)
        if place_of in self.seen:
            raise Misread(_("This was counted in line %(line)s already.") % {"line": self.seen[place_of]})
        self.seen[place_of] = line
        booked = Balance.objects.filter(sku=sku, zone=zone, batch=batch).values_list("quantity", flat=True).first() or 0
        return Counted(line, sku, zone, batch, found, booked)

    def _batch(self, sku: Sku, number: str) -> Batch | None:
        if not number:
            return None
        batch = Batch.objects.filter(sku=sku, number=number).first()
        if batch is None:
            raise Misread(_("These goods have no batch “%(number)s”.") % {"number": number})
        return batch

    def _row(self, row: Counted) -> None:
        if row.found == row.booked:
            self.tally.unchanged += 1
        else:
            self.tally.updated += 1
            if len(self.tally.samples) < 50:
                name = " ".join(part for part in (row.sku.product.title, row.sku.name) if part)
                self.tally.samples.append(
                    {"line": row.line, "sku": row.sku.pk, "code": row.sku.code, "name": name,
                     "place": f"{row.zone.warehouse.name} {row.zone.name}", "booked": row.booked, "found": row.found}
                )  # fmt: skip
        if self.run.dry_run:
            return
        # A file that was interrupted and is loaded again counts no row twice under one run.
        actions.count(
            row.sku, row.zone, row.found, batch=row.batch, by=runs.actor_of(self.run), key=f"count:{self.run.pk}:{row.line}",
            reference=self.run.file_name[:80], at=clock.now(),
        )  # fmt: skip

