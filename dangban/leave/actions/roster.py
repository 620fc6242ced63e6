"""What approved leave does to duty: whole days go out, half days are cut; taken back, they return."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any

from dangban.journal.actions import HasActor
from dangban.leave import facts
from dangban.leave.models import LeaveRequest, Part
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Said
from dangban.people.access import members_of
from dangban.workforce.actions import CORRECTED_WITHIN, change_shifts
from dangban.workforce.models import DutyPeriod


def clear(request: LeaveRequest, *, by: HasActor, at: datetime) -> list[dict[str, Any]]:
    """Take the shifts of these days out, or cut them in half; returns them as they were, with those of the day that stay.

    Duty that was served stays on record, and what lies more than a week back is no longer changed.
    """
    kept = []
    for day in facts.all_days(request.first_day, request.last_day):
        duties = facts.duties_of(request.person, day)
        left = {duty.pk: [] if request.part == Part.DAY else list(_left(duty, duties, request.part)) for duty in duties}
        taken = [duty for duty in duties if not _is_settled(duty, day, at) and left[duty.pk] != [_stretch(duty)]]
        beside = [duty.starts_at.isoformat() for duty in duties if duty not in taken]
        for duty in taken:
            kept.append(_told(duty) | {"beside": beside})
            change_shifts(request.person, duty.team, day, [duty], left[duty.pk], by=by.actor, at=at, source="leave")
    return kept


def _left(duty: DutyPeriod, duties: Sequence[DutyPeriod], part: str) -> Iterator[tuple[str, datetime, datetime]]:
    """What half a day of leave leaves of a shift: its half, where the day has no other; of two that lie apart the one.

    The half of a night shift that begins after midnight still belongs to the day on which the night began.
    """
    first, last = min(one.starts_at for one in duties), max(one.ends_at for one in duties)
    middle = first + (last - first) / 2
    starts, ends = (max(duty.starts_at, middle), duty.ends_at) if part == Part.MORNING else (duty.starts_at, min(duty.ends_at, middle))
    if starts < ends:
        yield duty.name, starts, ends


def _stretch(duty: DutyPeriod) -> tuple[str, datetime, datetime]:
    return duty.name, duty.starts_at, duty.ends_at


def _is_settled(duty: DutyPeriod, day: date, at: datetime) -> bool:
    return duty.ended_at is not None or duty.extensions.exists() or day < clock.business_day(at) - CORRECTED_WITHIN


def put_back(request: LeaveRequest, *, at: datetime) -> list[date]:
    """The shifts that leave took out, all of a day, from today on, where nothing else was entered since; returns the days."""
    back = []
    today = clock.business_day(at)
    for iso, kept in groupby(request.cleared, key=lambda kept: kept["day"]):
        day, rows = date.fromisoformat(iso), list(kept)
        were = [_stretch(facts.as_duty(request, one)) for one in rows]
        beside = rows[0].get("beside", [])
        there = [one for one in facts.duties_of(request.person, day) if one.starts_at.isoformat() not in beside]
        if day < today or request.team is None or any(one.source != "leave" for one in there):
            continue
        if not members_of([request.team.pk]).filter(pk=request.person_id).exists():
            continue
        try:
            source = rows[0].get("source", "manual")
            change_shifts(request.person, request.team, day, there, were, by=SYSTEM, at=at, source=source)
        except Said:
            # Something else was planned around it meanwhile: the roster's maker sees the gap.
            continue
        back.append(day)
    return back


def _told(duty: DutyPeriod) -> dict[str, str]:
    return {
        "day": duty.day.isoformat(), "name": duty.name, "starts_at": duty.starts_at.isoformat(),
        "ends_at": duty.ends_at.isoformat(), "source": duty.source,
    }  # fmt: skip
