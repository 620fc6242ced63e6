"""Rest days of a month: due, taken, and what becomes of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q, Sum

from dangban.handbook.current import in_force_or_first
from dangban.handbook.decisions import Because
from dangban.leave.models import BalanceEntry, Kind, LeaveDate, LeaveRequest, Part
from dangban.leave.queries.away import ONE
from dangban.leave.rules import balances as rules
from dangban.leave.rules.balances import HALF, NOTHING
from dangban.lib import clock, days
from dangban.people.models import Person, TeamMembership
from dangban.staff import queries as staff
from dangban.workforce.models import DutyPeriod


@dataclass(frozen=True, slots=True)
class RestDays:
    """`taken` are rest days that were granted, and days of a published roster on which nobody was awaited.

    `becomes` says what the handbook makes of the unused ones: ``paid_out``, ``expired`` or ``saved``. `by_hand` is what
    personnel entered for the month; it is among what is due.
    """

    due: Decimal
    taken: Decimal
    becomes: str
    because: tuple[Because, ...] = ()
    by_hand: Decimal = NOTHING

    @property
    def unused(self) -> Decimal:
        return max(NOTHING, self.due - self.taken)


def rest_days(person: Person, month: date) -> RestDays:
    """The month's rest days of one person, by the handbook of its first day."""
    return rest_days_of([person], month)[person.pk]


def rest_days_of(people: Collection[Person], month: date) -> dict[int, RestDays]:
    """The same for many people in seven queries."""
    first, last = days.month_of(month), days.last_of_month(month)
    rulebook = in_force_or_first(clock.day_span(first)[0])
    ids = [person.pk for person in people]
    employed = employed_days(people, first, last)
    before = private_days(ids, days.month_of(first - timedelta(days=1)))
    granted = _approved(Kind.REST, ids, first, last)
    free = _free_by_roster(employed, first, last)
    by_hand = _by_hand(ids, first)
    found = {}
    for person in people:
        due = rules.rest_due(first, len(employed[person.pk]), before.get(person.pk, NOTHING), rulebook)
        entered = by_hand.get(person.pk, NOTHING)
        taken = granted.get(person.pk, NOTHING) + len(free[person.pk])
        left = due.days + entered - taken
        unused = rules.unused(max(NOTHING, left), first, rulebook)
        because = due.because + (unused.because if left > 0 else ())
        found[person.pk] = RestDays(due.days + entered, taken, unused.what, because, entered)
    return found


def _by_hand(person_ids: Collection[int], month: date) -> dict[int, Decimal]:
    entries = BalanceEntry.objects.filter(
        person__in=person_ids, kind=Kind.REST, period=f"{month:%Y-%m}", what=BalanceEntry.What.ADJUSTED, entered_by_kind="person"
    )
    return dict(entries.values_list("person").annotate(total=Sum("days")))


def private_days(person_ids: Collection[int], month: date) -> dict[int, Decimal]:
    """Approved days of private leave in a month, by person."""
    return _approved(Kind.PRIVATE, person_ids, days.month_of(month), days.last_of_month(month))


def employed_days(people: Iterable[Person], first: date, last: date) -> dict[int, set[date]]:
    """The days on which each of these people worked here; all where nobody knows since when."""
    people = list(people)
    left = staff.last_days([person.pk for person in people])
    found: dict[int, set[date]] = {}
    for person in people:
        begin = max(first, person.hired_on) if person.hired_on else first
        end = min(last, left[person.pk]) if person.pk in left else last
        found[person.pk] = {begin + timedelta(days=offset) for offset in range((end - begin).days + 1)}
    return found


def _approved(kind: str, person_ids: Collection[int], first: date, last: date) -> dict[int, Decimal]:
    """Days of approved leave of a kind, halves as halves, by person."""
    found: dict[int, Decimal] = {}
    dates = LeaveDate.objects.filter(
        person__in=person_ids, day__gte=first, day__lte=last, counts=True, request__kind=kind, request__state=LeaveRequest.State.APPROVED
    )
    for person_id, part in dates.values_list("person_id", "part"):
        found[person_id] = found.get(person_id, NOTHING) + (ONE if part == Part.DAY else HALF)
    return found


def _free_by_roster(employed: dict[int, set[date]], first: date, last: date) -> dict[int, set[date]]:
    """Days on which somebody of a person's team is on duty, or that lie between shifts of their own, when they neither
    are on duty nor on leave."""
    teams: dict[int, dict[int, tuple[date, date]]] = {}
    members = TeamMembership.objects.filter(person__in=employed, since__lte=last).filter(Q(until=None) | Q(until__gt=first))
    for person_id, team_id, since, until in members.values_list("person_id", "team_id", "since", "until"):
        teams.setdefault(person_id, {})[team_id] = (since, until or date.max)
    wanted = {team_id for own in teams.values() for team_id in own}
    published: dict[int, set[date]] = {}
    on_duty: dict[int, set[date]] = {}
    rows = DutyPeriod.objects.filter(Q(team__in=wanted) | Q(person__in=employed), day__gte=first, day__lte=last)
    for person_id, team_id, day in rows.values_list("person_id", "team_id", "day"):
        published.setdefault(team_id, set()).add(day)
        on_duty.setdefault(person_id, set()).add(day)
    on_leave: dict[int, set[date]] = {}
    dates = LeaveDate.objects.filter(person__in=employed, day__gte=first, day__lte=last, request__state=LeaveRequest.State.APPROVED)
    for person_id, day in dates.values_list("person_id", "day"):
        on_leave.setdefault(person_id, set()).add(day)
    found = {}
    for person_id, here in employed.items():
        # Who leads without shifts of their own isn't free whenever the team works.
        own = on_duty.get(person_id, set())
        known = {
            day for team_id, (since, until) in teams.get(person_id, {}).items()
            for day in published.get(team_id, ()) if since <= day < until
        }  # fmt: skip
        found[person_id] = (known | _between(own)) & here - own - on_leave.get(person_id, set()) if own else set()
    return found


def private_of_year_of(person_ids: Collection[int], year: int) -> dict[int, Decimal]:
    """Approved days of private leave in a year, by person."""
    return _approved(Kind.PRIVATE, person_ids, date(year, 1, 1), date(year, 12, 31))


def private_of_year(person: Person, year: int) -> Decimal:
    return private_of_year_of([person.pk], year).get(person.pk, NOTHING)


def _between(own: set[date]) -> set[date]:
    """All days from the first to the last of these."""
    first = min(own, default=None)
    return set() if first is None else {first + timedelta(days=offset) for offset in range((max(own) - first).days + 1)}
