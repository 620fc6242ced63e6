"""The only place that asks what time it is.

Instants are aware datetimes in UTC. The company's time zone decides what day an instant belongs
to; where the day is cut (a night shift may belong to the day before) is the caller's rule.
"""

from __future__ import annotations

import contextlib
import time as _time
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

COMPANY_ZONE = ZoneInfo("Asia/Shanghai")

_frozen: ContextVar[datetime | None] = ContextVar("dangban_frozen_clock", default=None)


def now() -> datetime:
    """The present instant in UTC, or the frozen one inside `frozen`."""
    return _frozen.get() or datetime.now(UTC)


def monotonic() -> float:
    """Seconds on a clock that never jumps, for measuring spans; never frozen."""
    return _time.monotonic()


def set_company_zone(name: str) -> None:
    """Choose the zone in which the company's days begin and end; called once, at start."""
    global COMPANY_ZONE
    COMPANY_ZONE = ZoneInfo(name)


def local(at: datetime) -> datetime:
    """The same instant on the company's wall clock."""
    return at.astimezone(COMPANY_ZONE)


def business_day(at: datetime, cut: time = time(0)) -> date:
    """The company day an instant belongs to; before `cut` it still belongs to the day before."""
    wall = local(at)
    return wall.date() if wall.time() >= cut else wall.date() - timedelta(days=1)


def at_local(day: date, wall: time) -> datetime:
    """The instant at which the company's clock shows `wall` on `day`, in UTC."""
    return datetime.combine(day, wall, COMPANY_ZONE).astimezone(UTC)


def day_span(day: date, cut: time = time(0)) -> tuple[datetime, datetime]:
    """The half-open span of instants that belong to a company day."""
    return at_local(day, cut), at_local(day + timedelta(days=1), cut)


def from_ms(value: int) -> datetime:
    """An instant from milliseconds since 1970; raises ValueError outside what a datetime can hold."""
    try:
        return datetime.fromtimestamp(value / 1000, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{value} ms is not an instant") from error


def to_ms(at: datetime) -> int:
    """Milliseconds since 1970, the form in which instants travel to pages."""
    return round(at.timestamp() * 1000)


@contextlib.contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` within this context (tests, and building demonstration data)."""
    if at.tzinfo is None:
        raise ValueError("a frozen clock needs a time zone")
    token = _frozen.set(at.astimezone(UTC))
    try:
        yield
    finally:
        _frozen.reset(token)
