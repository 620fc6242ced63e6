"""Promising goods to a subject, and letting go of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.shops.models import Sku
from dangban.stock import alerts, ledger, ports
from dangban.stock.models import Allotment, Level, Reservation


def reserve(
    sku: Sku,
    quantity: int,
    *,
    subject: tuple[str, int],
    label: str,
    by: HasActor,
    url: str = "",
    wait: bool = True,
    at: datetime | None = None,
) -> Reservation:
    """Promise pieces to a subject, behind those who wait already; what is missing is waited for.

    The same again is the same promise. Without `wait`, less than all is refused.
    """
    at = at or clock.now()
    if quantity <= 0:
        raise BadInput(_("Reserve one piece or more."))
    with transaction.atomic():
        ledger.lock(sku)
        open_one = Reservation.objects.filter(sku=sku, subject_kind=subject[0], subject_id=subject[1], outcome="").first()
        if open_one is not None:
            if open_one.wanted != quantity:
                raise Conflict(_("Another quantity is reserved for this already. Release it first."))
            return open_one
        actor = by.actor
        reservation = Reservation.objects.create(
            sku=sku, shop_id=sku.shop_id, subject_kind=subject[0], subject_id=subject[1], label=label[:120], url=url,
            wanted=quantity, at=at, by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
        )  # fmt: skip
        # Whoever waits already has taken all there was: what is free now is nobody's.
        ledger.fill(reservation, ledger.levels_for(sku))
        if not wait and reservation.missing:
            raise Refused(
                _("%(sku)s: %(wanted)s are wanted, %(free)s are free.")
                % {"sku": sku.code, "wanted": quantity, "free": reservation.held},
                code="not-there",
            )
        change = {"sku": sku.code, "quantity": quantity, "held": reservation.held, "for": reservation.label}
        record("stock.reserved", subject=reservation, by=by, shop=sku.shop_id, change=change, at=at)
        ports.ring([sku.pk], [sku.shop_id])
        alerts.refresh([sku.pk], at)
    return reservation


def release(reservation: Reservation, *, by: HasActor, why: str = "", at: datetime | None = None) -> Reservation:
    """Let go of what is promised; those who wait get it at once. Conflict if it is closed already."""
    at = at or clock.now()
    with transaction.atomic():
        ledger.lock(reservation.sku_id)
        row = Reservation.objects.select_related("sku").get(pk=reservation.pk)
        if not row.is_open:
            raise Conflict(_("This reservation is closed already."))
        for allotment in Allotment.objects.filter(reservation=row):
            Level.objects.filter(pk=allotment.level_id).update(reserved=F("reserved") - allotment.quantity)
            allotment.delete()
        change = {"sku": row.sku.code, "held": row.held, "for": row.label, "reason": why}
        row.held, row.outcome, row.closed_at, row.why = 0, Reservation.Outcome.RELEASED, at, why[:200]
        row.save()
        record("stock.released", subject=row, by=by, shop=row.shop_id, change=change, at=at)
        ledger.settle(row.sku, at)
        alerts.refresh([row.sku_id], at)
    return row


def release_all(subject: tuple[str, int], *, by: HasActor, why: str = "", at: datetime | None = None) -> int:
    """Let go of everything promised to a subject; returns how many pieces lay ready."""
    at = at or clock.now()
    with transaction.atomic():
        found = Reservation.objects.filter(subject_kind=subject[0], subject_id=subject[1], outcome="")
        rows = list(found.order_by("sku_id"))
        # All locks first and in one order, so that two who let go of much never wait for each other.
        ledger.lock(*(row.sku_id for row in rows))
        held = found.aggregate(held=Sum("held"))["held"] or 0
        for row in list(found.order_by("sku_id")):
            release(row, by=by, why=why, at=at)
    return int(held)
