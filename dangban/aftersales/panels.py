"""Parts of the case page that other parts of the room draw: parcels, money, evidence, disputes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dangban.aftersales.models import Case
    from dangban.people.models import Person

# What the template needs; None where there is nothing to show or nothing this person may see.
Source = Callable[["Person", "Case", datetime], "Mapping[str, Any] | None"]


@dataclass(frozen=True, slots=True)
class Panel:
    code: str
    template: str
    source: Source
    order: int
    # Stands with the acts, not with what is known.
    acts: bool = False


_panels: dict[str, Panel] = {}


def add(code: str, template: str, source: Source, *, order: int = 50, acts: bool = False) -> None:
    """Called in the room's `ready`. The template is included with `panel` and `case`; a form in it sends `seen`."""
    _panels[code] = Panel(code, template, source, order, acts)


def shown(person: Person, case: Case, at: datetime) -> list[tuple[Panel, Mapping[str, Any]]]:
    drawn = ((panel, panel.source(person, case, at)) for panel in sorted(_panels.values(), key=lambda one: one.order))
    return [(panel, known) for panel, known in drawn if known is not None]
