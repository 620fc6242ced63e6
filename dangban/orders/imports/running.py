"""One run over a file, from its first line to its last.

A file is read whole, planned against what is known in small groups, and written in short
transactions. Nothing is refused without a line number and a reason; the same file again changes
nothing and says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from dangban.lib import tables
from dangban.lib.errors import BadInput
from dangban.orders import formats
from dangban.orders.changing import standing
from dangban.orders.imports.writing import Writing
from dangban.orders.reading import Reader, ReadOrder
from dangban.people.models import Shop
from dangban.shops import runs
from dangban.shops.models import ImportRun
from dangban.shops.runs import Refusal

# Below this many rows a file is read while its page is loading; above, in the background.
QUICK_ROWS = 1500
_PLANNED_AT_ONCE = 250


def take_in(run: ImportRun) -> None:
    """Carry out a run: read its file, write what is new (unless it is a trial), keep the result."""
    OrderImport(run).go()



def recognise(shop: Shop, table: tables.Table) -> formats.Recognised:
    """The format of a table; BadInput where there is none or it belongs to another platform."""
    try:
        recognised = formats.recognise(table.headers)
    except formats.Unrecognised as unknown:
        raise BadInput(str(unknown)) from unknown
    if shop.platform not in recognised.format.platforms:
        raise BadInput(
            _(
                "This is a file of the kind “%(title)s”, but %(shop)s is a shop on %(platform)s. Choose the shop it belongs to."
            )
            % {"title": recognised.format.title, "shop": shop.name, "platform": shop.get_platform_display()}
        )
    return recognised


class OrderImport(Writing):
    """One run: what was planned, written and refused so far."""

    def go(self) -> None:
        table = tables.read(runs.contents(self.run), self.run.file_name)
        recognised = recognise(self.shop, table)
        self.run.format = recognised.format.code
        reader = Reader(table, recognised)
        orders = reader.orders()
        self.tally.rows = reader.rows
        self._refuse([Refusal(one.line, one.reference, one.reason, one.row) for one in reader.refusals])
        self.tally.notes = self._notes(recognised, table, reader)
        for start in range(0, len(orders), _PLANNED_AT_ONCE):
            self._group(orders[start : start + _PLANNED_AT_ONCE])
        self.tally.rows_done = self.tally.rows
        runs.finish(self.run, self.tally, verb="orders.file_taken_in")

    def _notes(self, recognised: formats.Recognised, table: tables.Table, reader: Reader) -> list[str]:
        notes = []
        if recognised.unknown:
            names = "、".join(recognised.unknown[:12])
            notes.append(_("Columns that were not understood and left out: %(names)s") % {"names": names})
        for line, why in table.skipped:
            notes.append(_("Line %(line)s was left out: %(why)s") % {"line": line, "why": why})
        if not reader.rows:
            notes.append(_("The file has headers but no orders."))
        return notes

    def _group(self, orders: Sequence[ReadOrder]) -> None:
        plan = self.plan(orders)
        self._refuse(plan.refusals)
        self.tally.unchanged += plan.unchanged
        self._sample(plan)
        for one in plan.differs:
            self._note(standing.note_of(one))
        if self.run.dry_run:
            self.tally.created += len(plan.create)
            self.tally.updated += len(plan.change)
        else:
            self._write(plan)
        self.tally.rows_done += sum(len(order.lines_from) for order in orders)
        runs.move(self.run, self.tally)
