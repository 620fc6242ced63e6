"""What upper rooms add to a customer's page: their timeline, and what must move when two are one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from dangban.customers.models import Customer
    from dangban.customers.rules import Bought
    from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One thing that happened with a customer."""

    at: datetime
    kind: str
    title: str
    url: str = ""
    note: str = ""
    shop: str = ""


# Person, customer, before which instant (None: now), how many at most. Shows only what the person may see.
Source = Callable[["Person", "Customer", datetime | None, int], list[TimelineItem]]
# Moves rows of one customer to another and says which, so that the move can be taken back.
Mover = Callable[["Customer", "Customer"], dict[str, list[int]]]
Returner = Callable[[dict[str, list[int]], "Customer", "Customer"], None]

# Person, ids of customers, since when: what each bought in the shops the person sees.
BoughtSource = Callable[["Person", "Sequence[int]", datetime], "dict[int, Bought]"]

# Customer, shops they are known in: tells the open pages there, once the transaction has committed.
Bell = Callable[[int, "Collection[int]"], None]

_bells: list[Bell] = []
_sources: dict[str, tuple[object, Source]] = {}
_bought: list[BoughtSource] = []
_movers: dict[str, tuple[Mover, Returner]] = {}
_held_first: list[Callable[[Collection[int]], None]] = []


def register_bell(bell: Bell) -> None:
    """Called from the `ready` of an upper room that keeps pages open."""
    _bells.append(bell)


def ring(customer_id: int, shop_ids: Collection[int]) -> None:
    """Something that pages show of a customer changed; call it inside the transaction that changes it."""
    for bell in _bells:
        bell(customer_id, shop_ids)


def register_timeline(kind: str, label: object, source: Source) -> None:
    """Called from the `ready` of an upper room; `label` is lazy and names the filter."""
    _sources[kind] = (label, source)


def timeline_kinds() -> list[tuple[str, str]]:
    return [(kind, str(label)) for kind, (label, _source) in sorted(_sources.items())]


def timeline(
    person: Person, customer: Customer, *, before: datetime | None = None, kind: str = "", limit: int = 40
) -> list[TimelineItem]:
    """The latest things from every source (or one), newest first."""
    chosen = [source for name, (_label, source) in _sources.items() if kind in ("", name)]
    items = [item for source in chosen for item in source(person, customer, before, limit)]
    return sorted(items, key=lambda item: item.at, reverse=True)[:limit]


def register_bought(source: BoughtSource) -> None:
    """Called by the room that keeps orders, so that standing can be told by the days that count."""
    _bought[:] = [source]


def bought_since(person: Person, customers: Sequence[int], since: datetime) -> dict[int, Bought] | None:
    """What each bought since then; None where no room keeps orders."""
    return _bought[0](person, customers, since) if _bought else None


def register_mover(room: str, move: Mover, give_back: Returner) -> None:
    """Called from the `ready` of an upper room that keeps rows of customers."""
    _movers[room] = (move, give_back)


def register_held_first(hold: Callable[[Collection[int]], None]) -> None:
    """`hold(customer_ids)` locks the rows of these customers whose own actions lock the customer after them."""
    _held_first.append(hold)


def hold_first(customer_ids: Collection[int]) -> None:
    """Before customers are locked in order to be merged or told apart: nobody waits for each other then."""
    for hold in _held_first:
        hold(customer_ids)


def move_all(merged: Customer, kept: Customer) -> dict[str, dict[str, list[int]]]:
    """Let every room move its rows; room → model → ids of what was moved."""
    return {room: move(merged, kept) for room, (move, _back) in _movers.items()}


def give_back_all(moved: dict[str, dict[str, list[int]]], kept: Customer, merged: Customer) -> None:
    """Let every room move back exactly what it had moved."""
    for room, (_move, give_back) in _movers.items():
        if room in moved:
            give_back(moved[room], kept, merged)
