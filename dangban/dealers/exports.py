"""Returns of dealers as files: the list, and the table of a month."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.dealers.models import DealerReturn, Finding
from dangban.dealers.queries import Month
from dangban.lib.excel import Column

MOST_ROWS = 20_000


def causes() -> dict[str, str]:
    return {value: str(label) for value, label in Finding.Cause.choices}


def columns() -> list[Column]:
    return [
        Column(pgettext("dealers", "Return"), width=12), Column(_("Shop"), width=20), Column(_("Dealer"), width=22),
        Column(pgettext("dealer return", "Reason"), width=16), Column(pgettext("dealer return", "State"), width=16), Column(_("Goods"), width=40),
        Column(pgettext("dealers", "Pieces"), "number", 8), Column(pgettext("dealers", "Counted"), "number", 8), Column(_("Worth"), "money", 12),
        Column(pgettext("dealers", "Received by the dealer"), "day", 12), Column(_("Applied"), "when", 20), Column(_("Applied by"), width=12), Column(_("Seen to by"), width=12),
        Column(_("Judgement"), width=16), Column(pgettext("dealers", "Courier"), width=14), Column(_("Tracking number"), width=20), Column(_("Arrived"), "when", 20),
        Column(pgettext("dealers", "Credit"), "money", 12), Column(_("Fees"), "money", 12), Column(_("Net"), "money", 12), Column(_("Borne by us"), "money", 12),
        Column(pgettext("dealers", "Over since"), "when", 20),
    ]  # fmt: skip


def rows(found: Iterable[DealerReturn]) -> Iterable[Sequence[Any]]:
    for made in found:
        lines = sorted(made.lines.all(), key=lambda line: line.position)
        note = made.note
        counted = [line.counted for line in lines if line.counted is not None]
        yield [
            made.title, made.shop.name, made.dealer.name, str(made.get_reason_display()), str(made.get_state_display()),
            "、".join(f"{line.sku.code} × {line.quantity}" for line in lines),  # han
            sum(line.quantity for line in lines), sum(counted) if counted else None, sum(line.quantity * line.price_fen for line in lines),
            made.received_on, made.applied_at, made.applied_by.name, made.owner.name if made.owner else "",
            str(made.get_judged_display()) if made.judged else "", made.courier, made.number, made.arrived_at,
            note.credit_fen if note else None, note.fees_fen if note else None, note.net_fen if note else None, note.borne_fen if note else None,
            made.closed_at,
        ]  # fmt: skip


def month_columns() -> list[Column]:
    return [
        Column(_("Dealer"), width=24), Column(_("Cause"), width=18), Column(pgettext("dealers", "Department"), width=16), Column(pgettext("dealers", "Returns"), "number", 8),
        Column(pgettext("dealers", "Pieces"), "number", 8), Column(_("Worth"), "money", 14), Column(_("Loss"), "money", 14),
        Column(pgettext("dealers", "Credit"), "money", 14), Column(_("Fees"), "money", 14), Column(_("Borne by us"), "money", 14),
    ]  # fmt: skip


def month_rows(table: Month) -> Iterable[Sequence[Any]]:
    """What was inspected in the month; below it what was settled in it, and what was entered against."""
    named = causes()
    for row in table.rows:
        yield [row.dealer, named[row.cause], row.department, row.returns, row.pieces, row.worth_fen, row.loss_fen, None, None, None]
    for note in table.notes:
        kind = str(_("Settlement note") if note.against_id is None else _("Entered against"))
        yield [note.made.dealer.name, f"{kind} {note.made.title}", "", None, None, None, None, note.credit_fen, note.fees_fen, None]
    for department, borne in table.by_department:
        yield ["", str(_("Borne")), department, None, None, None, None, None, None, borne]
    worth = sum(row.worth_fen for row in table.rows)
    yield [pgettext("dealers", "All"), "", "", None, table.pieces, worth, table.loss_fen, table.credit_fen, table.fees_fen, table.borne_fen]
