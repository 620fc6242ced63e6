"""What the handbook asks of a roster, in the solver's terms. Pure: facts and rules in, limits out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dangban.handbook.rulebook import Rules
from dangban.workforce import clauses
from dangban.workforce.shifts import Shift
from dangban.workforce.solver.problem import (
    LEADER,
    Barred,
    Count,
    Cover,
    Fairness,
    Limit,
    Rotation,
    Run,
    Tally,
)
from dangban.workforce.solver.problem import Shift as SolverShift

DAY = 24 * 60
FULL_DAY = 8 * 60
# Longer shifts have a meal in them.
MEAL_AFTER = 6 * 60

# What soft rules cost. What must be covered comes before all of them; evenness and wishes come after hours.
MISSING_PERSON, MISSING_LEADER, MISSING_SKILL = 1000, 400, 400
MISSING_DAY, SURPLUS, SPREAD = 30, 2, (6, 3)
WISH, EVEN_NIGHTS, EVEN_WEEKENDS, STABLE = 20, 4, 4, 8
MIXED_WEEK, SAME_AGAIN = 12, 4

LEAVE, TEAM, ELSEWHERE, WISHED, BY_HAND, PLANNED, OVER = "leave", "team", "elsewhere", "wish", "hand", "plan", "over"


@dataclass(frozen=True, slots=True)
class Month:
    """The part of a calendar month that a plan holds, and what people have there outside it."""

    days: frozenset[int]
    length: int
    workdays: int
    shifts_before: int
    minutes_before: int


def clock_minutes(shift: Shift) -> tuple[int, int]:
    begins = shift.begins.hour * 60 + shift.begins.minute
    ends = shift.ends.hour * 60 + shift.ends.minute
    return begins, ends if ends > begins else ends + DAY


def minutes_of(shift: Shift, rules: Rules) -> int:
    """What counts as working time of a shift."""
    begins, ends = clock_minutes(shift)
    meal = int(rules[clauses.UNPAID_BREAK].total_seconds() // 60) if ends - begins > MEAL_AFTER else 0
    return ends - begins - meal


def is_night(shift: Shift, rules: Rules) -> bool:
    """Whether it ends after the handbook's hour; an hour before noon is one of the next morning."""
    limit = rules[clauses.NIGHT_FROM]
    late = limit.hour * 60 + limit.minute
    return clock_minutes(shift)[1] > (late + DAY if limit.hour < 12 else late)


def solver_shift(shift: Shift, rules: Rules) -> SolverShift:
    begins, ends = clock_minutes(shift)
    return SolverShift(
        shift.name, minutes_of(shift, rules), begins, ends, night=is_night(shift, rules), kind=shift.name,
        source=clauses.SHIFTS.path,
    )  # fmt: skip


def rest(rules: Rules) -> Limit:
    return Limit(int(rules[clauses.REST_BETWEEN].total_seconds() // 60), clauses.REST_BETWEEN.path)


def runs(nights: frozenset[str], rules: Rules) -> tuple[Run, ...]:
    found = [Run(most=Limit(rules[clauses.DAYS_ON], clauses.DAYS_ON.path))]
    if nights:
        found.append(Run(shifts=nights, most=Limit(rules[clauses.NIGHTS_IN_A_ROW], clauses.NIGHTS_IN_A_ROW.path)))
    return tuple(found)


def weekly(week: Iterable[int], shifts: Sequence[SolverShift], away: int, rules: Rules) -> tuple[Tally, ...]:
    """At most the week's hours, and as many shifts as these hold; days away are not made up for."""
    days = frozenset(week)
    most = rules[clauses.WEEKLY_HOURS] * 60
    tallies = [Tally(Count("minutes", days=days), most=Limit(most, clauses.WEEKLY_HOURS.path))]
    longest = max((shift.minutes for shift in shifts), default=0)
    if longest:
        full = min(most // longest, rules[clauses.DAYS_ON], 7) * len(days) // 7
        least = max(0, full - away)
        tallies.append(Tally(Count("shifts", days=days), least=Limit(least, clauses.WEEKLY_HOURS.path, MISSING_DAY)))
    return tuple(tallies)


def monthly(month: Month, rules: Rules) -> tuple[Tally, ...]:
    """No more hours than workdays and lawful overtime hold, and the days of rest the handbook gives.

    What was too much before the plan began is not the plan's; what it adds to that is.
    """
    hours = max(month.workdays * FULL_DAY + rules[clauses.OVERTIME_MONTH] * 60, month.minutes_before)
    overtime = Limit(hours, clauses.OVERTIME_MONTH.path)
    tallies = [Tally(Count("minutes", days=month.days), most=overtime, before=month.minutes_before)]
    if rules.has(clauses.RESTS_OF_MONTH):
        most = max(month.length - rules[clauses.RESTS_OF_MONTH], month.shifts_before)
        on = Limit(most, clauses.RESTS_OF_MONTH.path)
        tallies.append(Tally(Count("shifts", days=month.days), most=on, before=month.shifts_before))
    return tuple(tallies)


def barred(days: Mapping[int, str]) -> tuple[Barred, ...]:
    """Whole days on which somebody can't work, by their sources."""
    sources = sorted(set(days.values()))
    return tuple(Barred(source, days=frozenset(day for day, why in days.items() if why == source)) for source in sources)


def cover(needs: Mapping[tuple[int, str], tuple[int, str]], led: Collection[int]) -> tuple[Cover, ...]:
    """``needs``: how many people and by whose rule, for each day and shift; ``led``: the days whose shifts need a leader.

    More than needed are spread evenly.
    """
    found = []
    for (day, shift), (need, source) in sorted(needs.items()):
        on = frozenset({shift})
        found.append(Cover(day, on, need, MISSING_PERSON, over=SURPLUS, source=source, must=True))
        found += [Cover(day, on, need + more, weight, source=source) for more, weight in enumerate(SPREAD, 1)]
        if day in led and need:
            path = clauses.LEADER_ON_EVERY_SHIFT.path
            found.append(Cover(day, on, 1, MISSING_LEADER, skill=LEADER, source=path, must=True))
    return tuple(found)


def skilled(needs: Mapping[tuple[int, str], Mapping[str, int]]) -> tuple[Cover, ...]:
    """How many of those on a shift must have a skill, by who plans."""
    return tuple(
        Cover(day, frozenset({shift}), need, MISSING_SKILL, skill=code, source=PLANNED, must=True)
        for (day, shift), of_shift in sorted(needs.items())
        for code, need in sorted(of_shift.items())
        if need
    )


def fairness(
    nights: frozenset[str], nights_before: Mapping[str, int], weekends_before: Mapping[str, int]
) -> tuple[Fairness, ...]:
    """Nights and weekends go round; what people have had lately counts."""
    weekends = Fairness(Count("weekends"), EVEN_WEEKENDS, clauses.DAYS_ON.path, before=weekends_before)
    if not nights:
        return (weekends,)
    return (Fairness(Count("shifts", shifts=nights), EVEN_NIGHTS, clauses.NIGHT_FROM.path, before=nights_before), weekends)


def rotation() -> Rotation:
    return Rotation(MIXED_WEEK, SAME_AGAIN, clauses.SHIFTS.path)


def months_of(first: date, days: int) -> dict[tuple[int, int], frozenset[int]]:
    """The days of a plan by the calendar month they lie in."""
    found: dict[tuple[int, int], set[int]] = {}
    for offset in range(days):
        day = first + timedelta(days=offset)
        found.setdefault((day.year, day.month), set()).add(offset)
    return {month: frozenset(days) for month, days in found.items()}
