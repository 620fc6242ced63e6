"""What other rooms show of a SKU: how many are free, when more come, what the warehouse said today."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import F, Sum

from dangban.lib import clock
from dangban.shops.ports import StockNote
from dangban.stock.models import Expected, Level, Shortage


def notes(skus: Sequence[int]) -> dict[int, StockNote]:
    """Three queries, whatever their number; SKUs of which no stock is kept are left out."""
    free = dict(
        Level.objects.filter(sku__in=skus).values("sku").annotate(free=Sum(F("good") - F("reserved"))).values_list("sku", "free")
    )
    coming: dict[int, dict[str, Any]] = {}
    rows = Expected.objects.filter(sku__in=skus, closed="").order_by("expected_on", "pk")
    for sku, quantity, received, day in rows.values_list("sku", "quantity", "received", "expected_on"):
        kept = coming.setdefault(sku, {"expected": 0, "expected_on": day})
        kept["expected"] += max(0, quantity - received)
    today = clock.business_day(clock.now())
    said = {
        line.sku_id: line for line in Shortage.objects.filter(sku__in=skus, over_at=None, list__day=today).order_by("pk")
    }
    known = free.keys() | coming.keys() | said.keys()
    return {sku: _note(free.get(sku, 0), coming.get(sku, {}), said.get(sku)) for sku in known}


def _note(free: int, coming: dict[str, Any], said: Shortage | None) -> StockNote:
    if said is None:
        return StockNote(free, **coming)
    day = said.expected_on or coming.get("expected_on")
    return StockNote(free, coming.get("expected", 0), day, said_out=True, said=said.note)
