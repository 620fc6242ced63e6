"""Which part of a roster is made anew while the rest stays: some people, some days, or some people on some days."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from dangban.workforce.solver.check import score
from dangban.workforce.solver.model import Open
from dangban.workforce.solver.problem import Cells, Problem


@dataclass(slots=True)
class Kind:
    """One way to choose, with the number of cells that it may open at present: more where that was solved at once,
    fewer where it was not solved in time."""

    name: str
    choose: Callable[[Problem, Cells, int, Random], Open]
    size: float = 150.0
    tried: int = 0
    better: int = 0
    gained: float = 1.0

    def learn(self, solved: bool, share_of_time: float, gain: int, largest: int) -> None:
        self.tried += 1
        self.better += gain > 0
        self.gained = 0.9 * self.gained + 0.1 * (gain > 0)
        if solved and share_of_time < 0.4:
            self.size = min(self.size * 1.12, largest)
        elif not solved:
            self.size = max(self.size * 0.9, 30.0)


def kinds() -> list[Kind]:
    return [Kind("people", _people), Kind("days", _days), Kind("block", _block), Kind("costly", _costly)]


def pick(among: list[Kind], chance: Random) -> Kind:
    """Those that helped lately are taken more often, the others never quite given up."""
    return chance.choices(among, [0.15 + kind.gained for kind in among])[0]


def _people(problem: Problem, cells: Cells, size: int, chance: Random) -> Open:
    several = max(2, size // problem.days)
    names = [person.id for person in problem.people]
    return dict.fromkeys(chance.sample(names, min(several, len(names))), range(problem.days))


def _days(problem: Problem, cells: Cells, size: int, chance: Random) -> Open:
    length = min(problem.days, max(2, size // len(problem.people)))
    days = _window(problem, length, chance)
    if chance.random() < 0.5:
        days = _around_cost(problem, cells, length, chance) or days
    return dict.fromkeys((person.id for person in problem.people), days)


def _block(problem: Problem, cells: Cells, size: int, chance: Random) -> Open:
    people = len(problem.people)
    length = min(problem.days, max(chance.choice((7, 10, 14, 21)), -(-size // people)))
    several = max(2, size // length)
    names = [person.id for person in problem.people]
    return dict.fromkeys(chance.sample(names, min(several, len(names))), _window(problem, length, chance))


def _costly(problem: Problem, cells: Cells, size: int, chance: Random) -> Open:
    """People around something that costs: whose wish it is, or who could come or stay away on a day."""
    penalties = score(problem, cells).penalties
    if not penalties:
        return _people(problem, cells, size, chance)
    names: set[str] = set()
    several = max(2, size // problem.days)
    everybody = [person.id for person in problem.people]
    for penalty in chance.choices(penalties, [penalty.cost for penalty in penalties], k=3):
        if penalty.person:
            names.add(penalty.person)
    while len(names) < min(several, len(everybody)):
        names.add(chance.choice(everybody))
    return dict.fromkeys(sorted(names), range(problem.days))


def _around_cost(problem: Problem, cells: Cells, length: int, chance: Random) -> range | None:
    """Days around one of those that cost most, nobody's wish being among them."""
    costly = [each for each in score(problem, cells).penalties if each.day is not None and not each.person]
    if not costly:
        return None
    (drawn,) = chance.choices(costly, [each.cost for each in costly])
    begin = max(0, min((drawn.day or 0) - chance.randrange(length), problem.days - length))
    return range(begin, begin + length)


def _window(problem: Problem, length: int, chance: Random) -> range:
    begin = chance.randint(-length // 2, problem.days - length // 2)
    begin = max(0, min(begin, problem.days - length))
    return range(begin, begin + length)
