"""What another tool counted, over the days asked for: one figure that covers them, or its days added up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from dangban.performance.measures import MEASURES
from dangban.performance.models import ImportedFigure


@dataclass(frozen=True, slots=True)
class Told:
    numerator: int | None
    denominator: int | None
    value: Decimal | None
    # Every day of the range is in it.
    complete: bool


def figures(codes: Sequence[str], first: date, last: date, people: Collection[int], shop_id: int | None = None) -> dict[int, dict[str, Told]]:
    """By person and measure; nothing where the tool was not heard of. Averages are never averaged:
    days without what they were made of give no figure of the range."""
    rows = ImportedFigure.objects.filter(run__undone_at=None, measure__in=codes, person__in=people, first__gte=first, last__lte=last)
    if shop_id is not None:
        rows = rows.filter(shop=shop_id)
    theirs: dict[tuple[int, str], list[ImportedFigure]] = {}
    for row in rows.order_by("first", "pk"):
        theirs.setdefault((row.person_id, row.measure), []).append(row)
    found: dict[int, dict[str, Told]] = {}
    for (who, code), several in theirs.items():
        found.setdefault(who, {})[code] = _together(code, several, first, last)
    return found


def _together(code: str, rows: list[ImportedFigure], first: date, last: date) -> Told:
    days = {row.first + timedelta(days=step) for row in rows for step in range((row.last - row.first).days + 1)}
    complete = len(days) == (last - first).days + 1
    if len(rows) == 1:
        return Told(rows[0].numerator, rows[0].denominator, rows[0].value, complete)
    measure = MEASURES[code]
    if any(row.numerator is None for row in rows) or (measure.under and any(row.denominator is None for row in rows)):
        return Told(None, None, None, complete)
    over = sum(row.numerator or 0 for row in rows)
    under = sum(row.denominator or 0 for row in rows) if measure.under else None
    return Told(over, under, measure.value(over, under), complete)
