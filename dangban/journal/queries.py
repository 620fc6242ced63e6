"""Reading the journal: the chain, the list of a page, the story of one subject."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dangban.journal import chain
from dangban.journal.models import Entry

CHUNK = 1000


def verify() -> chain.Verdict:
    """Recompute the whole chain from the first entry."""
    unsealed = Entry.objects.filter(position=None).count()
    return chain.check(_sealed_in_order(), unsealed)


def _sealed_in_order() -> Iterator[tuple[Entry, chain.Payload | None]]:
    sealed = Entry.objects.exclude(position=None).select_related("personal").order_by("position")
    for entry in sealed.iterator(CHUNK):
        yield entry, payload_of(entry)


def payload_of(entry: Entry) -> chain.Payload | None:
    kept: Any = getattr(entry, "personal", None)
    return chain.Payload(kept.salt, kept.values) if kept else None
