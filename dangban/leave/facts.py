"""What a request for leave is judged by: duty, balances, what was asked before; and who could stand in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet

from dangban.handbook.current import in_force_so_far
from dangban.leave.models import Kind, LeaveDate, LeaveRequest, Part
from dangban.leave.queries.away import ONE, STANDING
from dangban.leave.queries.balances import annual_due, balance_left, balances
from dangban.leave.queries.rest import rest_days
from dangban.leave.rules.asking import Effect, Facts, Wanted, period_of
from dangban.leave.rules.balances import HALF, NOTHING
from dangban.lib import clock, days
from dangban.people.access import members_of
from dangban.people.models import Person, Team, TeamMembership
from dangban.workforce import holidays, ports
from dangban.workforce.clauses import REST_BETWEEN, SHIFTS
from dangban.workforce.models import DutyPeriod

MOST_SUBSTITUTES = 6
WEEK = timedelta(days=7)


def team_of(person: Person, day: date) -> Team | None:
    """The team a person's duty of a day is planned in: the one they longest belong to."""
    members = TeamMembership.objects.filter(person=person, since__lte=day, until=None)
    found = members.select_related("team").order_by("since", "pk").first()
    return found.team if found else None


def collect(wanted: Wanted, person: Person, team: Team | None, *, without: int | None = None) -> Facts:
    """Everything `judge` asks for; `without` leaves one request out of what was asked before."""
    return Facts(
        free=_free(wanted, person, team),
        balance=_balance(wanted, person, without),
        private=_private(wanted, person, without),
        used_this_year=_used(wanted, person, without),
        effects=effects(wanted, person, team),
    )


def _free(wanted: Wanted, person: Person, team: Team | None) -> frozenset[date]:
    """Days not worked anyway: by the roster where one is published for the day, else by the calendar."""
    near = DutyPeriod.objects.filter(person=person, day__gte=wanted.first - WEEK, day__lte=wanted.last + WEEK)
    on_duty = set(near.values_list("day", flat=True))
    # Who leads without shifts of their own goes by the calendar, whatever the team's roster says.
    is_rostered = team is not None and bool(on_duty)
    published = set(_duty(wanted, DutyPeriod.objects.filter(team=team)).values_list("day", flat=True)) if is_rostered else set()
    kinds = holidays.kinds(wanted.first, wanted.last)
    return frozenset(
        day for day in wanted.all_days
        if day not in on_duty and (day in published or kinds[day] != holidays.WORKDAY)
    )  # fmt: skip


def _duty(wanted: Wanted, rows: QuerySet[DutyPeriod]) -> QuerySet[DutyPeriod]:
    return rows.filter(day__gte=wanted.first, day__lte=wanted.last)


def _dates(person: Person, kind: str, without: int | None) -> QuerySet[LeaveDate]:
    dates = LeaveDate.objects.filter(person=person, request__kind=kind, counts=True, request__state__in=STANDING)
    return dates.exclude(request=without) if without else dates


def _share(part: str) -> Decimal:
    return ONE if part == Part.DAY else HALF


def _balance(wanted: Wanted, person: Person, without: int | None) -> dict[str, Decimal]:
    """What is left, less what was asked for and is not answered yet."""
    if wanted.kind == Kind.REST:
        months = sorted({days.month_of(day) for day in wanted.all_days})
        left = {f"{month:%Y-%m}": rest_days(person, month).unused for month in months}
    elif wanted.kind in (Kind.ANNUAL, Kind.IN_LIEU):
        left = balance_left(person, wanted.kind, wanted.first)
        if wanted.kind == Kind.ANNUAL and wanted.last.year != wanted.first.year:
            # What is left of the first year goes with its own days and isn't counted twice.
            name = str(wanted.last.year)
            known = {one.period: one.left for one in balances(person.pk, wanted.last) if one.kind == wanted.kind}
            left[name] = known.get(name, NOTHING) if name in known else annual_due(person, wanted.last.year).days
    else:
        return {}
    waiting = _dates(person, wanted.kind, without).exclude(request__state=LeaveRequest.State.APPROVED)
    for day, part in waiting.values_list("day", "part"):
        name = period_of(wanted.kind, day)
        if name in left:
            left[name] -= _share(part)
    return left


def _private(wanted: Wanted, person: Person, without: int | None) -> dict[str, Decimal]:
    if wanted.kind != Kind.PRIVATE:
        return {}
    found: dict[str, Decimal] = {}
    first, last = date(wanted.first.year, 1, 1), date(wanted.last.year, 12, 31)
    for day, part in _dates(person, Kind.PRIVATE, without).filter(day__gte=first, day__lte=last).values_list("day", "part"):
        found[f"{day:%Y-%m}"] = found.get(f"{day:%Y-%m}", NOTHING) + _share(part)
    return found


def _used(wanted: Wanted, person: Person, without: int | None) -> Decimal:
    year = _dates(person, wanted.kind, without).filter(day__year=wanted.first.year)
    return sum((_share(part) for part in year.values_list("part", flat=True)), NOTHING)


def effects(wanted: Wanted, person: Person, team: Team | None) -> list[Effect]:
    """The shifts this person would be missing from, and who is left on each."""
    if team is None:
        return []
    least = _least(wanted.first)
    gone = {
        (one.person_id, one.first_day + timedelta(days=offset))
        for one in ports.away(members_of([team.pk]).values_list("pk", flat=True), wanted.first, wanted.last)
        if one.whole_days and one.person_id != person.pk
        for offset in range((one.last_day - one.first_day).days + 1)
    }
    shifts: dict[tuple[date, str], list[int]] = {}
    for one in _duty(wanted, DutyPeriod.objects.filter(team=team)).order_by("day", "starts_at"):
        shifts.setdefault((one.day, one.name), []).append(one.person_id)
    return [
        Effect(day, name, sum(1 for pk in people if pk != person.pk and (pk, day) not in gone), least.get(name))
        for (day, name), people in shifts.items()
        if person.pk in people
    ]


def _least(day: date) -> dict[str, int]:
    rules = in_force_so_far(clock.day_span(day)[0])
    return {row.name: row.least for row in rules[SHIFTS] if row.least is not None} if rules.has(SHIFTS) else {}


@dataclass(frozen=True, slots=True)
class Substitute:
    """Somebody of the team who is free that day; `shifts` is how many they have in that week."""

    person: Person
    shifts: int


def substitutes(team: Team | None, duty: DutyPeriod | None, day: date, *, but: int) -> list[Substitute]:
    """Who could take over a shift: of the team, not on duty nor away that day, rested before and after; fewest shifts first."""
    if team is None or duty is None:
        return []
    rules = in_force_so_far(clock.day_span(day)[0])
    rest = rules[REST_BETWEEN] if rules.has(REST_BETWEEN) else timedelta()
    people = {one.pk: one for one in members_of([team.pk]).exclude(pk=but)}
    away = {one.person_id for one in ports.away(people, day, day)}
    monday = day - timedelta(days=day.weekday())
    near = DutyPeriod.objects.filter(person__in=people, day__gte=monday - timedelta(days=1), day__lte=monday + timedelta(days=7))
    count: dict[int, int] = {}
    tired = set()
    for one in near:
        count[one.person_id] = count.get(one.person_id, 0) + (monday <= one.day < monday + timedelta(days=7))
        if one.day == day or (one.starts_at < duty.ends_at + rest and one.ends_at + rest > duty.starts_at):
            tired.add(one.person_id)
    rostered = {pk for pk in people if count.get(pk)} or set(people)
    fit = [Substitute(people[pk], count.get(pk, 0)) for pk in rostered - away - tired]
    return sorted(fit, key=lambda one: (one.shifts, one.person.name))[:MOST_SUBSTITUTES]


def duty_of(person: Person, day: date) -> DutyPeriod | None:
    return next(iter(duties_of(person, day)), None)


def duties_of(person: Person, day: date) -> list[DutyPeriod]:
    """The shifts of a day in their order: one, or two that lie apart."""
    return list(DutyPeriod.objects.filter(person=person, day=day).select_related("team").order_by("starts_at"))


def kept_shift(request: LeaveRequest, day: date) -> dict[str, str] | None:
    """The shift that was taken out for a day of leave, as it was; of two the one for which nobody stands in yet."""
    of_day = [kept for kept in request.cleared if kept["day"] == day.isoformat()]
    return next((kept for kept in of_day if not kept.get("stands_in")), of_day[0] if of_day else None)


def as_duty(request: LeaveRequest, kept: dict[str, str]) -> DutyPeriod:
    """A shift that was taken out, to ask who could do it; never saved."""
    starts, ends = datetime.fromisoformat(kept["starts_at"]), datetime.fromisoformat(kept["ends_at"])
    return DutyPeriod(person=request.person, team=request.team, day=date.fromisoformat(kept["day"]), name=kept["name"], starts_at=starts, ends_at=ends)


def all_days(first: date, last: date) -> Sequence[date]:
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
