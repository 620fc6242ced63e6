"""The SQL of figures: texts without parameters of the engine's own kind, so that every engine runs them unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dangban.performance.measures.base import Measure

TABLE = "performance_personday"
# Dates are written as ISO text, which all engines compare with a day; nothing given by anybody gets in.
_RANGE = "d.source = 'own' AND d.day >= '{first}' AND d.day <= '{last}'"


def statement(measure: Measure, first: date, last: date) -> str:
    """Rows of person, numerator, denominator and days that had the figure; the person 0 is the shops' own total."""
    text = _SHOP_SHARE if measure.shop_share else _PLAIN
    over, under = _sum(measure.over), _sum(measure.under) if measure.under else "NULL"
    days = f"COUNT(d.{measure.columns[0]})" if measure.columns else "0"
    given = _RANGE.format(first=first.isoformat(), last=last.isoformat())
    here = " + ".join(f"COALESCE(d.{column}, 0)" for column in measure.under)
    return text.format(over=over, under=under, days=days, given=given, table=TABLE, under_here=here)


def column_sums(columns: Iterable[str], first: date, last: date, where: str = "", by: str = "d.person_id") -> str:
    """Many columns at once, for pages and cards: what `by` says, whether all days are final, a sum for each column."""
    sums = "".join(f",\n  SUM(d.{column})" for column in columns)
    given = _RANGE.format(first=first.isoformat(), last=last.isoformat())
    return (
        f"SELECT {by}, MIN(d.service_final), MIN(d.sales_final), MIN(d.refunds_final){sums}\n"
        f"FROM {TABLE} d WHERE {given}{where} GROUP BY {by}"
    )  # fmt: skip


def _sum(columns: tuple[str, ...]) -> str:
    return " + ".join(f"COALESCE(SUM(d.{column}), 0)" for column in columns)


_PLAIN = """SELECT d.person_id, {over}, {under}, {days}
FROM {table} d
WHERE {given}
GROUP BY d.person_id
HAVING {days} > 0
ORDER BY d.person_id"""

# Written so that both figures stay whole numbers: own over × shop's under, own under × shop's over.
_SHOP_SHARE = """SELECT own.person_id, own.over_sum * shops.under_sum, own.under_sum * shops.over_sum, own.days
FROM (
  SELECT d.person_id, {over} AS over_sum, {under} AS under_sum, {days} AS days
  FROM {table} d WHERE {given} AND d.person_id <> 0 GROUP BY d.person_id HAVING {days} > 0
) own
JOIN (
  SELECT s.person_id, {over} AS over_sum, {under} AS under_sum
  FROM (
    SELECT DISTINCT d.person_id, d.shop_id FROM {table} d WHERE {given} AND d.person_id <> 0 AND ({under_here}) > 0
  ) s
  JOIN {table} d ON d.shop_id = s.shop_id AND d.person_id = 0 AND {given}
  GROUP BY s.person_id
) shops ON shops.person_id = own.person_id
ORDER BY own.person_id"""
