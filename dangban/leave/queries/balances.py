"""What is left of each balance, read from the ledger."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from dangban.handbook.current import in_force_or_first, in_force_so_far
from dangban.leave.models import BalanceEntry, Kind, LeaveDate, LeaveRequest, Part
from dangban.leave.rules import balances as rules
from dangban.leave.rules.balances import NOTHING
from dangban.lib import clock
from dangban.people.models import Person
from dangban.staff.models import StaffFile


@dataclass(frozen=True, slots=True)
class Balance:
    """What came, went and is left of one kind in one period; `good_until` where what is left runs out."""

    kind: str
    period: str
    granted: Decimal
    taken: Decimal
    left: Decimal
    good_until: date | None = None

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)


def balances(person_id: int, day: date) -> list[Balance]:
    return balances_of([person_id], day)[person_id]


def balances_of(person_ids: Collection[int], day: date) -> dict[int, list[Balance]]:
    """The balances that can be used on a day: this month's rest, annual leave of this year and the last, time in lieu."""
    year = day.year
    periods = {(Kind.REST, f"{day:%Y-%m}"), (Kind.ANNUAL, str(year)), (Kind.ANNUAL, str(year - 1))}
    sums: dict[tuple[int, str, str], list[Decimal]] = {}
    until: dict[tuple[int, str, str], date | None] = {}
    entries = BalanceEntry.objects.filter(person__in=person_ids).order_by("pk")
    for entry in entries.only("person_id", "kind", "period", "what", "days", "expires_on"):
        key = entry.person_id, entry.kind, entry.period
        if (entry.kind, entry.period) not in periods and entry.kind != Kind.IN_LIEU:
            continue
        came, went, left = sums.setdefault(key, [NOTHING, NOTHING, NOTHING])
        is_taken = entry.what in (BalanceEntry.What.TAKEN, BalanceEntry.What.RETURNED)
        sums[key] = [came + (NOTHING if is_taken else entry.days), went - (entry.days if is_taken else NOTHING), left + entry.days]
        if entry.expires_on is not None:
            until[key] = entry.expires_on
    found: dict[int, list[Balance]] = {person_id: [] for person_id in person_ids}
    for (person_id, kind, period), (came, went, left) in sorted(sums.items(), key=lambda one: (one[0][0], _ORDER[one[0][1]], one[0][2])):
        good_until = until.get((person_id, kind, period))
        if kind == Kind.ANNUAL:
            good_until = rules.annual_good_until(int(period), in_force_so_far(clock.day_span(day)[0]))
        if (good_until is not None and good_until < day) or (kind != Kind.REST and not left and period != str(year)):
            continue
        found[person_id].append(Balance(kind, period, came, went, left, good_until))
    return found


_ORDER: dict[str, int] = {Kind.REST: 0, Kind.ANNUAL: 1, Kind.IN_LIEU: 2}


def balance_left(person: Person, kind: str, on: date) -> dict[str, Decimal]:
    """What may be taken on a day, by period as requests count it: annual leave of last year counts with this year's.

    A year that nobody has opened in the ledger yet counts with what will be granted for it.
    """
    known = balances(person.pk, on)
    found: dict[str, Decimal] = {}
    for one in known:
        if one.kind == kind:
            name = str(on.year) if kind == Kind.ANNUAL else ""
            found[name] = found.get(name, NOTHING) + one.left
    if kind == Kind.ANNUAL and not BalanceEntry.objects.filter(person=person, kind=kind, period=str(on.year)).exists():
        found[str(on.year)] = found.get(str(on.year), NOTHING) + annual_due(person, on.year).days
    return found


def annual_due(person: Person, year: int) -> rules.Due:
    return annual_due_of([person], year)[person.pk]


def annual_due_of(people: Collection[Person], year: int, until: Mapping[int, date] | None = None) -> dict[int, rules.Due]:
    """By the handbook of the year's first day, or of the day somebody began; up to a day for who leaves on it."""
    experience = dict(StaffFile.objects.filter(person__in=people).values_list("person_id", "experience_months"))
    return {person.pk: _annual_due(person, year, experience.get(person.pk, 0), (until or {}).get(person.pk)) for person in people}


def _annual_due(person: Person, year: int, experience_months: int, until: date | None) -> rules.Due:
    if person.hired_on is None:
        return rules.Due(NOTHING)
    start = max(date(year, 1, 1), person.hired_on)
    return rules.annual_due(year, person.hired_on, experience_months, in_force_or_first(clock.day_span(start)[0]), until)


def annual_unused_of(people: Collection[Person], last_days: Mapping[int, date]) -> dict[int, rules.Due]:
    """What annual leave is left on their last day of those who leave: of this year what was due up to it, of the year
    before what may still be taken. What was taken beyond that is not asked back (three queries a year)."""
    found = {}
    for year in sorted({day.year for day in last_days.values()}):
        leaving = [person for person in people if person.pk in last_days and last_days[person.pk].year == year]
        due = annual_due_of(leaving, year, last_days)
        used, before = _used_of_year(leaving, year, last_days), _left_of_year(leaving, year - 1)
        for person in leaving:
            pk = person.pk
            rulebook = in_force_or_first(clock.day_span(last_days[pk])[0])
            earlier = before.get(pk, NOTHING) if rules.annual_good_until(year - 1, rulebook) >= last_days[pk] else NOTHING
            left = max(NOTHING, due[pk].days - used.get(pk, NOTHING)) + max(NOTHING, earlier)
            found[pk] = rules.Due(left, due[pk].because)
    return found


def _used_of_year(people: Collection[Person], year: int, last_days: Mapping[int, date]) -> dict[int, Decimal]:
    """Days of a year's annual leave that went, less what was entered by hand; days of leave after the last day go nowhere."""
    ledger = BalanceEntry.objects.filter(person__in=people, kind=Kind.ANNUAL, period=str(year))
    moved = ledger.filter(what__in=(BalanceEntry.What.TAKEN, BalanceEntry.What.RETURNED, BalanceEntry.What.ADJUSTED))
    used = {pk: -days for pk, days in moved.values_list("person").annotate(total=Sum("days"))}
    later = LeaveDate.objects.filter(person__in=people, day__year=year, counts=True, request__kind=Kind.ANNUAL, request__state=LeaveRequest.State.APPROVED)
    for pk, day, part in later.values_list("person_id", "day", "part"):
        if day > last_days[pk]:
            used[pk] = used.get(pk, NOTHING) - (Decimal(1) if part == Part.DAY else rules.HALF)
    return used


def _left_of_year(people: Collection[Person], year: int) -> dict[int, Decimal]:
    entries = BalanceEntry.objects.filter(person__in=people, kind=Kind.ANNUAL, period=str(year)).exclude(what=BalanceEntry.What.EXPIRED)
    return dict(entries.values_list("person").annotate(total=Sum("days")))
