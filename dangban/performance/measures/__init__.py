"""Every figure the department is measured by: one definition each, which pages, docs, scorecards and imports read.

A figure is a sum divided by a sum over the days of a person or a shop (`performance_personday`);
the statement of each measure is one text that SQLite, PostgreSQL and DuckDB run unchanged.
"""

from __future__ import annotations

from dangban.performance.measures.base import VERSION, Measure
from dangban.performance.measures.people import PEOPLE
from dangban.performance.measures.sales import SALES
from dangban.performance.measures.service import SERVICE
from dangban.performance.measures.statements import column_sums, statement

MEASURES: dict[str, Measure] = {one.code: one for one in (*SALES, *SERVICE, *PEOPLE)}

__all__ = ["MEASURES", "VERSION", "Measure", "column_sums", "measure", "statement"]


def measure(code: str) -> Measure:
    """The measure with this code; KeyError where there is none."""
    return MEASURES[code]
