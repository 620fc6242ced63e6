"""What staff asks of the rooms above: open work to hand over, personal data, values to reveal, streams to end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from dangban.lib.actor import Actor
    from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One thing that is open with a person: what it is, and where it is looked at."""

    key: str
    label: str
    url: str = ""


class OpenWork(Protocol):
    """A room's open work of a person."""

    def list(self, person: Person) -> Sequence[OpenItem]: ...

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        """Give everything open to `to`, inside the caller's transaction; returns how many things."""


@runtime_checkable
class OpenWorkByPiece(Protocol):
    """Open work of which single things can be given to somebody else, as at the change of a shift."""

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        """Give one thing to `to`, inside the caller's transaction; False if it is no longer open with `person`."""


class PersonalData(Protocol):
    """What a room keeps about a subject (``customers.customer``, ``people.person``)."""

    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        """Everything, as plain data for the person concerned."""

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Blank what identifies the subject, inside the caller's transaction; returns how many rows."""

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        """The subjects under which the journal holds personal values of this one."""


@dataclass(frozen=True, slots=True)
class Revealable:
    """A masked value that may be shown in full, to whom `may` allows; each showing is journalled.

    `fetch(person, pk)` goes through the room's access and raises Http404; it returns the value and
    the id of the shop it belongs to. `usual` are the lazy reasons that are offered beside one's own
    words. The journal writes the look under what was looked at, or under what `subject(pk)` names.
    """

    label: object
    permission: str
    fetch: Callable[[Person, int], tuple[str, int | None]]
    usual: Sequence[object] = ()
    subject: Callable[[int], tuple[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class DataSubject:
    """A kind of subject that may ask for its data: how to find and name one, and who may act on it."""

    label: object
    get: Callable[[Person, int], str]
    export_permission: str
    erase_permission: str


@dataclass
class _Registry:
    open_work: dict[str, tuple[object, OpenWork]] = field(default_factory=dict)
    held_first: list[Callable[[Person], None]] = field(default_factory=list)
    personal_data: dict[str, PersonalData] = field(default_factory=dict)
    data_subjects: dict[str, DataSubject] = field(default_factory=dict)
    revealable: dict[tuple[str, str], Revealable] = field(default_factory=dict)
    # What the fields are called, for the journal.
    revealed: dict[str, object] = field(default_factory=dict)
    revokers: list[Callable[[int], None]] = field(default_factory=list)
    activity: list[Callable[[int], datetime | None]] = field(default_factory=list)


registry = _Registry()


def register_open_work(name: str, label: object, source: OpenWork) -> None:
    registry.open_work[name] = (label, source)


def register_held_first(hold: Callable[[Person], None]) -> None:
    """`hold(person)` locks what somebody may be deciding of a person this moment, who is held after it: whoever decides
    holds the decision first and then the person."""
    registry.held_first.append(hold)


def register_personal_data(name: str, source: PersonalData) -> None:
    registry.personal_data[name] = source


def register_data_subject(kind: str, subject: DataSubject) -> None:
    registry.data_subjects[kind] = subject


def register_revealable(kind: str, field_name: str, revealable: Revealable) -> None:
    registry.revealable[kind, field_name] = revealable
    registry.revealed[field_name] = revealable.label


def register_revoker(revoke: Callable[[int], None]) -> None:
    """`revoke(person_id)` is called after commit whenever a person's rights or log-ins were taken
    back: live streams of this process end at once. Other processes notice `rights_version`."""
    registry.revokers.append(revoke)


def register_activity(last_active: Callable[[int], datetime | None]) -> None:
    """`last_active(person_id)`: when mouse or keyboard were last used in this person's pages. Asked
    only before somebody is signed out for having been away."""
    registry.activity.append(last_active)
