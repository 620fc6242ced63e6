"""The journal as a workbook; personal values stay behind."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from dangban.journal import chronicle
from dangban.journal.models import Entry
from dangban.lib.excel import Column, write_xlsx

CHUNK = 500
IN_MEMORY = 4 * 1024 * 1024


def write_export(entries: QuerySet[Entry]) -> tuple[BinaryIO, int]:
    """A file at its beginning, and how many entries are in it."""
    # Handed to the response, which closes it.
    file: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    count = write_xlsx(file, columns(), _rows(entries), sheet=_("journal"))
    file.seek(0)
    return file, count


def columns() -> list[Column]:
    return [
        Column(_("Position"), "number", 10),
        Column(_("When"), "when", 20),
        Column(_("Who"), width=14),
        Column(_("What"), width=24),
        Column(_("Kind"), width=14),
        Column(_("Of what"), width=24),
        Column(_("Shop"), width=20),
        Column(_("Details"), width=60),
        Column(_("Rules it rests on"), width=30),
        Column(_("Hash"), width=66),
    ]


def _rows(entries: QuerySet[Entry]) -> Iterator[list[Any]]:
    batch: list[Entry] = []
    for entry in entries.order_by("id").iterator(CHUNK):
        batch.append(entry)
        if len(batch) == CHUNK:
            yield from map(_row, chronicle.tell(batch))
            batch = []
    yield from map(_row, chronicle.tell(batch))


def _row(told: chronicle.Told) -> list[Any]:
    entry = told.entry
    rules = " ".join(str(reason.get("path", "")) for reason in entry.because if isinstance(reason, dict))
    number = entry.position
    return [
        number, entry.at, told.who, told.verb, told.kind, told.subject, told.shop, told.summary, rules, entry.hash,
    ]  # fmt: skip
