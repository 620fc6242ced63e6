"""Promises that change: to fewer pieces, or to another subject that goes on in the same place of the queue."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.stock import alerts, ledger
from dangban.stock.actions.reservations import release
from dangban.stock.models import Allotment, Level, Reservation


def lessen(reservation: Reservation, quantity: int, *, by: HasActor, why: str = "", at: datetime | None = None) -> Reservation:
    """Want fewer pieces from now on; what lay ready beyond goes to those who wait. More is a promise of its own."""
    at = at or clock.now()
    with transaction.atomic():
        row = _open(reservation)
        if not 0 < quantity <= row.wanted or quantity < row.taken:
            raise BadInput(_("Reserve one piece or more, and no more than before."))
        before = row.wanted
        _shrink(row, quantity)
        change = {"sku": row.sku.code, "quantity": [before, quantity], "held": row.held, "for": row.label, "reason": why}
        record("stock.lessened", subject=row, by=by, shop=row.shop_id, change=change, at=at)
        ledger.settle(row.sku, at)
        alerts.refresh([row.sku_id], at)
    return row


def pass_on(
    reservation: Reservation,
    quantity: int,
    *,
    subject: tuple[str, int],
    label: str,
    by: HasActor,
    url: str = "",
    at: datetime | None = None,
) -> Reservation:
    """Another subject has this promise from now on, for at most `quantity` pieces, with what lies ready and its
    place in the queue. Where it has one of its own already, that is filled and this one released."""
    at = at or clock.now()
    with transaction.atomic():
        row = _open(reservation)
        own = Reservation.objects.filter(sku=row.sku_id, subject_kind=subject[0], subject_id=subject[1], outcome="").first()
        if own is not None:
            _pour(row, own)
            release(row, by=by, why=label, at=at)
            return own
        before, label = row.label, label[:120]
        _shrink(row, max(1, min(quantity, row.wanted)))
        row.subject_kind, row.subject_id, row.label, row.url = subject[0], subject[1], label, url
        row.save()
        change = {"sku": row.sku.code, "quantity": row.wanted, "held": row.held, "for": [before, label]}
        record("stock.passed_on", subject=row, by=by, shop=row.shop_id, change=change, at=at)
        ledger.settle(row.sku, at)
        alerts.refresh([row.sku_id], at)
    return row


def _open(reservation: Reservation) -> Reservation:
    ledger.lock(reservation.sku_id)
    row = Reservation.objects.select_related("sku").get(pk=reservation.pk)
    if not row.is_open:
        raise Conflict(_("This reservation is closed already."))
    return row


def _shrink(row: Reservation, wanted: int) -> None:
    beyond = row.held + row.taken - wanted
    for allotment in Allotment.objects.filter(reservation=row).select_related("level").order_by("-pk"):
        part = min(beyond, allotment.quantity)
        if part <= 0:
            break
        level = allotment.level
        ledger.lessen(allotment, part)
        level.reserved -= part
        level.save(update_fields=["reserved"])
        row.held -= part
        beyond -= part
    row.wanted = wanted
    row.save(update_fields=["wanted", "held"])


def _pour(row: Reservation, own: Reservation) -> None:
    """What lies ready for one goes to the other, as far as that one lacks it."""
    for allotment in Allotment.objects.filter(reservation=row).select_related("level").order_by("pk"):
        part = min(allotment.quantity, own.missing)
        if part <= 0:
            break
        _give(own, allotment.level, part)
        ledger.lessen(allotment, part)
        row.held -= part
        own.held += part
    row.save(update_fields=["held"])
    own.save(update_fields=["held"])


def _give(own: Reservation, level: Level, part: int) -> None:
    theirs, made = Allotment.objects.get_or_create(reservation=own, level=level, defaults={"quantity": part})
    if not made:
        theirs.quantity += part
        theirs.save(update_fields=["quantity"])
