"""Figures as people read them. What is missing is a dash."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from dangban.lib import money
from dangban.performance.measures import Measure
from dangban.performance.queries.values import Value


def shown(found: Value) -> str:
    return written(found.measure, found.value)


def made_of(found: Value) -> str:
    """What a figure was divided from, in yuan and seconds; nothing where it is neither a quotient nor a sum of one's own."""
    measure = found.measure
    if found.numerator is None or measure.shop_share:
        return ""
    over = _amount(found.numerator, measure.over)
    return over if found.denominator is None else f"{over} ÷ {_amount(found.denominator, measure.under)}"


def _amount(number: int, columns: tuple[str, ...]) -> str:
    unit = columns[0].rpartition("_")[2] if columns else ""
    match unit:
        case "fen":
            return money.show(number)
        case "ms":
            return _("%(seconds)s s") % {"seconds": f"{Decimal(number) / 1000:,.1f}"}
        case "seconds":
            return _("%(hours)s h") % {"hours": f"{Decimal(number) / 3600:,.1f}"}
    return f"{number:,}"


def written(measure: Measure, value: Decimal | None) -> str:
    if value is None:
        return "–"
    match measure.unit:
        case "share":
            return f"{value:.2f}%"
        case "fen":
            return money.show(int(value * 100))
        case "count":
            return f"{int(value):,}"
        case "seconds":
            return f"{value:.1f}"
        case "hours":
            return f"{value:.1f}"
        case "ratio":
            return f"{value:.2f}"
        case "points":
            return f"{value.normalize():f}"
