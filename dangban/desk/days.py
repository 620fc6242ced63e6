"""What day it is for the desk, and how often a thing comes again."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta

from dangban.desk import house
from dangban.desk.models import Recurrence
from dangban.lib import clock


def work_day(at: datetime) -> date:
    """The day one works on: until the handbook's end of the day it is still the day before."""
    return clock.business_day(at, house.day_ends(at))


def span(day: date, at: datetime) -> tuple[datetime, datetime]:
    return clock.day_span(day, house.day_ends(at))


def next_time(rule: Recurrence, after: datetime) -> datetime:
    """When a recurring task appears next, after an instant. A month without the day takes its last one."""
    day = clock.local(after).date()
    for ahead in range(366):
        on = day + timedelta(days=ahead)
        instant = clock.at_local(on, rule.appears_at)
        if instant > after and falls_on(rule, on):
            return instant
    raise ValueError(f"{rule} never comes again")


def falls_on(rule: Recurrence, day: date) -> bool:
    if rule.every == Recurrence.Every.WEEK:
        return day.weekday() in rule.weekdays
    if rule.every == Recurrence.Every.MONTH:
        last = calendar.monthrange(day.year, day.month)[1]
        return day.day == min(rule.day_of_month or 1, last)
    return True
