"""Parcels leave: what went with which tracking number, and what is still to go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders import access, bell, events, ticking
from dangban.orders.models import Order, OrderLine, Parcel, ParcelLine

# Order line → pieces of it.
Lines = Mapping[int, int]

_LONGEST_NUMBER = 60
_LONGEST_COURIER = 40
_LONGEST_NUMBERS = 120


def send(
    order: Order,
    courier: str,
    number: str,
    *,
    by: HasActor,
    at: datetime | None = None,
    lines: Lines | None = None,
) -> Parcel:
    """A parcel leaves with this tracking number: all that has not left yet, or the pieces said.

    The order is dispatched with its last piece, partly dispatched before. The same parcel again is the
    same act; the same number with other pieces is a Conflict. Refused where the order is not paid,
    closed, wholly refunded or has left already. Locks the order.
    """
    access.require(by, "orders.dispatch", order.shop_id)
    at = at or clock.now()
    courier, number = clean_courier(courier), clean_number(number)
    with transaction.atomic():
        locked = _locked(order)
        known = Parcel.objects.filter(order=locked, number=number).first()
        if known is not None:
            return _same(known, courier, lines)
        _may_leave(locked)
        left = still_to_go(locked)
        wanted = _wanted(left, lines)
        before, whole = locked.status, all(wanted.get(pk, 0) == pieces for pk, pieces in left.items())
        explicit = wanted if lines is not None or locked.parcels.exists() else {}
        parcel = _create(locked, courier, number, explicit, at)
        _move(locked, parcel, at, whole=whole)
        change = {
            "courier": courier, "number": number, "pieces": sum(wanted.values()), "status": [before, locked.status],
        }  # fmt: skip
        record("orders.parcel_sent", subject=locked, by=by, shop=locked.shop_id, change=change, at=at)
        ticking.end_with([locked], by=by, at=at)
        _tell(locked, parcel, at)
    return parcel


def note(order: Order, courier: str, number: str, *, at: datetime) -> Parcel:
    """Somebody else's word (a platform's file) for a parcel: kept once, the order's stage is theirs to say.

    Call it inside the transaction of what says so.
    """
    known = Parcel.objects.filter(order=order, number=number).first()
    if known is not None:
        return known
    parcel = _create(order, courier, number, {}, at)
    _tell(order, parcel, at)
    return parcel


def renumber(
    parcel: Parcel, courier: str, number: str, *, reason: str, by: HasActor, at: datetime | None = None
) -> Parcel:
    """The tracking number was mistyped or the courier was another: the parcel stays, and is told of anew."""
    access.require(by, "orders.dispatch", parcel.shop_id)
    at = at or clock.now()
    courier, number = clean_courier(courier), clean_number(number)
    reason = refuse_unstorable(reason.strip(), "reason")[:200]
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        locked = _locked(parcel.order)
        kept = Parcel.objects.select_for_update().get(pk=parcel.pk)
        if (kept.courier, kept.number) == (courier, number):
            return kept
        if (kept.courier, kept.number) != (parcel.courier, parcel.number):
            raise Conflict(_("Somebody has changed this parcel meanwhile. Load the page again."))
        if Parcel.objects.filter(order=locked, number=number).exclude(pk=kept.pk).exists():
            message = _("This order has a parcel with this number already.")
            raise BadInput(message, fields={"number": [message]})
        change = {"courier": [kept.courier, courier], "number": [kept.number, number], "reason": reason}
        kept.courier, kept.number = courier, number
        kept.save(update_fields=["courier", "number"])
        _name(locked)
        locked.version += 1
        locked.save(update_fields=["courier", "tracking_number", "version"])
        record("orders.parcel_renumbered", subject=locked, by=by, shop=locked.shop_id, change=change, at=at)
        _tell(locked, kept, at)
    return kept


def still_to_go(order: Order) -> dict[int, int]:
    """Line → pieces that no parcel took yet; nothing once a parcel without lines holds all of the order."""
    if order.parcels.filter(lines=None).exists():
        return {}
    gone = ParcelLine.objects.filter(parcel__order=order).order_by().values("line").annotate(n=Sum("quantity"))
    taken = dict(gone.values_list("line", "n"))
    lines = OrderLine.objects.filter(order=order).order_by("position").values_list("pk", "quantity")
    return {pk: pieces - taken.get(pk, 0) for pk, pieces in lines if pieces > taken.get(pk, 0)}


def clean_number(number: str) -> str:
    """A tracking number as it is kept: no blanks, capital letters."""
    number = refuse_unstorable("".join(number.split()), "number").upper()
    if not number or len(number) > _LONGEST_NUMBER:
        message = _("Scan or type the tracking number.")
        raise BadInput(message, fields={"number": [message]})
    return number


def clean_courier(courier: str) -> str:
    courier = refuse_unstorable(" ".join(courier.split()), "courier")
    if not courier or len(courier) > _LONGEST_COURIER:
        message = _("Say which courier takes it.")
        raise BadInput(message, fields={"courier": [message]})
    return courier


# ---- Parts -----------------------------------------------------------------------------------


def _locked(order: Order) -> Order:
    return Order.objects.select_for_update(of=("self",)).select_related("shop", "customer").get(pk=order.pk)


def _same(known: Parcel, courier: str, lines: Lines | None) -> Parcel:
    held = dict(known.lines.values_list("line", "quantity"))
    if known.courier == courier and (lines is None or not held or held == dict(lines)):
        return known
    raise Conflict(_("Parcel %(number)s of this order has left with other contents.") % {"number": known.number})


def _may_leave(order: Order) -> None:
    if order.status not in (Order.Status.PAID, Order.Status.PART):
        raise Refused(
            _("Order %(number)s is “%(status)s”: nothing of it can leave.")
            % {"number": order.platform_id, "status": order.get_status_display()},
            code="not-to-leave",
        )
    if order.refund == Order.Refund.FULL:
        raise Refused(_("Order %(number)s is refunded; nothing of it leaves.") % {"number": order.platform_id}, code="refunded")


def _wanted(left: Lines, lines: Lines | None) -> dict[int, int]:
    wanted = dict(left) if lines is None else {pk: pieces for pk, pieces in lines.items() if pieces}
    if lines is not None and not wanted:
        raise BadInput(_("A parcel holds one piece or more."))
    for pk, pieces in wanted.items():
        if pieces < 0 or pieces > left.get(pk, 0):
            raise Conflict(_("More pieces than are still to go: look at the order again."))
    return wanted


def _create(order: Order, courier: str, number: str, lines: Lines, at: datetime) -> Parcel:
    parcel = Parcel.objects.create(order=order, shop_id=order.shop_id, courier=courier, number=number, sent_at=at)
    ParcelLine.objects.bulk_create(ParcelLine(parcel=parcel, line_id=pk, quantity=pieces) for pk, pieces in lines.items())
    return parcel


def _move(order: Order, parcel: Parcel, at: datetime, *, whole: bool) -> None:
    order.status = Order.Status.SENT if whole else Order.Status.PART
    if whole:
        order.dispatched_at = at
    _name(order)
    order.version += 1
    order.save(update_fields=["status", "dispatched_at", "courier", "tracking_number", "version"])


def _name(order: Order) -> None:
    """On the order stand the last courier and as many tracking numbers as there is room for."""
    parcels = list(Parcel.objects.filter(order=order).order_by("pk"))
    order.courier = parcels[-1].courier
    written = ""
    for one in parcels:
        longer = f"{written},{one.number}" if written else one.number
        written = longer if len(longer) <= _LONGEST_NUMBERS else written
    order.tracking_number = written


def _tell(order: Order, parcel: Parcel, at: datetime) -> None:
    events.left(parcel, at)
    bell.order_changed(order)
