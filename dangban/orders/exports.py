"""Orders as files for people: the list as it is shown, and our template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from dangban.lib import blanks, excel, masks
from dangban.lib.excel import Column
from dangban.orders import access, formats
from dangban.orders.models import Order
from dangban.orders.queries import listing
from dangban.people.models import Person

MOST_ROWS = 100_000
_AT_ONCE = 500


def order_list(person: Person, filters: listing.Filters) -> tuple[bytes, int, list[int]]:
    """The list as a workbook, how many rows it has, and of which shops.

    Receivers stay masked for shops where this person may not see them.
    """
    orders = (
        listing.filtered(person, filters).select_related("shop").order_by("-created_at", "-pk")[:MOST_ROWS]
    )
    shops: set[int] = set()
    rows = _rows(person, orders, shops)
    columns = [
        Column(_("Order number"), width=24),
        Column(_("Shop"), width=18),
        Column(_("Buyer"), width=18),
        Column(_("Status"), width=12),
        Column(_("Refund"), width=10),
        Column(_("Flag"), width=8),
        Column(_("Items"), width=40),
        Column(_("Pieces"), "number", 8),
        Column(_("Total"), "money", 12),
        Column(_("Paid"), "money", 12),
        Column(_("Placed"), "when", 20),
        Column(_("Receiver"), width=12),
        Column(_("Phone"), width=14),
        Column(_("Province"), width=12),
        Column(_("City"), width=12),
        Column(_("Courier"), width=12),
        Column(_("Tracking number"), width=20),
        Column(_("Remark"), width=40),
        Column(_("Open wishes"), "number", 10),
    ]
    counted = _Counted(rows)
    data = excel.xlsx(columns, counted, sheet=_("Orders"))
    return data, counted.count, sorted(shops)


class _Counted:
    """Passes rows on and counts them."""

    def __init__(self, rows: Iterable[list[object]]) -> None:
        self.rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[list[object]]:
        for row in self.rows:
            self.count += 1
            yield row


def _rows(person: Person, orders: Iterable[Order], shops: set[int]) -> Iterator[list[object]]:
    group: list[Order] = []
    for order in orders:
        shops.add(order.shop_id)
        group.append(order)
        if len(group) == _AT_ONCE:
            yield from _group(person, group)
            group = []
    yield from _group(person, group)


def _group(person: Person, orders: list[Order]) -> Iterator[list[object]]:
    whole = {order.shop_id: access.may(person, "customers.reveal", order.shop_id) for order in orders}
    for order, row in zip(orders, listing.rows_of(orders), strict=True):
        open_ = whole[order.shop_id]
        yield [
            row.platform_id,
            row.shop_name,
            row.buyer,
            row.status_label,
            row.refund_label if row.refund != Order.Refund.NONE else "",
            str(row.flag.meaning) if row.flag else row.flag_code,
            row.titles,
            row.quantity,
            row.total_fen,
            row.paid_fen,
            row.created_at,
            row.receiver if open_ else masks.name(row.receiver),
            row.phone if open_ else masks.phone(row.phone),
            row.province,
            row.city,
            row.courier,
            row.tracking_number,
            row.remark if open_ else masks.scrub(row.remark),
            row.wishes,
        ]


def template_csv() -> bytes:
    return blanks.as_csv(formats.TEMPLATE_COLUMNS)


def template_xlsx() -> bytes:
    return blanks.as_xlsx(formats.TEMPLATE_COLUMNS, "订单")
