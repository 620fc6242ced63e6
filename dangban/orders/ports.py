"""What upper rooms add to orders: links to conversations, cases and parcels; scripts to say to a buyer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from dangban.orders.models import Order
    from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Link:
    """One thing elsewhere that is about this order. `live` names what the stream announces of it."""

    label: str
    url: str
    at: datetime | None = None
    note: str = ""
    live: str = ""


Source = Callable[["Person", "Order"], list[Link]]
_sources: dict[str, Source] = {}


def register_links(room: str, source: Source) -> None:
    """Called from the `ready` of an upper room. The source must show only what the person may see."""
    _sources[room] = source


def links(person: Person, order: Order) -> list[Link]:
    """All links, room by room in alphabetical order."""
    return [link for room in sorted(_sources) for link in _sources[room](person, order)]


@dataclass(frozen=True, slots=True)
class Intending:
    """A customer who means to buy and is to be contacted today: by whom, and how the last talk ended."""

    owner: Person
    customer: str
    url: str
    last_at: datetime
    result: str
    due_at: datetime
    overdue: bool


Preparation = Literal["", "printed", "packed"]
PreparationSource = Callable[[Collection[int]], Mapping[int, Preparation]]
_preparation: list[PreparationSource] = []


def register_preparation(source: PreparationSource) -> None:
    """Of orders (ids): whose slip is printed and still holds, whose goods are packed."""
    _preparation[:] = [source]


def preparation(orders: Collection[int]) -> Mapping[int, Preparation]:
    """How far the warehouse is with orders; those not named are not begun."""
    return _preparation[0](orders) if _preparation else {}


@dataclass(frozen=True, slots=True)
class ParcelEvent:
    """What a courier said of a parcel: as it was written, and where the parcel is by it in our own words."""

    at: datetime
    text: str
    state: str = ""
    tone: Literal["", "good", "bad"] = ""


# Parcel ids → what happened to each, the newest first.
ParcelEvents = Callable[[Collection[int]], Mapping[int, list[ParcelEvent]]]
_parcel_events: list[ParcelEvents] = []


def register_parcel_events(source: ParcelEvents) -> None:
    _parcel_events[:] = [source]


def parcel_events(parcels: Collection[int]) -> Mapping[int, list[ParcelEvent]]:
    return _parcel_events[0](parcels) if _parcel_events else {}


@dataclass(frozen=True, slots=True)
class OwnPart:
    """A part of the customer's own page of an order: a template, and what it shows under the name `part`."""

    template: str
    shown: Mapping[str, Any]


# `(order, token, whether the phone's end was right, at)`; None where there is nothing to show.
OwnPartSource = Callable[["Order", str, bool, datetime], OwnPart | None]
_own_parts: dict[str, OwnPartSource] = {}


def register_own_part(room: str, source: OwnPartSource) -> None:
    """What an upper room shows and offers on the customer's own page; it is shown to whoever holds the link."""
    _own_parts[room] = source


def own_parts(order: Order, token: str, seen: bool, at: datetime) -> list[OwnPart]:
    parts = [_own_parts[room](order, token, seen, at) for room in sorted(_own_parts)]
    return [part for part in parts if part is not None]


# `(person, shop ids, end of the day, limit)`: only what the person may see, the earliest due first.
IntendingSource = Callable[["Person", Collection[int], datetime, int], list[Intending]]
_intending: list[IntendingSource] = []


def register_intending(source: IntendingSource) -> None:
    _intending[:] = [source]


def intending(person: Person, shops: Collection[int], until: datetime, limit: int) -> list[Intending]:
    return _intending[0](person, shops, until, limit) if _intending else []


@dataclass(frozen=True, slots=True)
class Wording:
    """A script with an order's facts filled in; `missing` names what isn't known."""

    script_id: int
    title: str
    text: str
    missing: tuple[str, ...] = ()


class Scripts(Protocol):
    def offered(self, person: Person, order: Order, facts: Mapping[str, str]) -> list[Wording]:
        """What this person may say to the buyer of an unpaid order, the most used first."""

    def used(self, script_id: int, person: Person, order: Order, thread_id: int, seq: int, at: datetime) -> None:
        """A line that came from a script was said; call it inside the transaction of the line."""


_scripts: list[Scripts] = []


def register_scripts(scripts: Scripts) -> None:
    _scripts[:] = [scripts]


def wordings(person: Person, order: Order, facts: Mapping[str, str]) -> list[Wording]:
    return _scripts[0].offered(person, order, facts) if _scripts else []


def script_used(script_id: int, person: Person, order: Order, thread_id: int, seq: int, at: datetime) -> None:
    if _scripts:
        _scripts[0].used(script_id, person, order, thread_id, seq, at)
