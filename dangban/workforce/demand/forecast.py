"""Customers per half hour: the day's total by weekday, kind of day and phase of a campaign, times the share of the hour."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

SLOTS = 48
# A week ago counts this much less than this week.
_FADE = 0.9
# So many days of its own weekday are worth as much as all others together, for the shape of a day.
_OWN_SHAPE = 2
# A factor learnt from the past needs so many days; below that the handbook's stands.
_LEARNT_FROM = 2


@dataclass(frozen=True, slots=True)
class DayKind:
    """What is known of a day beforehand. `phase` of a campaign is empty on ordinary days."""

    day: date
    is_holiday: bool = False
    is_makeup: bool = False
    phase: str = ""

    @property
    def is_plain(self) -> bool:
        return not (self.is_holiday or self.phase)

    @property
    def like(self) -> int:
        """The weekday it is like: a worked weekend is like a Monday."""
        return 0 if self.is_makeup else self.day.weekday()


@dataclass(frozen=True, slots=True)
class Counted:
    """How many came on a day, per half hour."""

    kind: DayKind
    slots: tuple[float, ...]

    @property
    def total(self) -> float:
        return sum(self.slots)


@dataclass(frozen=True, slots=True)
class Given:
    """Factors to go by while the past teaches none: of holidays, and of each phase."""

    holiday: float = 1.0
    phases: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a day is expected to bring; `factor` is what holiday or campaign does to it, `learnt` from the past or given."""

    kind: DayKind
    slots: tuple[float, ...]
    factor: float = 1.0
    learnt: bool = True

    @property
    def total(self) -> float:
        return sum(self.slots)


def forecast(past: Sequence[Counted], days: Iterable[DayKind], given: Given) -> list[Expected]:
    """Nothing is expected where nothing is known: a past of no days gives zeros."""
    plain = [one for one in past if one.kind.is_plain]
    levels = _Levels(plain or list(past))
    factors = _learnt_factors(past, levels)
    return [_expected(kind, past, levels, factors, given) for kind in days]


def wape(actual: Iterable[float], expected: Iterable[float]) -> float | None:
    """The sum of all misses over the sum of what came; None where nobody came."""
    pairs = list(zip(actual, expected, strict=True))
    came = sum(one for one, _two in pairs)
    return sum(abs(one - two) for one, two in pairs) / came if came else None


@dataclass(frozen=True, slots=True)
class Miss:
    """How far forecasts of past days were off, per half hour and per day; None where there is nothing to compare."""

    days: int
    by_slot: float | None
    by_day: float | None


def looked_back(past: Sequence[Counted], days: int, given: Given, *, least_before: int = 14) -> Miss:
    """Forecast each of the last days from what was known before it, and compare."""
    ordered = sorted(past, key=lambda one: one.kind.day)
    came, said = [], []
    for index in range(max(least_before, len(ordered) - days), len(ordered)):
        came.append(ordered[index])
        said.extend(forecast(ordered[:index], [ordered[index].kind], given))
    by_slot = wape((n for one in came for n in one.slots), (n for one in said for n in one.slots))
    return Miss(len(came), by_slot, wape((one.total for one in came), (one.total for one in said)))


class _Levels:
    """The usual total of each weekday, recent weeks counting more."""

    def __init__(self, days: Sequence[Counted]) -> None:
        self.days = days
        self.latest = max((one.kind.day for one in days), default=None)
        self.overall = self._mean(days)
        self.by_weekday = {
            weekday: self._mean([one for one in days if one.kind.like == weekday])
            for weekday in {one.kind.like for one in days}
        }

    def of(self, weekday: int) -> float:
        return self.by_weekday.get(weekday, self.overall)

    def _mean(self, days: Sequence[Counted]) -> float:
        if not days or self.latest is None:
            return 0.0
        weights = [_FADE ** ((self.latest - one.kind.day).days / 7) for one in days]
        return sum(weight * one.total for weight, one in zip(weights, days, strict=True)) / sum(weights)


def _learnt_factors(past: Sequence[Counted], levels: _Levels) -> dict[str, float]:
    came: dict[str, list[float]] = defaultdict(list)
    usual: dict[str, list[float]] = defaultdict(list)
    for one in past:
        if not one.kind.is_plain and levels.of(one.kind.like) > 0:
            came[_special(one.kind)].append(one.total)
            usual[_special(one.kind)].append(levels.of(one.kind.like))
    return {name: sum(came[name]) / sum(usual[name]) for name in came if len(came[name]) >= _LEARNT_FROM}


def _special(kind: DayKind) -> str:
    return kind.phase or "holiday"


def _expected(
    kind: DayKind, past: Sequence[Counted], levels: _Levels, factors: Mapping[str, float], given: Given
) -> Expected:
    factor, learnt = 1.0, True
    if not kind.is_plain:
        name = _special(kind)
        learnt = name in factors
        stated = given.phases.get(kind.phase, 1.0) if kind.phase else given.holiday
        factor = factors.get(name, stated)
    total = levels.of(kind.like) * factor
    return Expected(kind, tuple(total * share for share in _shape(kind, past)), factor, learnt)


def _shape(kind: DayKind, past: Sequence[Counted]) -> list[float]:
    """The share of each half hour: of days like this one, the fewer of them the more leaning on all days alike."""
    if kind.is_plain:
        alike = [one for one in past if one.kind.is_plain and (one.kind.like >= 5) == (kind.like >= 5)]
        own = [one for one in alike if one.kind.like == kind.like]
    else:
        alike = [one for one in past if not one.kind.is_plain]
        own = [one for one in alike if _special(one.kind) == _special(kind)]
    wide = _shares(alike) or _shares(past) or [0.0] * SLOTS
    narrow = _shares(own)
    if narrow is None:
        return wide
    trust = len(own) / (len(own) + _OWN_SHAPE)
    return [trust * one + (1 - trust) * other for one, other in zip(narrow, wide, strict=True)]


def _shares(days: Sequence[Counted]) -> list[float] | None:
    sums = [sum(one.slots[slot] for one in days) for slot in range(SLOTS)]
    total = sum(sums)
    return [one / total for one in sums] if total else None
