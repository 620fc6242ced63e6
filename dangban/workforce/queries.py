"""Who is on duty when: asked by clocks, by routing and by the page of duty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.lib import clock, spans
from dangban.lib.spans import Span
from dangban.people.models import Person, Team, TeamMembership, TeamShop
from dangban.shops import clauses as shop_clauses
from dangban.shops.models import Profile
from dangban.staff.models import Departure
from dangban.workforce import ports
from dangban.workforce.clauses import SHIFTS
from dangban.workforce.models import DutyPeriod, MakeUp, Plan, Training
from dangban.workforce.shifts import Shift

# No shift is longer; a period that began earlier than this before a day can't reach into it.
LONGEST = timedelta(hours=24)
LONGEST_PLAN = timedelta(weeks=5)


def covering(at: datetime) -> Q:
    """The condition of duty that holds at an instant: planned and not ended, or extended."""
    planned = Q(ended_at=None, ends_at__gt=at) | Q(ended_at__gt=at)
    extended = Q(extensions__ended_at=None, extensions__started_at__lte=at, ended_at=None)
    return Q(starts_at__lte=at) & (planned | extended)


def on_duty(at: datetime, team_ids: Iterable[int] | None = None) -> QuerySet[DutyPeriod]:
    """The duty periods that hold at an instant, of these teams or of all."""
    found = DutyPeriod.objects.filter(covering(at)).select_related("person", "team").distinct()
    return found if team_ids is None else found.filter(team_id__in=list(team_ids))


def people_on_duty(at: datetime, team_ids: Iterable[int] | None = None) -> set[int]:
    return set(on_duty(at, team_ids).values_list("person_id", flat=True))


def current_duty(person: Person, at: datetime) -> DutyPeriod | None:
    """The shift a person is on, also one that was extended past its end; it belongs to the day it began."""
    return on_duty(at).filter(person=person).order_by("-starts_at").first()


def next_duty(person: Person, at: datetime) -> DutyPeriod | None:
    return DutyPeriod.objects.filter(person=person, starts_at__gt=at).order_by("starts_at").first()


def duty_of_day(day: date, team_ids: Iterable[int] | None = None) -> QuerySet[DutyPeriod]:
    """The shifts that began on a day, whenever they end."""
    found = DutyPeriod.objects.filter(day=day).select_related("person", "team").order_by("starts_at", "person_id")
    return found if team_ids is None else found.filter(team_id__in=list(team_ids))


def members_on(team: Team, first: date, last: date) -> QuerySet[Person]:
    """Who belongs to a team on any of these days and still works here, also those who come or go in between."""
    members = TeamMembership.objects.filter(Q(until=None) | Q(until__gt=first), team=team, since__lte=last)
    gone = Departure.objects.filter(Departure.OPEN, last_day__lt=first).values("person_id")
    return Person.objects.filter(pk__in=members.values("person_id"), is_active=True).exclude(pk__in=gone)


def rostered_teams(team_ids: Iterable[int], day: date) -> set[int]:
    """Which of these teams have a published roster for a day."""
    ids = list(team_ids)
    near = Plan.objects.filter(team__in=ids, state=Plan.State.PUBLISHED, first_day__lte=day, first_day__gt=day - LONGEST_PLAN)
    return {plan.team_id for plan in near if plan.last_day >= day} if ids else set()


@dataclass(frozen=True, slots=True)
class TrainingShown:
    """A training with those who make up for it and, as long as it isn't entered who came, those who were expected."""

    training: Training
    make_ups: list[MakeUp]
    expected: list[Person]


TRAININGS_SHOWN = 30


def trainings_of(team: Team, only_of: Person | None) -> list[TrainingShown]:
    """The newest of a team; of the make-ups, for who doesn't plan it, their own only."""
    found = list(Training.objects.filter(team=team).select_related("made_by").order_by("-starts_at", "-pk")[:TRAININGS_SHOWN])
    rows = MakeUp.objects.filter(training__in=found).select_related("person", "task").order_by("person__name", "pk")
    made: dict[int, list[MakeUp]] = {}
    for one in rows if only_of is None else rows.filter(person=only_of):
        made.setdefault(one.training_id, []).append(one)
    return [
        TrainingShown(
            one, made.get(one.pk, []),
            expected_at(one) if only_of is None and one.settled_at and not (one.held_at or one.cancelled_at) else [],
        )
        for one in found
    ]  # fmt: skip


def resting_at(training: Training) -> list[Person]:
    """Of a team those who have no shift on the day of a training, though they work by shifts, or are on leave."""
    day, week = training.day, timedelta(days=7)
    people = list(members_on(training.team, day, day).exclude(pk=training.made_by_id).order_by("pk"))
    near = DutyPeriod.objects.filter(person__in=people, day__gte=day - week, day__lte=day + week)
    shifts_of_people = set(near.values_list("person_id", "day"))
    rostered = {person_id for person_id, _day in shifts_of_people}
    ids = [person.pk for person in people]
    away = {one.person_id for one in ports.away(ids, day, day) if one.approved and one.whole_days}
    return [one for one in people if (one.pk, day) not in shifts_of_people and (one.pk in rostered or one.pk in away)]


def expected_at(training: Training) -> list[Person]:
    """Everybody of the team but those who make up for it; whoever gives it is not taught."""
    making_up = training.make_ups.values("person")
    people = members_on(training.team, training.day, training.day).exclude(pk=training.made_by_id).exclude(pk__in=making_up)
    return list(people.order_by("name", "pk"))


def shifts(at: datetime) -> list[Shift]:
    """The shifts the handbook names, in its order."""
    return shifts_of(in_force_so_far(at))


def shifts_of(rules: Rules) -> list[Shift]:
    if not rules.has(SHIFTS):
        return []
    return [Shift(row.name, row.hours.start, row.hours.end) for row in rules[SHIFTS]]


def duty_spans(team_id: int | None, shop_id: int | None, start: datetime, end: datetime) -> Sequence[Span] | None:
    """When somebody of the team (or of the shop's teams) is on duty between two instants.

    Days on which no duty is entered count by the shop's opening hours. None where neither duty nor
    hours are known.
    """
    teams = _teams(team_id, shop_id)
    first, last = clock.business_day(start) - timedelta(days=1), clock.business_day(end)
    periods = list(
        DutyPeriod.objects.filter(team_id__in=teams, day__gte=first, day__lte=last).values_list(
            "day", "starts_at", "ends_at", "ended_at"
        )
    )
    entered = {day for day, *_instants in periods}
    covered: list[Span] = [(starts, ended or ends) for _day, starts, ends, ended in periods]
    hours = _opening_hours(shop_id or _a_shop_of(teams), start)
    if hours is None and not periods:
        return None
    if hours is not None:
        opening = Shift("", *hours)
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        covered += [opening.on(day) for day in days if day not in entered]
    return spans.intersection(covered, [(start, end)])


def _teams(team_id: int | None, shop_id: int | None) -> list[int]:
    if team_id is not None:
        return [team_id]
    return list(TeamShop.objects.filter(shop_id=shop_id).values_list("team_id", flat=True)) if shop_id else []


def _a_shop_of(teams: Sequence[int]) -> int | None:
    return TeamShop.objects.filter(team_id__in=teams).order_by("shop_id").values_list("shop_id", flat=True).first()


def _opening_hours(shop_id: int | None, at: datetime) -> tuple[time, time] | None:
    own = Profile.objects.filter(shop_id=shop_id).values_list("opens", "closes").first() if shop_id else None
    if own and own[0] is not None and own[1] is not None:
        return own[0], own[1]
    rules = in_force_so_far(at)
    if not rules.has(shop_clauses.OPENING_HOURS):
        return None
    hours = rules[shop_clauses.OPENING_HOURS]
    return hours.start, hours.end
