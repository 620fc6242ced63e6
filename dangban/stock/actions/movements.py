"""Goods in, out, within and away: each act once by its key, each a line that stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.shops.models import Batch, Sku
from dangban.stock import access, alerts, events, ledger, rules
from dangban.stock.ledger import Kind, Step, Why
from dangban.stock.models import Allotment, Balance, Expected, Level, Movement, Reservation, Zone


def receive(
    sku: Sku,
    zone: Zone,
    quantity: int,
    *,
    by: HasActor,
    key: str,
    batch: Batch | None = None,
    expected: Expected | None = None,
    reference: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> Movement:
    """Goods came in. What waits for them is served at once, if they need no check."""
    why = _why(sku, by, key, reason, reference, at)
    _may_enter(Kind.RECEIPT, zone, why.at)
    with transaction.atomic():
        ledger.lock(sku)
        before = ledger.done_before(sku, Kind.RECEIPT, _positive(quantity), key)
        if before:
            return before[0]
        if expected is not None:
            _tick_off(expected, sku, quantity, why.at)
        step = Step(Kind.RECEIPT, quantity, target=zone, batch=_own(batch, sku), expected=expected)
        return _written(sku, [step], why)[0]


def _tick_off(expected: Expected, sku: Sku, quantity: int, at: datetime) -> None:
    row = Expected.objects.get(pk=expected.pk)
    if row.sku_id != sku.pk:
        raise BadInput(_("This arrival is of other goods."))
    if not row.is_open:
        raise Conflict(_("This arrival was closed meanwhile."))
    row.received += quantity
    if row.received >= row.quantity:
        row.closed, row.closed_at = Expected.Closed.COMPLETE, at
    row.save()


def return_in(
    sku: Sku, zone: Zone, quantity: int, *, by: HasActor, key: str, batch: Batch | None = None,
    reference: str = "", reason: str = "", at: datetime | None = None,
) -> Movement:  # fmt: skip
    """A customer's parcel came back; where the handbook wants it checked first, not into the good ones."""
    why = _why(sku, by, key, reason, reference, at)
    _may_enter(Kind.RETURN, zone, why.at)
    return _simple(sku, Step(Kind.RETURN, quantity, target=zone, batch=_own(batch, sku)), why)


def scrap(
    sku: Sku, zone: Zone, quantity: int, *, reason: str, by: HasActor, key: str, batch: Batch | None = None,
    reference: str = "", at: datetime | None = None,
) -> Movement:  # fmt: skip
    """Goods are no more, or go back to the supplier; why has to be said."""
    why = _why(sku, by, key, _said(reason), reference, at)
    return _simple(sku, Step(Kind.SCRAP, quantity, source=zone, batch=_own(batch, sku)), why)


def move(
    sku: Sku, source: Zone, target: Zone, quantity: int, *, by: HasActor, key: str, batch: Batch | None = None,
    reason: str = "", reference: str = "", at: datetime | None = None,
) -> Movement:  # fmt: skip
    """From one zone to another: into the good ones is the release after a check."""
    why = _why(sku, by, key, reason, reference, at)
    if source.pk == target.pk:
        raise BadInput(_("From where to where? Both are the same zone."), fields={"target": [_("Choose another zone.")]})
    return _simple(sku, Step(Kind.MOVE, quantity, source=source, target=target, batch=_own(batch, sku)), why)


def _simple(sku: Sku, step: Step, why: Why) -> Movement:
    _positive(step.quantity)
    with transaction.atomic():
        ledger.lock(sku)
        before = ledger.done_before(sku, step.kind, step.quantity, why.key)
        return before[0] if before else _written(sku, [step], why)[0]


def count(
    sku: Sku, zone: Zone, counted: int, *, by: HasActor, key: str, batch: Batch | None = None,
    reason: str = "", reference: str = "", at: datetime | None = None,
) -> Movement:  # fmt: skip
    """So many are there, whatever was written: the difference is moved.

    Goods that were promised and are not there are taken from the youngest promises, which wait again.
    """
    why = _why(sku, by, key, reason, reference, at)
    if counted < 0:
        raise BadInput(_("Count zero or more."), fields={"quantity": [_("Zero or more.")]})
    with transaction.atomic():
        ledger.lock(sku)
        before = ledger.done_before(sku, Kind.COUNT, None, key)
        if before:
            return before[0]
        batch = _own(batch, sku)
        there = Balance.objects.filter(zone=zone, sku=sku, batch=batch).values_list("quantity", flat=True).first() or 0
        lost = there - counted
        told = []
        if lost > 0 and zone.is_released:
            level = ledger.level_of(sku, zone.warehouse)
            told = ledger.give_back(level, lost - level.available)
        source, target = (zone, None) if lost > 0 else (None, zone)
        step = Step(Kind.COUNT, abs(lost), source=source, target=target, batch=batch, counted=counted)
        movement = _written(sku, [step], why)[0]
        events.arrived(told, why.at)
    return movement


def take_out(
    sku: Sku,
    quantity: int,
    *,
    by: HasActor,
    key: str,
    subject: tuple[str, int] | None = None,
    reference: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> list[Movement]:
    """Goods leave for a customer: first what was reserved for the subject, then what is free.

    One line for each zone and batch they are taken from, the first to expire first. Refused, with
    nothing changed, where there is not enough.
    """
    why = _why(sku, by, key, reason, reference, at, subject)
    with transaction.atomic():
        ledger.lock(sku)
        before = ledger.done_before(sku, Kind.DISPATCH, _positive(quantity), key)
        if before:
            return before
        steps = _from_reserved(sku, quantity, subject, why.at)
        taken = sum(step.quantity for step in steps)
        steps += _from_free(sku, quantity - taken, steps)
        return _written(sku, steps, why, take_reserved=True)


def _from_reserved(sku: Sku, quantity: int, subject: tuple[str, int] | None, at: datetime) -> list[Step]:
    if subject is None:
        return []
    reservation = Reservation.objects.filter(sku=sku, outcome="", subject_kind=subject[0], subject_id=subject[1]).first()
    if reservation is None:
        return []
    steps: list[Step] = []
    left = min(quantity, reservation.wanted - reservation.taken)
    for allotment in Allotment.objects.filter(reservation=reservation).select_related("level__warehouse").order_by("pk"):
        part = min(left, allotment.quantity)
        if part <= 0:
            break
        ledger.lessen(allotment, part)
        Level.objects.filter(pk=allotment.level_id).update(reserved=F("reserved") - part)
        reservation.held -= part
        steps += _pick(sku, allotment.level, part, steps)
        left -= part
    # What leaves for the subject beyond what lay ready fulfils its promise as well.
    reservation.taken += min(quantity, reservation.wanted - reservation.taken)
    if reservation.taken == reservation.wanted:
        reservation.outcome, reservation.closed_at = Reservation.Outcome.TAKEN, at
    reservation.save()
    return steps


def _from_free(sku: Sku, quantity: int, planned: Sequence[Step]) -> list[Step]:
    steps: list[Step] = []
    if quantity <= 0:
        return steps
    levels = ledger.levels_for(sku)
    for level in levels:
        # What leaves out of the promise itself lies there still, and is free no more.
        level.good -= sum(one.quantity for one in planned if one.source and one.source.warehouse_id == level.warehouse_id)
    free = sum(level.available for level in levels)
    if free < quantity:
        raise Refused(
            _("%(sku)s: %(wanted)s are to leave, %(free)s are free.") % {"sku": sku.code, "wanted": quantity, "free": free},
            code="not-there",
        )
    for level in levels:
        part = min(quantity, level.available)
        steps += _pick(sku, level, part, [*planned, *steps]) if part > 0 else []
        quantity -= max(part, 0)
    return steps


def _pick(sku: Sku, level: Level, quantity: int, planned: Sequence[Step]) -> list[Step]:
    """Zones and batches of a warehouse to take from, beyond what earlier steps take there."""
    rows = Balance.objects.filter(
        sku=sku, zone__warehouse=level.warehouse_id, zone__status=Zone.Status.GOOD, quantity__gt=0
    ).select_related("zone__warehouse", "batch")
    steps = []
    for row in ledger.oldest_first(rows):
        spoken_for = sum(
            step.quantity for step in planned if step.source and step.source.pk == row.zone_id and _same(step.batch, row.batch)
        )
        part = min(quantity, row.quantity - spoken_for)
        if part > 0:
            steps.append(Step(Kind.DISPATCH, part, source=row.zone, batch=row.batch))
            quantity -= part
    if quantity:
        raise Refused(_("%(sku)s: the balances hold less than was promised. Count this warehouse.") % {"sku": sku.code})
    return steps


def _same(one: Batch | None, other: Batch | None) -> bool:
    return (one.pk if one else None) == (other.pk if other else None)


def correct(movement: Movement, *, reason: str, by: HasActor, at: datetime | None = None) -> Movement:
    """Take a movement back by a further one the other way; each once, and never below zero."""
    sku = movement.sku
    why = _why(sku, by, f"correct:{movement.pk}", _said(reason), movement.reference, at)
    with transaction.atomic():
        ledger.lock(sku)
        if Movement.objects.filter(corrects=movement).exists():
            raise Conflict(_("This movement was corrected already."))
        if movement.kind == Kind.CORRECTION:
            raise Refused(_("A correction is not corrected. Write the movement that is right."))
        if not movement.quantity:
            raise Refused(_("This count found no difference; there is nothing to take back."))
        if movement.expected_id:
            _untick(movement)
        step = Step(
            Kind.CORRECTION, movement.quantity, source=movement.target, target=movement.source, batch=movement.batch,
            corrects=movement,
        )  # fmt: skip
        return _written(sku, [step], why)[0]


def _untick(movement: Movement) -> None:
    row = Expected.objects.get(movements=movement)
    row.received = max(0, row.received - movement.quantity)
    if row.closed == Expected.Closed.COMPLETE and row.received < row.quantity:
        row.closed, row.closed_at = Expected.Closed.OPEN, None
    row.save()


def _written(sku: Sku, steps: Sequence[Step], why: Why, *, take_reserved: bool = False) -> list[Movement]:
    movements = ledger.write(sku, steps, why, take_reserved=take_reserved)
    ledger.settle(sku, why.at)
    alerts.refresh([sku.pk], why.at)
    return movements


def _why(
    sku: Sku, by: HasActor, key: str, reason: str, reference: str, at: datetime | None, subject: tuple[str, int] | None = None
) -> Why:
    access.require(by, sku.shop_id)
    reason, reference = refuse_unstorable(reason.strip(), "reason"), refuse_unstorable(reference.strip(), "reference")
    return Why(by, key, at or clock.now(), reason, reference, subject or ("", 0))


def _said(reason: str) -> str:
    if not reason.strip():
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    return reason


def _positive(quantity: int) -> int:
    if quantity <= 0:
        raise BadInput(_("Move one piece or more."), fields={"quantity": [_("One or more.")]})
    return quantity


def _own(batch: Batch | None, sku: Sku) -> Batch | None:
    if batch is not None and batch.sku_id != sku.pk:
        raise BadInput(_("This batch is of other goods."), fields={"batch": [_("Choose a batch of these goods.")]})
    return batch


def _may_enter(kind: str, zone: Zone, at: datetime) -> None:
    decision = rules.entry(kind, zone.status, in_force(at))
    if decision.outcome == "checked":
        raise Refused(
            _("These goods are to be checked first. Put them into a zone for goods to be checked, and release them from there."),
            decision=decision,
            code="unchecked",
        )
