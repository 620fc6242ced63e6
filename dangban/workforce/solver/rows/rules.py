"""The rules of one person as small machines that read a row of cells day by day.

A machine is in one of a few states; what a cell does to it stands in tables: the next state (``NEVER`` where the rule
forbids it) and what that costs. Together they tell of every row whether it may be and what it costs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import gcd, inf

import numpy as np
from numpy.typing import NDArray

from dangban.workforce.solver.problem import (
    OFF,
    Count,
    Fairness,
    Limit,
    Person,
    Problem,
    Rotation,
    Run,
    Shift,
    Tally,
)

NEVER = -1


@dataclass(slots=True)
class Table:
    """For each state and cell the next state, and the cost; cell 0 is the day off, the others as the shifts stand."""

    then: NDArray[np.int64]
    cost: NDArray[np.float64]


@dataclass(slots=True)
class Machine:
    """``days`` has a table for each day of the plan. Where all machines together have too many states, the one with
    most ``slack`` is left away: then some rows are taken for allowed which are not."""

    size: int
    start: int
    days: list[Table]
    slack: int = 0


def machines(problem: Problem, person: Person) -> list[Machine]:
    """Those of everything but single cells: bars, wishes and what is fixed are prices of cells."""
    found = [_succession(problem, person)]
    found += [_run(problem, person, run) for run in person.runs]
    found += [_tallies(problem, count, group, spread, person) for count, group, spread in _counted(problem, person)]
    found += [_rotation(problem, problem.rotation)] if problem.rotation else []
    return [machine for machine in found if machine.size > 1]


def cells(problem: Problem) -> list[str]:
    return [OFF, *(shift.id for shift in problem.shifts)]


def prices(problem: Problem, person: Person) -> NDArray[np.float64]:
    """What each cell of each day costs this person by itself; infinite where it must not be."""
    names = cells(problem)
    price = np.zeros((problem.days, len(names)))
    for wish in person.wishes:
        # A shift that there is no longer is no column: who wants it doesn't get it, who doesn't is content.
        wished = [names.index(wish.shift)] if wish.shift in names else []
        if wish.wanted:
            price[wish.day] += wish.weight
        price[wish.day, wished] += -wish.weight if wish.wanted else wish.weight
    if problem.stability:
        for day, cell in problem.stability.cells.get(person.id, {}).items():
            price[day] += problem.stability.weight
            if cell in names:
                price[day, names.index(cell)] -= problem.stability.weight
    for barred in person.barred:
        days = range(problem.days) if barred.days is None else barred.days
        for day in days:
            if 0 <= day < problem.days:
                price[day, [at for at, name in enumerate(names) if at and (barred.shifts is None or name in barred.shifts)]] = inf
    eve = problem.worked_on_eve(person)
    if eve:
        price[0, 1:] += [_after(problem, person, eve, then) for then in problem.shift_on[0].values()]
    for day, fixed in person.fixed.items():
        kept = price[day, names.index(fixed.shift)] if fixed.shift in names else inf
        price[day] = inf
        if fixed.shift in names:
            price[day, names.index(fixed.shift)] = kept
    return price


def _table(size: int, width: int) -> Table:
    return Table(np.full((size, width), NEVER, dtype=np.int64), np.zeros((size, width)))


def _succession(problem: Problem, person: Person) -> Machine:
    """The state is the cell of the day before. What yesterday leaves for day 0 is a price of its cells."""
    tables: list[Table] = []
    for day, now in enumerate(problem.shift_on):
        before = problem.shift_on[max(0, day - 1)]
        same = day > 1 and before is now and before is problem.shift_on[day - 2]
        tables.append(tables[-1] if same else _following(problem, person, before, now))
    return Machine(len(problem.shifts) + 1, 0, tables)


def _following(problem: Problem, person: Person, before: Mapping[str, Shift], now: Mapping[str, Shift]) -> Table:
    table = _table(len(before) + 1, len(now) + 1)
    table.then[:] = range(len(now) + 1)
    for state, first in enumerate(before.values(), 1):
        for column, then in enumerate(now.values(), 1):
            price = _after(problem, person, first, then)
            if price == inf:
                table.then[state, column] = NEVER
            else:
                table.cost[state, column] = price
    return table


def _after(problem: Problem, person: Person, first: Shift, then: Shift) -> float:
    """What it costs to come again so soon; infinite where nobody may."""
    if then.id in first.cannot_follow:
        return inf
    if person.rest is None or not problem.too_close(first, then, person.rest.bound):
        return 0
    return inf if person.rest.weight is None else person.rest.weight


def _run(problem: Problem, person: Person, run: Run) -> Machine:
    """The state is how long the present run is, and whether it began before anything is known: then nobody asks
    whether it is long enough."""
    names = cells(problem)
    inside = [_inside(run, name) for name in names]
    least = run.least.bound if run.least else 0
    longest = max(least, run.most.bound + 1 if run.most else 1)
    past = 0
    known = True
    if person.history:
        for cell in reversed(person.history):
            if not _inside(run, cell):
                break
            past += 1
        known = past < len(person.history)

    def at(length: int, known: bool) -> int:
        return min(length, longest) + (0 if known or not length else longest)

    tables = []
    for day in range(problem.days):
        table = _table(1 + 2 * longest, len(names))
        for length in range(longest + 1):
            for since in (True, False):
                state = at(length, since)
                for column in range(len(names)):
                    if inside[column]:
                        opens = not length
                        begins_known = (day > 0 or bool(person.history)) if opens else since
                        table.then[state, column] = at(length + 1, begins_known)
                        if run.most and length + 1 > run.most.bound:
                            _charge(table, state, column, run.most, 1)
                    else:
                        table.then[state, column] = 0
                        # What ended with the day before the plan is in nobody's books any more, but one that must
                        # not be too short is gone on with.
                        judged = day > 0 or (run.least is not None and run.least.weight is None)
                        if run.least and since and 0 < length < least and judged:
                            _charge(table, state, column, run.least, least - length)
        tables.append(table)
    return Machine(1 + 2 * longest, at(past, known), tables)


def _inside(run: Run, cell: str) -> bool:
    if run.off:
        return cell == OFF
    return cell in run.shifts if run.shifts is not None else cell != OFF


def _charge(table: Table, state: int, column: int, limit: Limit, beyond: int) -> None:
    if limit.weight is None:
        table.then[state, column] = NEVER
    else:
        table.cost[state, column] += limit.weight * beyond


def _rotation(problem: Problem, rotation: Rotation) -> Machine:
    """The state is which kinds of shift there have been this week, and which the week before; it is paid on the
    week's last day."""
    kinds = sorted({shift.kind for shift in problem.shifts} - {""})
    of = [0, *(1 << kinds.index(shift.kind) if shift.kind else 0 for shift in problem.shifts)]
    sets = 1 << len(kinds)
    tables = []
    for day in range(problem.days):
        closing = any(day == week[-1] for week in problem.weeks)
        table = _table(sets * sets, len(of))
        for this, last, column in product(range(sets), range(sets), range(len(of))):
            now = this | of[column]
            table.then[this * sets + last, column] = now if closing else now * sets + last
            if closing:
                mixed, repeated = max(0, now.bit_count() - 1), (now & last).bit_count()
                table.cost[this * sets + last, column] = rotation.mixed * mixed + rotation.repeated * repeated
        tables.append(table)
    return Machine(sets * sets, 0, tables)


def _counted(problem: Problem, person: Person) -> Iterator[tuple[Count, list[Tally], list[Fairness]]]:
    """What is counted, with all that is asked of it."""
    counts = dict.fromkeys([tally.count for tally in person.tallies])
    spread = [fairness for fairness in problem.fairness if fairness.includes(person.id)]
    counts |= dict.fromkeys(fairness.count for fairness in spread)
    for count in counts:
        yield (
            count,
            [tally for tally in person.tallies if tally.count == count],
            [fairness for fairness in spread if fairness.count == count],
        )


def _tallies(problem: Problem, count: Count, asked: Sequence[Tally], spread: Sequence[Fairness], person: Person) -> Machine:
    """The state is how much there has been; for weekends also whether this one is counted already. After the last
    day on which there can be more it is paid, and nothing is kept in mind any longer."""
    amounts = _amounts(problem, count)
    unit = gcd(*(amount for day in amounts for amount in day)) or 1
    weekends = count.unit == "weekends"
    highest = len(problem.weekends) if weekends else sum(max(day) for day in amounts) // unit
    hard = [tally.most.bound - tally.before for tally in asked if tally.most and tally.most.weight is None]
    top = min([highest, *(max(0, bound) // unit for bound in hard)])
    ends = [_ended(had * unit, asked, spread, person) for had in range(top + 1)]
    last = max((day for day, gained in enumerate(amounts) if any(gained)), default=problem.days - 1)
    closing = {weekend[-1] for weekend in problem.weekends}
    states = 2 * (top + 1)
    tables = []
    for day, gained in enumerate(amounts):
        table = _table(states, len(gained))
        for had, already, column in product(range(top + 1), (0, 1), range(len(gained))):
            more = had + (0 if weekends and already else gained[column] // unit)
            if more > top or (day == last and ends[more] == inf):
                continue
            noted = weekends and (already or gained[column]) and day not in closing
            table.then[2 * had + already, column] = 0 if day == last else 2 * more + bool(noted)
            if day == last:
                table.cost[2 * had + already, column] = ends[more]
        tables.append(table)
    only_most = not spread and all(tally.least is None for tally in asked)
    return Machine(states, 0, tables, slack=top if only_most else 0)


def _amounts(problem: Problem, count: Count) -> list[list[int]]:
    """What each cell of each day adds."""
    among = {day for weekend in problem.weekends for day in weekend}
    found = []
    for day in range(problem.days):
        counts = (count.days is None or day in count.days) and (count.unit != "weekends" or day in among)
        row = [0]
        for shift in problem.shift_on[day].values():
            wanted = counts and (count.shifts is None or shift.id in count.shifts)
            row.append((shift.minutes if count.unit == "minutes" else 1) if wanted else 0)
        found.append(row)
    return found


def _ended(had: int, asked: Sequence[Tally], spread: Sequence[Fairness], person: Person) -> float:
    cost = 0.0
    for tally in asked:
        found = had + tally.before
        for limit, beyond in ((tally.most, found), (tally.least, 0)):
            if limit is None:
                continue
            beyond = found - limit.bound if limit is tally.most else limit.bound - found
            if beyond > 0:
                cost += inf if limit.weight is None else limit.weight * beyond
    for fairness in spread:
        before = fairness.before.get(person.id, 0)
        cost += sum(fairness.step(person.id, nth) for nth in range(before + 1, before + had + 1))
    return cost
