"""The sheets of a wave: pick list, labels, packing slips; each copy says what its reader is to know."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dangban.dispatch import access, barcodes, contents, typeset
from dangban.dispatch.actions import waves
from dangban.dispatch.models import Preparation, Slip, SlipLine, Wave
from dangban.lib import masks
from dangban.lib.errors import NotAllowed, Refused
from dangban.people.models import Person
from dangban.shops.models import Profile
from dangban.stock.ledger import oldest_first
from dangban.stock.models import Balance, Zone

# Sheet → its template. A packing slip has a copy for the customer, for production and for finance.
SHEETS = {
    "pick": "dispatch/print_pick.html",
    "labels": "dispatch/print_labels.html",
    "slips": "dispatch/print_slips.html",
    "production": "dispatch/print_slips.html",
    "finance": "dispatch/print_slips.html",
}


def may_print(person: Person, sheet: str, shop_id: int) -> bool:
    """Money is for who audits or exports orders; everything else for who audits or packs."""
    if sheet == "finance":
        return person.can(access.AUDIT, shop=shop_id) or person.can("orders.export", shop=shop_id)
    return person.can(access.AUDIT, shop=shop_id) or person.can(access.PACK, shop=shop_id)


def make(wave: Wave, sheet: str, *, by: Person, slip: int | None = None) -> bytes:
    """A sheet of a wave (or of one slip of it) as PDF, noted as printed; void slips are left out."""
    if sheet not in SHEETS or not may_print(by, sheet, wave.shop_id):
        raise NotAllowed(_("This copy is not for your work."))
    good = Slip.objects.filter(wave=wave, void_at=None)
    slips = waves.still_good(list((good.filter(pk=slip) if slip else good).order_by("pk")), by=by)
    if not slips:
        raise Refused(_("All slips of this wave are void; nothing is to be printed."))
    page = render_to_string(SHEETS[sheet], _context(wave, sheet, slips))
    made = typeset.pdf(page)
    waves.note_printed(wave, sheet, [one.pk for one in slips], by=by)
    return made


def _context(wave: Wave, sheet: str, slips: Sequence[Slip]) -> dict[str, Any]:
    shared = {"wave": wave, "shop": wave.shop, "copy": sheet, "barcode": barcodes.data_url, "scrub": masks.scrub}
    if sheet == "pick":
        return shared | {"rows": pick_rows(slips), "slips": len(slips)}
    return shared | {"papers": papers(slips), "profile": Profile.objects.filter(shop=wave.shop_id).first()}


@dataclass(slots=True)
class Paper:
    """One slip with what its parcel holds."""

    slip: Slip
    content: contents.Content
    lines: list[SlipLine] = field(default_factory=list)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    def price_of(self, line: SlipLine) -> int | None:
        """What the pieces cost by the order's line; a dash where the platform did not say."""
        known = next((one for one in self.content.lines if one.pk == line.line_id), None)
        return known.price_fen * line.quantity if known is not None and known.price_fen is not None else None


def papers(slips: Sequence[Slip]) -> list[Paper]:
    found = contents.of(list(Preparation.objects.filter(pk__in=[slip.preparation_id for slip in slips])))
    made = {slip.pk: Paper(slip, found[slip.preparation_id]) for slip in slips}
    for line in SlipLine.objects.filter(slip__in=slips).order_by("slip", "position"):
        made[line.slip_id].lines.append(line)
    return list(made.values())


@dataclass(slots=True)
class PickRow:
    """So many pieces of one kind of goods to fetch, where they lie, for which slips."""

    zone: str
    warehouse: str
    code: str
    title: str
    variant: str
    pieces: int = 0
    slips: list[tuple[str, int]] = field(default_factory=list)


def pick_rows(slips: Sequence[Slip]) -> list[PickRow]:
    """By zone, then by code: the way somebody walks."""
    numbers = {slip.pk: slip.number.rpartition("-")[2] for slip in slips}
    lines = list(SlipLine.objects.filter(slip__in=slips).order_by("slip", "position"))
    lies = _where([line.sku_id for line in lines if line.sku_id])
    rows: dict[tuple[Any, ...], PickRow] = {}
    for line in lines:
        warehouse, zone = lies.get(line.sku_id or 0, ("", ""))
        key = (line.sku_id, line.code, line.title, line.variant)
        row = rows.setdefault(key, PickRow(zone, warehouse, line.code, line.title, line.variant))
        row.pieces += line.quantity
        row.slips.append((numbers[line.slip_id], line.quantity))
    return sorted(rows.values(), key=lambda row: (not row.zone, row.warehouse, row.zone, row.code, row.title))


def _where(skus: Sequence[int]) -> dict[int, tuple[str, str]]:
    """SKU → warehouse and zone in which its goods lie; of several the one from which they leave first."""
    found: dict[int, tuple[str, str]] = {}
    rows = Balance.objects.filter(sku__in=skus, zone__status=Zone.Status.GOOD, quantity__gt=0)
    by_sku: dict[int, list[Balance]] = defaultdict(list)
    for balance in rows.select_related("zone__warehouse", "batch"):
        by_sku[balance.sku_id].append(balance)
    for sku, balances in by_sku.items():
        zone = oldest_first(balances)[0].zone
        found[sku] = (zone.warehouse.name, f"{zone.code} {zone.name}")
    return found
