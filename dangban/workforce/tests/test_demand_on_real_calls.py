"""The arithmetic of demand against a month of real calls: skipped where the data isn't there."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from datetime import date
from functools import cache

from dangban.testing.datasets import dataset
from dangban.workforce.demand import erlang
from dangban.workforce.demand.forecast import SLOTS, Counted, DayKind, Given, forecast, wape


def told(text: str) -> None:
    sys.stdout.write(text + "\n")


@cache
def calls() -> list[dict[str, str]]:
    with dataset("call_volume/anonymous_bank_1999_02.txt").open(encoding="utf-8", newline=None) as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def slot(row: dict[str, str]) -> tuple[date, int]:
    day = date(1900 + int(row["date"][:2]), int(row["date"][2:4]), int(row["date"][4:]))
    hour, minute, _second = (int(part) for part in row["vru_entry"].split(":"))
    return day, hour * 2 + minute // 30


def days() -> list[Counted]:
    came = Counter(slot(row) for row in calls())
    return [
        Counted(DayKind(day), tuple(float(came[day, one]) for one in range(SLOTS)))
        for day in sorted({day for day, _slot in came})
    ]


def test_a_week_of_calls_is_foretold_from_the_three_before_it() -> None:
    found = days()
    assert len(found) == 28
    past, week = found[:21], found[21:]
    said = forecast(past, [one.kind for one in week], Given())
    by_slot = wape((n for one in week for n in one.slots), (n for one in said for n in one.slots))
    by_day = wape((one.total for one in week), (one.total for one in said))
    told(f"missed per half hour {by_slot:.1%}, per day {by_day:.1%}")
    assert by_slot is not None
    assert by_slot < 0.3
    # Nobody calls before seven; most call before noon.
    workday = next(one for one in said if one.kind.day.weekday() == 0)
    assert sum(workday.slots[2:12]) < 0.02 * workday.total
    assert max(range(SLOTS), key=workday.slots.__getitem__) in range(16, 30)


def test_as_many_leave_as_the_queue_with_patience_says() -> None:
    """Half hours of ordinary mornings: agents at work, calls, handling and patience as they were."""
    rows = [row for row in calls() if row["outcome"] in ("AGENT", "HANG") and 18 <= slot(row)[1] < 30]
    served = [row for row in rows if row["outcome"] == "AGENT"]
    handling = sum(int(row["ser_time"]) for row in served) / len(served)
    left = sum(row["outcome"] == "HANG" for row in rows)
    patience = sum(int(row["q_time"]) for row in rows) / left
    agents: dict[tuple[date, int], set[str]] = {}
    for row in served:
        agents.setdefault(slot(row), set()).add(row["server"])
    came = Counter(slot(row) for row in rows)
    expected = sum(
        count * erlang.erlang_a(count / 1800, handling, len(agents.get(key, ())), 30, patience).leaves
        for key, count in came.items()
    )
    told(f"left {left} of {len(rows)}, expected {expected:.0f}; handling {handling:.0f} s, patience {patience:.0f} s")
    assert 0.4 < expected / left < 2.0
