"""Planned, present, serving: what the roster says, what presence shows, and when customers were served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import F, Q

from dangban.attendance import clauses
from dangban.chat.models import IdleStretch, Presence
from dangban.conversations.models import Assignment
from dangban.handbook.current import in_force_so_far
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib import clock, spans
from dangban.lib.spans import Span
from dangban.people.models import Person, Team
from dangban.workforce.models import DutyPeriod

State = Presence.State
HALF_HOUR = timedelta(minutes=30)
# Ready for customers: on line, or holding those one has.
READY = frozenset({State.ONLINE, State.SUSPENDED, State.BUSY})
BREAKS = {Presence.Reason.MEAL: "meal", Presence.Reason.BREAK: "rest"}


@dataclass(frozen=True, slots=True)
class Overrun:
    """A kind of break that took longer in a shift than it may."""

    reason: str
    minutes: int
    allowed: int


@dataclass(frozen=True, slots=True)
class PersonDay:
    """One person's day, in minutes, and stretch by stretch. `adherence` is the share of the plan one was ready in."""

    person: Person
    shift: str
    planned: int
    present: int
    serving: int
    idle: int
    away: int
    adherence: float | None
    overruns: Sequence[Overrun]
    cells: Sequence[str]
    because: Sequence[Because] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """All of the team in one stretch, in people: minutes of it divided by its length."""

    starts_at: datetime
    planned: float
    present: float
    serving: float


@dataclass(frozen=True, slots=True)
class TeamDay:
    team: Team
    day: date
    step_minutes: int
    people: Sequence[PersonDay]
    intervals: Sequence[Interval]


@dataclass(slots=True)
class _Traces:
    """What is known of each person between two instants."""

    planned: dict[int, list[Span]]
    shifts: dict[int, list[str]]
    ready: dict[int, list[Span]]
    breaks: dict[tuple[int, str], list[Span]]
    away: dict[int, list[Span]]
    serving: dict[int, list[Span]]
    idle: dict[int, list[Span]]


def team_day(team: Team, day: date, at: datetime) -> TeamDay:
    """A team's day up to now, night shifts that began on it to their end."""
    rules = in_force_so_far(clock.day_span(day)[0])
    step = rules[clauses.INTERVAL] if rules.has(clauses.INTERVAL) else HALF_HOUR
    duty = list(DutyPeriod.objects.filter(team=team, day=day).select_related("person").order_by("starts_at", "person__name"))
    people = list({one.person_id: one.person for one in duty}.values())
    if not duty:
        return TeamDay(team, day, step // timedelta(minutes=1), [], [])
    start, end = _floor(min(one.starts_at for one in duty), step), max((one.ended_at or one.ends_at) for one in duty)
    end = min(max(end, start + step), max(at, start + step))
    traces = _traces(duty, start, end)
    steps = [(start + step * index, start + step * (index + 1)) for index in range(-(-(end - start) // step))]
    rows = [_person(one, traces, steps, rules, end) for one in people]
    return TeamDay(team, day, step // timedelta(minutes=1), rows, [_interval(span, people, traces, end) for span in steps])


def _traces(duty: Sequence[DutyPeriod], start: datetime, end: datetime) -> _Traces:
    ids = {one.person_id for one in duty}
    found = _Traces(*(defaultdict(list) for _ in range(7)))  # type: ignore[arg-type]
    for one in duty:
        found.planned[one.person_id].append((one.starts_at, one.ends_at))
        found.shifts[one.person_id].append(one.name)
    inside = Q(started_at__lt=end) & (Q(ended_at=None) | Q(ended_at__gt=start))
    for stretch in Presence.objects.filter(inside, person_id__in=ids):
        span = _cut(stretch.started_at, stretch.ended_at, start, end)
        if stretch.state in READY:
            found.ready[stretch.person_id].append(span)
        elif stretch.state == State.AWAY:
            found.away[stretch.person_id].append(span)
            if stretch.reason in BREAKS:
                found.breaks[stretch.person_id, BREAKS[Presence.Reason(stretch.reason)]].append(span)
    for person_id, began, ended in Assignment.objects.filter(inside, person_id__in=ids).values_list("person_id", "started_at", "ended_at"):
        found.serving[person_id].append(_cut(began, ended, start, end))
    idle = IdleStretch.objects.filter(inside, person_id__in=ids).annotate(who=F("person_id"))
    for person_id, began, ended in idle.values_list("who", "started_at", "ended_at"):
        found.idle[person_id].append(_cut(began, ended, start, end))
    return found


def _person(person: Person, traces: _Traces, steps: Sequence[Span], rules: Rules, end: datetime) -> PersonDay:
    pk = person.pk
    planned = spans.intersection(traces.planned[pk], [(steps[0][0], end)])
    ready = traces.ready[pk]
    kept = spans.intersection(planned, ready)
    whole = spans.total(planned)
    overruns, because = _overruns(pk, traces, rules)
    return PersonDay(
        person, "、".join(traces.shifts[pk]), _minutes(whole), _minutes(spans.total(ready)), _minutes(spans.total(traces.serving[pk])),
        _minutes(spans.total(traces.idle[pk])), _minutes(spans.total(traces.away[pk])),
        spans.total(kept) / whole if whole else None, overruns, [_cell(pk, span, traces, end) for span in steps], because,
    )  # fmt: skip


def _overruns(pk: int, traces: _Traces, rules: Rules) -> tuple[list[Overrun], list[Because]]:
    if not rules.has(clauses.BREAKS):
        return [], []
    found, because = [], []
    for row in rules[clauses.BREAKS]:
        taken = spans.total(traces.breaks.get((pk, row.reason), ()))
        if taken > row.minutes:
            found.append(Overrun(row.reason, _minutes(taken), _minutes(row.minutes)))
            because.append(rules.because(clauses.BREAKS, reason=clauses.BREAK_REASONS.show(row.reason), minutes=_minutes(taken)))
    return found, because


def _cell(pk: int, span: Span, traces: _Traces, end: datetime) -> str:
    """How most of a stretch was spent: ``serving``, ``ready``, ``idle``, ``away``, ``missing``, or nothing planned."""
    start, stop = span[0], min(span[1], end)
    if start >= stop:
        return ""
    half = (stop - start) / 2
    planned = spans.total_within(traces.planned[pk], start, stop) >= half
    if spans.total_within(traces.idle[pk], start, stop) >= half:
        return "idle"
    if spans.total_within(traces.ready[pk], start, stop) >= half:
        return "serving" if spans.total_within(traces.serving[pk], start, stop) >= half else ("ready" if planned else "extra")
    if spans.total_within(traces.away[pk], start, stop) >= half:
        return "away"
    return "missing" if planned else ""


def _interval(span: Span, people: Sequence[Person], traces: _Traces, end: datetime) -> Interval:
    start, stop = span[0], min(span[1], end)
    length = max(stop - start, timedelta(seconds=1))

    def heads(known: dict[int, list[Span]]) -> float:
        return round(sum((spans.total_within(known[one.pk], start, stop) for one in people), timedelta()) / length, 2)

    return Interval(start, heads(traces.planned), heads(traces.ready), heads(traces.serving))


def _cut(began: datetime, ended: datetime | None, start: datetime, end: datetime) -> Span:
    return max(began, start), min(ended or end, end)


def _floor(at: datetime, step: timedelta) -> datetime:
    midnight = clock.day_span(clock.business_day(at))[0]
    return midnight + step * ((at - midnight) // step)


def _minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)
