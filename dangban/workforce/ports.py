"""What duty asks of the rooms above: who is away, and who is here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from dangban.lib.spans import Span

# The kind of days after somebody's last day of work.
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Away:
    """Somebody isn't there, on whole days, or between two instants of a day; perhaps not approved yet."""

    person_id: int
    first_day: date
    last_day: date
    kind: str
    label: str
    approved: bool = True
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def whole_days(self) -> bool:
        return self.starts_at is None


AwaySource = Callable[[Sequence[int], date, date], Iterable[Away]]
# When these people were at work (by their punches), in a stretch of time.
PresenceSource = Callable[[Sequence[int], datetime, datetime], Mapping[int, Sequence[Span]]]


@dataclass
class _Registry:
    away: dict[str, AwaySource] = field(default_factory=dict)
    presence: dict[str, PresenceSource] = field(default_factory=dict)


registry = _Registry()


def register_away(name: str, source: AwaySource) -> None:
    """`source(person_ids, first_day, last_day)`: who is away on any of these days; the same name again replaces it."""
    registry.away[name] = source


def away(person_ids: Collection[int], first_day: date, last_day: date) -> list[Away]:
    """All that any room knows of, by person and day."""
    ids = sorted(person_ids)
    if not ids:
        return []
    found = [one for source in registry.away.values() for one in source(ids, first_day, last_day)]
    return sorted(found, key=lambda one: (one.person_id, one.first_day, one.kind))


def register_presence(name: str, source: PresenceSource) -> None:
    """`source(person_ids, start, end)`: the spans in which each was at work, as punched."""
    registry.presence[name] = source


def present(person_ids: Collection[int], start: datetime, end: datetime) -> dict[int, list[Span]] | None:
    """Who was at work when; None while no room keeps punches, which is not the same as nobody."""
    if not registry.presence:
        return None
    found: dict[int, list[Span]] = {}
    for source in registry.presence.values():
        for person_id, spans in source(sorted(person_ids), start, end).items():
            found.setdefault(person_id, []).extend(spans)
    return found
