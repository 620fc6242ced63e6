"""Reading the journal: the chain, the list of a page, the story of one subject."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dangban.journal.access import Reader, visible_entries
from dangban.journal.models import Entry, PersonalPayload
from dangban.lib import clock

CHUNK = 1000
PAGE = 50


@dataclass(frozen=True, slots=True)
class Filters:
    """What a reader looks for; empty values look for everything."""

    who: str = ""
    verb: str = ""
    kind: str = ""
    subject: int | None = None
    shop: int | None = None
    since: date | None = None
    until: date | None = None

    def apply(self, entries: QuerySet[Entry]) -> QuerySet[Entry]:
        wanted = Q()
        if self.who:
            wanted &= Q(actor_name__icontains=self.who)
        if self.verb:
            wanted &= Q(verb=self.verb)
        if self.kind:
            wanted &= Q(subject_kind=self.kind)
        if self.subject is not None:
            wanted &= Q(subject_id=self.subject)
        if self.shop is not None:
            wanted &= Q(shop_id=self.shop)
        if self.since is not None:
            wanted &= Q(at__gte=clock.day_span(self.since)[0])
        if self.until is not None:
            wanted &= Q(at__lt=clock.day_span(self.until)[1])
        return entries.filter(wanted)


def page(reader: Reader, filters: Filters, before: int | None = None) -> tuple[list[Entry], int | None]:
    """The newest entries first, and the id from which the next page goes on."""
    entries = filters.apply(visible_entries(reader)).order_by("-id")
    if before is not None:
        entries = entries.filter(id__lt=before)
    found = list(entries[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def subject_entries(kind: str, pk: int, limit: int = 30) -> list[Entry]:
    """The story of one subject, newest first. The caller has checked that its reader may see it."""
    return list(Entry.objects.filter(subject_kind=kind, subject_id=pk).order_by("-id")[:limit])


def sealed_in_order() -> Iterator[tuple[Entry, PersonalPayload | None]]:
    sealed = Entry.objects.exclude(position=None).select_related("personal").order_by("position")
    for entry in sealed.iterator(CHUNK):
        yield entry, personal_of(entry)


def personal_of(entry: Entry) -> PersonalPayload | None:
    kept: Any = getattr(entry, "personal", None)
    return kept
