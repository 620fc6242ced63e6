"""What a roster is made of: days, shifts, people with their rules, what must be covered, what is wished for.

Plain data, so that a problem travels into the child process as it is. Days are counted from 0. Every rule carries
its ``source``, the path of the clause (or of the leave, the wish, the contract) it comes from, so that whatever
can't be met is explained by whose rule it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

OFF = ""
"""The cell of a day off."""
LEADER = "leader"
"""The skill of those who may lead a shift."""

Cells = Mapping[str, Sequence[str]]
"""For each person the shift of each day, ``OFF`` on days off."""

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Limit:
    """A figure and whose it is. Without a weight it must hold; with one, each unit beyond it costs so much."""

    bound: int
    source: str
    weight: int | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """Hours are minutes after the midnight with which its day begins; beyond 1440 it ends on the next day.

    Without hours (``begins`` = ``ends``) no rest is judged, only what ``cannot_follow`` it on the next day.
    """

    id: str
    minutes: int
    begins: int = 0
    ends: int = 0
    night: bool = False
    kind: str = ""
    cannot_follow: frozenset[str] = frozenset()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted: shifts, minutes or weekends worked; of some shifts or days only, where these are named."""

    unit: str = "shifts"
    shifts: frozenset[str] | None = None
    days: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """At least and at most so much of something; ``before`` has already been counted outside the plan."""

    count: Count
    least: Limit | None = None
    most: Limit | None = None
    before: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """Days in a row on duty (``shifts``: on one of these; ``off``: off duty), at least and at most.

    The least is judged for runs that begin and end inside the plan or its history; at the edges it is taken as kept.
    """

    off: bool = False
    shifts: frozenset[str] | None = None
    least: Limit | None = None
    most: Limit | None = None


@dataclass(frozen=True, slots=True)
class Barred:
    """Days (all, where none are named) on which a person must not work these shifts (all, where none are named)."""

    source: str
    days: frozenset[int] | None = None
    shifts: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Fixed:
    """A cell that stays as it is."""

    shift: str
    source: str


@dataclass(frozen=True, slots=True)
class Wish:
    """To work a shift on a day or (``wanted=False``) not to; the shift ``OFF`` is the day off."""

    day: int
    shift: str
    weight: int
    wanted: bool = True
    source: str = "wish"


@dataclass(frozen=True, slots=True)
class Person:
    """``history`` are the cells before day 0, the last one of yesterday; empty where nothing is known. ``eve`` is what was
    worked yesterday where its hours are not those that its name has on day 0."""

    id: str
    skills: frozenset[str] = frozenset()
    team: str = ""
    tallies: tuple[Tally, ...] = ()
    runs: tuple[Run, ...] = ()
    rest: Limit | None = None
    barred: tuple[Barred, ...] = ()
    fixed: Mapping[int, Fixed] = field(default_factory=dict)
    wishes: tuple[Wish, ...] = ()
    history: tuple[str, ...] = ()
    eve: Shift | None = None


@dataclass(frozen=True, slots=True)
class Cover:
    """How many people a day needs on one of these shifts, with a skill and of a team where these are named.

    ``under`` and ``over`` is the cost of each person too few and too many. A shortage of what ``must`` be covered is
    reported as unmet; give it a weight above everything that is only wished for.
    """

    day: int
    shifts: frozenset[str]
    need: int
    under: int
    over: int = 0
    skill: str = ""
    team: str = ""
    source: str = ""
    must: bool = False

    def counts(self, person: Person) -> bool:
        return (not self.skill or self.skill in person.skills) and (not self.team or self.team == person.team)


@dataclass(frozen=True, slots=True)
class Fairness:
    """Spread something evenly: the n-th of a person costs n times the weight, so the next goes to who has fewest.

    ``before`` is what people have had already, ``share`` the percentage of a full contract. Counts shifts or weekends.
    """

    count: Count
    weight: int
    source: str
    before: Mapping[str, int] = field(default_factory=dict)
    share: Mapping[str, int] = field(default_factory=dict)
    people: frozenset[str] | None = None

    def includes(self, person: str) -> bool:
        return self.people is None or person in self.people

    def step(self, person: str, nth: int) -> int:
        """What the nth one costs, those from before counted."""
        return self.weight * nth * 100 // max(1, self.share.get(person, 100))


@dataclass(frozen=True, slots=True)
class Rotation:
    """Within a week a person keeps to one kind of shift (``mixed`` per further kind), and has another one in the next
    week (``repeated`` per kind met again)."""

    mixed: int
    repeated: int
    source: str


@dataclass(frozen=True, slots=True)
class Stability:
    """Each cell that differs from the plan before costs so much; a person or day that isn't there is new and free."""

    weight: int
    source: str
    cells: Mapping[str, Mapping[int, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """``weekday`` is that of day 0, Monday being 0. ``turned``: from a day on, shifts have these hours and minutes instead."""

    days: int
    shifts: tuple[Shift, ...]
    people: tuple[Person, ...]
    cover: tuple[Cover, ...]
    weekday: int = 0
    fairness: tuple[Fairness, ...] = ()
    rotation: Rotation | None = None
    stability: Stability | None = None
    turned: tuple[tuple[int, tuple[Shift, ...]], ...] = ()

    @cached_property
    def shift(self) -> dict[str, Shift]:
        return {shift.id: shift for shift in self.shifts}

    @cached_property
    def shift_on(self) -> list[dict[str, Shift]]:
        """The shifts as they are on each day; days between two turns share theirs."""
        found = [self.shift] * self.days
        for first, shifts in sorted(self.turned):
            found[first:] = [found[first] | {shift.id: shift for shift in shifts if shift.id in self.shift}] * (self.days - first)
        return found

    def worked_on_eve(self, person: Person) -> Shift | None:
        """The shift after which somebody must have rested on day 0."""
        return person.eve or (self.shift_on[0].get(person.history[-1]) if person.history else None)

    @cached_property
    def person(self) -> dict[str, Person]:
        return {person.id: person for person in self.people}

    @cached_property
    def weeks(self) -> list[range]:
        """The days of each week from Monday, the first and the last one possibly short."""
        cuts = [0, *range(7 - self.weekday, self.days, 7), self.days]
        return [range(begin, end) for begin, end in pairwise(cuts)]

    @cached_property
    def weekends(self) -> list[tuple[int, ...]]:
        """The Saturday and Sunday of each week, as far as they lie in the plan."""
        found = (tuple(day for day in week if (day + self.weekday) % 7 >= 5) for week in self.weeks)
        return [days for days in found if days]

    def too_close(self, first: Shift, then: Shift, rest: int) -> bool:
        """Whether less than `rest` minutes lie between a shift and one of the next day."""
        if first.begins == first.ends or then.begins == then.ends:
            return False
        return then.begins + DAY - first.ends < rest


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that a roster does not keep: which, whose, where, and by how much.

    ``rule`` is one of: shift (no such shift), barred, fixed, tally_least, tally_most, run_least, run_most, rest,
    succession; cover for a shortage of what must be covered, which is nobody's in particular.
    """

    rule: str
    source: str
    person: str
    days: tuple[int, ...]
    found: int
    bound: int
    shifts: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Penalty:
    """What a soft rule costs in a roster. ``kind``: under, over, wish, fairness, mixed, repeated, stability, or the
    name of the rule as in `Breach`."""

    kind: str
    cost: int
    source: str
    person: str = ""
    day: int | None = None
    amount: int = 1
    shifts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hindered:
    """Why a person can't help out: rules that would be broken; none where only wishes and evenness speak against it,
    ``busy`` with another shift of the day."""

    person: str
    breaches: tuple[Breach, ...] = ()
    busy: str = ""


@dataclass(frozen=True, slots=True)
class Unmet:
    """What could not be had. ``what``: ``cover`` (so many short on a day and its shifts, with why each of those who
    might have come can't) or ``rule`` (a person's rules contradict each other: ``breach`` is the one that gave way,
    ``against`` the rules that can't all hold)."""

    what: str
    source: str
    short: int
    day: int | None = None
    shifts: tuple[str, ...] = ()
    skill: str = ""
    team: str = ""
    person: str = ""
    breach: Breach | None = None
    against: tuple[str, ...] = ()
    hindered: tuple[Hindered, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come. ``bound``: no roster costs less."""

    seconds: float
    objective: int | None
    bound: int


@dataclass(frozen=True, slots=True)
class Solution:
    """``status``: optimal (proven), feasible, or relaxed (rules contradict each other, see ``unmet``)."""

    cells: dict[str, tuple[str, ...]]
    objective: int | None
    bound: int
    status: str
    seconds: float
    unmet: tuple[Unmet, ...] = ()
