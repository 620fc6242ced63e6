"""Goods on their way: noted, put off, called off. They are received by `movements.receive`."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.shops.models import Sku
from dangban.stock import access, alerts, ports
from dangban.stock.models import Expected, Shortage, Warehouse


def expect(
    sku: Sku,
    warehouse: Warehouse,
    quantity: int,
    expected_on: date,
    *,
    by: HasActor,
    supplier: str = "",
    reference: str = "",
    at: datetime | None = None,
) -> Expected:
    """Goods were ordered and will come on a day."""
    access.require(by, sku.shop_id)
    at = at or clock.now()
    if quantity <= 0:
        raise BadInput(_("Expect one piece or more."), fields={"quantity": [_("One or more.")]})
    actor = by.actor
    with transaction.atomic():
        row = Expected.objects.create(
            sku=sku, shop_id=sku.shop_id, warehouse=warehouse, quantity=quantity, expected_on=expected_on,
            first_expected_on=expected_on, supplier=refuse_unstorable(supplier.strip(), "supplier")[:80],
            reference=refuse_unstorable(reference.strip(), "reference")[:80], noted_at=at,
            by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
        )  # fmt: skip
        change = {"sku": sku.code, "quantity": quantity, "expected_on": str(expected_on), "supplier": row.supplier}
        record("stock.expected", subject=row, by=by, shop=sku.shop_id, change=change, at=at)
        _follow(row, at)
    return row


def postpone(expected: Expected, to: date, *, by: HasActor, was: date, at: datetime | None = None) -> Expected:
    """The goods come on another day; Conflict if somebody moved the date from what the page showed."""
    access.require(by, expected.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        moved = Expected.objects.filter(pk=expected.pk, closed="", expected_on=was).update(expected_on=to)
        if not moved:
            raise Conflict(_("Somebody has changed this arrival meanwhile. Load the page again."))
        expected.refresh_from_db()
        change = {"expected_on": [str(was), str(to)]}
        record("stock.postponed", subject=expected, by=by, shop=expected.shop_id, change=change, at=at)
        _follow(expected, at)
    return expected


def cancel_expected(expected: Expected, *, reason: str, by: HasActor, at: datetime | None = None) -> Expected:
    """What has not come will not come."""
    access.require(by, expected.shop_id)
    at = at or clock.now()
    if not reason.strip():
        raise BadInput(_("Say why it isn't coming."), fields={"reason": [_("Say why it isn't coming.")]})
    with transaction.atomic():
        gone = Expected.objects.filter(pk=expected.pk, closed="").update(closed=Expected.Closed.CANCELLED, closed_at=at)
        if not gone:
            raise Conflict(_("This arrival was closed meanwhile."))
        expected.refresh_from_db()
        change = {"received": expected.received, "quantity": expected.quantity, "reason": reason.strip()[:200]}
        record("stock.arrival_cancelled", subject=expected, by=by, shop=expected.shop_id, change=change, at=at)
        _follow(expected, at)
    return expected


def _follow(expected: Expected, at: datetime) -> None:
    """The open lines of today's list tell the day that is expected now."""
    earliest = Expected.objects.filter(sku=expected.sku_id, closed="").order_by("expected_on").first()
    Shortage.objects.filter(sku=expected.sku_id, over_at=None, list__day=clock.business_day(at)).update(
        expected_on=earliest.expected_on if earliest else None
    )
    alerts.refresh([expected.sku_id], at)
    ports.ring([expected.sku_id], [expected.shop_id])
