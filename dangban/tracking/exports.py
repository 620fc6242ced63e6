"""Parcels as files: the list as it is shown, and our template for news."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from dangban.lib import blanks, excel, masks
from dangban.lib.excel import Column
from dangban.orders import access as orders
from dangban.people.models import Person
from dangban.tracking import formats, queries
from dangban.tracking.access import visible_tracks
from dangban.tracking.models import Track
from dangban.tracking.timeline import said

MOST_ROWS = 50_000


def work_list(person: Person, filters: queries.Filters) -> tuple[bytes, int, list[int]]:
    """The workbook, how many rows it has, and of which shops."""
    tracks = queries.searched(person, filters.search) if filters.search else queries.filtered(visible_tracks(person), filters)
    if filters.shop is not None:
        tracks = tracks.filter(shop=filters.shop)
    found = list(tracks.select_related("parcel__order", "shop").order_by("moved_at", "pk")[:MOST_ROWS])
    shops = sorted({one.shop_id for one in found})
    columns = [
        Column(_("Tracking number"), width=22),
        Column(_("Courier"), width=14),
        Column(_("Order number"), width=24),
        Column(_("Shop"), width=18),
        Column(_("Where it is"), width=16),
        Column(_("Last step"), width=60),
        Column(_("Moved"), "when", 20),
        Column(_("Left"), "when", 20),
        Column(_("Stalled since"), "when", 20),
        Column(_("Signed at"), "when", 20),
    ]
    return excel.xlsx(columns, _rows(person, found), sheet=_("Parcels")), len(found), shops


def _rows(person: Person, tracks: list[Track]) -> Iterator[list[object]]:
    whole = {shop: orders.may(person, "customers.reveal", shop) for shop in {one.shop_id for one in tracks}}
    for one in tracks:
        parcel = one.parcel
        yield [
            parcel.number, parcel.courier, parcel.order.platform_id, one.shop.name, said(one),
            one.last_text if whole[one.shop_id] else masks.scrub(one.last_text), one.moved_at, parcel.sent_at,
            one.stalled_since, one.signed_at,
        ]  # fmt: skip


def template() -> bytes:
    return blanks.as_xlsx(formats.TEMPLATE, "物流轨迹")
