"""Days of the company's calendar for instants that are given; nothing here asks what time it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from dangban.lib import clock

FRIDAY = 4


def day_of(at: datetime) -> date:
    """The company's day on which an instant falls."""
    return clock.business_day(at)


def typed_day(written: str) -> date | None:
    """A day that somebody wrote as 2026-11-19; None for what is none, or lies where no calendar of ours reaches."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def end_of(day: date) -> datetime:
    """The last second of a company day."""
    return clock.at_local(day, time(23, 59, 59))


def working_day_after(day: date, count: int, moved: Collection[date] = ()) -> date:
    """The nth working day after a day: Monday to Friday, and the other way round for days that a holiday has moved."""
    while count > 0:
        day += timedelta(days=1)
        count -= (day.weekday() <= FRIDAY) != (day in moved)
    return day


def in_chinese(at: datetime) -> str:
    """An instant as it is told to a customer: 11月24日 18:00."""
    wall = clock.local(at)
    return f"{wall.month}月{wall.day}日 {wall:%H:%M}"


def in_english(at: datetime) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}"


def month_of(day: date) -> date:
    """The first day of its month: what a month is named by."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def last_of_month(day: date) -> date:
    return next_month(day) - timedelta(days=1)


def span_of_days(first: date, last: date) -> list[date]:
    """Each day from the first to the last, both with it."""
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
