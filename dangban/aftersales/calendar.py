"""Days that public holidays have moved: off though it is Monday to Friday, worked though it is a weekend."""

from __future__ import annotations

from datetime import date, timedelta

from dangban.lib.days import FRIDAY
from dangban.workforce import holidays


def moved(first: date, days: int) -> list[date]:
    """Of so many days from `first` on, by the company's calendar of holidays."""
    kinds = holidays.kinds(first, first + timedelta(days=days))
    return [day for day, kind in sorted(kinds.items()) if (kind == holidays.WORKDAY) != (day.weekday() <= FRIDAY)]
