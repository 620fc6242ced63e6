"""The demand of a team's days: what was counted, what is expected, how many people that takes, who is planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count

from dangban.campaigns.models import Campaign
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.people.models import Team, TeamShop
from dangban.workforce import clauses, holidays, queries
from dangban.workforce.demand import erlang, staffing
from dangban.workforce.demand.forecast import (
    SLOTS,
    Counted,
    DayKind,
    Expected,
    Given,
    Miss,
    forecast,
    looked_back,
)
from dangban.workforce.demand.phases import Phase, phase_of
from dangban.workforce.demand.staffing import Target
from dangban.workforce.models import Arrivals, DutyPeriod
from dangban.workforce.shifts import Shift

# Fewer talks don't tell how long one takes.
MEASURED_FROM = 50
LOOK_BACK_DAYS = 7


@dataclass(frozen=True, slots=True)
class DayCurve:
    """One day per half hour: expected, come (None for days to come), needed on duty, planned."""

    expected: Expected
    came: tuple[float, ...] | None
    needed: tuple[int, ...]
    planned: tuple[int, ...]
    per_shift: Mapping[str, int]
    planned_per_shift: Mapping[str, int]
    uncovered: tuple[int, ...]

    @property
    def day(self) -> date:
        return self.expected.kind.day

    @property
    def peak(self) -> int:
        """The half hour that needs most."""
        return max(range(SLOTS), key=lambda slot: (self.needed[slot], self.expected.slots[slot]))

    @property
    def short(self) -> int:
        """In how many half hours fewer are planned than are needed."""
        return sum(have < need for have, need in zip(self.planned, self.needed, strict=True))


@dataclass(frozen=True, slots=True)
class Curve:
    days: list[DayCurve]
    target: Target
    measured: bool
    miss: Miss
    known_days: int
    missing_years: list[int]


def target_of(rules: Rules, handling: float | None = None) -> Target:
    """What the handbook wants for customers; `handling` as measured, else as it assumes."""
    factors = [(row["chats"], float(row["factor"])) for row in rules[clauses.CONCURRENCY_FACTORS]]
    return Target(
        service_level=_share(rules[clauses.SERVICE_LEVEL]),
        within=rules[clauses.ANSWER_WITHIN].total_seconds(),
        handling=handling or rules[clauses.HANDLING_TIME].total_seconds(),
        factor=erlang.factor_of(rules[clauses.CONCURRENCY], factors),
        patience=rules[clauses.PATIENCE].total_seconds(),
        shrinkage=_share(rules[clauses.SHRINKAGE]),
    )


def curve(
    team: Team, first: date, last: date, rules: Rules, *, at: datetime, changed: Mapping[str, float] | None = None
) -> Curve:
    """The days from first to last. `changed` are fields of the target somebody tries out."""
    today = clock.business_day(at)
    weeks = rules[clauses.FORECAST_WEEKS]
    since = min(first, today) - timedelta(weeks=weeks, days=1)
    shares = shop_shares(team)
    days = [since + timedelta(days=offset) for offset in range((max(last, today) - since).days + 1)]
    kinds = _day_kinds(days, list(shares), rules)
    counted, handling = _counted(shares, kinds, since + timedelta(days=1), today)
    target = replace(target_of(rules, handling), **dict(changed or {}))
    given = _given(rules)
    past = [one for one in counted if one.kind.day < min(first, today)]
    # The evening before has people who are still there after midnight.
    eve = first - timedelta(days=1)
    wanted = [kinds[day] for day in days if eve <= day <= last]
    came = {one.kind.day: one.slots for one in counted if first <= one.kind.day < today}
    planned = planned_slots(team, eve, last)
    shifts = queries.shifts_of(rules)
    found = []
    carried: list[int] | None = None
    for expected in forecast(past, wanted, given):
        one = _day(expected, came.get(expected.kind.day), planned, target, shifts, carried)
        carried = staffing.carried_over(one.per_shift, _hours(shifts))
        if one.day >= first:
            found.append(one)
    have_shifts = _shift_counts(team, first, last)
    found = [replace(one, planned_per_shift=have_shifts.get(one.day, {})) for one in found]
    miss = looked_back(past, LOOK_BACK_DAYS, given)
    return Curve(found, target, handling is not None, miss, len(past), holidays.missing_years(first, last))


def shop_shares(team: Team) -> dict[int, float]:
    """The team's shops, and what part of each is its own: teams that serve a shop together share it evenly."""
    shops = TeamShop.objects.filter(team=team).values_list("shop_id", flat=True)
    teams = TeamShop.objects.filter(shop_id__in=list(shops)).values("shop_id").annotate(teams=Count("team_id", distinct=True))
    return {row["shop_id"]: 1 / row["teams"] for row in teams}


def planned_slots(team: Team, first: date, last: date) -> dict[date, list[int]]:
    """How many of the team are on duty in each half hour, as published; a night runs into the next day."""
    found = {first + timedelta(days=offset): [0] * SLOTS for offset in range((last - first).days + 1)}
    periods = DutyPeriod.objects.filter(team=team, day__gte=first - timedelta(days=1), day__lte=last)
    for starts, ends in periods.values_list("starts_at", "ends_at"):
        at = clock.local(starts).replace(second=0, microsecond=0)
        at = at.replace(minute=at.minute // 30 * 30)
        while at < ends:
            if at.date() in found:
                found[at.date()][at.hour * 2 + at.minute // 30] += 1
            at += timedelta(minutes=30)
    return found


def _day(
    expected: Expected,
    came: tuple[float, ...] | None,
    planned: Mapping[date, Sequence[int]],
    target: Target,
    shifts: Sequence[Shift],
    carried: Sequence[int] | None,
) -> DayCurve:
    needed = [staffing.rostered(staffing.seats(count, target), target.shrinkage) for count in expected.slots]
    per_shift, uncovered = staffing.per_shift(needed, _hours(shifts), carried)
    have = planned[expected.kind.day]
    return DayCurve(expected, came, tuple(needed), tuple(have), per_shift, {}, tuple(uncovered))


def _hours(shifts: Sequence[Shift]) -> dict[str, tuple[time, time]]:
    return {shift.name: (shift.begins, shift.ends) for shift in shifts}


def _shift_counts(team: Team, first: date, last: date) -> dict[date, dict[str, int]]:
    rows = DutyPeriod.objects.filter(team=team, day__gte=first, day__lte=last).values("day", "name")
    found: dict[date, dict[str, int]] = {}
    for row in rows.annotate(count=Count("pk")):
        found.setdefault(row["day"], {})[row["name"]] = row["count"]
    return found


def _counted(
    shares: Mapping[int, float], kinds: Mapping[date, DayKind], since: date, until: date
) -> tuple[list[Counted], float | None]:
    """The days before `until` on which anything was counted, and how long one talk took if that is known."""
    sums: dict[date, list[float]] = {}
    talks = seconds = 0
    rows = Arrivals.objects.filter(shop_id__in=list(shares), day__gte=since, day__lt=until)
    for row in rows.order_by("day", "shop_id"):
        slots = sums.setdefault(row.day, [0.0] * SLOTS)
        for slot, count in enumerate(row.talks):
            slots[slot] += count * shares[row.shop_id]
        talks += row.total
        seconds += sum(row.seconds)
    if sums:
        # A day on which nobody came is a day too, once there are any.
        day = min(sums)
        while day < until:
            sums.setdefault(day, [0.0] * SLOTS)
            day += timedelta(days=1)
    handling = seconds / talks if talks >= MEASURED_FROM and seconds else None
    return [Counted(kinds[day], tuple(slots)) for day, slots in sorted(sums.items())], handling


def _day_kinds(days: Sequence[date], shop_ids: Sequence[int], rules: Rules) -> dict[date, DayKind]:
    known = holidays.named(days[0], days[-1])
    campaigns = _campaigns(shop_ids, days[0] - timedelta(days=60), days[-1] + timedelta(days=60))
    phases = _phases(rules)
    found = {}
    for day in days:
        holiday = known.get(day)
        phase = phase_of(day, campaigns, phases)
        found[day] = DayKind(
            day,
            is_holiday=holiday is not None and holiday.kind != holidays.WORKDAY,
            is_makeup=holiday is not None and holiday.kind == holidays.WORKDAY,
            phase=phase.name if phase else "",
        )
    return found


def _campaigns(shop_ids: Sequence[int], first: date, last: date) -> list[tuple[date, date]]:
    """The platform's own campaigns (618, Double 11) in these shops; a shop's coupon of the week moves nobody."""
    rows = Campaign.objects.filter(
        by_platform=True, in_shops__shop_id__in=shop_ids,
        starts_at__lte=clock.day_span(last)[1], ends_at__gte=clock.day_span(first)[0],
    )  # fmt: skip
    return [
        (clock.business_day(starts), clock.business_day(min(ends, stopped) if stopped else ends))
        for starts, ends, stopped in rows.distinct().values_list("starts_at", "ends_at", "stopped_at")
        if stopped is None or stopped > starts
    ]


def _phases(rules: Rules) -> list[Phase]:
    if not rules.has(clauses.CAMPAIGN_PHASES):
        return []
    rows: Any = rules[clauses.CAMPAIGN_PHASES]
    return [Phase(row["phase"], row["anchor"], row["first"], row["last"], _share(row["demand"])) for row in rows]


def _given(rules: Rules) -> Given:
    return Given(_share(rules[clauses.HOLIDAY_DEMAND]), {phase.name: phase.share for phase in _phases(rules)})


def _share(percent: Any) -> float:
    return float(percent.as_decimal)
