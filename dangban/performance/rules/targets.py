"""Targets of a month, broken down to weeks and days without a fen lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta


def days_of(amount: int, days: Sequence[date], weights: Mapping[date, int] | None = None) -> dict[date, int]:
    """The part of each day, by its weight (equal where none is given); the parts add up to the whole."""
    found: dict[date, int] = {}
    total = sum(weights.get(day, 0) for day in days) if weights else len(days)
    if not total:
        weights, total = None, len(days)
    done = used = 0
    for day in days:
        used += weights.get(day, 0) if weights else 1
        upto = amount * used // total
        found[day] = upto - done
        done = upto
    return found


def weeks(days: Mapping[date, int]) -> list[tuple[date, date, int]]:
    """The days gathered into weeks from Monday; the first and the last may be short."""
    found: list[tuple[date, date, int]] = []
    for day in sorted(days):
        if found and day.weekday() != 0:
            first, _last, amount = found[-1]
            found[-1] = (first, day, amount + days[day])
        else:
            found.append((day, day, days[day]))
    return found


def due_by(days: Mapping[date, int], day: date) -> int:
    """What should be reached by the end of a day."""
    return sum(amount for when, amount in days.items() if when <= day)


def month_days(month: date) -> list[date]:
    first = month.replace(day=1)
    following = (first + timedelta(days=31)).replace(day=1)
    return [first + timedelta(days=step) for step in range((following - first).days)]
