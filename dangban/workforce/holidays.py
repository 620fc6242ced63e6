"""What kind of day a day is: worked, off or a statutory holiday."""

from __future__ import annotations

from datetime import date, timedelta

from dangban.lib.days import FRIDAY
from dangban.workforce import state_calendar
from dangban.workforce.models import Holiday
from dangban.workforce.state_calendar import OFF, STATUTORY, WORKDAY

__all__ = ["OFF", "STATUTORY", "WORKDAY", "fill_missing", "kind_of", "kinds", "missing_years", "named"]


def kind_of(day: date) -> str:
    """``statutory``, ``off`` or ``workday``; without an entry, what its weekday says."""
    return kinds(day, day)[day]


def kinds(first: date, last: date) -> dict[date, str]:
    """The kind of every day from first to last, in one query."""
    entered = dict(Holiday.objects.filter(day__gte=first, day__lte=last).values_list("day", "kind"))
    days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return {day: entered.get(day) or _by_weekday(day) for day in days}


def named(first: date, last: date) -> dict[date, Holiday]:
    return {one.day: one for one in Holiday.objects.filter(day__gte=first, day__lte=last).order_by("day")}


def missing_years(first: date, last: date) -> list[int]:
    """Years whose holidays are not known, so that every day is what its weekday says: none of the law's is entered.

    A day of the company's own, entered early, doesn't make a year known.
    """
    wanted = range(first.year, last.year + 1)
    span = Holiday.objects.filter(day__year__gte=first.year, day__year__lte=last.year, kind=STATUTORY)
    known = {day.year for day in span.values_list("day", flat=True)}
    return [year for year in wanted if year not in known]


def fill_missing() -> int:
    """Enter the years the state calendar knows and we don't; days that were entered by hand stay. Returns how many days."""
    years = state_calendar.known_years()
    missing = set(missing_years(date(years[0], 1, 1), date(years[-1], 12, 31)))
    entered = set(Holiday.objects.filter(day__year__in=missing).values_list("day", flat=True))
    rows = [
        Holiday(day=day, kind=kind, name=name, source=Holiday.Source.CALENDAR)
        for year in sorted(missing)
        for day, kind, name in state_calendar.of_year(year)
        if day not in entered
    ]
    Holiday.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _by_weekday(day: date) -> str:
    return WORKDAY if day.weekday() <= FRIDAY else OFF
