"""The handbook in force, kept in memory: reading it costs microseconds, not queries.

A stamp row tells whether another process has adopted something; it is looked at no more than once
a second, and never from inside an event loop (the background watch does it there).
"""

from __future__ import annotations

import asyncio
import math
import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection

from dangban.lib import clock

from .loader import Layer, preset, read_layers
from .models import BoundLift, Stamp, Version
from .rulebook import MIDNIGHT, Handbook, Rules, RuleValue
from .shapes import discover


class NoHandbook(LookupError):
    """No adopted handbook covers the day."""

    def __init__(self, at: datetime) -> None:
        day = clock.business_day(at)
        super().__init__(
            f"no handbook is in force on {day}; adopt one that is: dangban handbook adopt presets/default"
        )
        self.day = day


@dataclass
class Segment:
    """A stretch of time in which no rule changes."""

    version: int
    handbook: Handbook
    day: date
    lifted: frozenset[str]

    @cached_property
    def table(self) -> Mapping[str, RuleValue[Any]]:
        return self.handbook.table(self.day)


@dataclass
class Snapshot:
    """Everything adopted, cut into segments."""

    stamp: int
    starts: Sequence[datetime] = ()
    segments: Sequence[Segment] = ()

    def rules(self, at: datetime) -> Rules:
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            raise NoHandbook(at)
        segment = self.segments[index]
        return Rules(segment.table, at, segment.lifted, segment.version)


DEFAULT = "default"

_lock = threading.Lock()
_snapshot: Snapshot | None = None
_next_check = -math.inf
_handbooks: dict[str, Handbook] = {}


def in_force(at: datetime | None = None) -> Rules:
    """The rules for an event at `at` (now, if not given), under the version in effect that day."""
    return _current().rules(at or clock.now())


def in_force_so_far(at: datetime | None = None) -> Rules:
    """The same where no handbook need have been adopted yet: then no rule has a value."""
    at = at or clock.now()
    try:
        return in_force(at)
    except NoHandbook:
        return Rules({}, at)


def in_force_or_first(at: datetime) -> Rules:
    """What somebody is owed (wages, probation, rest days, leave) goes by the first handbook where there was none yet: a
    company begins with it in the middle of a month and of a year, with people who are there already."""
    snapshot = _current()
    return snapshot.rules(max(at, snapshot.starts[0])) if snapshot.starts else Rules({}, at)


def known_at(at: datetime, known: datetime) -> Rules:
    """The rules for an event at `at` as they were known at an earlier instant: later adoptions left out."""
    adopted = Version.objects.filter(adopted_at__lte=known)
    return _read(Stamp(number=-1), adopted).rules(at)


def refresh() -> None:
    """Look at the stamp now, and read what was adopted since."""
    global _snapshot, _next_check
    with _lock:
        stamp = Stamp.objects.first() or Stamp(number=0)
        if _snapshot is None or _snapshot.stamp != stamp.number:
            _snapshot = _read(stamp, Version.objects.all())
        _next_check = clock.monotonic() + getattr(settings, "HANDBOOK_CHECK_SECONDS", 1.0)


def forget() -> None:
    """Drop what is kept in memory; the next reader asks the database."""
    global _snapshot
    with _lock:
        _snapshot = None


def handbook_of(version: Version) -> Handbook:
    """A version's handbook, parsed once per process.

    Rules that the program learned to read after the adoption come from its present default
    handbook, if the version took over from the default of its time.
    """
    found = _handbooks.get(version.content_hash)
    if found is None:
        layers = layers_of(version)
        if layers[-1].name == DEFAULT:
            layers += preset(DEFAULT).layers
        found = read_layers(layers, discover(), as_adopted=True)
        _handbooks[version.content_hash] = found
    return found


def layers_of(version: Version) -> list[Layer]:
    """The files of a version as they were adopted."""
    return [Layer(layer["name"], layer["files"]) for layer in version.source]


def _current() -> Snapshot:
    snapshot = _snapshot
    if snapshot is not None and (clock.monotonic() < _next_check or _in_event_loop()):
        return snapshot
    if _in_event_loop():
        # Only ever the very first read of a process: the database may not be asked from this thread.
        asker = threading.Thread(target=_refresh_apart)
        asker.start()
        asker.join()
    else:
        refresh()
    if _snapshot is None:
        raise NoHandbook(clock.now())
    return _snapshot


def _refresh_apart() -> None:
    try:
        refresh()
    finally:
        connection.close()


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _read(stamp: Stamp, versions: Any) -> Snapshot:
    # A later adoption with the same effective day replaces the earlier one.
    effective = {version.effective_on: version for version in versions.defer("source").order_by("id")}
    ordered = [effective[day] for day in sorted(effective)]
    lifts = list(BoundLift.objects.all())
    starts: list[datetime] = []
    segments: list[Segment] = []
    for index, version in enumerate(ordered):
        until = ordered[index + 1].effective_on if index + 1 < len(ordered) else None
        handbook = handbook_of(version)
        for start in _turns(version.effective_on, until, handbook, lifts):
            starts.append(start)
            lifted = frozenset(lift.path for lift in lifts if _is_lifted(lift, start))
            segments.append(Segment(version.pk, handbook, clock.business_day(start), lifted))
    return Snapshot(stamp.number, starts, segments)


def _turns(since: date, until: date | None, handbook: Handbook, lifts: Iterable[BoundLift]) -> list[datetime]:
    """The instants from `since` to `until` at which something changes."""
    first = clock.at_local(since, MIDNIGHT)
    last = clock.at_local(until, MIDNIGHT) if until else None
    turns = {first} | {clock.at_local(day, MIDNIGHT) for day in handbook.turning_days}
    turns |= {at for lift in lifts for at in (lift.lifted_at, lift.ended_at) if at is not None}
    return sorted(turn for turn in turns if turn >= first and (last is None or turn < last))


def _is_lifted(lift: BoundLift, at: datetime) -> bool:
    return lift.lifted_at <= at and (lift.ended_at is None or at < lift.ended_at)
