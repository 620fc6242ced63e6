"""Writing the ledger: every movement with its balances, under one lock for each SKU.

Whoever changes the stock of a SKU holds the lock on the SKU's row first (several in the order of
their keys), so that balances, levels, reservations and allotments of it are only ever read and
written by one at a time. The constraints of the tables are the second line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.shops.models import Batch, Sku
from dangban.stock import events, ports
from dangban.stock.models import (
    Allotment,
    Balance,
    Expected,
    Level,
    Movement,
    Reservation,
    Shortage,
    Warehouse,
    Zone,
)

Kind = Movement.Kind


@dataclass(frozen=True, slots=True)
class Why:
    """Who moves something, why, and by which key the same act is known again."""

    by: HasActor
    key: str
    at: datetime
    reason: str = ""
    reference: str = ""
    subject: tuple[str, int] = ("", 0)


@dataclass(frozen=True, slots=True)
class Step:
    """One line to write: so many pieces of a batch from a zone to a zone; outside is None."""

    kind: str
    quantity: int
    source: Zone | None = None
    target: Zone | None = None
    batch: Batch | None = None
    counted: int | None = None
    expected: Expected | None = None
    corrects: Movement | None = None


def lock(*skus: Sku | int) -> None:
    """Hold the stock of these SKUs until the transaction ends. A key lock: rows may still refer to them."""
    keys = {sku.pk if isinstance(sku, Sku) else sku for sku in skus}
    list(Sku.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))


def done_before(sku: Sku, kind: str, quantity: int | None, key: str) -> list[Movement]:
    """What this key has written already; Conflict if it was used for something else."""
    if not key or len(key) > 80:
        raise BadInput(_("A movement needs a key of at most 80 characters."))
    found = list(Movement.objects.filter(key=key).order_by("part"))
    wrong = any(one.sku_id != sku.pk or one.kind != kind for one in found)
    amount = sum(one.quantity for one in found) if kind != Kind.COUNT else quantity
    if found and (wrong or (quantity is not None and amount != quantity)):
        raise Conflict(_("This was sent before with other figures. Load the page again."))
    return found


def write(sku: Sku, steps: Sequence[Step], why: Why, *, take_reserved: bool = False) -> list[Movement]:
    """Write these steps in the transaction of the caller, who holds the lock; refuse what would go below zero.

    What is promised stays where it is unless `take_reserved` says that the promise itself is
    kept (a dispatch) or that the goods are simply not there (a count).
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("stock is moved in a transaction")
    actor = why.by.actor
    movements = []
    for part, step in enumerate(steps):
        _move(sku, step, why.at, take_reserved=take_reserved)
        movements.append(
            Movement(
                kind=step.kind, sku=sku, shop_id=sku.shop_id, batch=step.batch, source=step.source, target=step.target,
                quantity=step.quantity, counted=step.counted, reason=why.reason[:200], reference=why.reference[:80],
                subject_kind=why.subject[0], subject_id=why.subject[1] or None, expected=step.expected, corrects=step.corrects,
                key=why.key, part=part, at=why.at, business_day=clock.business_day(why.at),
                by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
            )
        )  # fmt: skip
    for movement in movements:
        movement.save()
        _tell_journal(sku, movement, why)
    return movements


def _tell_journal(sku: Sku, movement: Movement, why: Why) -> None:
    change = {
        "sku": sku.code, "kind": movement.kind, "quantity": movement.quantity, "from": _place(movement.source),
        "to": _place(movement.target), "reason": movement.reason, "reference": movement.reference,
    }  # fmt: skip
    told = {name: value for name, value in change.items() if value not in ("", None)}
    record("stock.moved", subject=movement, by=why.by, shop=sku.shop_id, change=told, at=why.at)


def _place(zone: Zone | None) -> str:
    return f"{zone.warehouse.name} {zone.name}" if zone is not None else ""


def _move(sku: Sku, step: Step, at: datetime, *, take_reserved: bool) -> None:
    if step.source is not None and step.quantity:
        _take(sku, step.source, step.batch, step.quantity, at, step.kind, take_reserved=take_reserved)
    if step.target is not None and step.quantity:
        _put(sku, step.target, step.batch, step.quantity, at)


def _take(sku: Sku, zone: Zone, batch: Batch | None, quantity: int, at: datetime, kind: str, *, take_reserved: bool) -> None:
    there = Balance.objects.filter(zone=zone, sku=sku, batch=batch)
    if not there.filter(quantity__gte=quantity).update(quantity=F("quantity") - quantity):
        found = there.values_list("quantity", flat=True).first() or 0
        raise Refused(
            _("Only %(there)s of %(sku)s lie in %(zone)s, not %(wanted)s.")
            % {"there": found, "sku": sku.code, "zone": zone.name, "wanted": quantity},
            code="not-there",
        )
    level = level_of(sku, zone.warehouse)
    if not zone.is_released:
        level.unreleased -= quantity
    else:
        if not take_reserved and level.available < quantity:
            raise Refused(
                _("%(reserved)s of the %(good)s pieces of %(sku)s are reserved; only %(free)s are free.")
                % {"reserved": level.reserved, "good": level.good, "sku": sku.code, "free": level.available},
                code="reserved",
            )
        level.good -= quantity
    if kind == Kind.DISPATCH:
        level.last_out_at = at
    level.save()


def _put(sku: Sku, zone: Zone, batch: Batch | None, quantity: int, at: datetime) -> None:
    balance, _made = Balance.objects.get_or_create(zone=zone, sku=sku, batch=batch)
    Balance.objects.filter(pk=balance.pk).update(quantity=F("quantity") + quantity)
    level = level_of(sku, zone.warehouse)
    if zone.is_released:
        level.good += quantity
    else:
        level.unreleased += quantity
    level.first_in_at = level.first_in_at or at
    level.save()


def level_of(sku: Sku, warehouse: Warehouse) -> Level:
    level, _made = Level.objects.get_or_create(warehouse=warehouse, sku=sku, defaults={"shop_id": sku.shop_id})
    return level


def levels_for(sku: Sku) -> list[Level]:
    """The levels from which this SKU is sent, in the order in which its shop asks warehouses."""
    found = Level.objects.filter(
        sku=sku, warehouse__closed_on=None, warehouse__serves__shop=sku.shop_id
    ).select_related("warehouse")
    return list(found.order_by("warehouse__serves__position", "warehouse_id"))


def oldest_first(balances: Iterable[Balance]) -> list[Balance]:
    """What expires first leaves first; what has no date leaves last."""
    return sorted(
        balances,
        key=lambda one: (
            one.batch is None or one.batch.expires_on is None,
            str(one.batch.expires_on) if one.batch is not None else "",
            one.pk,
        ),
    )


# ---- Promised goods --------------------------------------------------------------------------


def hand_out(sku: Sku) -> list[events.Allotted]:
    """Give what is free to those who wait, in the order in which they came."""
    waiting = list(
        Reservation.objects.filter(sku=sku, outcome="", wanted__gt=F("held") + F("taken")).order_by("at", "pk")
    )
    if not waiting:
        return []
    levels = levels_for(sku)
    told = []
    for reservation in waiting:
        given = fill(reservation, levels)
        if not given:
            break
        told.append(_told(reservation, given))
    return told


def fill(reservation: Reservation, levels: Sequence[Level]) -> int:
    """Reserve as much as is free of what is still missing; returns how many pieces."""
    given = 0
    for level in levels:
        part = min(level.available, reservation.missing)
        if part <= 0:
            continue
        level.reserved += part
        level.save(update_fields=["reserved"])
        allotment, made = Allotment.objects.get_or_create(
            reservation=reservation, level=level, defaults={"quantity": part}
        )
        if not made:
            allotment.quantity += part
            allotment.save(update_fields=["quantity"])
        reservation.held += part
        given += part
    if given:
        reservation.save(update_fields=["held"])
    return given


def give_back(level: Level, pieces: int) -> list[events.Allotted]:
    """Goods that were promised are not there: the youngest promises wait again."""
    told = []
    youngest = (
        Allotment.objects.filter(level=level).select_related("reservation").order_by("-reservation__at", "-reservation__pk")
    )
    for allotment in youngest:
        if pieces <= 0:
            break
        part = min(pieces, allotment.quantity)
        reservation = allotment.reservation
        lessen(allotment, part)
        level.reserved -= part
        reservation.held -= part
        reservation.save(update_fields=["held"])
        pieces -= part
        told.append(_told(reservation, -part))
    level.save(update_fields=["reserved"])
    return told


def lessen(allotment: Allotment, part: int) -> None:
    """Take a part of what lies ready away from its promise; the level is the caller's."""
    if part == allotment.quantity:
        allotment.delete()
        return
    allotment.quantity -= part
    allotment.save(update_fields=["quantity"])


def _told(reservation: Reservation, change: int) -> events.Allotted:
    return events.Allotted(
        reservation.pk, reservation.subject_kind, reservation.subject_id, reservation.sku_id, reservation.shop_id,
        change, reservation.missing,
    )  # fmt: skip


def settle(sku: Sku, at: datetime) -> None:
    """After anything that may have freed goods: hand out, mend the day's list, tell who must know."""
    told = hand_out(sku)
    free = Level.objects.filter(sku=sku).aggregate(free=Sum(F("good") - F("reserved")))["free"] or 0
    if free > 0:
        Shortage.objects.filter(sku=sku, over_at=None).update(over_at=at)
    ports.ring([sku.pk], [sku.shop_id])
    events.arrived(told, at)
