"""Pure: what may become of goods in which condition, and whether an inspection accounts for every piece."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dangban.handbook.shapes import Words

RESPONSIBLE = {
    "production": Words("生产", "production"),
    "inspection": Words("检验", "inspection"),
    "technique": Words("技术", "technique"),
    "purchasing": Words("采购", "purchasing"),
    "sales": Words("销售", "sales"),
    "courier": Words("快递", "the courier"),
    "customer": Words("顾客", "the customer"),
}
# Condition → what may become of it, the usual first. Only what is as good as new is for sale again.
DISPOSALS: Mapping[str, tuple[str, ...]] = {
    "good": ("stock", "discount", "send_back"),
    "opened": ("stock", "discount", "rework", "send_back"),
    "used": ("discount", "rework", "repair", "material", "scrap", "send_back"),
    "soiled": ("rework", "discount", "material", "scrap", "send_back"),
    "damaged": ("rework", "discount", "repair", "material", "supplier", "scrap", "send_back"),
    "defective": ("supplier", "rework", "repair", "discount", "material", "scrap", "send_back"),
    "swapped": ("send_back", "none"),
    "missing": ("none",),
}
# Where somebody has to answer for it.
_ANSWERED = ("used", "soiled", "damaged", "defective", "swapped")
SCRAP, MISSING = "scrap", "missing"


@dataclass(frozen=True, slots=True)
class Found:
    """So many pieces of an item in one condition, and what becomes of them."""

    item: int
    quantity: int
    condition: str
    disposal: str
    matches_claim: bool | None = None
    responsibility: str = ""
    cost_fen: int = 0
    loss_fen: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """What was announced and what the keeper counted."""

    pk: int
    announced: int
    counted: int


def faults(items: Sequence[Item], found: Iterable[Found]) -> dict[int, list[str]]:
    """Item → codes of what is wrong with what was entered for it; nothing where every piece is accounted for once."""
    told: dict[int, list[str]] = {item.pk: [] for item in items}
    there, missing = dict.fromkeys(told, 0), dict.fromkeys(told, 0)
    for one in found:
        if one.item not in told or one.quantity < 1:
            told.setdefault(one.item, []).append("unknown")
            continue
        if one.disposal not in DISPOSALS.get(one.condition, ()):
            told[one.item].append("disposal")
        if one.condition in _ANSWERED and one.responsibility not in RESPONSIBLE:
            told[one.item].append("responsibility")
        if one.responsibility and one.responsibility not in RESPONSIBLE:
            told[one.item].append("responsibility")
        if one.disposal == SCRAP and not one.note.strip():
            told[one.item].append("why")
        if min(one.cost_fen, one.loss_fen) < 0:
            told[one.item].append("money")
        (missing if one.condition == MISSING else there)[one.item] += one.quantity
    for item in items:
        if there[item.pk] != item.counted:
            told[item.pk].append("pieces")
        if missing[item.pk] > max(0, item.announced - item.counted):
            told[item.pk].append("missing")
    return {pk: list(dict.fromkeys(codes)) for pk, codes in told.items() if codes}


def is_complete(quantities: Mapping[int, int], accounted: Mapping[int, int], open_parcels: int) -> bool:
    """Whether a case is inspected: every piece of every line accounted for, or no parcel of it is still to come or to be opened."""
    return open_parcels == 0 or all(accounted.get(line, 0) >= pieces for line, pieces in quantities.items())
