"""Promising goods to many subjects at once: one lock and a few queries for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from dangban.journal.actions import HasActor, record
from dangban.shops.models import Sku
from dangban.stock import alerts, ledger, ports
from dangban.stock.models import Allotment, Level, Reservation, WarehouseShop


@dataclass(frozen=True, slots=True)
class Want:
    """What one subject wants: SKU → pieces."""

    subject_id: int
    label: str
    pieces: Mapping[int, int]
    url: str = ""


def reserve_each(kind: str, wants: Sequence[Want], *, by: HasActor, at: datetime) -> dict[int, dict[int, int]]:
    """Promise each subject all it wants, or nothing: subject → what is missing, for those who got nothing.

    In the order given. What was promised to a subject before counts for it; SKUs that no warehouse
    keeps are not asked for. Call it inside a transaction: the locks are held to its end.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("stock is promised in a transaction")
    skus = {sku for want in wants for sku in want.pieces}
    ledger.lock(*skus)
    goods = _read(kind, wants, skus)
    missing = {}
    for want in wants:
        lacking = goods.lacking(want)
        if lacking:
            missing[want.subject_id] = lacking
        else:
            goods.promise(want, by, at)
    goods.write(by, at)
    return missing


def _read(kind: str, wants: Sequence[Want], skus: set[int]) -> _Goods:
    found = Sku.objects.filter(pk__in=skus).values_list("pk", "shop_id", "code")
    goods = _Goods(kind, {pk: (shop, code) for pk, shop, code in found})
    positions = {(row.warehouse_id, row.shop_id): row.position for row in WarehouseShop.objects.all()}
    levels = list(Level.objects.filter(sku__in=skus, warehouse__closed_on=None))
    goods.kept = {level.sku_id for level in levels}
    serving = [one for one in levels if (one.warehouse_id, one.shop_id) in positions]
    for level in sorted(serving, key=lambda one: (positions[one.warehouse_id, one.shop_id], one.warehouse_id)):
        goods.levels[level.sku_id].append(level)
    ids = [want.subject_id for want in wants]
    for one in Reservation.objects.filter(subject_kind=kind, subject_id__in=ids, sku__in=skus, outcome=""):
        goods.known[one.subject_id, one.sku_id] = one
    return goods


@dataclass
class _Goods:
    """Levels and promises of some SKUs under their locks: read once, written once."""

    kind: str
    facts: Mapping[int, tuple[int, str]]
    kept: set[int] = field(default_factory=set)
    levels: dict[int, list[Level]] = field(default_factory=lambda: defaultdict(list))
    known: dict[tuple[int, int], Reservation] = field(default_factory=dict)
    given: list[tuple[Reservation, Level, int]] = field(default_factory=list)
    promised: list[Reservation] = field(default_factory=list)

    def _needed(self, want: Want) -> dict[int, int]:
        """SKU → pieces beyond what lies ready for the subject already."""
        needed = {}
        for sku, pieces in want.pieces.items():
            known = self.known.get((want.subject_id, sku))
            beyond = pieces - (known.held if known is not None else 0)
            if sku in self.kept and beyond > 0:
                needed[sku] = beyond
        return needed

    def lacking(self, want: Want) -> dict[int, int]:
        free = {sku: sum(max(0, one.available) for one in self.levels[sku]) for sku in want.pieces}
        return {sku: pieces - free[sku] for sku, pieces in self._needed(want).items() if pieces > free[sku]}

    def promise(self, want: Want, by: HasActor, at: datetime) -> None:
        actor = by.actor
        for sku, pieces in self._needed(want).items():
            reservation = self.known.get((want.subject_id, sku))
            if reservation is None:
                reservation = Reservation(
                    sku_id=sku, shop_id=self.facts[sku][0], subject_kind=self.kind, subject_id=want.subject_id,
                    label=want.label[:120], url=want.url, wanted=0, at=at, by_kind=actor.kind, by_id=actor.id,
                    by_name=actor.name,
                )  # fmt: skip
            reservation.held += pieces
            reservation.wanted = max(reservation.wanted, reservation.taken + reservation.held)
            self.promised.append(reservation)
            self._take(reservation, pieces)

    def _take(self, reservation: Reservation, pieces: int) -> None:
        for level in self.levels[reservation.sku_id]:
            part = min(pieces, max(0, level.available))
            if part:
                level.reserved += part
                pieces -= part
                self.given.append((reservation, level, part))

    def write(self, by: HasActor, at: datetime) -> None:
        if not self.given:
            return
        Reservation.objects.bulk_create([one for one in self.promised if one.pk is None])
        Reservation.objects.bulk_update([one for one in self.promised if one.pk is not None], ["held", "wanted"])
        Level.objects.bulk_update({level.pk: level for _one, level, _part in self.given}.values(), ["reserved"])
        before = {
            (one.reservation_id, one.level_id): one
            for one in Allotment.objects.filter(reservation__in=list(self.promised))
        }
        fresh = []
        for reservation, level, part in self.given:
            there = before.get((reservation.pk, level.pk))
            if there is None:
                fresh.append(Allotment(reservation=reservation, level=level, quantity=part))
                continue
            there.quantity += part
            there.save(update_fields=["quantity"])
        Allotment.objects.bulk_create(fresh)
        self._tell(by, at)

    def _tell(self, by: HasActor, at: datetime) -> None:
        for one in self.promised:
            shop, code = self.facts[one.sku_id]
            change = {"sku": code, "quantity": one.wanted, "held": one.held, "for": one.label}
            record("stock.reserved", subject=one, by=by, shop=shop, change=change, at=at)
        skus = sorted({one.sku_id for one in self.promised})
        ports.ring(skus, sorted({one.shop_id for one in self.promised}))
        alerts.refresh(skus, at)
