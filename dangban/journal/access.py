"""Who may read the journal: by `journal.read`, within the shops it holds for.

Entries of no shop (sign-ins, rights, the handbook) tell of the whole company: they are for who may
read everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.journal.models import Entry
from dangban.lib.errors import NotAllowed

PERMISSIONS = {"journal.read": gettext_noop("Read and export the journal")}


class Rights(Protocol):
    @property
    def granted(self) -> Mapping[str, frozenset[int] | None]: ...


class Reader(Protocol):
    """A person as this room knows one; staff live upstairs."""

    @property
    def scope(self) -> Rights: ...


def must_read(reader: Reader) -> None:
    if "journal.read" not in reader.scope.granted:
        raise NotAllowed(_("You may not read the journal. Each page shows the story of its own things."))


def reads_everything(reader: Reader) -> bool:
    return reader.scope.granted.get("journal.read", frozenset()) is None


def visible_entries(reader: Reader) -> QuerySet[Entry]:
    shops = reader.scope.granted.get("journal.read", frozenset())
    return Entry.objects.all() if shops is None else Entry.objects.filter(shop_id__in=shops)
