"""News of parcels from files: tried first, then written; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.lib import clock, tables
from dangban.lib.errors import BadInput
from dangban.lib.pace import Pace
from dangban.orders.models import Parcel
from dangban.people.models import Shop
from dangban.shops import runs
from dangban.shops.models import ImportRun
from dangban.shops.runs import Refusal, Tally
from dangban.tracking import formats, noting
from dangban.tracking.connectors import Node
from dangban.tracking.connectors.base import when
from dangban.tracking.models import Step
from dangban.tracking.rules import states

QUICK_ROWS = 1000
_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    number: str
    node: Node


def recognise(shop: Shop, table: tables.Table) -> dict[str, int]:
    try:
        return formats.recognise(table.headers)
    except formats.Unrecognised as unknown:
        raise BadInput(str(unknown)) from unknown


def take_in(run: ImportRun) -> None:
    """Carry out a run: read its file, note what is new (unless it is a trial), keep the result."""
    TrackImport(run).go()


class TrackImport:
    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.actor = runs.actor_of(run)
        self.now = clock.now()
        self.tally = Tally()
        self.pace = Pace()

    def go(self) -> None:
        table = tables.read(runs.contents(self.run), self.run.file_name)
        columns = recognise(self.run.shop, table)
        self.run.format = "parcels"
        rows, refused = self._read(table, columns)
        self.tally.rows = len(rows) + len(refused)
        self._refuse(refused)
        rows.sort(key=lambda row: row.number)
        for start in range(0, len(rows), _AT_ONCE):
            self._group(rows[start : start + _AT_ONCE])
        self.tally.rows_done = self.tally.rows
        runs.finish(self.run, self.tally, verb="tracking.file_taken_in")

    def _read(self, table: tables.Table, columns: dict[str, int]) -> tuple[list[Row], list[Refusal]]:
        rows, refused = [], []
        for found in table.rows():
            line, cells = found.line, found.cells
            said = {field: str(cells[at]).strip() if at < len(cells) else "" for field, at in columns.items()}
            number, at = said["number"].strip("'=\"\t ").upper(), when(said["at"])
            why = self._fault(number, at, said)
            if why or at is None:
                refused.append(Refusal(line, number[:120], why, {}))
                continue
            state = said.get("state", "")
            text = said.get("text", "") or state
            node = Node(at, text[:300], states.of_words(state) or states.of_words(text), state[:20], said.get("place", "")[:60])
            rows.append(Row(line, number, node))
        return rows, refused

    def _fault(self, number: str, at: object, said: dict[str, str]) -> str:
        if not number:
            return _("There is no tracking number.")
        if "E+" in number:
            return _("A spreadsheet has rounded the number: its end is lost.")
        if at is None:
            return _("“%(written)s” is no time.") % {"written": said["at"][:40]}
        if not said.get("state") and not said.get("text"):
            return _("It says neither a state nor what happened.")
        return ""

    def _refuse(self, refusals: Sequence[Refusal]) -> None:
        self.tally.refused += len(refusals)
        runs.keep_refusals(self.run, refusals)

    def _group(self, rows: Sequence[Row]) -> None:
        numbers = {row.number for row in rows}
        parcels: dict[str, list[Parcel]] = {}
        for parcel in Parcel.objects.filter(shop=self.run.shop, number__in=numbers).select_related("order").order_by("pk"):
            parcels.setdefault(parcel.number, []).append(parcel)
        unknown = [row for row in rows if row.number not in parcels]
        self._refuse([Refusal(row.line, row.number, _("No parcel of this shop has this number."), {}) for row in unknown])
        by_number: dict[str, list[Row]] = {}
        for row in rows:
            if row.number in parcels:
                by_number.setdefault(row.number, []).append(row)
        for some in self.pace.chunks(list(by_number)):
            self._note([(number, parcels[number], by_number[number]) for number in some])
        self.tally.rows_done += len(rows)
        runs.move(self.run, self.tally)

    def _note(self, some: Sequence[tuple[str, list[Parcel], list[Row]]]) -> None:
        with transaction.atomic(), self.pace.measured(len(some)):
            for _number, parcels, rows in some:
                new = 0
                for parcel in parcels:
                    made = noting.note(parcel, [row.node for row in rows], Step.Source.FILE, by=self.actor, at=self.now)
                    new = max(new, len(made))
                self.tally.created += new
                self.tally.unchanged += len(rows) - new
            if self.run.dry_run:
                transaction.set_rollback(True)
