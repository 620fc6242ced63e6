"""What other rooms ask of attendance: the sheet of a person's month, for many people in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, Sum
from django.urls import reverse

from dangban.attendance import clauses
from dangban.attendance.models import (
    Consequence,
    DingTalkAway,
    MonthClose,
    Overtime,
    PunchRepair,
    ShiftRecord,
)
from dangban.attendance.rules import bonus
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because
from dangban.leave import queries as leave
from dangban.lib import clock
from dangban.lib.days import last_of_month, month_of, next_month, span_of_days
from dangban.people.models import Person

State = Consequence.State
Kind = Consequence.Kind
# Away for the company.
ERRAND = "errand"
# What DingTalk approved as leave, of whatever kind.
DINGTALK = "dingtalk"
# Days of rest that are due anyway: taking them is no leave to the bonus.
REST = frozenset({"rest", "in_lieu"})
HALF = Decimal("0.5")
# What still stands, or may yet stand, of what was proposed.
STANDING = (State.PROPOSED, State.CONFIRMED, State.DISPUTED, State.SETTLED)


@dataclass(frozen=True, slots=True)
class Lateness:
    """One shift with lateness or leaving early that counts."""

    record_id: int
    day: date
    minutes: int
    excused: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One consequence as a payslip shows it. `amount_fen` is what is not earned or taken, under the law;
    `days_pay` are days of wage not paid, which whoever pays works out."""

    kind: str
    way: str
    amount_fen: int
    days_pay: Decimal
    packets: int | None
    state: str
    because: Sequence[Mapping[str, Any]]
    ref: str
    url: str
    day: date
    stated_fen: int = 0
    stated_days: Decimal = Decimal(0)
    notice: bool = False
    dismissal: bool = False
    absence_days: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class MonthSheet:
    """A person's month of attendance. `final` once the month is closed; until then figures may change.

    `overtime_minutes` hold the extensions for customers too, where the handbook calls them overtime."""

    person_id: int
    month: date
    days_worked: int = 0
    minutes: int = 0
    late: Sequence[Lateness] = ()
    early: Sequence[Lateness] = ()
    absence_days: Decimal = Decimal(0)
    leave_days: Mapping[str, Decimal] = field(default_factory=dict)
    missed: int = 0
    repairs: int = 0
    full_attendance: bool = False
    bonus_fen: int = 0
    bonus_lines: Sequence[bonus.Condition] = ()
    because: Sequence[Because] = ()
    consequences: Sequence[Line] = ()
    overtime_minutes: int = 0
    extension_minutes: int = 0
    unjudged: Sequence[int] = ()
    # Leave was asked for these and nobody has answered: nothing of the month follows from them yet.
    undecided: Sequence[int] = ()
    final: bool = False
    # What the bonus was held against.
    counted: bonus.Month = field(default_factory=bonus.Month)


def month_sheet(person: Person, month: date) -> MonthSheet:
    return month_sheets([person.pk], month)[person.pk]


def month_sheets(person_ids: Iterable[int], month: date) -> dict[int, MonthSheet]:
    """The sheet of each of these people for the month that `month` lies in."""
    ids, first = list(dict.fromkeys(person_ids)), month_of(month)
    records: dict[int, list[ShiftRecord]] = defaultdict(list)
    for record in ShiftRecord.objects.filter(person_id__in=ids, day__gte=first, day__lte=last_of_month(first)).order_by("day", "starts_at"):
        records[record.person_id].append(record)
    lines, of_days = _lines(ids, first)
    repairs = _repairs(ids, first)
    overtime = overtime_minutes(ids, first, last_of_month(first))
    away, beyond = leave_days(ids, first)
    final, part = is_closed(first), _part_days(ids, first)
    return {
        pk: _sheet(pk, first, records[pk], lines[pk], of_days[pk], repairs.get(pk, 0), overtime.get(pk, 0), away.get(pk, {}), beyond.get(pk, Decimal(0)), part.get(pk), final)
        for pk in ids
    }


def _part_days(ids: Sequence[int], month: date) -> dict[int, int]:
    """Days employed, of those who joined or left within the month."""
    employed = leave.employed_days(Person.objects.filter(pk__in=ids), month, last_of_month(month))
    return {pk: len(here) for pk, here in employed.items() if len(here) < last_of_month(month).day}


def is_closed(month: date) -> bool:
    return MonthClose.objects.filter(month=month_of(month)).exists()


def open_month(month: date) -> date:
    """The month itself, or the one behind the last that is closed: where a correction counts, and is paid. A month left
    open before that one may be older than the first payslip."""
    closed = set(MonthClose.objects.filter(month__gte=month_of(month)).values_list("month", flat=True))
    return next_month(max(closed)) if month_of(month) in closed else month_of(month)


def overtime_minutes(person_ids: Iterable[int], first: date, last: date) -> dict[int, int]:
    """Minutes of overtime that were granted, by the day on which they began."""
    granted = Overtime.objects.filter(
        person_id__in=list(person_ids), day__gte=first, day__lte=last, state=Overtime.State.GRANTED
    )
    return dict(granted.values_list("person_id").annotate(Sum("minutes")).values_list("person_id", "minutes__sum"))


def leave_days(person_ids: Sequence[int], month: date) -> tuple[dict[int, dict[str, Decimal]], dict[int, Decimal]]:
    """Days of approved leave by kind, as the room of leave counts them, and by DingTalk's approvals on other days; and
    apart from them private leave beyond what a year allows, which counts as absence. Errands are no leave."""
    first, last = month_of(month), last_of_month(month)
    found: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    beyond: dict[int, Decimal] = defaultdict(Decimal)
    known = set()
    for one in leave.on_leave(person_ids, first, last):
        known.add((one.person_id, one.day))
        if one.approved and one.is_absence:
            beyond[one.person_id] += one.share
        elif one.approved:
            found[one.person_id][one.kind] += one.share
    for (pk, _day), share in _dingtalk_leave(person_ids, first, last, known).items():
        found[pk][DINGTALK] += share
    return {pk: dict(kinds) for pk, kinds in found.items()}, beyond


def _dingtalk_leave(
    person_ids: Sequence[int], first: date, last: date, known: Collection[tuple[int, date]]
) -> dict[tuple[int, date], Decimal]:
    """Leave of some hours of a day is half of it; a quarter of the clock is a whole shift, give or take its break."""
    start, end = clock.day_span(first)[0], clock.day_span(last)[1]
    found: dict[tuple[int, date], Decimal] = {}
    for row in DingTalkAway.objects.filter(person_id__in=person_ids, is_leave=True, starts_at__lt=end, ends_at__gt=start):
        for day in span_of_days(max(clock.business_day(row.starts_at), first), min(clock.business_day(row.ends_at), last)):
            begins, ends = clock.day_span(day)
            share = Decimal(1) if min(row.ends_at, ends) - max(row.starts_at, begins) >= (ends - begins) / 4 else HALF
            if (row.person_id, day) not in known:
                found[row.person_id, day] = min(Decimal(1), found.get((row.person_id, day), Decimal(0)) + share)
    return found


def beyond_the_year(person_id: int, month: date) -> dict[date, Decimal]:
    """Private leave that was granted beyond what a year allows, by day: it counts as absence."""
    found: dict[date, Decimal] = defaultdict(Decimal)
    for one in leave.on_leave([person_id], month_of(month), last_of_month(month)):
        if one.approved and one.is_absence:
            found[one.day] += one.share
    return found


def _lines(ids: Sequence[int], month: date) -> tuple[dict[int, list[Line]], dict[int, list[Consequence]]]:
    """The lines that count in a month; and what follows from its days, corrections with it: the bonus goes by these."""
    found: dict[int, list[Line]] = defaultdict(list)
    of_days: dict[int, list[Consequence]] = defaultdict(list)
    inside = Q(day__gte=month, day__lte=last_of_month(month))
    for row in Consequence.objects.filter(inside | Q(month=month), person_id__in=ids).order_by("day", "pk"):
        if month_of(row.day) == month and row.state in STANDING:
            of_days[row.person_id].append(row)
        if row.month != month:
            continue
        found[row.person_id].append(
            Line(
                row.kind, row.way, row.amount_fen, row.days_pay, row.packets, row.state, row.because, f"K{row.pk}",
                reverse("attendance:consequence", args=[row.pk]), row.day, row.stated_fen, row.stated_days, row.notice,
                row.dismissal, row.absence_days,
            )
        )  # fmt: skip
    return found, of_days


def _repairs(ids: Sequence[int], month: date) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    granted = PunchRepair.objects.filter(
        record__person_id__in=ids, record__day__gte=month, record__day__lte=last_of_month(month), state=PunchRepair.State.GRANTED
    )
    for pk in granted.values_list("record__person_id", flat=True):
        found[pk] += 1
    return found


def _sheet(
    pk: int, month: date, records: Sequence[ShiftRecord], lines: Sequence[Line], of_days: Sequence[Consequence], repairs: int, overtime: int,
    away: Mapping[str, Decimal], beyond: Decimal, part_days: int | None, final: bool,
) -> MonthSheet:  # fmt: skip
    judged = [record for record in records if record.state == ShiftRecord.State.JUDGED]
    late = [Lateness(r.pk, r.day, r.late_minutes, r.excused) for r in judged if r.late_minutes]
    early = [Lateness(r.pk, r.day, r.early_minutes, False) for r in judged if r.early_minutes]
    absence = sum((record.absence_days for record in judged), beyond)
    absence += sum((one.absence_days for one in of_days if one.kind != Kind.ABSENCE), Decimal(0))
    missed = sum(record.missed_arrival + record.missed_departure for record in records if not record.absence_days)
    facts = bonus.Month(
        lateness=sum(not one.excused for one in late), early=len(early), leave_days=sum((days for kind, days in away.items() if kind not in REST), Decimal(0)),
        absence_days=absence, missed=missed, shifts=len(judged),
        taken_fen=sum(one.amount_fen for one in of_days if one.way == Consequence.Way.BONUS), part_days=part_days,
    )  # fmt: skip
    rules = in_force_so_far(clock.day_span(last_of_month(month))[0])
    stayed = sum(r.extension_minutes for r in judged)
    if rules.has(clauses.EXTENSION_IS_OVERTIME) and rules[clauses.EXTENSION_IS_OVERTIME]:
        overtime += stayed
    full = bonus.full_bonus(facts, rules)
    return MonthSheet(
        person_id=pk, month=month, days_worked=len({r.day for r in judged if r.minutes}),
        minutes=sum(r.minutes for r in judged), late=late, early=early, absence_days=absence, leave_days=away,
        missed=missed, repairs=repairs, full_attendance=full.kept, bonus_fen=full.amount_fen, bonus_lines=full.conditions,
        because=full.because, consequences=lines, overtime_minutes=overtime,
        extension_minutes=stayed,
        unjudged=[r.pk for r in records if r.state == ShiftRecord.State.UNJUDGED and r.why not in (*ShiftRecord.NEVER, ShiftRecord.Why.LEAVE)],
        undecided=[r.pk for r in records if r.state == ShiftRecord.State.UNJUDGED and r.why == ShiftRecord.Why.LEAVE], final=final, counted=facts,
    )  # fmt: skip

