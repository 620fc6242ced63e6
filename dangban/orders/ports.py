"""What upper rooms add to an order's page: links to the conversations, cases and parcels about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

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
