"""The page of a roster: people by days, what each shift has and needs, what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.people.models import Person
from dangban.workforce import holidays
from dangban.workforce.clauses import LEADER_ON_EVERY_SHIFT
from dangban.workforce.models import Cell, Holiday, Plan, Wish
from dangban.workforce.ports import Away
from dangban.workforce.rosters import judging, problems, skills, telling
from dangban.workforce.rosters.judging import Stretch
from dangban.workforce.rosters.telling import Told
from dangban.workforce.rosters.versions import rules_on
from dangban.workforce.shifts import Shift
from dangban.workforce.solver.problem import LEADER

# The letters of the keyboard for the handbook's shifts, in their order; rest has its own.
LETTERS = "asdfghjklqwetyuiopzxcvbnm"
REST_LETTER = "r"


@dataclass(frozen=True, slots=True)
class ShiftKey:
    """A shift, its letter on the keyboard and its tone in the grid."""

    shift: Shift
    letter: str
    tone: int
    night: bool


@dataclass(frozen=True, slots=True)
class Spot:
    """One cell of the grid."""

    day: date
    shift: str
    hours: str
    tone: int | None
    is_fixed: bool
    wish: Wish | None
    away: Away | None
    broken: tuple[str, ...]
    is_past: bool

    @property
    def label(self) -> str:
        """One character: rosters are read by colour and by the first character of a shift."""
        return self.shift[:1] if self.shift else ""

    @property
    def mark(self) -> str:
        """What the page tells back of it when it is written over; see `planning.mark`."""
        return self.shift or ("-" if self.is_fixed else "")


@dataclass(frozen=True, slots=True)
class Row:
    person: Person
    spots: list[Spot]
    shifts: int
    minutes: int
    nights: int
    told: list[Told]

    @property
    def hours(self) -> str:
        return f"{self.minutes / 60:.1f}".removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Foot:
    """One shift's line at the foot: for each day how many it has, needs, and whether a leader is there; or, of those, how
    many with a skill."""

    key: ShiftKey
    days: list[tuple[date, int, int, bool]]
    skill: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    plan: Plan
    keys: list[ShiftKey]
    rows: list[Row]
    feet: list[Foot]
    short: list[Told]
    legal: list[Told]
    special: dict[date, Holiday]
    missing_years: list[int]

    @property
    def days(self) -> list[date]:
        return self.plan.days

    @property
    def told(self) -> list[Told]:
        return [one for row in self.rows for one in row.told] + self.short


def keys(facts: problems.Facts) -> list[ShiftKey]:
    return [
        ShiftKey(shift, LETTERS[index % len(LETTERS)], index % 6, shift.name in facts.nights)
        for index, shift in enumerate(facts.shifts)
    ]


def grid(plan: Plan, at: datetime, people: Collection[Person] | None = None) -> Grid:
    """Everything, for drawing the page; of these people only, what a change of their cells draws anew."""
    rules = problems.rules_of(plan, at)
    facts = problems.read(plan, rules, people)
    found = judging.stretches(facts)
    cells = list(facts.cells.values()) if people is None else list(Cell.objects.filter(plan=plan))
    found_keys = keys(facts)
    rows = [row(person, found, found_keys, at) for person in facts.people]
    feet, short = foot(facts, found_keys, cells)
    last = plan.last_day
    legal = list({one.text: one for stretch in found for one in telling.legal_warnings(stretch.facts.rules)}.values())
    return Grid(
        plan, found_keys, rows, feet, short, telling.changes_within(plan.days, rules) + legal,
        holidays.named(plan.first_day, last), holidays.missing_years(plan.first_day, last),
    )  # fmt: skip


def row(person: Person, found: Sequence[Stretch], found_keys: Sequence[ShiftKey], at: datetime) -> Row:
    """One person's line with what is wrong in it; the facts may be theirs alone."""
    facts = found[0].facts
    cells = problems.row_of(person, facts)
    told = judging.tell(judging.of_person(found, str(person.pk), cells), {person.pk: person.name})
    by_day: dict[date, list[str]] = {}
    for one in told:
        for day in one.days:
            by_day.setdefault(day, []).append(one.text)
    tones = {key.shift.name: key.tone for key in found_keys}
    wishes = {wish.day: wish for wish in facts.wishes.get(person.pk, ())}
    today = clock.business_day(at)
    spots = []
    for day in facts.plan.days:
        cell = facts.cells.get((person.pk, day))
        shift = cell.shift if cell else ""
        spots.append(
            Spot(
                day, shift, cell.hours if cell else "", tones.get(shift), bool(cell and cell.is_fixed), wishes.get(day),
                _away(facts.away.get(person.pk, ()), day), tuple(by_day.get(day, ())), day < today,
            )
        )  # fmt: skip
    worked = [one.problem.shift[name] for one in found for name in cells[one.first : one.until] if name in one.problem.shift]
    return Row(
        person, spots, sum(bool(name) for name in cells), sum(shift.minutes for shift in worked),
        sum(shift.night for shift in worked), told,
    )  # fmt: skip


def foot(facts: problems.Facts, found_keys: Sequence[ShiftKey], cells: Sequence[Cell]) -> tuple[list[Foot], list[Told]]:
    """What each shift of each day has and needs; what is short is told."""
    have = Counter((cell.day, cell.shift) for cell in cells if cell.shift)
    led = problems.leaders_on(facts, cells)
    needs = problems.needs(facts)
    led_days = problems.led_days(facts)
    feet, told = [], []
    for key in found_keys:
        line = []
        for index, day in enumerate(facts.plan.days):
            name = key.shift.name
            need, source = needs.get((index, name), (0, ""))
            count = have[day, name]
            is_led = index not in led_days or not (need or count) or (index, name) in led
            line.append((day, count, need, is_led))
            told += _short(day, name, need - count, is_led, source, rules_on(day, facts.rules))
        feet.append(Foot(key, line))
        skilled_feet, skilled_told = _skilled(facts, key, cells, problems.able(facts, cells))
        feet += skilled_feet
        told += skilled_told
    return feet, told


def _skilled(
    facts: problems.Facts, key: ShiftKey, cells: Sequence[Cell], able: Mapping[int, frozenset[str]]
) -> tuple[list[Foot], list[Told]]:
    """A line for each skill that is asked for on some day of a shift."""
    wanted = {index: of_shift for (index, shift), of_shift in problems.skilled_needs(facts).items() if shift == key.shift.name}
    called = skills.labels({code for of_shift in wanted.values() for code in of_shift})
    have = Counter(
        (cell.day, code) for cell in cells if cell.shift == key.shift.name for code in able.get(cell.person_id, ())
    )
    feet, told = [], []
    for code, label in called.items():
        line = []
        for index, day in enumerate(facts.plan.days):
            need, count = wanted.get(index, {}).get(code, 0), have[day, code]
            line.append((day, count, need, True))
            if count < need:
                told.append(Told(telling.short_of(day, [key.shift.name], code, need - count, called), (day,)))
        feet.append(Foot(key, line, label))
    return feet, told


def _short(day: date, shift: str, short: int, is_led: bool, source: str, rules: Rules) -> list[Told]:
    found = []
    if short > 0:
        found.append(Told(telling.short_of(day, [shift], "", short, {}), (day,), None, telling.reasons([source], rules)))
    if not is_led:
        path = LEADER_ON_EVERY_SHIFT.path
        found.append(Told(telling.short_of(day, [shift], LEADER, 1, {}), (day,), None, telling.reasons([path], rules)))
    return found


def _away(stretches: Sequence[Away], day: date) -> Away | None:
    return next((one for one in stretches if one.first_day <= day <= one.last_day), None)
