"""Balances: opened for a period, used and given back, corrected, closed. Entries are added, never changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because
from dangban.journal.actions import HasActor, record
from dangban.leave import access, telling
from dangban.leave.models import BalanceEntry, Kind, LeaveDate, LeaveRequest, Part
from dangban.leave.queries.balances import annual_due, balances
from dangban.leave.queries.rest import private_days, rest_days
from dangban.leave.rules import balances as rules
from dangban.leave.rules.asking import period_of
from dangban.leave.rules.balances import NOTHING, Due
from dangban.lib import clock, days
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

What = BalanceEntry.What
MOST_ADJUSTED = Decimal(60)
# The same entered twice in so short a time is one entry of an impatient hand.
SAME = timedelta(seconds=60)


def open_periods(person: Person, wanted: Iterable[date], *, at: datetime | None = None) -> int:
    """Grant the rest days of each month and the annual leave of each year among these days; each once."""
    if person.hired_on is None:
        return 0
    granted = 0
    for month in sorted({days.month_of(day) for day in wanted if day >= person.hired_on or days.last_of_month(day) >= person.hired_on}):
        granted += _grant(person, Kind.REST, f"{month:%Y-%m}", month, _rest_due(person, month), at)
        granted += _grant(person, Kind.ANNUAL, str(month.year), month, annual_due(person, month.year), at)
    return granted


def _rest_due(person: Person, month: date) -> Due:
    found = rest_days(person, month)
    return Due(found.due - found.by_hand, tuple(one for one in found.because if one.path != "leave.rest_unused"))


def _grant(person: Person, kind: str, period: str, day: date, due: Due, at: datetime | None) -> int:
    if not due.days or BalanceEntry.objects.filter(person=person, kind=kind, period=period, what=What.GRANTED).exists():
        return 0
    try:
        with transaction.atomic():
            enter(person, kind, period, What.GRANTED, due.days, day, because=due.because, at=at or clock.now())
    except IntegrityError:
        # Another process opened the same period in this moment.
        return 0
    return 1


def enter(
    person: Person,
    kind: str,
    period: str,
    what: str,
    amount: Decimal,
    day: date,
    *,
    at: datetime,
    by: HasActor = SYSTEM,
    request: LeaveRequest | None = None,
    note: str = "",
    because: Collection[Because] = (),
    expires_on: date | None = None,
) -> BalanceEntry:
    """One line of the ledger; `amount` is negative where days go."""
    actor = by.actor
    return BalanceEntry.objects.create(
        person=person, kind=kind, period=period, what=what, days=amount, day=day, expires_on=expires_on, request=request,
        note=note[:200], because=[one.as_data() for one in because], entered_by_kind=actor.kind,
        entered_by_id=actor.id if actor.kind == "person" else None, at=at,
    )  # fmt: skip


def take(request: LeaveRequest, *, by: HasActor, at: datetime) -> None:
    """Days of an approved request leave their balances: the oldest that are still good go first."""
    if request.kind not in (Kind.REST, Kind.ANNUAL, Kind.IN_LIEU):
        return
    dates = request.dates.filter(counts=True).order_by("day", "part")
    if request.kind == Kind.REST:
        for period, amount in _by_period(request, dates).items():
            enter(request.person, request.kind, period, What.TAKEN, -amount, request.first_day, by=by, request=request, at=at)
        return
    # Over the end of a year each year's days go by what is good in that year.
    for _year, group in groupby(dates, key=lambda one: one.day.year):
        _take_oldest(request, list(group), by=by, at=at)


def _take_oldest(request: LeaveRequest, dates: Sequence[LeaveDate], *, by: HasActor, at: datetime) -> None:
    first, owed = dates[0].day, sum((share(one) for one in dates), NOTHING)
    left = {one.period: one.left for one in balances(request.person_id, first) if one.kind == request.kind}
    for period in sorted(left):
        part = min(owed, max(NOTHING, left[period]))
        if part:
            enter(request.person, request.kind, period, What.TAKEN, -part, first, by=by, request=request, at=at)
            owed -= part


def share(one: LeaveDate) -> Decimal:
    return Decimal(1) if one.part == Part.DAY else rules.HALF


def _by_period(request: LeaveRequest, dates: Iterable[LeaveDate]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for one in dates:
        name = period_of(request.kind, one.day)
        found[name] = found.get(name, NOTHING) + share(one)
    return found


def give_back(request: LeaveRequest, *, by: HasActor, at: datetime) -> None:
    """What a request took comes back to where it was taken from."""
    for period, taken in sorted(_taken(request).items()):
        _return(request, period, taken, by=by, at=at)


def give_back_days(request: LeaveRequest, dates: Sequence[LeaveDate], *, by: HasActor, at: datetime) -> None:
    """Some days of a request come back: of a month's rest to that month, else to where they were taken from last."""
    if request.kind == Kind.REST:
        for period, amount in _by_period(request, dates).items():
            _return(request, period, amount, by=by, at=at)
        return
    owed = sum((share(one) for one in dates), NOTHING)
    for period, taken in sorted(_taken(request).items(), reverse=True):
        part = min(owed, taken)
        _return(request, period, part, by=by, at=at)
        owed -= part


def _taken(request: LeaveRequest) -> dict[str, Decimal]:
    """What a request still holds of each period."""
    sums = request.entries.filter(what__in=(What.TAKEN, What.RETURNED)).values_list("period").annotate(days=Sum("days"))
    return {period: -days for period, days in sums}


def _return(request: LeaveRequest, period: str, amount: Decimal, *, by: HasActor, at: datetime) -> None:
    if amount > 0:
        enter(request.person, request.kind, period, What.RETURNED, amount, request.first_day, by=by, request=request, at=at)


def adjust(person: Person, kind: str, period: str, amount: Decimal, note: str, *, by: Person, at: datetime) -> BalanceEntry:
    """Enter days by hand: overtime worked on a rest day, what an older system knew, a correction. Never one's own."""
    access.must_manage(by)
    if by.pk == person.pk:
        raise NotAllowed(_("Nobody changes their own balance. Ask a colleague of personnel."))
    note = refuse_unstorable(note.strip(), "note")
    if not note:
        raise BadInput(_("Say why."), fields={"note": [_("Say why.")]})
    if not amount or abs(amount) > MOST_ADJUSTED or amount % rules.HALF:
        raise BadInput(_("Days are entered by halves, 60 at most."), fields={"days": [_("Whole or half days.")]})
    today = clock.business_day(at)
    expires = rules.saved_good_until(today, in_force_so_far(at)) if kind == Kind.IN_LIEU else None
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        just_now = BalanceEntry.objects.filter(person=person, kind=kind, what=What.ADJUSTED, entered_by=by, at__gt=at - SAME)
        same = just_now.filter(days=amount, note=note[:200]).first()
        if same is not None:
            return same
        entry = enter(person, kind, period or _period(kind, today), What.ADJUSTED, amount, today, by=by, note=note, expires_on=expires, at=at)
        change = {"leave_kind": kind, "period": entry.period, "days": telling.figure(amount), "note": entry.note}
        record("leave.adjusted", subject=person, by=by, change=change, at=at)
    return entry


def _period(kind: str, day: date) -> str:
    return str(day.year) if kind == Kind.ANNUAL else f"{day:%Y-%m}"


def close_month(person: Person, month: date, *, at: datetime) -> str:
    """What became of rest days not taken; once for each month that is over. Returns what, empty where nothing was left."""
    period = f"{month:%Y-%m}"
    last = days.last_of_month(month)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if _is_closed(person, Kind.REST, period):
            return ""
        found = rest_days(person, month)
        entries = BalanceEntry.objects.filter(person=person, kind=Kind.REST, period=period)
        left = sum((one.days for one in entries), NOTHING)
        by_roster = left - found.unused
        if by_roster > 0:
            enter(person, Kind.REST, period, What.TAKEN, -by_roster, last, note=_("free by the roster"), at=at)
        if not found.unused:
            return ""
        enter(person, Kind.REST, period, found.becomes, -found.unused, last, because=found.because, at=at)
        if found.becomes == What.SAVED:
            until = rules.saved_good_until(last, in_force_so_far(clock.day_span(last)[0]))
            enter(person, Kind.IN_LIEU, period, What.GRANTED, found.unused, last, because=found.because, expires_on=until, at=at)
        change = {"leave_kind": Kind.REST.value, "period": period, "days": telling.figure(found.unused), "becomes": found.becomes}
        record("leave.rest_closed", subject=person, by=SYSTEM, change=change, because=[one.as_data() for one in found.because], at=at)
    return found.becomes


def _is_closed(person: Person, kind: str, period: str) -> bool:
    closed = (What.EXPIRED, What.PAID_OUT, What.SAVED)
    return BalanceEntry.objects.filter(person=person, kind=kind, period=period, what__in=closed).exists()


def correct_rest(person: Person, first: date, last: date, *, by: HasActor, at: datetime) -> None:
    """Private leave was granted or taken back: the rest days of the month after each of its months may be others now."""
    for month in sorted({days.month_of(day) for day in days.span_of_days(first, last)}):
        _correct_rest(person, month, by=by, at=at)


def _correct_rest(person: Person, day: date, *, by: HasActor, at: datetime) -> None:
    month = days.next_month(day)
    period = f"{month:%Y-%m}"
    entries = BalanceEntry.objects.filter(person=person, kind=Kind.REST, period=period)
    granted = sum((one.days for one in entries.filter(what__in=(What.GRANTED, What.ADJUSTED), entered_by_kind="system")), NOTHING)
    if not entries.filter(what__in=(What.GRANTED, What.ADJUSTED)).exists():
        return
    due = _rest_due(person, month)
    if due.days != granted:
        before = private_days([person.pk], days.month_of(day)).get(person.pk, NOTHING)
        note = _("private leave of the month before: %(days)s") % {"days": f"{before:f}"}
        enter(person, Kind.REST, period, What.ADJUSTED, due.days - granted, month, note=note, because=due.because, at=at)


@transaction.atomic
def expire(person: Person, day: date, *, at: datetime) -> int:
    """Time in lieu and annual leave whose time is over leave the balance; so do days that came back afterwards."""
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    gone = 0
    for kind in (Kind.IN_LIEU, Kind.ANNUAL):
        sums: dict[str, Decimal] = {}
        until: dict[str, date | None] = {}
        for one in BalanceEntry.objects.filter(person=person, kind=kind).order_by("pk"):
            sums[one.period] = sums.get(one.period, NOTHING) + one.days
            until[one.period] = one.expires_on or until.get(one.period)
        for period, left in sorted(sums.items()):
            end = until[period] if kind == Kind.IN_LIEU else rules.annual_good_until(int(period), in_force_so_far(at))
            if left > 0 and end is not None and end < day:
                again = _is_closed(person, kind, period)
                note = _("given back after its time was over") if again else ""
                enter(person, kind, period, What.ADJUSTED if again else What.EXPIRED, -left, end, note=note, at=at)
                gone += 1
    return gone

