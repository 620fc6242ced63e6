"""When customers come: the rhythm of recorded calls, or an even trickle."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from random import Random

# Seconds between two customers where no recording says otherwise.
EVENLY = 12.0


def recorded(path: Path) -> list[float]:
    """Arrivals of a call list in seconds since the first, in order; its columns are told by its header."""
    with path.open(encoding="utf-8", errors="replace") as file:
        header = file.readline().rstrip("\n").split("\t")
        date, entry = header.index("date"), header.index("vru_entry")
        rows = (line.rstrip("\n").split("\t") for line in file)
        moments = sorted(filter(None, (_moment(row, date, entry) for row in rows)))
    return [(moment - moments[0]).total_seconds() for moment in moments]


def drawn(offsets: list[float], count: int, random: Random) -> list[float]:
    """A stretch of `count` arrivals from somewhere in the recording, beginning at nought.

    Nights are passed over: between two of them never lies more than a quarter of an hour.
    """
    if not offsets:
        return [index * EVENLY for index in range(count)]
    start = random.randrange(max(1, len(offsets) - count))
    stretch = [offsets[(start + index) % len(offsets)] for index in range(count)]
    return list(_without_nights(stretch))


def _without_nights(stretch: list[float]) -> Iterable[float]:
    at, before = 0.0, stretch[0]
    for offset in stretch:
        at += min(900.0, max(0.0, offset - before))
        before = offset
        yield at


def _moment(row: list[str], date: int, entry: int) -> datetime | None:
    if len(row) <= max(date, entry):
        return None
    try:
        return datetime.strptime(f"{row[date]} {row[entry]} +0000", "%y%m%d %H:%M:%S %z")
    except ValueError:
        return None
