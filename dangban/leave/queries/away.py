"""Who is on leave on which days, for rosters, attendance and pay."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dangban.handbook.current import in_force_so_far
from dangban.leave.clauses import PRIVATE_YEAR
from dangban.leave.models import Kind, LeaveDate, LeaveRequest, Part
from dangban.leave.rules import kinds
from dangban.leave.rules.balances import HALF, NOTHING
from dangban.lib import clock
from dangban.workforce.models import DutyPeriod
from dangban.workforce.ports import Away

ONE = Decimal(1)
STANDING = (LeaveRequest.State.ASKED, LeaveRequest.State.CALLED, LeaveRequest.State.APPROVED)


@dataclass(frozen=True, slots=True)
class LeaveDay:
    """A day, or half of one, that somebody is on leave and would otherwise have worked.

    `paid_points` is the part of the wage in hundredths of a percent. `is_absence`: approved private leave beyond
    what a year allows, which counts as absence. What isn't approved is leave only by wish.
    """

    person_id: int
    day: date
    kind: str
    share: Decimal
    paid: bool
    approved: bool
    request_id: int
    paid_points: int = 10_000
    is_absence: bool = False
    part: str = "day"
    state: str = "approved"

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


def on_leave(person_ids: Collection[int], first: date, last: date) -> list[LeaveDay]:
    """Leave asked for and granted, by person and day (two queries, three where there is private leave)."""
    dates = list(
        LeaveDate.objects.filter(person__in=person_ids, day__gte=first, day__lte=last, counts=True)
        .select_related("request").order_by("person_id", "day", "part")
    )  # fmt: skip
    beyond = _beyond_the_year({one.person_id for one in dates if one.request.kind == Kind.PRIVATE}, first, last)
    return [_day(one, beyond) for one in dates]


def _day(one: LeaveDate, beyond: Collection[int]) -> LeaveDay:
    rules = in_force_so_far(clock.day_span(one.day)[0])
    kind, state = one.request.kind, one.request.state
    is_absence = one.pk in beyond
    points = 0 if is_absence else kinds.paid_points(kind, rules)
    return LeaveDay(
        one.person_id, one.day, kind, ONE if one.part == Part.DAY else HALF, points == 10_000,
        state == LeaveRequest.State.APPROVED, one.request_id, points, is_absence, one.part, state,
    )  # fmt: skip


def _beyond_the_year(person_ids: Collection[int], first: date, last: date) -> set[int]:
    """Approved days of private leave that lie, counted in the order of the calendar, above a year's limit."""
    if not person_ids:
        return set()
    whole = LeaveDate.objects.filter(
        person__in=person_ids, request__kind=Kind.PRIVATE, request__state=LeaveRequest.State.APPROVED, counts=True,
        day__gte=date(first.year, 1, 1), day__lte=last,
    ).order_by("day", "part")  # fmt: skip
    so_far: dict[tuple[int, int], Decimal] = {}
    found = set()
    for pk, person_id, day, part in whole.values_list("pk", "person_id", "day", "part"):
        key = person_id, day.year
        so_far[key] = so_far.get(key, NOTHING) + (ONE if part == Part.DAY else HALF)
        rules = in_force_so_far(clock.day_span(day)[0])
        if rules.has(PRIVATE_YEAR) and so_far[key] > rules[PRIVATE_YEAR]:
            found.add(pk)
    return found


def away(person_ids: Sequence[int], first: date, last: date) -> Iterable[Away]:
    """For rosters: also the free days inside a leave. Half a day goes from the middle of the shift that is entered."""
    dates = list(
        LeaveDate.objects.filter(person__in=person_ids, day__gte=first, day__lte=last)
        .select_related("request").order_by("person_id", "day", "part")
    )  # fmt: skip
    halves = {(one.person_id, one.day) for one in dates if one.part != Part.DAY}
    duties: dict[tuple[int, date], list[DutyPeriod]] = {}
    if halves:
        for duty in DutyPeriod.objects.filter(person__in={pk for pk, _day in halves}, day__in={day for _pk, day in halves}):
            duties.setdefault((duty.person_id, duty.day), []).append(duty)
    for one in dates:
        request = one.request
        approved, label = request.state == LeaveRequest.State.APPROVED, str(request.get_kind_display())
        if one.part == Part.DAY:
            yield Away(one.person_id, one.day, one.day, request.kind, label, approved)
            continue
        starts, ends = _half(one, duties.get((one.person_id, one.day), []))
        yield Away(one.person_id, one.day, one.day, request.kind, label, approved, starts, ends)


def _half(one: LeaveDate, duties: Sequence[DutyPeriod]) -> tuple[datetime, datetime]:
    """The instants of half a day off. A shift that was cut already has the other half; then it is the rest of the day."""
    cut = [kept for kept in one.request.cleared if kept["day"] == one.day.isoformat()]
    beside = cut[0].get("beside", []) if cut else []
    spans = [cut_span(kept) for kept in cut]
    spans += [(duty.starts_at, duty.ends_at) for duty in duties if not cut or duty.starts_at.isoformat() in beside]
    spans = spans or [clock.day_span(one.day)]
    starts, ends = min(span[0] for span in spans), max(span[1] for span in spans)
    middle = starts + (ends - starts) / 2
    return (starts, middle) if one.part == Part.MORNING else (middle, ends)


def cut_span(kept: dict[str, str]) -> tuple[datetime, datetime]:
    """The instants of a shift as it was before leave took it."""
    return datetime.fromisoformat(kept["starts_at"]), datetime.fromisoformat(kept["ends_at"])
