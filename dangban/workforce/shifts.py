"""Shifts as the handbook names them, laid upon a day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dangban.lib import clock

WRITTEN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~～至到]\s*(\d{1,2})[:：](\d{2})")


@dataclass(frozen=True, slots=True)
class Shift:
    """A named stretch of the day; one that ends before it begins ends on the next day."""

    name: str
    begins: time
    ends: time

    @classmethod
    def between(cls, name: str, starts_at: datetime, ends_at: datetime) -> Shift:
        """The shift that a stretch of duty was."""
        return cls(name, clock.local(starts_at).time(), clock.local(ends_at).time())

    @property
    def crosses_midnight(self) -> bool:
        return self.ends <= self.begins

    def on(self, day: date) -> tuple[datetime, datetime]:
        """The instants of this shift when it begins on `day`."""
        last = day + timedelta(days=1) if self.crosses_midnight else day
        return clock.at_local(day, self.begins), clock.at_local(last, self.ends)

    @property
    def hours(self) -> str:
        return f"{self.begins:%H:%M}-{_shown(self.ends)}"


def read_hours(text: str) -> tuple[time, time] | None:
    """``8:30-17:30`` as somebody types it, full-width colons and dashes too; ``24:00`` is midnight."""
    match = WRITTEN.fullmatch(text.strip())
    if not match:
        return None
    begins = _time(int(match[1]), int(match[2]))
    ends = _time(int(match[3]), int(match[4]))
    return (begins, ends) if begins is not None and ends is not None and begins != ends else None


def _shown(end: time) -> str:
    return f"{end:%H:%M}" if end != time(0) else "24:00"


def _time(hour: int, minute: int) -> time | None:
    if (hour, minute) == (24, 0):
        return time(0)
    return time(hour, minute) if hour < 24 and minute < 60 else None
