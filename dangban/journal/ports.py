"""What the journal asks of the rooms: words for their verbs and subjects, and who follows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dangban.journal.models import Entry

Titles = Callable[[Sequence[int]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class SubjectKind:
    """How a kind of subject is named and reached. `titles` names many at once."""

    label: object
    url_name: str = ""
    titles: Titles | None = None


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Reads the sealed journal in order, at least once: `handle` must not mind a repetition."""

    name: str
    handle: Callable[[Sequence[Entry]], None]
    verbs: frozenset[str] = frozenset()


@dataclass
class _Registry:
    verbs: dict[str, object] = field(default_factory=dict)
    fields: dict[tuple[str, str], object] = field(default_factory=dict)
    values: dict[tuple[str, str], Mapping[str, object]] = field(default_factory=dict)
    subjects: dict[str, SubjectKind] = field(default_factory=dict)
    subscribers: dict[str, Subscriber] = field(default_factory=dict)
    bells: list[Callable[[int], None]] = field(default_factory=list)


registry = _Registry()


def name_verbs(labels: Mapping[str, object]) -> None:
    """Lazy labels of a room's verbs: ``{"orders.flagged": _("set the flag")}``."""
    registry.verbs.update(labels)


def name_fields(labels: Mapping[str, object], *, room: str) -> None:
    """Lazy labels of the keys that appear in `change` of the room's verbs; others' verbs take who named a key first."""
    for name, label in labels.items():
        registry.fields[room, name] = label
        registry.fields.setdefault(("", name), label)


def name_values(key: str, labels: Mapping[str, object], *, room: str = "") -> None:
    """Lazy labels of the codes that a key of `change` may hold: ``name_values("level", {"mid": _("Agent")})``.
    With `room` for the verbs of that room only, before what others say. The mapping is asked each time, so it may grow."""
    registry.values[room, key] = labels


def name_subject(kind: str, label: object, *, url_name: str = "", titles: Titles | None = None) -> None:
    """`kind` as the journal keeps it (``orders.order``); `url_name` is reversed with the id."""
    registry.subjects[kind] = SubjectKind(label, url_name, titles)


def subscribe(name: str, handle: Callable[[Sequence[Entry]], None], *, verbs: Iterable[str] = ()) -> None:
    """`handle(entries)` is called with sealed entries in order, in a transaction that also keeps
    how far it got. Without `verbs` it is given all entries."""
    registry.subscribers[name] = Subscriber(name, handle, frozenset(verbs))


def on_sealed(bell: Callable[[int], None]) -> None:
    """`bell(count)` is called after a batch was sealed; it carries no truth, it only wakes."""
    registry.bells.append(bell)


def ring(count: int) -> None:
    for bell in registry.bells:
        bell(count)
