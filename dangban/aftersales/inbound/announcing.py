"""A return is on its way: its number is known before it comes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from dangban.aftersales import access
from dangban.aftersales.actions import moving
from dangban.aftersales.clauses.deadlines import ARRIVE_WITHIN
from dangban.aftersales.inbound import holding
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Case, CaseLine, InboundParcel, ParcelCase, ParcelItem
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.errors import BadInput, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.parcels import clean_courier, clean_number

# Line of a case → pieces of it.
Lines = Mapping[int, int]


def announce(
    case: Case, courier: str, number: str, *, by: HasActor, at: datetime | None = None, lines: Lines | None = None
) -> InboundParcel:
    """A parcel with goods of this case is on its way: all that was not announced yet, or the pieces said.

    The same number again is the same parcel; with another case it holds goods of both. One that lies
    unclaimed already is claimed by it. A case that waits for its return goes on.
    """
    access.require(by, "aftersales.handle", case.shop_id)
    at = at or clock.now()
    courier, number = clean_courier(courier), clean_number(number)
    with transaction.atomic():
        case = moving.locked(case.pk)
        parcel = _held_or_new(number, courier, case, at)
        if parcel.state not in (State.EXPECTED, State.SHELF, State.ARRIVED, State.CANCELLED, State.TURNED_AWAY):
            return _same(parcel, case)
        known = ParcelCase.objects.filter(parcel=parcel, case=case).exists()
        if known and parcel.state != State.CANCELLED:
            return parcel
        put_in(parcel, case, wanted(case, lines))
        was_here = _settle_state(parcel, case, courier, at)
        holding.store(parcel)
        holding.journal("parcel_announced", parcel, by=by, at=at, case=case.number, courier=courier)
        if was_here:
            desk.meet_deadline(parcel, holding.SHELF, by=by, at=at)
            holding.receive_cases([case], parcel, by=by.actor, at=at)
        elif case.state == "returning":
            moving.move(case, "announce", "on_way", by=by, at=at, note=f"{courier} {number}", due_at=parcel.expected_by)
    return parcel


def call_off(parcel: InboundParcel, why: str, *, by: HasActor, seen: int | None = None, at: datetime | None = None) -> InboundParcel:
    """An announced parcel is not coming: the number was mistyped, or the customer kept the goods."""
    at = at or clock.now()
    why = refuse_unstorable(why.strip(), "why")[:300]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    with transaction.atomic():
        parcel, cases = holding.held(parcel.pk, seen)
        holding.require(by, "aftersales.handle", parcel, cases)
        if parcel.state != State.EXPECTED:
            raise Refused(_("This parcel is “%(state)s”; it can't be called off.") % {"state": parcel.get_state_display()}, code="state")
        parcel.state, parcel.note = State.CANCELLED, why
        holding.store(parcel)
        holding.journal("parcel_called_off", parcel, by=by, at=at, reason=why)
    return parcel


def put_in(parcel: InboundParcel, case: Case, wanted: Lines) -> None:
    """The parcel holds goods of this case."""
    ParcelCase.objects.get_or_create(parcel=parcel, case=case)
    for line in case.lines.select_related("sku").order_by("pk"):
        if line.pk in wanted:
            ParcelItem.objects.update_or_create(
                parcel=parcel, line=line, defaults={"sku": line.sku, "batch": line.batch, "title": _title(line), "announced": wanted[line.pk]}
            )


def _title(line: CaseLine) -> str:
    return f"{line.title} {line.variant}".strip()[:300]


def still_out(case: Case) -> dict[int, int]:
    """Line → pieces that no parcel holds or is to hold; a line whose pieces are all announced with 0."""
    live = ParcelItem.objects.filter(line__case=case).exclude(parcel__state__in=(State.CANCELLED, State.TURNED_AWAY))
    told: dict[int, int] = {}
    for line, announced, counted in live.order_by().values("line").annotate(a=Sum("announced"), c=Sum("counted")).values_list("line", "a", "c"):
        told[line] = max(announced or 0, counted or 0)
    return {line.pk: max(0, line.quantity - told.get(line.pk, 0)) for line in case.lines.all()}


def wanted(case: Case, lines: Lines | None = None) -> dict[int, int]:
    """The pieces said, or all that no parcel holds yet."""
    left = still_out(case)
    if lines is None:
        return {pk: pieces for pk, pieces in left.items() if pieces} or dict.fromkeys(left, 0)
    for pk, pieces in lines.items():
        if pk not in left or pieces < 1:
            message = _("These goods are not part of the case.")
            raise BadInput(message, fields={"lines": [message]})
        whole = case.lines.get(pk=pk)
        if pieces > whole.quantity:
            message = _("The case is about %(most)s of %(title)s.") % {"most": whole.quantity, "title": whole.title}
            raise BadInput(message, fields={"lines": [message]})
    return dict(lines)


def _held_or_new(number: str, courier: str, case: Case, at: datetime) -> InboundParcel:
    rows = InboundParcel.objects.select_for_update(of=("self",)).select_related("shop", "warehouse")
    known = rows.filter(number=number).first()
    if known is not None:
        return known
    made = InboundParcel(
        shop=case.shop, warehouse=holding.warehouse_of(case.shop), courier=courier, number=number, state=State.EXPECTED, announced_at=at
    )
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        return rows.get(number=number)
    return made


def _same(parcel: InboundParcel, case: Case) -> InboundParcel:
    if ParcelCase.objects.filter(parcel=parcel, case=case).exists():
        return parcel
    raise Refused(
        _("Parcel %(number)s was opened without goods of this case: “%(state)s”. Ask the warehouse.")
        % {"number": parcel.number, "state": parcel.get_state_display()},
        code="opened",
    )


def _settle_state(parcel: InboundParcel, case: Case, courier: str, at: datetime) -> bool:
    """Whether the parcel is here already; otherwise it is expected."""
    if parcel.state in (State.SHELF, State.ARRIVED):
        parcel.state, parcel.shelf = State.ARRIVED, ""
        parcel.shop_id = parcel.shop_id or case.shop_id
        parcel.announced_at = parcel.announced_at or at
        return True
    rules = in_force(at)
    parcel.state, parcel.courier, parcel.announced_at = State.EXPECTED, courier, parcel.announced_at or at
    parcel.expected_by = parcel.expected_by or (at + rules[ARRIVE_WITHIN] if rules.has(ARRIVE_WITHIN) else None)
    return False
