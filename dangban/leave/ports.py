"""What leave tells the rooms above: it was asked for, answered or taken back, perhaps for days that are over and judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dangban.lib.actor import Actor
    from dangban.people.models import Person

Follower = Callable[["Person", date, date, "Actor", datetime], None]


@dataclass
class _Registry:
    followers: dict[str, Follower] = field(default_factory=dict)


registry = _Registry()


def register_follower(name: str, follow: Follower) -> None:
    """`follow(person, first, last, by, at)`, in the transaction of the change; the same name again replaces it."""
    registry.followers[name] = follow


def changed(person: Person, first: date, last: date, *, by: Actor, at: datetime) -> None:
    for follow in registry.followers.values():
        follow(person, first, last, by, at)
