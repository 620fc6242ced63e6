"""Packing and sending: a slip is taken, its goods are scanned in, its tracking number sends it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from dangban.dispatch import access, bell, contents, keeping
from dangban.dispatch.actions import waves
from dangban.dispatch.models import Preparation, Slip, SlipLine
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders import parcels
from dangban.orders.changing import listing as changes
from dangban.orders.models import Order, Parcel
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock.models import Level

Stage = Preparation.Stage


def find(scanned: str, *, by: Person) -> Slip:
    """The slip that was scanned or typed, by its own number or that of an order in its parcel."""
    scanned = "".join(scanned.split())
    visible = access.visible_slips(by).select_related("preparation__order", "packer", "shop", "wave")
    slip = visible.filter(number=scanned).first()
    if slip is None and scanned:
        orders = Order.objects.filter(access.where(by), platform_id=scanned).values("pk")
        mains = Preparation.objects.filter(order__in=orders).values_list("pk", "joined_to").first()
        slips = visible.filter(preparation=mains[1] or mains[0]) if mains else visible.none()
        slip = slips.filter(void_at=None).order_by("-pk").first() or slips.order_by("-pk").first()
    if slip is None:
        raise Refused(_("There is no slip or printed order “%(number)s”.") % {"number": scanned[:64]}, code="unknown")
    return slip


def begin(slip: Slip, *, by: Person, at: datetime | None = None) -> Slip:
    """Take a slip to pack it. Of two who scan the same one, one gets it; a void one is refused."""
    access.require(by, access.PACK, slip.shop_id)
    at = at or clock.now()
    _must_be_good(slip)
    _must_not_wait_for_a_change(slip)
    if contents.of([slip.preparation])[slip.preparation_id].digest != slip.digest:
        waves.refuse_stale(slip, by=by, at=at)
        slip.refresh_from_db()
        _must_be_good(slip)
    with transaction.atomic():
        free = Slip.objects.filter(pk=slip.pk, void_at=None, sent_at=None)
        taken = free.filter(packer=None).update(packer=by, packing_since=at)
        slip = Slip.objects.select_related("packer", "preparation__order", "shop", "wave").get(pk=slip.pk)
        if not taken and slip.packer_id != by.pk:
            _must_be_good(slip)
            raise Conflict(_("%(name)s is packing this slip.") % {"name": slip.packer})
        if taken:
            rows = _group(slip)
            rows.update(holder=by)
            record("dispatch.packing_begun", subject=slip.preparation.order, by=by, shop=slip.shop_id, change={"slip": slip.number}, at=at)
            bell.slip_changed(slip)
    return slip


def _must_be_good(slip: Slip) -> None:
    if slip.void_at is not None:
        raise Refused(_("Void slip %(number)s: pull it out. The order is printed anew.") % {"number": slip.number}, code="void")
    if slip.sent_at is not None:
        raise Refused(
            _("Slip %(number)s has left already: %(courier)s %(tracking)s.")
            % {"number": slip.number, "courier": slip.courier, "tracking": slip.tracking_number},
            code="sent",
        )


def _must_not_wait_for_a_change(slip: Slip) -> None:
    waiting = changes.held(list(slip.lines.values_list("order", flat=True)))
    asked = [str(change.get_field_display()) for found in waiting.values() for change in found]
    if asked:
        raise Refused(
            _("A change of this order waits: lay slip %(number)s aside.") % {"number": slip.number}, details=asked, code="change"
        )


def put_in(slip: Slip, scanned: str, *, by: Person, at: datetime | None = None) -> SlipLine:
    """One piece of the scanned goods goes into the parcel; `3*CODE` is three. Wrong goods are refused."""
    at = at or clock.now()
    pieces, code = _read(scanned)
    with transaction.atomic():
        held = _held(slip, by)
        lines = [line for line in held.lines.order_by("position") if line.code.casefold() == code.casefold()]
        if not lines:
            _refuse_wrong(held, code)
        left = sum(line.quantity - line.packed for line in lines)
        if left < pieces:
            raise Refused(
                _("Too many of %(code)s: %(left)s are still to go in.") % {"code": code, "left": left}, code="too-many"
            )
        for line in lines:
            part = min(pieces, line.quantity - line.packed)
            SlipLine.objects.filter(pk=line.pk).update(packed=F("packed") + part)
            pieces -= part
        _when_full(held, at)
        lines[0].refresh_from_db()
    return lines[0]


def put_line_in(slip: Slip, line: int, *, by: Person, at: datetime | None = None) -> None:
    """Goods without a code: somebody looked and says that all pieces of this line are in."""
    at = at or clock.now()
    with transaction.atomic():
        held = _held(slip, by)
        if not held.lines.filter(pk=line).update(packed=F("quantity")):
            raise Conflict(_("This line is not on the slip. Load the page again."))
        _when_full(held, at)


def _read(scanned: str) -> tuple[int, str]:
    count, star, code = scanned.strip().partition("*")
    if star and count.isascii() and count.isdigit() and 0 < int(count) < 1000:
        return int(count), code.strip()
    return 1, scanned.strip()


def _refuse_wrong(slip: Slip, code: str) -> None:
    known = Sku.objects.filter(shop=slip.shop_id, code__iexact=code).select_related("product").first()
    what = f"{known.product.title} {known.name}".strip() if known is not None else code[:64]
    wanted = [f"{line.title} {line.variant} ×{line.quantity - line.packed}" for line in slip.lines.filter(packed__lt=F("quantity"))]
    raise Refused(_("Wrong goods: %(what)s is not on this slip.") % {"what": what}, details=wanted, code="wrong-sku")


def _when_full(slip: Slip, at: datetime) -> None:
    full = not slip.lines.filter(packed__lt=F("quantity")).exists()
    if full != (slip.packed_at is not None):
        slip.packed_at = at if full else None
        slip.save(update_fields=["packed_at"])
        _group(slip).update(stage=Stage.PACKED if full else Stage.PRINTED)
    bell.slip_changed(slip)


def put_down(slip: Slip, *, by: Person, at: datetime | None = None) -> None:
    """Nobody packs it now, and nothing of it is in: what was scanned is back on the shelf."""
    at = at or clock.now()
    with transaction.atomic():
        held = _held(slip, by, of_others=by.can("desk.assign", shop=slip.shop_id))
        held.lines.update(packed=0)
        held.packer, held.packing_since, held.packed_at = None, None, None
        held.save(update_fields=["packer", "packing_since", "packed_at"])
        _group(held).update(stage=Stage.PRINTED)
        record("dispatch.put_down", subject=held.preparation.order, by=by, shop=held.shop_id, change={"slip": held.number}, at=at)
        bell.slip_changed(held)


def send(
    slip: Slip, tracking: str, *, by: Person, courier: str = "", part: bool = False, at: datetime | None = None
) -> list[Parcel]:
    """The parcel leaves: its orders are dispatched, its goods leave the books, its promise is kept.

    `part` sends what is in and leaves the rest to be audited and printed again. Refused while pieces
    are missing otherwise, and where the slip does not say any more what is to be sent.
    """
    access.require(by, access.PACK, slip.shop_id)
    at = at or clock.now()
    number, courier = parcels.clean_number(tracking), parcels.clean_courier(courier or slip.courier)
    _must_not_be_the_slip(slip, number)
    with transaction.atomic():
        # Orders before their preparations and slips, goods last: as everybody who changes an order does.
        pks = sorted(set(slip.lines.values_list("order", flat=True)))
        orders = {one.pk: one for one in Order.objects.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")}
        rows = list(_group(slip).select_for_update().order_by("pk"))
        held = _held(slip, by)
        lines = list(held.lines.order_by("position"))
        whole = all(line.packed == line.quantity for line in lines)
        _may_leave(held, lines, part=part, whole=whole)
        held.tracking_number, held.courier, held.sent_at, held.stands = number, courier, at, True
        held.save(update_fields=["tracking_number", "courier", "sent_at", "stands"])
        _close(rows, lines, at)
        sent = [_send_order(orders[pk], [one for one in lines if one.order_id == pk], held, by, at) for pk in pks]
        _take_out(held, lines, by, at)
        change = {"slip": held.number, "courier": courier, "number": number, "part": not whole}
        record("dispatch.sent", subject=held.preparation.order, by=by, shop=held.shop_id, change=change, at=at)
        bell.slip_changed(held)
    return [parcel for parcel in sent if parcel is not None]


def _must_not_be_the_slip(slip: Slip, number: str) -> None:
    codes = {code.upper() for code in slip.lines.values_list("code", flat=True) if code}
    if number == slip.number.upper() or number in codes:
        message = _("This is not a tracking number: scan the courier's barcode.")
        raise BadInput(message, fields={"number": [message]})


def _may_leave(slip: Slip, lines: list[SlipLine], *, part: bool, whole: bool) -> None:
    if contents.of([slip.preparation])[slip.preparation_id].digest != slip.digest:
        raise Refused(_("Void slip %(number)s: pull it out. The order is printed anew.") % {"number": slip.number}, code="void")
    _must_not_wait_for_a_change(slip)
    if not whole and not part:
        missing = [f"{one.title} {one.variant} ×{one.quantity - one.packed}" for one in lines if one.packed < one.quantity]
        raise Refused(_("Not everything is in yet."), details=missing, code="not-full")
    if not any(one.packed for one in lines):
        raise Refused(_("Nothing is in the parcel yet."), code="empty")


def _close(rows: list[Preparation], lines: list[SlipLine], at: datetime) -> None:
    """Order by order: of several in one parcel some may be whole, and the rest goes by itself then."""
    short = {one.order_id for one in lines if one.packed < one.quantity}
    whole = {row.pk for row in rows if row.order_id not in short}
    for row in rows:
        row.version += 1
        if row.pk in whole:
            row.stage, row.closed_at = Stage.SENT, at
        else:
            row.stage, row.wave, row.holds, row.hold = Stage.WAITING, None, [], ""
            if row.joined_to_id in whole:
                row.joined_to = None
        row.save(update_fields=["stage", "closed_at", "wave", "holds", "hold", "joined_to", "version"])


def _send_order(order: Order, lines: list[SlipLine], slip: Slip, by: Person, at: datetime) -> Parcel | None:
    wanted: Mapping[int, int] = {one.line_id: one.packed for one in lines if one.packed and one.line_id}
    if not wanted:
        return None
    left = parcels.still_to_go(order)
    return parcels.send(order, slip.courier, slip.tracking_number, lines=None if wanted == left else wanted, by=by, at=at)


def _take_out(slip: Slip, lines: list[SlipLine], by: Person, at: datetime) -> None:
    """Goods of which no warehouse keeps books leave none."""
    pieces: dict[tuple[int, int], int] = defaultdict(int)
    for line in lines:
        if line.sku_id and line.packed:
            pieces[line.sku_id, line.order_id] += line.packed
    skus = Sku.objects.in_bulk({sku for sku, _order in pieces})
    kept = set(Level.objects.filter(sku__in=skus).values_list("sku", flat=True))
    for (sku, order), count in sorted(pieces.items()):
        if sku in kept:
            stock.take_out(
                skus[sku], count, by=by, key=f"slip:{slip.pk}:{sku}:{order}", subject=(keeping.ORDER, order),
                reference=slip.tracking_number, at=at,
            )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a slip is, for the page of whoever packs it."""

    slip: Slip
    lines: list[SlipLine]

    @property
    def packed(self) -> int:
        return sum(line.packed for line in self.lines)

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def is_full(self) -> bool:
        return self.packed == self.pieces


def standing(slip: Slip) -> Standing:
    return Standing(slip, list(slip.lines.select_related("sku__product").order_by("position")))


def renumber(slip: Slip, tracking: str, *, reason: str, by: Person, courier: str = "", at: datetime | None = None) -> None:
    """The wrong barcode was scanned for a parcel that has left: its number becomes the right one."""
    at = at or clock.now()
    access.require(by, access.PACK, slip.shop_id)
    number, courier = parcels.clean_number(tracking), parcels.clean_courier(courier or slip.courier)
    reason = refuse_unstorable(reason.strip(), "reason")
    with transaction.atomic():
        orders = sorted(set(slip.lines.values_list("order", flat=True)))
        sent = Parcel.objects.filter(order__in=orders, number=slip.tracking_number).select_related("order")
        for parcel in list(sent.order_by("order")):
            parcels.renumber(parcel, courier, number, reason=reason, by=by, at=at)
        changed = Slip.objects.filter(pk=slip.pk, sent_at__isnull=False, tracking_number=slip.tracking_number)
        if not changed.update(tracking_number=number, courier=courier):
            raise Conflict(_("Somebody has changed this parcel meanwhile. Load the page again."))
        bell.slip_changed(slip)


def _group(slip: Slip) -> QuerySet[Preparation]:
    main = slip.preparation_id
    return Preparation.objects.filter(pk=main, closed_at=None) | Preparation.objects.filter(joined_to=main, closed_at=None)


def _held(slip: Slip, by: Person, *, of_others: bool = False) -> Slip:
    access.require(by, access.PACK, slip.shop_id)
    held = Slip.objects.select_for_update(of=("self",)).select_related("preparation__order", "packer").get(pk=slip.pk)
    _must_be_good(held)
    if held.packer_id is None and not of_others:
        raise Conflict(_("Scan the slip first."))
    if held.packer_id != by.pk and not of_others:
        raise Conflict(_("%(name)s is packing this slip.") % {"name": held.packer})
    return held
