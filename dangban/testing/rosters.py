"""A department to make a roster for: as many people and weeks as wanted, drawn by a seed."""

from __future__ import annotations

from random import Random

from dangban.workforce.solver import (
    LEADER,
    OFF,
    Barred,
    Count,
    Cover,
    Fairness,
    Limit,
    Person,
    Problem,
    Rotation,
    Run,
    Shift,
    Tally,
    Wish,
)

SHIFTS = (
    Shift("早班", 480, 510, 1050, kind="早班", source="shifts.shifts"),
    Shift("中班", 480, 780, 1320, kind="中班", source="shifts.shifts"),
    Shift("夜班", 480, 1020, 1500, night=True, kind="夜班", source="shifts.shifts"),
)
NIGHT = frozenset({"夜班"})
PRE, AFTER = "售前", "售后"
# Of those at work on a day, in hundredths.
SHARES = {"早班": 42, "中班": 32, "夜班": 26}
WEEKDAYS = (100, 96, 94, 96, 102, 108, 104)


def department(people: int = 60, weeks: int = 4, seed: int = 1) -> Problem:
    """Nine tenths of the hours people have are asked for; one in ten leads, one in five can do both kinds of work."""
    chance = Random(seed)
    days = weeks * 7
    staff = tuple(_person(number, days, chance) for number in range(people))
    return Problem(
        days,
        SHIFTS,
        staff,
        tuple(line for day in range(days) for line in _cover(day, people)),
        fairness=(
            Fairness(Count("shifts", shifts=NIGHT), 6, "shifts.night_from"),
            Fairness(Count("weekends"), 6, "shifts.days_on"),
        ),
        rotation=Rotation(20, 4, "shifts.shifts"),
    )


def _person(number: int, days: int, chance: Random) -> Person:
    kind = number % 10
    skills = {PRE} if kind < 5 else {AFTER} if kind < 8 else {PRE, AFTER}
    if kind in (0, 5, 8) and number % 3 == 0:
        skills.add(LEADER)
    away: set[int] = set()
    if chance.random() < 0.25:
        begin = chance.randrange(days)
        away = {day for day in range(begin, begin + chance.randint(1, 4)) if day < days}
    barred = [Barred("leave.requests", days=frozenset(away))] if away else []
    if chance.random() < 0.04:
        barred.append(Barred("law: 劳动法 §61", shifts=NIGHT))
    wishes = tuple(
        Wish(day, OFF, 25) for day in sorted(chance.sample(range(days), chance.randint(0, 3))) if day not in away
    )
    weekly = tuple(
        Tally(
            Count("shifts", days=frozenset(range(monday, monday + 7))),
            least=Limit(max(0, 5 - len(away & set(range(monday, monday + 7)))), "shifts.weekly_hours", 60),
            most=Limit(5, "shifts.weekly_hours"),
        )
        for monday in range(0, days, 7)
    )
    return Person(
        f"{number + 1:02}",
        frozenset(skills),
        tallies=(*weekly, Tally(Count(shifts=NIGHT), most=Limit(10, "shifts.nights_month"))),
        runs=(
            Run(most=Limit(6, "shifts.days_on")),
            Run(shifts=NIGHT, most=Limit(5, "shifts.nights_in_a_row")),
            Run(off=True, least=Limit(2, "shifts.rests", 3)),
        ),
        rest=Limit(660, "shifts.rest_between"),
        barred=tuple(barred),
        wishes=wishes,
        history=_last_week(number),
    )


def _last_week(number: int) -> tuple[str, ...]:
    """Five days of one shift and two off, those days not the same for everybody."""
    row = [SHIFTS[number % 3].id] * 7
    row[number % 7] = row[(number + 1) % 7] = OFF
    return tuple(row)


def _cover(day: int, people: int) -> list[Cover]:
    lines = []
    for shift, share in SHARES.items():
        need = people * 5 * 90 * share * WEEKDAYS[day % 7] // (7 * 100 * 100 * 100)
        on = frozenset({shift})
        lines.append(Cover(day, on, need, 1000, over=8, source="shifts.shifts", must=True))
        lines.append(Cover(day, on, need * 55 // 100, 1000, skill=PRE, source="shifts.shifts", must=True))
        lines.append(Cover(day, on, need * 30 // 100, 1000, skill=AFTER, source="shifts.shifts", must=True))
        lines.append(Cover(day, on, 1, 1000, skill=LEADER, source="shifts.leader_on_every_shift", must=True))
    return lines
