"""The clocks of a day as numbers to write into a statement; a range is cut where one of them changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta

from dangban.conversations.clauses import (
    FIRST_REPLY,
    HOUSE_WINDOW,
    LONG_RECEPTION,
    REPLY_WINDOW,
    REPLY_WITHIN,
    SLOW_REPLY,
    TURN_REPLY,
)
from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.performance.clauses import JD_WINDOW, JD_WITHIN, PDD_VOID, PDD_WINDOW, PDD_WITHIN
from dangban.performance.facts.families import within

_TIMES = {
    "first_ms": FIRST_REPLY, "turn_ms": TURN_REPLY, "slow_ms": SLOW_REPLY, "long_ms": LONG_RECEPTION,
    "taobao_ms": REPLY_WITHIN, "jd_ms": JD_WITHIN, "pdd_ms": PDD_WITHIN, "pdd_void_ms": PDD_VOID,
}  # fmt: skip
_WINDOWS = {"taobao": REPLY_WINDOW, "jd": JD_WINDOW, "pdd": PDD_WINDOW, "house": HOUSE_WINDOW}


def values(rules: Rules) -> dict[str, int | str]:
    times: dict[str, int | str] = {name: int(rules[clause].total_seconds() * 1000) for name, clause in _TIMES.items()}
    return times | {name: within(rules[clause]) for name, clause in _WINDOWS.items()}


def of_day(day: date) -> Rules:
    return in_force(clock.at_local(day, time(12)))


def stretches(first: date, last: date) -> Iterator[tuple[date, date, dict[str, int | str]]]:
    """The range cut where a clock has another value: a change of the handbook in mid-month counts from its day."""
    since, now = first, values(of_day(first))
    day = first
    while day < last:
        day += timedelta(days=1)
        then = values(of_day(day))
        if then != now:
            yield since, day - timedelta(days=1), now
            since, now = day, then
    yield since, last, now
