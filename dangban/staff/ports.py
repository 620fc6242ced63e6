"""What staff files ask of the rooms above: figures that promotion goes by, and how somebody conducted themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from dangban.people.models import Person

Figure = Callable[[Collection["Person"], date], Mapping[int, Decimal]]
SCORE = "score"


@dataclass(frozen=True, slots=True)
class Conduct:
    """A sanction or a commendation, as the file shows it."""

    on: date
    label: str
    is_good: bool
    state: str = ""
    url: str = ""


class Planned(Protocol):
    """What a room has planned with somebody for days on which they will have left."""

    def take_out(self, person: Person, last_day: date, *, at: datetime) -> list[Any]:
        """Take out what lies after the last day, inside the caller's transaction; returns it as plain data."""

    def put_back(self, person: Person, kept: list[Any], *, at: datetime) -> None:
        """The leaving is withdrawn: what was taken out comes back where nothing else was planned since."""

    def is_at_work(self, person: Person, at: datetime) -> bool:
        """Whether a shift that began before is still going on."""


@dataclass
class _Registry:
    figures: dict[str, tuple[object, Figure]] = field(default_factory=dict)
    conduct: dict[str, Callable[[Person], Sequence[Conduct]]] = field(default_factory=dict)
    planned: dict[str, Planned] = field(default_factory=dict)


registry = _Registry()


def register_promotion_figure(name: str, label: object, figure: Figure) -> None:
    """`figure(people, day)`: what promotion goes by, of each of these people of whom it is known. ``score`` is the scorecard
    average that levels ask for; others are shown beside it."""
    registry.figures[name] = (label, figure)


def figure(name: str, people: Collection[Person], day: date) -> Mapping[int, Decimal]:
    found = registry.figures.get(name)
    return found[1](people, day) if found else {}


def register_conduct(name: str, source: Callable[[Person], Sequence[Conduct]]) -> None:
    """`source(person)`: sanctions and commendations that belong into the file."""
    registry.conduct[name] = source


def conduct(person: Person) -> list[Conduct]:
    found = [one for source in registry.conduct.values() for one in source(person)]
    return sorted(found, key=lambda one: one.on, reverse=True)


def register_planned(name: str, source: Planned) -> None:
    registry.planned[name] = source
