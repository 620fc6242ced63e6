"""The sheet of a day: who is on, when they eat in turns, and planned against present and on line by half hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q

from dangban.chat.models import Presence
from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock, spans
from dangban.lib.spans import Span
from dangban.people.models import Team
from dangban.workforce import clauses, ports
from dangban.workforce.models import DutyPeriod

HALF_HOUR = timedelta(minutes=30)
# Whoever is there for half of a half hour is there.
COUNTS_FROM = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Turn:
    """Who eats from when to when."""

    starts_at: datetime
    ends_at: datetime
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """How many are planned, at work (None where no punches are kept) and on line; None for what is still to come."""

    starts_at: datetime
    planned: int
    present: int | None
    online: int | None

    @property
    def missing(self) -> int:
        return max(0, self.planned - self.online) if self.online is not None else 0


@dataclass(frozen=True, slots=True)
class Sheet:
    duty: list[DutyPeriod]
    meals: list[Turn]
    meal_because: object | None
    intervals: list[Interval]
    has_punches: bool


def sheet(team: Team, day: date, at: datetime) -> Sheet:
    rules = in_force(at)
    start, end = clock.day_span(day)
    rows = DutyPeriod.objects.filter(team=team, day__gte=day - timedelta(days=1), day__lte=day, ends_at__gt=start)
    duty = list(rows.select_related("person").order_by("starts_at", "person__name", "pk"))
    today = [one for one in duty if one.day == day]
    last = max([end, *(one.ends_at for one in today)])
    ids = sorted({one.person_id for one in duty})
    present = ports.present(ids, start, last)
    because = rules.because(clauses.MEAL_TURNS) if rules.has(clauses.MEAL_TURNS) else None
    return Sheet(
        today, meals(today, day, rules), because, _intervals(duty, present, _online(ids, start, last, at), start, last, at),
        present is not None,
    )  # fmt: skip


def meals(duty: Sequence[DutyPeriod], day: date, rules: Rules) -> list[Turn]:
    """Who is on through the meal hours eats in turns, as evenly as can be; who begins goes round with the days."""
    if not rules.has(clauses.MEAL_TURNS):
        return []
    span = rules[clauses.MEAL_TURNS]
    starts, ends = clock.at_local(day, span.start), clock.at_local(day, span.end)
    eating = [one for one in duty if one.starts_at < starts and one.ends_at > ends]
    length = rules[clauses.UNPAID_BREAK] or HALF_HOUR
    turns = max(1, (ends - starts) // length)
    length = (ends - starts) / turns
    found: list[list[str]] = [[] for _turn in range(turns)]
    for index, one in enumerate(sorted(eating, key=lambda one: one.person_id)):
        found[(index + day.toordinal()) % turns].append(one.person.name)
    return [Turn(starts + length * turn, starts + length * (turn + 1), tuple(names)) for turn, names in enumerate(found)]


def _online(ids: Sequence[int], start: datetime, end: datetime, at: datetime) -> dict[int, list[Span]]:
    rows = Presence.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=start), person_id__in=ids, started_at__lt=end,
        state__in=[Presence.State.ONLINE, Presence.State.BUSY],
    )  # fmt: skip
    found: dict[int, list[Span]] = {}
    for person_id, begins, ends in rows.values_list("person_id", "started_at", "ended_at"):
        found.setdefault(person_id, []).append((begins, min(ends or at, at)))
    return found


def _intervals(
    duty: Sequence[DutyPeriod], present: Mapping[int, Sequence[Span]] | None, online: Mapping[int, Sequence[Span]],
    start: datetime, end: datetime, at: datetime,
) -> list[Interval]:  # fmt: skip
    """The half hours in which anybody is planned."""
    planned = _by_person(duty)
    found = []
    slot = start
    while slot < end:
        count = _count(planned, slot)
        if count:
            past = slot + HALF_HOUR <= at
            found.append(
                Interval(
                    slot, count, _count(present, slot) if past and present is not None else None,
                    _count(online, slot) if past else None,
                )
            )  # fmt: skip
        slot += HALF_HOUR
    return found


def _by_person(duty: Sequence[DutyPeriod]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for one in duty:
        found.setdefault(one.person_id, []).append((one.starts_at, one.ends_at))
    return found


def _count(held: Mapping[int, Sequence[Span]], slot: datetime) -> int:
    return sum(spans.total_within(of_one, slot, slot + HALF_HOUR) >= COUNTS_FROM for of_one in held.values())
