"""Our judgement of a DingTalk report, from its punches and shifts alone, against what DingTalk's columns say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from dangban.attendance import clauses
from dangban.attendance.dingtalk.cells import ON_BUSINESS, OVERTIME, REPAIR
from dangban.attendance.dingtalk.reading import COUNTS, Day, RawPunch, Report
from dangban.attendance.rules.judging import Facts, Judged, Repair, Window, judge, windows
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import ClockSpan
from dangban.lib import clock
from dangban.lib.spans import Span

# What is compared, day by day; the month's totals are held against the sums of the days.
WHATS = tuple(COUNTS)
# DingTalk's word for somebody who need not punch.
EXEMPT = "未打卡"
CHANGED = "改为"


@dataclass(frozen=True, slots=True)
class Mismatch:
    """On one day, of one person, one figure differs; `reason` is a code (see `REASONS` of the words)."""

    user_id: str
    name: str
    day: date
    shift: str
    what: str
    theirs: int
    ours: int
    reason: str


@dataclass(slots=True)
class Comparison:
    people: int = 0
    judged: int = 0
    without_hours: Counter[str] = field(default_factory=Counter)
    agreeing: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    # Punches that belong to no shift: overtime on days of rest, mostly.
    loose_punches: int = 0
    # People whose month's totals are not what DingTalk's own days add up to.
    totals_off: list[tuple[str, str, int, int]] = field(default_factory=list)

    @property
    def reasons(self) -> Counter[str]:
        return Counter(one.reason for one in self.mismatches)

    @property
    def days_off(self) -> int:
        return len({(one.user_id, one.day) for one in self.mismatches})


@dataclass(frozen=True, slots=True)
class Attended:
    """One shift of a report with what belongs to it."""

    day: Day
    span: Span
    window: Window
    facts: Facts
    judged: Judged


def compare(report: Report, rules: Rules, midday: ClockSpan | None = None) -> Comparison:
    """Person by person and day by day. The export doesn't say when a shift has its `midday` break: who knows, tells."""
    result = Comparison(people=len(report.people))
    for day in report.days:
        if not day.hours:
            result.without_hours[day.shift or "–"] += 1
    by_day: dict[tuple[str, date], list[Attended]] = defaultdict(list)
    for one in attended(report, rules, result, midday):
        by_day[one.day.who.user_id, one.day.day].append(one)
    for shifts in by_day.values():
        result.judged += 1
        found = list(_mismatches(shifts, rules))
        result.mismatches += found
        result.agreeing += not found
    result.totals_off = list(_totals(report))
    return result


def attended(
    report: Report, rules: Rules, result: Comparison | None = None, midday: ClockSpan | None = None
) -> Iterator[Attended]:
    """Each shift of the report with its punches and our judgement."""
    punches: dict[str, list[RawPunch]] = defaultdict(list)
    for punch in report.punches:
        if punch.counts:
            punches[punch.who.user_id].append(punch)
    days: dict[str, list[Day]] = defaultdict(list)
    for day in report.days:
        days[day.who.user_id].append(day)
    for user_id, own in days.items():
        yield from _of_person(own, punches[user_id], rules, result, midday)


def _of_person(
    days: Sequence[Day], punches: Sequence[RawPunch], rules: Rules, result: Comparison | None, midday: ClockSpan | None
) -> Iterator[Attended]:
    shifts = sorted(((span, day) for day in days for span in day.hours), key=lambda one: one[0])
    over = [one.span for day in days for one in day.approvals if one.kind == OVERTIME]
    opened = windows([span for span, _day in shifts], rules, over)
    repaired = Counter[date]()
    used = 0
    for (span, day), window in zip(shifts, opened, strict=True):
        inside = [one for one in punches if window.opens_at <= one.at < window.closes_at]
        used += len(inside)
        facts = _facts(span, day, inside, repaired, midday)
        yield Attended(day, span, window, facts, judge(facts, rules))
    if result is not None:
        result.loose_punches += len(punches) - used


def _facts(
    span: Span, day: Day, punches: Sequence[RawPunch], repaired: Counter[date], midday: ClockSpan | None
) -> Facts:
    """A repaired punch is somebody's word and no punch; errands and leave are approved time away."""
    repairs = []
    for approval in day.approvals:
        if approval.kind == REPAIR:
            month = day.day.replace(day=1)
            repaired[month] += 1
            middle = span[0] + (span[1] - span[0]) / 2
            side = "arrival" if approval.starts_at < middle else "departure"
            repairs.append(Repair(side, approval.starts_at, repaired[month]))
    away = [one.span for one in day.approvals if one.is_leave or one.kind in ON_BUSINESS]
    seen = [one.at for one in punches if one.device != "补卡审批"]
    breaks = [(clock.at_local(day.day, midday.start), clock.at_local(day.day, midday.end))] if midday else []
    return Facts(span[0], span[1], seen, away=away, breaks=breaks, repairs=repairs)


def ours(shifts: Sequence[Attended]) -> Mapping[str, int]:
    """Our figures of a day, by the names of DingTalk's columns. A day without any punch is absence, not two missed punches."""
    counts = Counter[str]()
    for one in shifts:
        judged = one.judged
        counts["late"] += bool(judged.late_minutes)
        counts["late_minutes"] += judged.late_minutes
        counts["early"] += bool(judged.early_minutes)
        counts["early_minutes"] += judged.early_minutes
        if judged.absence_days:
            counts["absence"] += 1
        elif judged.leave_share < 1:
            counts["missed_arrival"] += judged.missed_arrival and judged.arrived_at is None
            counts["missed_departure"] += judged.missed_departure and judged.left_at is None
    return counts


def _mismatches(shifts: Sequence[Attended], rules: Rules) -> Iterator[Mismatch]:
    day, counts = shifts[0].day, ours(shifts)
    for what in WHATS:
        theirs = day.counts[what]
        if theirs != counts[what]:
            reason = "grace" if _is_forgiven(day, counts, what, rules) else _reason(shifts, what)
            yield Mismatch(day.who.user_id, day.who.name, day.day, day.shift, what, theirs, counts[what], reason)


def _is_forgiven(day: Day, counts: Mapping[str, int], what: str, rules: Rules) -> bool:
    """DingTalk counts minutes that the handbook lets pass."""
    minutes = timedelta(minutes=day.counts["late_minutes"])
    return what in ("late", "late_minutes") and not counts["late"] and timedelta() < minutes <= rules[clauses.GRACE]


def _reason(shifts: Sequence[Attended], what: str) -> str:
    """The likeliest reason why we say something else, from what stands beside the figure."""
    day = shifts[0].day
    words = [word for slot in day.slots for word in (slot.arrival, slot.departure)]
    if any(CHANGED in word for word in words):
        return "changed"
    if words and all(word in (EXEMPT, "") for word in words):
        return "exempt"
    if any(not (one.window.opens_at <= at < one.window.closes_at) for one in shifts for at in _theirs(day)):
        return "night"
    if any(len(one.facts.punches) == 1 for one in shifts) and len(_theirs(day)) == 1:
        return "single"
    if any(one.is_leave for one in day.approvals) and what.startswith(("late", "early")):
        return "beside_leave"
    if any(one.kind == REPAIR for one in day.approvals):
        return "repaired"
    if any(one.is_leave or one.kind in ON_BUSINESS for one in day.approvals):
        return "away"
    return "other_shift"


def _theirs(day: Day) -> list[datetime]:
    """The punches that DingTalk took for arrival and departure."""
    return [at for slot in day.slots for at in (slot.arrived_at, slot.left_at) if at]


def _totals(report: Report) -> Iterator[tuple[str, str, int, int]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for day in report.days:
        sums[day.who.user_id].update(day.counts)
    for user_id, totals in report.totals.items():
        for what, total in totals.items():
            if total != sums[user_id][what]:
                yield user_id, what, total, sums[user_id][what]
