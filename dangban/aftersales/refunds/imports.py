"""Refunds from a platform's file: tried first, then written; the same file again changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.aftersales.models import Case
from dangban.aftersales.refunds import formats
from dangban.aftersales.refunds.following import Refund, take
from dangban.lib import clock, money, tables
from dangban.lib.errors import BadInput, Said
from dangban.lib.pace import Pace
from dangban.orders.cells import moment
from dangban.orders.models import Order
from dangban.people.models import Shop
from dangban.shops import runs
from dangban.shops.models import ImportRun
from dangban.shops.runs import Refusal, Tally

QUICK_ROWS = 300
_AT_ONCE = 100
_SAMPLES = 30
_MOST_FEN = 10**11


def recognise(shop: Shop, table: tables.Table) -> dict[str, int]:
    try:
        return formats.recognise(table.headers)
    except formats.Unrecognised as unknown:
        raise BadInput(str(unknown)) from unknown


def take_in(run: ImportRun) -> None:
    """Carry out a run: read its file, open and move cases (unless it is a trial), keep the result."""
    RefundImport(run).go()


class RefundImport:
    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.actor = runs.actor_of(run)
        self.now = clock.now()
        self.tally = Tally()
        self.pace = Pace()
        self.over = 0

    def go(self) -> None:
        table = tables.read(runs.contents(self.run), self.run.file_name)
        columns = recognise(self.run.shop, table)
        self.run.format = "refunds"
        rows, refused = self._read(table, columns)
        self.tally.rows = len(rows) + len(refused)
        self._refuse(refused)
        for some in self.pace.chunks(rows):
            self._group(some)
        if self.over:
            self.tally.notes.append(_("Refunds that were over before they were known here, and get no case: %(count)s") % {"count": self.over})
        self.tally.rows_done = self.tally.rows
        runs.finish(self.run, self.tally, verb="aftersales.refunds_taken_in")

    def _read(self, table: tables.Table, columns: Mapping[str, int]) -> tuple[list[tuple[int, Refund]], list[Refusal]]:
        rows, refused = [], []
        for found in table.rows():
            cells = [str(cell).strip() for cell in found.cells]
            said = {field: cells[at].strip("'=\"\t ") if at < len(cells) else "" for field, at in columns.items()}
            if not any(said.values()):
                continue
            try:
                rows.append((found.line, _refund(said)))
            except ValueError as wrong:
                refused.append(Refusal(found.line, said.get("refund", "")[:120], str(wrong), {}))
        return rows, refused

    def _refuse(self, refusals: Sequence[Refusal]) -> None:
        self.tally.refused += len(refusals)
        runs.keep_refusals(self.run, refusals)

    def _group(self, rows: Sequence[tuple[int, Refund]]) -> None:
        numbers = {refund.order for _line, refund in rows}
        orders = {one.platform_id: one for one in Order.objects.filter(shop=self.run.shop, platform_id__in=numbers).select_related("shop", "customer")}
        refused: list[Refusal] = []
        with transaction.atomic(), self.pace.measured(len(rows)):
            for line, refund in rows:
                why = self._one(refund, orders.get(refund.order))
                if why:
                    refused.append(Refusal(line, refund.number, why, {}))
            if self.run.dry_run:
                transaction.set_rollback(True)
        self._refuse(refused)
        self.tally.rows_done += len(rows)
        runs.move(self.run, self.tally)

    def _one(self, refund: Refund, order: Order | None) -> str:
        """Empty, or why this row is not taken."""
        if order is None:
            return _("Order %(number)s is not known in this shop. Load the orders first.") % {"number": refund.order}
        other = Case.objects.filter(shop=self.run.shop, platform_refund_id=refund.number).exclude(order=order).exists()
        if other:
            return _("This refund is known with another order.")
        try:
            became = take(self.run.shop, refund, order, by=self.actor, at=self.now)
        except Said as said:
            return said.message
        if became == "over":
            self.over += 1
            became = "unchanged"
        setattr(self.tally, became, getattr(self.tally, became) + 1)
        if became != "unchanged" and len(self.tally.samples) < _SAMPLES:
            self.tally.samples.append({"refund": refund.number, "order": refund.order, "state": refund.state, "kind": str(refund.kind), "became": became})
        return ""


def _refund(said: Mapping[str, str]) -> Refund:
    """ValueError with the reason where a row can't be read."""
    number, order = said["refund"], said["order"]
    if not number:
        raise ValueError(_("There is no refund number."))
    if "E+" in number.upper() or "E+" in order.upper():
        raise ValueError(_("A spreadsheet has rounded the number: its end is lost."))
    state = formats.state_of(said["state"])
    if not state:
        raise ValueError(_("“%(written)s” is no state of a refund that is known here.") % {"written": said["state"][:40] or "–"})
    return Refund(
        number=number[:64], order=order, state=state, kind=formats.kind_of(said.get("kind", "")), reason=formats.reason_of(said.get("reason", "")),
        note="；".join(part for part in (said.get("reason", ""), said.get("note", "")) if part)[:2000],
        asked_at=_moment(said.get("asked_at", "")), asked_fen=_amount(said.get("asked", "")), paid_fen=_amount(said.get("paid", "")), line=said.get("line", ""), code=said.get("code", ""),
        title=said.get("title", ""), quantity=_quantity(said.get("quantity", "")), due_at=_moment(said.get("due_at", "")),
        changed_at=_moment(said.get("changed_at", "")), courier=said.get("courier", "")[:40], tracking=said.get("number", "").upper()[:60],
    )  # fmt: skip


def _moment(written: str) -> datetime | None:
    return moment(written) if written else None


def _amount(written: str) -> int | None:
    if not written or written in ("-", "–"):
        return None
    try:
        asked = money.fen(written)
    except ValueError:
        asked = -1
    if not 0 <= asked <= _MOST_FEN:
        raise ValueError(_("“%(written)s” is not an amount.") % {"written": written[:40]})
    return asked


def _quantity(written: str) -> int | None:
    return int(float(written)) if written.replace(".", "", 1).isdigit() and 0 < float(written) < 100_000 else None
