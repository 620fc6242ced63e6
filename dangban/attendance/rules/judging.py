"""Which punches belong to which shift, and what they say of it. A shift is a span, not a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from dangban.attendance import clauses
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Clause
from dangban.lib import spans
from dangban.lib.spans import Span

MINUTE = timedelta(minutes=1)
HALF_DAY = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when a punch may belong to a shift."""

    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Repair:
    """A punch put in on somebody's word. `nth` of the month; `at` is the time that was vouched for."""

    side: str
    at: datetime
    nth: int


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one shift when its window has closed."""

    starts_at: datetime
    ends_at: datetime
    punches: Sequence[datetime] = ()
    extensions: Sequence[Span] = ()
    # Approved: leave, and errands for the company.
    away: Sequence[Span] = ()
    # Nobody's working time: the midday break, where the shift has one.
    breaks: Sequence[Span] = ()
    announced_at: datetime | None = None
    repairs: Sequence[Repair] = ()
    # What somebody withdrew of what followed before: ``lateness``, ``early`` by minutes, ``missed``, ``absence``.
    waived: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the punches of a shift say. `state` is ``judged`` or ``unjudged`` with a reason."""

    state: str = "judged"
    why: str = ""
    arrived_at: datetime | None = None
    left_at: datetime | None = None
    late_minutes: int = 0
    early_minutes: int = 0
    excused: bool = False
    missed_arrival: bool = False
    missed_departure: bool = False
    # A departure that was repaired once too often has its price.
    priced_departure: bool = False
    absence_days: Decimal = Decimal(0)
    leave_share: Decimal = Decimal(0)
    minutes: int = 0
    extension_minutes: int = 0
    because: tuple[Because, ...] = ()


def windows(shifts: Sequence[Span], rules: Rules, over: Sequence[Span] = ()) -> list[Window]:
    """The window of each of a person's shifts, in order; where two would overlap each ends half way.

    Granted overtime, and extensions for customers, that begin in a window keep it open behind their end.
    """
    before, after = rules[clauses.WINDOW_BEFORE], rules[clauses.WINDOW_AFTER]
    found = [Window(start - before, end + after) for start, end in shifts]
    for index, (start, _end) in enumerate(shifts):
        behind = [end + before for begin, end in over if start < begin < found[index].closes_at]
        found[index] = replace(found[index], closes_at=max([found[index].closes_at, *behind]))
    for index in range(1, len(found)):
        above, below = found[index - 1], found[index]
        if above.closes_at > below.opens_at:
            middle = shifts[index - 1][1] + (shifts[index][0] - shifts[index - 1][1]) / 2
            found[index - 1] = replace(above, closes_at=min(above.closes_at, max(middle, above.opens_at)))
            found[index] = replace(below, opens_at=max(below.opens_at, middle))
    return found


def judge(facts: Facts, rules: Rules) -> Judged:
    """Arrival and departure, lateness and leaving early, with the rules each rests on."""
    expected = _expected(facts)
    if not expected:
        return Judged(leave_share=Decimal(1))
    begin, end = expected[0][0], expected[-1][1]
    arrived, left = _sides(facts, begin, end, rules)
    share = _share(facts)
    arrival, departure = _repaired(facts, "arrival"), _repaired(facts, "departure")
    need_arrival, need_departure = not _away_at_begin(facts, rules), not _away_at_end(facts, rules)
    if arrived is None and left is None and not facts.repairs and need_arrival and need_departure:
        return _absent(facts, share, rules)
    unknown = (need_arrival and arrived is None and arrival is None) or (
        need_departure and left is None and departure is None
    )
    judged = Judged(
        state="unjudged" if unknown else "judged", why="one_punch" if unknown else "", leave_share=share,
        arrived_at=arrived or (begin if not need_arrival and arrival is None else None),
        left_at=left or (end if not need_departure and departure is None else None),
        missed_arrival=need_arrival and arrived is None, missed_departure=need_departure and left is None,
    )  # fmt: skip
    judged = _come(judged, facts, begin, arrival, rules)
    judged = _gone(judged, facts, end, departure, rules)
    return _worked(_forgiven(judged, facts), facts)


def undecided(refused: Judged, granted: Judged) -> Judged:
    """A shift for which leave was asked and nobody has answered: by both answers. Where they come to the same it is
    judged; else nothing follows from it until the answer comes."""
    if _follows(refused) == _follows(granted):
        return refused
    return replace(
        refused, state="unjudged", why="leave", late_minutes=0, early_minutes=0, excused=False, priced_departure=False,
        missed_arrival=refused.missed_arrival and granted.missed_arrival,
        missed_departure=refused.missed_departure and granted.missed_departure, absence_days=Decimal(0),
    )  # fmt: skip


def _follows(judged: Judged) -> tuple[object, ...]:
    """What a shift is judged by."""
    return (
        judged.state, 0 if judged.excused else judged.late_minutes, judged.early_minutes, judged.missed_arrival, judged.missed_departure,
        judged.priced_departure, judged.absence_days,
    )  # fmt: skip


def _expected(facts: Facts) -> list[Span]:
    """The shift without approved time away and without breaks; crumbs of a minute are none."""
    left = spans.subtract([(facts.starts_at, facts.ends_at)], [*facts.away, *facts.breaks])
    return [span for span in left if span[1] - span[0] > MINUTE]


def _share(facts: Facts) -> Decimal:
    """Which part of the working time of the shift was approved time away."""
    whole = spans.subtract([(facts.starts_at, facts.ends_at)], facts.breaks)
    gone = spans.intersection(whole, facts.away)
    return Decimal(spans.total(gone) / spans.total(whole)).quantize(Decimal("0.01"))


def _away_at_begin(facts: Facts, rules: Rules) -> bool:
    """Whoever is away, with leave, when the shift begins need not punch an arrival."""
    latest = facts.starts_at + rules[clauses.PUNCH_APART]
    return any(start <= latest and end > facts.starts_at for start, end in facts.away)


def _away_at_end(facts: Facts, rules: Rules) -> bool:
    earliest = facts.ends_at - rules[clauses.PUNCH_APART]
    return any(end >= earliest and start < facts.ends_at for start, end in facts.away)


def _sides(facts: Facts, begin: datetime, end: datetime, rules: Rules) -> tuple[datetime | None, datetime | None]:
    """First and last punch. A single one is that of the side it lies nearer to."""
    ordered = sorted(facts.punches)
    if not ordered:
        return None, None
    first, last = ordered[0], ordered[-1]
    if last - first >= max(rules[clauses.PUNCH_APART], MINUTE):
        return first, last
    return (first, None) if abs(first - begin) <= abs(last - end) else (None, last)


def _certain(facts: Facts, edge: datetime, at: datetime) -> bool:
    """Of two punches each has its side; a single one far from both ends may be either, and says no minutes."""
    return len(facts.punches) > 1 or bool(facts.repairs) or abs(at - edge) <= (facts.ends_at - facts.starts_at) / 4


def _absent(facts: Facts, share: Decimal, rules: Rules) -> Judged:
    days = Decimal(0) if "absence" in facts.waived else (rules[clauses.NO_PUNCH] * (1 - share)).quantize(Decimal("0.1"))
    because = (rules.because(clauses.NO_PUNCH, starts_at=facts.starts_at, ends_at=facts.ends_at),)
    return Judged(missed_arrival=True, missed_departure=True, absence_days=days, leave_share=share, because=because)


def _repaired(facts: Facts, side: str) -> Repair | None:
    return next((one for one in facts.repairs if one.side == side), None)


def _come(judged: Judged, facts: Facts, begin: datetime, repair: Repair | None, rules: Rules) -> Judged:
    because = list(judged.because)
    arrived = judged.arrived_at
    forgiven = False
    if arrived is None and repair is not None:
        arrived = repair.at
        forgiven = _within_allowance(repair, rules) or rules[clauses.PUNCH_LATE_ARRIVAL] == "forgiven"
        because += _of_repair(repair, rules, clauses.PUNCH_LATE_ARRIVAL)
    if arrived is None:
        return replace(judged, arrived_at=arrived, because=tuple(because))
    late = minutes_late(begin, arrived, rules) if _certain(facts, begin, arrived) else 0
    excused = forgiven
    if late and not forgiven and facts.announced_at is not None and facts.announced_at < begin:
        excused = rules[clauses.LATENESS_ANNOUNCED]
        because.append(rules.because(clauses.LATENESS_ANNOUNCED, announced_at=facts.announced_at, starts_at=begin))
    if late or begin < arrived:
        because.append(rules.because(clauses.GRACE, arrived_at=arrived, starts_at=begin, late_minutes=late))
    if forgiven:
        late = 0
    return replace(judged, arrived_at=arrived, late_minutes=late, excused=bool(late) and excused, because=tuple(because))


def _gone(judged: Judged, facts: Facts, end: datetime, repair: Repair | None, rules: Rules) -> Judged:
    because = list(judged.because)
    left, priced = judged.left_at, False
    if left is None and repair is not None:
        left = repair.at
        if not _within_allowance(repair, rules):
            priced = True
            because += _of_repair(repair, rules, clauses.PUNCH_LATE_DEPARTURE)
        elif left < end:
            left = end
    if left is None:
        return replace(judged, left_at=left, priced_departure=priced, because=tuple(because))
    # Whoever stayed for a customer has not gone early, whatever the punch says.
    served = max((stop for _start, stop in facts.extensions), default=None)
    stayed = served is not None and served >= end
    early = 0 if stayed or not _certain(facts, end, left) else _minutes(end - left)
    if early:
        because.append(rules.because(clauses.LATENESS, left_at=left, ends_at=end, early_minutes=early))
    return replace(judged, left_at=left, early_minutes=early, priced_departure=priced, because=tuple(because))


def _forgiven(judged: Judged, facts: Facts) -> Judged:
    """What was withdrawn once doesn't come back with the next judgement, unless it has become worse."""
    late, early = judged.late_minutes, judged.early_minutes
    return replace(
        judged, excused=judged.excused or 0 < late <= facts.waived.get("lateness", 0),
        early_minutes=early if early > facts.waived.get("early", 0) else 0,
        priced_departure=judged.priced_departure and "missed" not in facts.waived,
    )  # fmt: skip


def minutes_late(begin: datetime, arrived: datetime, rules: Rules) -> int:
    """Whole minutes after the beginning; none within the grace."""
    late = _minutes(arrived - begin)
    return late if timedelta(minutes=late) > rules[clauses.GRACE] else 0


def _within_allowance(repair: Repair, rules: Rules) -> bool:
    return repair.nth <= rules[clauses.PUNCH_REPAIRS]


def _of_repair(repair: Repair, rules: Rules, beyond: Clause[Any]) -> list[Because]:
    reasons = [rules.because(clauses.PUNCH_REPAIRS, repair=repair.nth, side=repair.side, at=repair.at)]
    if not _within_allowance(repair, rules):
        reasons.append(rules.because(beyond, repair=repair.nth))
    return reasons


def _worked(judged: Judged, facts: Facts) -> Judged:
    if judged.arrived_at is None or judged.left_at is None:
        return judged
    there = [(judged.arrived_at, max(judged.left_at, judged.arrived_at))]
    planned = spans.intersection(there, [(facts.starts_at, facts.ends_at)])
    beyond = spans.subtract(facts.extensions, [(facts.starts_at, facts.ends_at)])
    return replace(
        judged, minutes=_minutes(spans.total([*planned, *beyond])), extension_minutes=_minutes(spans.total(beyond))
    )


def _minutes(length: timedelta) -> int:
    """Whole minutes, seconds cut off: who comes at 8:30:59 comes at 8:30."""
    return max(0, length // MINUTE)
