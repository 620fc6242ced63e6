"""Table of cases of the clock: when it runs out, and how it counts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.desk import rules
from dangban.testing.cast import at

HOURS_8 = timedelta(hours=8)
DAY_SHIFTS = [(at("11-19 08:00"), at("11-19 16:00")), (at("11-20 08:00"), at("11-20 16:00"))]
NIGHT_SHIFTS = [(at("11-19 17:00"), at("11-20 01:00")), (at("11-20 17:00"), at("11-21 01:00"))]


@pytest.mark.parametrize(
    ("since", "allowed", "used", "duty", "due"),
    [
        pytest.param("11-19 10:00", 10, 0, None, "11-19 10:10", id="round the clock it just runs"),
        pytest.param("11-19 10:00", 10, 4, None, "11-19 10:06", id="what was used before a pause counts"),
        pytest.param("11-19 10:00", 10, 12, None, "11-19 10:00", id="resumed after it ran out it is due at once"),
        pytest.param("11-19 15:50", 30, 0, DAY_SHIFTS, "11-20 08:20", id="the rest of it runs next morning"),
        pytest.param("11-19 20:00", 30, 0, DAY_SHIFTS, "11-20 08:30", id="begun off duty it waits for the shift"),
        pytest.param("11-19 15:30", 30, 0, DAY_SHIFTS, "11-19 16:00", id="used up exactly at the end of the shift"),
        pytest.param("11-20 00:50", 30, 0, NIGHT_SHIFTS, "11-20 17:20", id="a night shift crosses midnight"),
        pytest.param("11-19 23:50", 30, 0, NIGHT_SHIFTS, "11-20 00:20", id="midnight stops nothing"),
        pytest.param("11-30 23:50", 30, 0, None, "12-01 00:20", id="the month ends on the way"),
        pytest.param("11-20 15:50", 30, 0, DAY_SHIFTS, None, id="duty is not planned that far"),
    ],
)
def test_when_it_runs_out(since, allowed, used, duty, due) -> None:
    timing = rules.timing(
        since=at(since), allowed=timedelta(minutes=allowed), used=timedelta(minutes=used), warn=timedelta(), duty=duty
    )
    assert timing.due_at == (at(due) if due else None)
    assert timing.warn_at is None


@pytest.mark.parametrize(
    ("allowed", "used", "warn", "expected"),
    [
        pytest.param(60, 0, 10, "11-19 10:50", id="ten minutes before it runs out"),
        pytest.param(60, 55, 10, "11-19 10:00", id="resumed inside the warning it warns at once"),
        pytest.param(10, 0, 10, None, id="a warning as long as the clock is none"),
        pytest.param(10, 0, 0, None, id="no warning wanted"),
    ],
)
def test_when_it_warns(allowed, used, warn, expected) -> None:
    timing = rules.timing(
        since=at("11-19 10:00"), allowed=timedelta(minutes=allowed), used=timedelta(minutes=used),
        warn=timedelta(minutes=warn), duty=None,
    )  # fmt: skip
    assert timing.warn_at == (at(expected) if expected else None)


def test_the_warning_counts_duty_time_too() -> None:
    timing = rules.timing(
        since=at("11-19 15:50"), allowed=timedelta(minutes=30), used=timedelta(), warn=timedelta(minutes=15),
        duty=DAY_SHIFTS,
    )  # fmt: skip
    assert timing.warn_at == at("11-20 08:05")


@pytest.mark.parametrize(
    ("since", "until", "duty", "minutes"),
    [
        pytest.param("11-19 15:50", "11-20 08:20", DAY_SHIFTS, 30, id="only shifts count"),
        pytest.param("11-19 15:50", "11-20 08:20", None, 990, id="round the clock all counts"),
        pytest.param("11-19 10:00", "11-19 09:00", None, 0, id="a clock set back counts nothing"),
    ],
)
def test_how_it_counts(since, until, duty, minutes) -> None:
    assert rules.elapsed(at(since), at(until), duty) == timedelta(minutes=minutes)
