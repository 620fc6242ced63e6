"""The ledger of a month as a workbook for finance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.aftersales.models import LedgerEntry
from dangban.aftersales.settling import listing
from dangban.aftersales.settling.words import ENTRIES
from dangban.journal.actions import record
from dangban.lib import excel
from dangban.lib.excel import Column
from dangban.people.models import Person

_AT_ONCE = 2000


def month(person: Person, since: date, until: date, shop: int | None, *, at: datetime) -> bytes:
    """Each entry a row; who took it out stands in the journal."""
    columns = [
        Column(pgettext("ledger", "Day"), "day", 12), Column(_("Shop"), width=18), Column(pgettext("ledger", "Case"), width=12), Column(_("Order number"), width=24),
        Column(pgettext("ledger", "What for"), width=16), Column(pgettext("settlement", "Way"), width=18), Column(pgettext("ledger", "Account"), width=12),
        Column(pgettext("ledger", "Amount"), "money", 14), Column(_("Reference"), width=24), Column(pgettext("ledger", "Memo"), width=30),
        Column(pgettext("ledger", "Key"), width=28), Column(pgettext("ledger", "Entered by"), width=12), Column(pgettext("ledger", "Entered at"), "when", 20),
    ]  # fmt: skip
    found = listing.month_entries(person, since, until, shop, "aftersales.export")
    data = excel.xlsx(columns, (_row(one) for one in _each(person, since, until, shop)), sheet=f"{since:%Y-%m}")
    with transaction.atomic():
        record("aftersales.ledger_exported", subject=person, by=person, change={"month": f"{since:%Y-%m}", "rows": found.count()}, at=at)
    return data


def _each(person: Person, since: date, until: date, shop: int | None) -> Iterator[LedgerEntry]:
    found = listing.month_entries(person, since, until, shop, "aftersales.export").select_related("case__order", "shop", "settlement").order_by("pk")
    return found.iterator(_AT_ONCE)


def _row(one: LedgerEntry) -> list[object]:
    paid = one.settlement
    return [
        one.business_day, one.shop.name, one.case.number, one.case.order.platform_id if one.case.order else "", str(ENTRIES.get(one.kind, one.kind)),
        str(paid.get_way_display()) if paid else "", str(one.get_account_display()), one.amount_fen, paid.reference if paid else "", one.memo, one.key,
        one.by_name, one.at,
    ]  # fmt: skip
