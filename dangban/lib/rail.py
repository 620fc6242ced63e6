"""The rail of rooms at the left of every page: each room adds its own entry when it starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RailItem:
    """One room on the rail.

    `label` is lazy (`pgettext_lazy("rail", "Orders")`), two characters in Chinese. `permission` is a `room.verb`; empty means everyone who is logged in.
    """

    key: str
    label: object
    icon: str
    url_name: str
    permission: str = ""
    order: int = 100


_items: dict[str, RailItem] = {}


def register(item: RailItem) -> None:
    """Put a room on the rail; the same key again replaces the entry."""
    _items[item.key] = item


def items() -> list[RailItem]:
    """All rooms in the order in which they are shown."""
    return sorted(_items.values(), key=lambda item: (item.order, item.key))
