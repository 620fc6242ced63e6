"""A plan as the solver sees it: who, which shifts, which rules, what was before, what must be covered."""

from __future__ import annotations

import calendar
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from django.db.models import Q

from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.people.models import Person, Team, TeamMembership
from dangban.workforce import clauses, holidays, ports, queries
from dangban.workforce.models import Cell, DutyPeriod, Plan, Wish
from dangban.workforce.rosters import contract, skills, versions
from dangban.workforce.rosters.contract import Month
from dangban.workforce.rosters.versions import rules_on
from dangban.workforce.shifts import Shift, read_hours
from dangban.workforce.solver.problem import (
    LEADER,
    OFF,
    Barred,
    Fixed,
    Limit,
    Problem,
    Stability,
    Tally,
)
from dangban.workforce.solver.problem import Count as Counted
from dangban.workforce.solver.problem import Person as SolverPerson
from dangban.workforce.solver.problem import Shift as SolverShift
from dangban.workforce.solver.problem import Wish as SolverWish

# Nights and weekends of so many weeks are remembered when they go round.
REMEMBERED = timedelta(weeks=8)
LEADING = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)
# They may lead a shift, and are put on one by hand only.
BY_HAND_ONLY = (Person.Level.SUPERVISOR, Person.Level.MANAGER)


@dataclass
class Facts:
    """All that a plan's problem rests on, read at once for all its people."""

    plan: Plan
    people: list[Person]
    rules: Rules
    shifts: list[Shift]
    cells: dict[tuple[int, date], Cell]
    kinds: dict[date, str]
    away: dict[int, list[ports.Away]] = field(default_factory=dict)
    duty: dict[int, list[DutyPeriod]] = field(default_factory=dict)
    wishes: dict[int, list[Wish]] = field(default_factory=dict)
    memberships: dict[int, list[TeamMembership]] = field(default_factory=dict)
    # Asked for only where the plan needs any.
    skills: dict[int, frozenset[str]] = field(default_factory=dict)
    # From which day of the plan on shifts have which hours, whatever rules are asked about.
    turned: tuple[tuple[int, tuple[SolverShift, ...]], ...] = ()

    @cached_property
    def of_person(self) -> dict[int, list[Cell]]:
        found: dict[int, list[Cell]] = defaultdict(list)
        for cell in self.cells.values():
            found[cell.person_id].append(cell)
        return found

    @cached_property
    def solver_shifts(self) -> list[SolverShift]:
        return [contract.solver_shift(shift, self.rules) for shift in self.shifts]

    @cached_property
    def nights(self) -> frozenset[str]:
        return frozenset(shift.name for shift in self.shifts if contract.is_night(shift, self.rules))

    @cached_property
    def unnamed(self) -> tuple[Barred, ...]:
        return _unnamed(self)

    @cached_property
    def day_set(self) -> frozenset[date]:
        return frozenset(self.plan.days)

    def index(self, day: date) -> int:
        return (day - self.plan.first_day).days


def rules_of(plan: Plan, at: datetime) -> Rules:
    """The rules a plan is made by: those of its first day, once that lies ahead."""
    return in_force(max(at, clock.day_span(plan.first_day)[0]))


def as_on(shift: Shift, day: date, rules: Rules) -> Shift:
    """A shift with the hours that the handbook gives to its name on a day; hours of one's own stay."""
    then = rules_on(day, rules)
    if then is rules:
        return shift
    return next((one for one in queries.shifts_of(then) if one.name == shift.name), shift)


def hours_on(day: date, rules: Rules) -> dict[str, str]:
    """The hours of the handbook's shifts on a day, as they are written."""
    return {one.name: one.hours for one in queries.shifts_of(rules_on(day, rules))}


def people_of(plan: Plan) -> list[Person]:
    """Who belongs to the team on any day of the plan, those who lead first."""
    members = TeamMembership.objects.filter(
        Q(until=None) | Q(until__gt=plan.first_day), team_id=plan.team_id, since__lte=plan.last_day
    )
    found = Person.objects.filter(
        Q(pk__in=members.values("person_id")) | Q(pk__in=Cell.objects.filter(plan=plan).values("person_id")), is_active=True
    )
    return sorted(found, key=lambda person: (person.level not in LEADING, person.name, person.pk))


def read(plan: Plan, rules: Rules, people: Collection[Person] | None = None) -> Facts:
    """Everything about these people (or all of the plan), in as many queries for sixty as for one."""
    chosen = list(people) if people is not None else people_of(plan)
    ids = [person.pk for person in chosen]
    cells = {(cell.person_id, cell.day): cell for cell in Cell.objects.filter(plan=plan, person_id__in=ids)}
    own = Cell.objects.filter(plan=plan).exclude(shift__in=[shift.name for shift in queries.shifts_of(rules)]).exclude(shift="")
    return _facts(plan, chosen, rules, _shifts(rules, own, plan.days), cells)


def read_duty(team: Team, first: date, last: date, rules: Rules) -> Facts:
    """The weeks around some days as they stand in duty, as if they were a plan."""
    monday = first - timedelta(days=first.weekday())
    plan = Plan(team=team, first_day=monday, weeks=(last - monday).days // 7 + 1)
    near = Plan.objects.filter(team=team, first_day__gt=monday - timedelta(weeks=5), first_day__lte=last)
    for one in near.exclude(state=Plan.State.DROPPED):
        plan.cover |= one.cover
        plan.skilled |= one.skilled
    people = list(queries.members_on(team, monday, plan.last_day))
    rows = DutyPeriod.objects.filter(team=team, person__in=people, day__gte=monday, day__lte=plan.last_day)
    cells = {(one.person_id, one.day): as_cell(one) for one in rows.order_by("-starts_at")}
    return _facts(plan, people, rules, _shifts(rules, cells.values(), plan.days), cells)


def under(facts: Facts, rules: Rules) -> Facts:
    """The same people and cells under the rules of a later day."""
    kept = [Cell(shift=shift.name, hours=shift.hours) for shift in facts.shifts]
    return replace(facts, rules=rules, shifts=_shifts(rules, kept))


def as_cell(duty: DutyPeriod) -> Cell:
    return Cell(person_id=duty.person_id, day=duty.day, shift=duty.name, hours=duty.shift.hours)


def _facts(
    plan: Plan, people: list[Person], rules: Rules, shifts: list[Shift], cells: dict[tuple[int, date], Cell]
) -> Facts:
    ids = [person.pk for person in people]
    month_first = plan.first_day.replace(day=1)
    month_last = max(_month_end(plan.last_day), plan.last_day + timedelta(days=1))
    since = min(month_first, plan.first_day - REMEMBERED)
    facts = Facts(plan, people, rules, shifts, cells, holidays.kinds(month_first, month_last))
    for one in ports.away(ids, plan.first_day, plan.last_day):
        facts.away.setdefault(one.person_id, []).append(one)
    outside = Q(day__lt=plan.first_day) | Q(day__gt=plan.last_day) | ~Q(team=plan.team_id)
    for duty in DutyPeriod.objects.filter(outside, person_id__in=ids, day__gte=since, day__lte=month_last).order_by("day"):
        facts.duty.setdefault(duty.person_id, []).append(duty)
    for wish in Wish.objects.filter(person_id__in=ids, day__gte=plan.first_day, day__lte=plan.last_day):
        facts.wishes.setdefault(wish.person_id, []).append(wish)
    for membership in TeamMembership.objects.filter(team_id=plan.team_id, person_id__in=ids):
        facts.memberships.setdefault(membership.person_id, []).append(membership)
    if plan.skilled:
        facts.skills = skills.held(ids, plan.team)
    turns = versions.turns(plan.days, rules)
    if len(turns) > 1:
        facts.turned = tuple((first, tuple(_in_version(shift, then) for shift in shifts)) for first, then in turns)
    return facts


def _in_version(shift: Shift, rules: Rules) -> SolverShift:
    named = next((one for one in queries.shifts_of(rules) if one.name == shift.name), shift)
    return contract.solver_shift(named, rules)


def begins(plan: Plan, at: datetime) -> date:
    """The first day that computing may still change: of a published roster not today's, which people are working by."""
    return clock.business_day(at) + timedelta(days=plan.state == Plan.State.PUBLISHED)


def problem(
    facts: Facts, *, stable: bool = True, absent: Iterable[tuple[int, date, date]] = (), strict: bool = False,
    since: date = date.min,
) -> Problem:  # fmt: skip
    """The plan as it is to be computed; `absent` are people who are away for a trial. Days before `since` stay as they are.

    What people and shifts need goes by the rules of each day, hours of a week or month by those of its first day here.
    Rest and days in a row know one figure: that of the facts' rules or, `strict`, the strictest of all days.
    """
    gone: dict[int, set[int]] = defaultdict(set)
    for person_id, first, last in absent:
        gone[person_id].update(facts.index(day) for day in facts.plan.days if max(first, since) <= day <= last)
    over = sum(day < since for day in facts.plan.days)
    binding = [rules for _first, rules in versions.turns(facts.plan.days, facts.rules)] if strict else [facts.rules]
    people = tuple(_lived(_person(person, facts, gone.get(person.pk, set()), binding), person, facts, over) for person in facts.people)
    nights, weekends = _remembered(facts)
    known = {shift.name for shift in facts.shifts}
    before = {
        str(person.pk): {
            facts.index(cell.day): cell.shift for cell in facts.of_person.get(person.pk, ()) if cell.shift in known
        }
        for person in facts.people
    }
    keep = Stability(contract.STABLE, clauses.PUBLISHED_AHEAD.path, before)
    return Problem(
        days=facts.plan.weeks * 7,
        shifts=tuple(facts.solver_shifts),
        people=people,
        cover=tuple(
            line
            for line in contract.cover(needs(facts), led_days(facts)) + contract.skilled(skilled_needs(facts))
            if line.day >= over
        ),
        weekday=facts.plan.first_day.weekday(),
        fairness=contract.fairness(facts.nights, nights, weekends),
        rotation=contract.rotation(),
        stability=keep if stable and any(before.values()) else None,
        turned=facts.turned,
    )


def needs(facts: Facts) -> dict[tuple[int, str], tuple[int, str]]:
    """How many each shift of each day needs, and whose word that is: the plan's, else the handbook's."""
    found = {}
    for index, day in enumerate(facts.plan.days):
        rows = {row["name"]: row["least"] or 0 for row in rules_on(day, facts.rules)[clauses.SHIFTS]}
        own = facts.plan.cover.get(day.isoformat(), {})
        for name, least in rows.items():
            source = clauses.SERVICE_LEVEL.path if name in own and own[name] > least else clauses.SHIFTS.path
            found[index, name] = (int(own.get(name, least)), source)
    return found


def led_days(facts: Facts) -> frozenset[int]:
    """The days on which every shift must have somebody who may lead."""
    wanted = ((index, rules_on(day, facts.rules)) for index, day in enumerate(facts.plan.days))
    return frozenset(index for index, rules in wanted if rules[clauses.LEADER_ON_EVERY_SHIFT])


def skilled_needs(facts: Facts) -> dict[tuple[int, str], dict[str, int]]:
    """How many of each shift of each day must have which skill, by the plan."""
    known = {shift.name for shift in facts.shifts}
    return {
        (index, shift): of_shift
        for index, day in enumerate(facts.plan.days)
        for shift, of_shift in facts.plan.skilled.get(day.isoformat(), {}).items()
        if shift in known
    }


def row_of(person: Person, facts: Facts) -> tuple[str, ...]:
    """Somebody's cells as the solver writes them."""
    found = (facts.cells.get((person.pk, day)) for day in facts.plan.days)
    return tuple(cell.shift if cell is not None and cell.shift else OFF for cell in found)


def shift_of(cell: Cell) -> Shift | None:
    hours = read_hours(cell.hours)
    return Shift(cell.shift, *hours) if cell.shift and hours else None


def _person(person: Person, facts: Facts, gone: set[int], binding: Sequence[Rules]) -> SolverPerson:
    away = _days_away(person, facts)
    out = {**_elsewhere(person, facts), **_outside_team(person, facts), **dict.fromkeys(away | gone, contract.LEAVE)}
    tallies: list[Tally] = []
    for week in range(facts.plan.weeks):
        days = range(week * 7, week * 7 + 7)
        lost = sum(day in out for day in days)
        tallies += contract.weekly(days, facts.solver_shifts, lost, _rules_at(days[0], facts))
    for month in _months(person, facts):
        tallies += contract.monthly(month, _rules_at(min(month.days), facts))
    if person.level in BY_HAND_ONLY:
        none = Limit(0, contract.BY_HAND, contract.MISSING_PERSON // 4)
        tallies = [one for one in tallies if one.least is None] + [Tally(Counted(), most=none)]
    return SolverPerson(
        id=str(person.pk),
        skills=facts.skills.get(person.pk, frozenset()) | (frozenset({LEADER}) if person.level in LEADING else frozenset()),
        tallies=tuple(tallies),
        runs=tuple(dict.fromkeys(run for rules in binding for run in contract.runs(facts.nights, rules))),
        rest=max((contract.rest(rules) for rules in binding), key=lambda limit: limit.bound),
        barred=contract.barred(out) + _part_days(person, facts) + _before_next(person, facts) + facts.unnamed,
        fixed={} if gone else _fixed(person, facts),
        wishes=_wishes(person, facts),
        history=_history(person, facts),
        eve=_eve(person, facts),
    )


def _lived(found: SolverPerson, person: Person, facts: Facts, over: int) -> SolverPerson:
    """Of the days that are over nothing is asked any more; what was on them stays and counts."""
    if not over:
        return found
    row, past = row_of(person, facts), range(over)
    barred = (each if each.days is None else replace(each, days=each.days.difference(past)) for each in found.barred)
    return replace(
        found,
        fixed={**found.fixed, **{day: Fixed(row[day], contract.OVER) for day in past}},
        barred=tuple(each for each in barred if each.days is None or each.days),
        wishes=tuple(wish for wish in found.wishes if wish.day >= over),
    )


def _rules_at(index: int, facts: Facts) -> Rules:
    return rules_on(facts.plan.days[index], facts.rules)


def _days_away(person: Person, facts: Facts) -> set[int]:
    return {
        facts.index(day)
        for one in facts.away.get(person.pk, ())
        if one.approved and one.whole_days and one.kind != ports.GONE
        for day in facts.plan.days
        if one.first_day <= day <= one.last_day
    }


def _part_days(person: Person, facts: Facts) -> tuple[Barred, ...]:
    """Shifts that half a day's leave reaches into."""
    found = []
    for one in facts.away.get(person.pk, ()):
        if not one.approved or one.starts_at is None or one.ends_at is None:
            continue
        for day in facts.plan.days:
            if not one.first_day <= day <= one.last_day:
                continue
            span = (one.starts_at, one.ends_at)
            hit = {shift.name for shift in facts.shifts if _overlap(as_on(shift, day, facts.rules).on(day), span)}
            cell = facts.cells.get((person.pk, day))
            own = shift_of(cell) if cell is not None else None
            if own is not None and not _overlap(own.on(day), span):
                # A shift that was cut for the leave goes well with it.
                hit.discard(own.name)
            if hit:
                found.append(Barred(contract.LEAVE, days=frozenset({facts.index(day)}), shifts=frozenset(hit)))
    return tuple(found)


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _outside_team(person: Person, facts: Facts) -> dict[int, str]:
    """Days on which somebody isn't of the team yet, or no longer; those after their last day of work among them."""
    stretches = facts.memberships.get(person.pk, [])
    gone = [one for one in facts.away.get(person.pk, ()) if one.kind == ports.GONE]
    return {
        index: contract.TEAM
        for index, day in enumerate(facts.plan.days)
        if any(one.first_day <= day <= one.last_day for one in gone)
        or not any(one.since <= day and (one.until is None or day < one.until) for one in stretches)
    }


def _elsewhere(person: Person, facts: Facts) -> dict[int, str]:
    """Days on which another team has them on duty."""
    return {facts.index(duty.day): contract.ELSEWHERE for duty in facts.duty.get(person.pk, ()) if duty.day in facts.day_set}


def _before_next(person: Person, facts: Facts) -> tuple[Barred, ...]:
    """On the last day no shift after which too little rest is left before what is on duty already on the day after."""
    following = [one for one in facts.duty.get(person.pk, ()) if one.day == facts.plan.last_day + timedelta(days=1)]
    if not following:
        return ()
    begins = min(one.starts_at for one in following)
    rest = facts.rules[clauses.REST_BETWEEN]
    there = (as_on(shift, facts.plan.last_day, facts.rules) for shift in facts.shifts)
    close = frozenset(shift.name for shift in there if begins - shift.on(facts.plan.last_day)[1] < rest)
    last = frozenset({facts.plan.weeks * 7 - 1})
    return (Barred(clauses.REST_BETWEEN.path, days=last, shifts=close),) if close else ()


def _unnamed(facts: Facts) -> tuple[Barred, ...]:
    """Shifts that the handbook names on some days of the plan, on those on which it does not."""
    names = [frozenset(row["name"] for row in rules_on(day, facts.rules)[clauses.SHIFTS]) for day in facts.plan.days]
    ever = frozenset().union(*names)
    return tuple(
        Barred(clauses.SHIFTS.path, days=frozenset({index}), shifts=ever - there) for index, there in enumerate(names) if ever - there
    )


def _fixed(person: Person, facts: Facts) -> dict[int, Fixed]:
    return {
        facts.index(cell.day): Fixed(cell.shift or OFF, contract.BY_HAND)
        for cell in facts.of_person.get(person.pk, ())
        if cell.is_fixed
    }


def _wishes(person: Person, facts: Facts) -> tuple[SolverWish, ...]:
    known = {shift.name for shift in facts.shifts} | {""}
    return tuple(
        SolverWish(facts.index(wish.day), wish.shift or OFF, contract.WISH, source=contract.WISHED)
        for wish in facts.wishes.get(person.pk, ())
        if wish.shift in known
    )


def _history(person: Person, facts: Facts) -> tuple[str, ...]:
    """The shifts of the four weeks before, as far as anything is known; those of other hours by their likeness."""
    first = facts.plan.first_day
    known = {duty.day: duty for duty in facts.duty.get(person.pk, ()) if duty.day < first}
    if not known:
        return ()
    days = [first - timedelta(days=back) for back in range(28, 0, -1)]
    return tuple(_alike(known[day], facts) if day in known else OFF for day in days)


def _eve(person: Person, facts: Facts) -> SolverShift | None:
    """What somebody has yesterday, with the hours it really has: of two the one that ends last."""
    eve = facts.plan.first_day - timedelta(days=1)
    last = max((duty for duty in facts.duty.get(person.pk, ()) if duty.day == eve), key=lambda duty: duty.ends_at, default=None)
    return contract.solver_shift(last.shift, facts.rules) if last is not None else None


def _alike(duty: DutyPeriod, facts: Facts) -> str:
    """The shift of this name, else the one that ends most nearly when it did."""
    names = [shift.name for shift in facts.shifts]
    if duty.name in names or not names:
        return duty.name if names else OFF
    return min(facts.shifts, key=lambda shift: abs(shift.on(duty.day)[1] - duty.ends_at)).name


def _months(person: Person, facts: Facts) -> list[Month]:
    found = []
    for (year, month), days in contract.months_of(facts.plan.first_day, facts.plan.weeks * 7).items():
        length = calendar.monthrange(year, month)[1]
        all_days = [date(year, month, number) for number in range(1, length + 1)]
        workdays = sum(facts.kinds[day] == holidays.WORKDAY for day in all_days)
        outside = [duty for duty in facts.duty.get(person.pk, ()) if (duty.day.year, duty.day.month) == (year, month)]
        minutes = sum(contract.minutes_of(duty.shift, facts.rules) for duty in outside)
        found.append(Month(days, length, workdays, len(outside), minutes))
    return found


def _remembered(facts: Facts) -> tuple[dict[str, int], dict[str, int]]:
    nights: Counter[str] = Counter()
    weekends: defaultdict[str, set[date]] = defaultdict(set)
    for person_id, duties in facts.duty.items():
        for duty in duties:
            if duty.day >= facts.plan.first_day:
                continue
            nights[str(person_id)] += contract.is_night(duty.shift, facts.rules)
            if duty.day.weekday() >= 5:
                weekends[str(person_id)].add(duty.day - timedelta(days=duty.day.weekday()))
    return dict(nights), {person: len(found) for person, found in weekends.items()}


def _shifts(rules: Rules, cells: Iterable[Cell], days: Sequence[date] = ()) -> list[Shift]:
    """Those of the handbook, also those it names from one of the days on, and hours of their own that stand in cells."""
    named: dict[str, Shift] = {}
    for _first, then in versions.turns(days, rules):
        for shift in queries.shifts_of(then):
            named.setdefault(shift.name, shift)
    for cell in cells:
        own = shift_of(cell)
        if own is not None:
            named.setdefault(own.name, own)
    return list(named.values())


def _month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def able(facts: Facts, cells: Sequence[Cell]) -> dict[int, frozenset[str]]:
    """The skills of everybody who stands in these cells, of whom the facts may hold only some."""
    if not facts.plan.skilled:
        return {}
    there = {cell.person_id for cell in cells if cell.shift}
    return facts.skills if there <= {person.pk for person in facts.people} else skills.held(there, facts.plan.team)


def leaders_on(facts: Facts, cells: Sequence[Cell]) -> set[tuple[int, str]]:
    """The shifts of the days that have somebody who may lead."""
    there = {cell.person_id for cell in cells if cell.shift}
    leading = set(Person.objects.filter(pk__in=there, level__in=LEADING).values_list("pk", flat=True))
    return {(facts.index(cell.day), cell.shift) for cell in cells if cell.shift and cell.person_id in leading}
