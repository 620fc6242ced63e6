"""Attendance and conduct of a day, from the rooms that judge them; of no shop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from dangban.attendance.models import ShiftRecord
from dangban.quality.models import Commendation, Offence

Counted = tuple[date, int, str, int]


def sums(first: date, last: date) -> dict[tuple[date, int, int], dict[str, int]]:
    """By day, no shop and person. Who was on no roster has no attendance; who was, has zeros where nothing was amiss."""
    found: dict[tuple[date, int, int], dict[str, int]] = defaultdict(dict)
    for day, person, column, number in (*_shifts(first, last), *_conduct(first, last)):
        row = found[day, 0, person]
        row[column] = row.get(column, 0) + number
    return found


def _shifts(first: date, last: date) -> Iterator[Counted]:
    """Judged shifts only: what could not be judged is neither kept nor missed. Approved leave is not due."""
    rows = ShiftRecord.objects.filter(day__gte=first, day__lte=last, state=ShiftRecord.State.JUDGED)
    fields = ("day", "person", "late_minutes", "early_minutes", "excused", "absence_days", "leave_share")
    for day, person, late, early, excused, absent, leave in rows.values_list(*fields):
        if leave >= 1:
            continue
        yield day, person, "shifts", 1
        yield day, person, "attended", int(not absent)
        yield day, person, "lates", 0 if excused else int(late > 0) + int(early > 0)
        yield day, person, "absences", int(absent > 0)


def _conduct(first: date, last: date) -> Iterator[Counted]:
    final = Offence.objects.filter(happened_on__gte=first, happened_on__lte=last, state=Offence.State.FINAL)
    for day, person in final.values_list("happened_on", "person"):
        yield day, person, "sanctions", 1
    good = Commendation.objects.filter(day__gte=first, day__lte=last, withdrawn_at=None)
    for day, person, kind in good.values_list("day", "person", "kind"):
        yield day, person, "commendations", 1
        if kind == Commendation.Kind.PAGE_FAULT:
            yield day, person, "anomalies", 1
