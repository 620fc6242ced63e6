"""What a roster breaks and what it costs, worked out from the cells alone: nothing here knows how rosters are found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dangban.workforce.solver.problem import (
    OFF,
    Breach,
    Cells,
    Count,
    Cover,
    Hindered,
    Limit,
    Penalty,
    Person,
    Problem,
    Run,
    Tally,
    Unmet,
)


@dataclass(frozen=True, slots=True)
class Score:
    total: int
    penalties: tuple[Penalty, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A figure beyond its limit, hard or soft, by so many units."""

    rule: str
    limit: Limit
    beyond: int
    found: int
    days: tuple[int, ...]
    shifts: tuple[str, ...] = ()
    unit: str = ""


def check(problem: Problem, cells: Cells) -> list[Breach]:
    """Every rule that must hold and does not, and every shortage of what must be covered."""
    found = [breach for person in problem.people for breach in check_person(problem, person.id, cells[person.id])]
    return found + [_shortage(line, had) for line, had in _short(problem, cells) if line.must]


def check_person(problem: Problem, person_id: str, row: Sequence[str]) -> list[Breach]:
    """The rules of one person that this row of cells breaks; quick enough to be asked at every keystroke."""
    person = problem.person[person_id]
    breaches = list(_placed(problem, person, row))
    if any(breach.rule == "shift" for breach in breaches):
        return breaches
    for found in _beyond(problem, person, row):
        if found.limit.weight is None:
            breaches.append(
                Breach(
                    found.rule, found.limit.source, person.id, found.days, found.found, found.limit.bound,
                    found.shifts, found.unit,
                )
            )  # fmt: skip
    return breaches


def score(problem: Problem, cells: Cells) -> Score:
    """What the soft rules, wishes and the cover cost; cells must name known shifts only."""
    penalties = list(_cover_costs(problem, cells))
    for person in problem.people:
        row = cells[person.id]
        penalties += [*_person_costs(problem, person, row), *_evenness_costs(problem, person, row)]
    return Score(sum(penalty.cost for penalty in penalties), tuple(penalties))


def score_person(problem: Problem, person_id: str, row: Sequence[str]) -> int:
    """What this row costs whatever the others do; with what the cover costs that makes up the `score`."""
    person = problem.person[person_id]
    own = [*_person_costs(problem, person, row), *_evenness_costs(problem, person, row)]
    return sum(penalty.cost for penalty in own)


def shortages(problem: Problem, cells: Cells) -> list[Unmet]:
    """What must be covered and isn't, with the reason why each of those who might have come can't."""
    return [
        Unmet(
            "cover", line.source, line.need - had, line.day, tuple(sorted(line.shifts)), line.skill, line.team,
            hindered=tuple(_hindered(problem, cells, line)),
        )
        for line, had in _short(problem, cells)
        if line.must
    ]  # fmt: skip


def counted(problem: Problem, count: Count, row: Sequence[str]) -> int:
    """How much of something a row of cells holds."""
    days = [day for day, cell in enumerate(row) if _counts(count, day, cell)]
    if count.unit == "minutes":
        return sum(problem.shift_on[day][row[day]].minutes for day in days)
    if count.unit == "weekends":
        worked = set(days)
        return sum(not worked.isdisjoint(weekend) for weekend in problem.weekends)
    return len(days)


def covered(problem: Problem, cells: Cells, line: Cover) -> int:
    """How many people a line of the cover has."""
    return sum(cells[person.id][line.day] in line.shifts for person in problem.people if line.counts(person))


def _counts(count: Count, day: int, cell: str) -> bool:
    if cell == OFF or (count.days is not None and day not in count.days):
        return False
    return count.shifts is None or cell in count.shifts


def _placed(problem: Problem, person: Person, row: Sequence[str]) -> Iterator[Breach]:
    """Cells that may not be what they are, whatever stands beside them."""
    for day, cell in enumerate(row):
        fixed = person.fixed.get(day)
        if fixed is not None and cell != fixed.shift:
            yield Breach("fixed", fixed.source, person.id, (day,), 0, 1, (cell,))
        if cell == OFF:
            continue
        if cell not in problem.shift:
            yield Breach("shift", "", person.id, (day,), 1, 0, (cell,))
        for barred in person.barred:
            if (barred.days is None or day in barred.days) and (barred.shifts is None or cell in barred.shifts):
                yield Breach("barred", barred.source, person.id, (day,), 1, 0, (cell,))


def _beyond(problem: Problem, person: Person, row: Sequence[str]) -> Iterator[_Found]:
    for tally in person.tallies:
        yield from _tally(problem, tally, row)
    for run in person.runs:
        yield from _run(run, person.history, row)
    yield from _successions(problem, person, row)


def _tally(problem: Problem, tally: Tally, row: Sequence[str]) -> Iterator[_Found]:
    found = counted(problem, tally.count, row) + tally.before
    days = tuple(sorted(tally.count.days)) if tally.count.days is not None else tuple(range(problem.days))
    shifts = tuple(sorted(tally.count.shifts or ()))
    if tally.most and found > tally.most.bound:
        yield _Found("tally_most", tally.most, found - tally.most.bound, found, days, shifts, tally.count.unit)
    if tally.least and found < tally.least.bound:
        yield _Found("tally_least", tally.least, tally.least.bound - found, found, days, shifts, tally.count.unit)


def _run(run: Run, history: tuple[str, ...], row: Sequence[str]) -> Iterator[_Found]:
    past = len(history)
    cells = [*history, *row]
    unit = "off" if run.off else "on"
    shifts = tuple(sorted(run.shifts or ()))
    for begins, ends in _stretches([_in_run(run, cell) for cell in cells]):
        if ends <= past:
            continue
        length = ends - begins
        days = tuple(range(begins - past, ends - past))
        if run.most and (beyond := ends - max(past, begins + run.most.bound)) > 0 and length > run.most.bound:
            yield _Found("run_most", run.most, beyond, length, days, shifts, unit)
        if run.least and begins > 0 and ends < len(cells) and length < run.least.bound:
            yield _Found("run_least", run.least, run.least.bound - length, length, days, shifts, unit)


def _in_run(run: Run, cell: str) -> bool:
    if run.off:
        return cell == OFF
    return cell in run.shifts if run.shifts is not None else cell != OFF


def _stretches(flags: Iterable[bool]) -> Iterator[tuple[int, int]]:
    """Begin and end of each stretch of days that are in."""
    place = 0
    for inside, group in groupby(flags):
        length = len(list(group))
        if inside:
            yield place, place + length
        place += length


def _successions(problem: Problem, person: Person, row: Sequence[str]) -> Iterator[_Found]:
    first = problem.worked_on_eve(person)
    for day, cell in enumerate(row):
        then = problem.shift_on[day].get(cell)
        if first and then:
            pair = (first.id, then.id)
            if then.id in first.cannot_follow:
                yield _Found("succession", Limit(0, first.source), 1, 1, (day - 1, day), pair)
            if person.rest and problem.too_close(first, then, person.rest.bound):
                found = then.begins + 1440 - first.ends
                yield _Found("rest", person.rest, 1, found, (day - 1, day), pair)
        first = then


def _person_costs(problem: Problem, person: Person, row: Sequence[str]) -> Iterator[Penalty]:
    for found in _beyond(problem, person, row):
        if found.limit.weight is not None:
            cost = found.limit.weight * found.beyond
            yield Penalty(found.rule, cost, found.limit.source, person.id, found.days[0], found.beyond, found.shifts)
    for wish in person.wishes:
        if (row[wish.day] == wish.shift) is not wish.wanted:
            yield Penalty("wish", wish.weight, wish.source, person.id, wish.day, shifts=(wish.shift,))
    if problem.rotation:
        yield from _rotation_costs(problem, person, row)
    if problem.stability:
        for day, cell in problem.stability.cells.get(person.id, {}).items():
            if row[day] != cell:
                yield Penalty("stability", problem.stability.weight, problem.stability.source, person.id, day, shifts=(cell,))


def _rotation_costs(problem: Problem, person: Person, row: Sequence[str]) -> Iterator[Penalty]:
    rotation = problem.rotation
    assert rotation
    last: set[str] = set()
    for week in problem.weeks:
        kinds = {problem.shift[row[day]].kind for day in week if row[day] != OFF} - {""}
        if len(kinds) > 1:
            more = len(kinds) - 1
            yield Penalty("mixed", rotation.mixed * more, rotation.source, person.id, week[0], more, tuple(sorted(kinds)))
        if again := kinds & last:
            met = len(again)
            yield Penalty("repeated", rotation.repeated * met, rotation.source, person.id, week[0], met, tuple(sorted(again)))
        last = kinds


def _evenness_costs(problem: Problem, person: Person, row: Sequence[str]) -> Iterator[Penalty]:
    for fairness in problem.fairness:
        if not fairness.includes(person.id):
            continue
        had = fairness.before.get(person.id, 0)
        more = counted(problem, fairness.count, row)
        cost = sum(fairness.step(person.id, nth) for nth in range(had + 1, had + more + 1))
        if cost:
            yield Penalty("fairness", cost, fairness.source, person.id, amount=had + more)


def _cover_costs(problem: Problem, cells: Cells) -> Iterator[Penalty]:
    for line in problem.cover:
        beyond = covered(problem, cells, line) - line.need
        kind, weight = ("over", line.over) if beyond > 0 else ("under", line.under)
        if beyond and weight:
            cost = abs(beyond) * weight
            yield Penalty(kind, cost, line.source, "", line.day, abs(beyond), tuple(sorted(line.shifts)))


def _short(problem: Problem, cells: Cells) -> Iterator[tuple[Cover, int]]:
    for line in problem.cover:
        had = covered(problem, cells, line)
        if had < line.need:
            yield line, had


def _shortage(line: Cover, had: int) -> Breach:
    return Breach("cover", line.source, "", (line.day,), had, line.need, tuple(sorted(line.shifts)), line.skill)


def _hindered(problem: Problem, cells: Cells, line: Cover) -> Iterator[Hindered]:
    """Those who might fill a line and don't, each put on the shift that would break least."""
    for person in problem.people:
        row = cells[person.id]
        if not line.counts(person) or row[line.day] in line.shifts:
            continue
        already = set(check_person(problem, person.id, row))
        tried: list[tuple[Breach, ...]] = []
        for shift in sorted(line.shifts):
            changed = [*row[: line.day], shift, *row[line.day + 1 :]]
            broken = check_person(problem, person.id, changed)
            tried.append(tuple(breach for breach in broken if breach not in already))
        least = sorted(tried, key=len)[0] if tried else ()
        yield Hindered(person.id, least, busy=row[line.day])
