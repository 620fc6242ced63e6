"""Who is on duty when: asked by clocks, by routing and by the page of duty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet

from dangban.handbook.clauses.shifts import SHIFTS
from dangban.handbook.current import in_force_so_far
from dangban.lib import clock, spans
from dangban.lib.spans import Span
from dangban.people.models import Person, TeamShop
from dangban.shops import clauses as shop_clauses
from dangban.shops.models import Profile
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift

# No shift is longer; a period that began earlier than this before a day can't reach into it.
LONGEST = timedelta(hours=24)


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


def shifts(at: datetime) -> list[Shift]:
    """The shifts the handbook names, in its order."""
    rules = in_force_so_far(at)
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
