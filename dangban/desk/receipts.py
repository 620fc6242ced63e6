"""The clocks of must-read notices: readers are reminded once, and a clock ends when nobody is asked any more."""

from __future__ import annotations

from datetime import datetime

from django.db import close_old_connections

from dangban.desk import queries
from dangban.desk.actions import cancel_deadlines, meet_deadline, remind_readers
from dangban.desk.models import Deadline, Notice
from dangban.lib import clock
from dangban.lib.actor import SYSTEM

EVERY_SECONDS = 10.0


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(at: datetime) -> int:
    """Remind, and end clocks; returns how many were reminded of or ended."""
    running = Deadline.objects.filter(
        subject_kind=queries.NOTICE, kind=queries.RECEIPTS, met_at=None, cancelled_at=None
    )
    clocks = {deadline.subject_id: deadline for deadline in running}
    return sum(_look_at(notice, clocks[notice.pk], at) for notice in Notice.objects.filter(pk__in=clocks))


def _look_at(notice: Notice, deadline: Deadline, at: datetime) -> bool:
    if notice.until is not None and notice.until <= at and deadline.missed_at is not None:
        return bool(cancel_deadlines(notice, by=SYSTEM, kinds=[queries.RECEIPTS], reason="over", at=at))
    if not queries.readers_wanted(notice).exists():
        # The last of them has left, or two confirmed in the same moment.
        return meet_deadline(notice, queries.RECEIPTS, by=SYSTEM, at=at) is not None
    if notice.reminded_at is None and deadline.warn_at is not None and deadline.warn_at <= at:
        return bool(remind_readers(notice, at=at))
    return False
