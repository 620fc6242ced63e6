"""The board of exceptions as a workbook."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib import excel, masks
from dangban.lib.excel import Column
from dangban.orders import access
from dangban.orders.exceptions import kinds, listing
from dangban.orders.models import OrderException
from dangban.people.models import Person

MOST_ROWS = 20_000


def board(person: Person, filters: listing.Filters, at: datetime) -> tuple[bytes, int, list[int]]:
    """The workbook, how many rows it has, and of which shops; what people wrote stays masked where it must."""
    found = listing.filtered(person, filters, at).select_related("order", "shop", "owner", "parcel")
    rows = list(found.order_by("due_at", "pk")[:MOST_ROWS])
    shops = sorted({one.shop_id for one in rows})
    whole = {shop: access.may(person, "customers.reveal", shop) for shop in shops}
    columns = [
        Column(_("Order number"), width=24),
        Column(_("Shop"), width=18),
        Column(_("Kind"), width=14),
        Column(_("Reason"), width=20),
        Column(pgettext("exception", "What happened"), width=36),
        Column(_("Tracking number"), width=20),
        Column(_("Owner"), width=12),
        Column(_("Opened"), "when", 20),
        Column(_("Due"), "when", 20),
        Column(_("Promised for"), "when", 20),
        Column(_("Settled at"), "when", 20),
        Column(pgettext("exception", "How it ended"), width=18),
        Column(_("In words"), width=36),
    ]
    data = excel.xlsx(columns, (_row(one, whole[one.shop_id]) for one in rows), sheet=_("Exceptions"))
    return data, len(rows), shops


def _row(one: OrderException, whole: bool) -> list[object]:
    named = kinds.kind_of(one.kind)
    return [
        one.order.platform_id,
        one.shop.name,
        str(named.label),
        str(named.reason_label(one.reason)),
        one.note if whole else masks.scrub(one.note),
        one.parcel.number if one.parcel else "",
        one.owner.name,
        one.opened_at,
        one.due_at,
        one.promised_for,
        one.settled_at,
        str(named.outcome_label(one.outcome)) if one.outcome else "",
        one.answer if whole else masks.scrub(one.answer),
    ]
