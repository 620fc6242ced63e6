"""Our own parcels that come back: undeliverable (在途退件) or refused (拒收件), told apart from customers' returns (自退件)."""

from __future__ import annotations

from datetime import datetime

from dangban.aftersales.actions import moving, opening
from dangban.aftersales.facts import paid_for, paid_shares
from dangban.aftersales.inbound import announcing, holding
from dangban.aftersales.models import Case, InboundParcel
from dangban.journal.actions import HasActor
from dangban.orders.models import Order, Parcel
from dangban.tracking.models import Track

Origin = InboundParcel.Origin
_KIND = {Origin.REFUSED: Case.Kind.REFUSED, Origin.UNDELIVERABLE: Case.Kind.UNDELIVERABLE, Origin.RETURN: Case.Kind.RETURN}
# What the list of reasons has for it until the agent knows better.
_REASON = {Origin.REFUSED: "dislike", Origin.UNDELIVERABLE: "delay", Origin.RETURN: "dislike"}


def own_parcel(number: str) -> Parcel | None:
    """The newest parcel that left here with this number."""
    return Parcel.objects.filter(number=number).select_related("order__customer", "shop", "track").order_by("-pk").first()


def recognise(parcel: InboundParcel, origin: str = "") -> None:
    """Fill in what it is: the courier's news counts, then what the keeper sees, then that it never arrived."""
    own = own_parcel(parcel.number)
    if own is None or parcel.parcel_cases.exists():
        parcel.origin = Origin.RETURN if own is None else parcel.origin
        return
    parcel.order, parcel.shop, parcel.courier = own.order, own.shop, parcel.courier or own.courier
    trouble = own.track.trouble if hasattr(own, "track") else ""
    if trouble == Track.Trouble.REFUSED:
        parcel.origin = Origin.REFUSED
    elif trouble == Track.Trouble.UNDELIVERABLE:
        parcel.origin = Origin.UNDELIVERABLE
    else:
        parcel.origin = origin if origin in (Origin.REFUSED, Origin.UNDELIVERABLE) else Origin.UNDELIVERABLE


def cases_of(parcel: InboundParcel, *, by: HasActor, at: datetime) -> list[Case]:
    """The case of our own parcel: one of the order that is open, else one that is opened now. None for what is nobody's."""
    if parcel.order is None:
        return []
    own = own_parcel(parcel.number)
    kinds = (_KIND[Origin(parcel.origin)], Case.Kind.REFUND, Case.Kind.RETURN)
    waiting = Case.objects.filter(order=parcel.order, closed_at=None, kind__in=kinds, parcel_cases=None)
    case = waiting.filter(state__in=holding.WAITS_FOR_GOODS).order_by("-pk").first()
    wanted = _pieces(own, parcel.order)
    if case is None:
        case = open_for(parcel, parcel.order, wanted, by=by, at=at)
        announced = {line.pk: line.quantity for line in case.lines.all()}
    else:
        case = moving.locked(case.pk)
        lines = {line.order_line_id: line for line in case.lines.all()}
        announced = {lines[pk].pk: min(pieces, lines[pk].quantity) for pk, pieces in wanted.items() if pk in lines}
    announcing.put_in(parcel, case, announced)
    return [case]


def open_for(parcel: InboundParcel, order: Order, wanted: dict[int, int], *, by: HasActor, at: datetime) -> Case:
    """A case from the parcel itself, with these pieces of the order's lines."""
    shares = paid_shares(order)
    lines = {line.pk: line for line in order.lines.select_related("sku")}
    chosen = [
        opening.Wanted(lines[pk], pieces, paid_for(lines[pk], pieces, shares), gift=not lines[pk].price_fen) for pk, pieces in wanted.items()
    ]
    origin = Origin(parcel.origin)
    made = opening.open_case(
        order.shop, _KIND[origin], _REASON[origin], by=by, source=Case.Source.PARCEL, order=order, lines=chosen, at=at,
        note=parcel.label_text,
    )  # fmt: skip
    return moving.locked(made.pk)


def _pieces(own: Parcel | None, order: Order) -> dict[int, int]:
    if own is not None:
        said = dict(own.lines.values_list("line", "quantity"))
        if said:
            return said
    return dict(order.lines.order_by("position").values_list("pk", "quantity"))
