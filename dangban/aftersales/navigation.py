"""The parts of the room, as tabs above each of its lists; a part shows to whoever may use it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    label: Any
    address: str
    needs: str = "aftersales.view"


_parts: dict[str, Part] = {}


def add(code: str, label: Any, address: str, needs: str = "aftersales.view") -> None:
    """Called by each part in the room's `ready`; `label` is lazy, `address` the name of its first page."""
    _parts[code] = Part(code, label, address, needs)


def tabs(person: Person, current: str) -> list[dict[str, Any]]:
    return [
        {"label": part.label, "url": reverse(part.address), "current": part.code == current}
        for part in _parts.values()
        if person.can(part.needs)
    ]


add("list", pgettext_lazy("after-sales", "Cases"), "aftersales:list")
add("rules", pgettext_lazy("after-sales", "How it is judged"), "aftersales:rules")
