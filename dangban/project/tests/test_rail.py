"""The rail: every room is told from the others at a glance, and what belongs together stands together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.urls import get_resolver, reverse
from django.utils.translation import override

from dangban.lib import rail


def test_no_two_rooms_look_or_read_the_same() -> None:
    for language in ("zh-hans", "en"):
        with override(language):
            seen = Counter(look for item in rail.items() for look in (item.icon, str(item.label), item.order))
        assert [look for look, times in seen.items() if times > 1] == []


def test_rooms_stand_by_what_they_are_about() -> None:
    sections: dict[int, list[str]] = {}
    for item in rail.items():
        sections.setdefault(item.section, []).append(item.key)
    assert sections == {
        1: ["workspace", "inbox", "day", "floor", "service", "scripts"],
        2: [
            "orders", "dispatch", "tracking", "backorders", "aftersales", "dealers",
            "customers", "products", "stock", "campaigns", "shops",
        ],
        3: ["duty", "attendance", "leave", "performance", "quality", "pay", "people", "staff"],
        4: ["handbook", "journal"],
    }  # fmt: skip


# Doors of people outside, of the account, of scripts; and the drawer of parts.
WITHOUT_A_RAIL = {"", "account", "design", "health", "login", "logout", "o", "ready", "reveal", "w"}


def test_on_every_page_of_the_department_its_room_is_marked() -> None:
    rooms = [(item, reverse(item.url_name)) for item in rail.items()]
    unmarked = {
        address.split("/")[1]
        for address in _addresses(get_resolver().url_patterns)
        if not any(item.holds(address, url) for item, url in rooms)
    }
    assert unmarked <= WITHOUT_A_RAIL, sorted(unmarked - WITHOUT_A_RAIL)


def _addresses(patterns: Any, beginning: str = "/") -> Iterator[str]:
    for pattern in patterns:
        address = f"{beginning}{pattern.pattern}"
        if hasattr(pattern, "url_patterns"):
            yield from _addresses(pattern.url_patterns, address)
        else:
            yield address
