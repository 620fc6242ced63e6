"""The rail of rooms at the left of every page: each room adds its own entry when it starts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RailItem:
    """One room on the rail.

    `label` is lazy (`pgettext_lazy("rail", "Orders")`), two characters in Chinese. `permission` is a `room.verb`; empty means everyone who is logged in.
    `order` is its place; its hundred is its section, which the rail sets apart: 100 answering customers, 200 goods and orders,
    300 the department's own people, 400 its rules and books.
    `also` are beginnings of further addresses that belong to the room: while one is open, the room is marked.
    """

    key: str
    label: object
    icon: str
    url_name: str
    permission: str = ""
    order: int = 500
    also: tuple[str, ...] = ()

    @property
    def section(self) -> int:
        return self.order // 100

    def holds(self, path: str, url: str) -> bool:
        """Whether the page at `path` is one of this room, whose own address is `url`."""
        return path == url or (url != "/" and path.startswith(url)) or path.startswith(self.also)


_items: dict[str, RailItem] = {}


def register(item: RailItem) -> None:
    """Put a room on the rail; the same key again replaces the entry."""
    _items[item.key] = item


def items() -> list[RailItem]:
    """All rooms in the order in which they are shown."""
    return sorted(_items.values(), key=lambda item: (item.order, item.key))
