"""The state's calendar of holidays and make-up workdays, as far as it is known; no rows, no clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar import constants

STATUTORY, OFF, WORKDAY = "statutory", "off", "workday"
# Older calendars decide nothing any more.
FILLED_FROM = 2020

# First day of the lunar year, Qingming, Dragon Boat, Mid-Autumn: what the law itself names moves with the moon.
_MOON = {
    2020: ("01-25", "04-04", "06-25", "10-01"),
    2021: ("02-12", "04-04", "06-14", "09-21"),
    2022: ("02-01", "04-05", "06-03", "09-10"),
    2023: ("01-22", "04-05", "06-22", "09-29"),
    2024: ("02-10", "04-04", "06-10", "09-17"),
    2025: ("01-29", "04-04", "05-31", "10-06"),
    2026: ("02-17", "04-05", "06-19", "09-25"),
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
}
# Since 2025 New Year's Eve and the second of May are holidays of the law too.
_LONGER_SINCE = 2025


def known_years() -> list[int]:
    """The years the calendar that came with the program tells of."""
    return sorted(year for year in {day.year for day in constants.holidays} if year >= FILLED_FROM)


def of_year(year: int) -> Iterator[tuple[date, str, str]]:
    """The days of a year that differ from their weekday, with kind and name; none where it doesn't reach."""
    by_law = statutory_days(year)
    for day in sorted(constants.holidays):
        if day.year == year:
            yield day, STATUTORY if day in by_law else OFF, _name(day)
    for day in sorted(constants.workdays):
        if day.year == year:
            yield day, WORKDAY, _name(day)


@cache
def statutory_days(year: int) -> frozenset[date]:
    """The days the law itself names (全国年节及纪念日放假办法), on which work is paid threefold."""
    fixed = ["01-01", "05-01", "10-01", "10-02", "10-03"]
    if year >= _LONGER_SINCE:
        fixed.append("05-02")
    days = {date.fromisoformat(f"{year}-{day}") for day in fixed}
    if year not in _MOON:
        return frozenset(days)
    new_year, *others = (date.fromisoformat(f"{year}-{day}") for day in _MOON[year])
    eve = -1 if year >= _LONGER_SINCE else 0
    return frozenset({*days, *others, *(new_year + timedelta(days=offset) for offset in range(eve, 3))})


def _name(day: date) -> str:
    _is_off, english = chinese_calendar.get_holiday_detail(day)
    found = next((one for one in constants.Holiday if one.value == english), None)
    return found.chinese if found else ""
