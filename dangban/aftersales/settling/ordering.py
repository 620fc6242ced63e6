"""Orders of our own: what is exchanged, sent again or sent back goes the way of every other order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.actions.moving import locked, move
from dangban.aftersales.clauses.settling import TOPUP_FIRST
from dangban.aftersales.models import Case, CaseLine, CaseOrder, Finding, Settlement
from dangban.aftersales.rules import settling as rules
from dangban.aftersales.settling import knowing
from dangban.aftersales.settling.proposing import agreed_on_in, bumped, end, propose
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, money
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import bell as order_bell
from dangban.orders import events
from dangban.orders.models import Order, OrderLine, Parcel
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock

ORDER = "orders.order"
# By which a customer's payment through the link for extra freight is found: 补运费-ID.
REFERENCE = "补运费-%s"  # han
Kind, Status, State = CaseOrder.Kind, Order.Status, Settlement.State
_RECEIVER = ("receiver", "phone", "phone_tail", "province", "city", "district", "address", "postcode")
_TO_LEAVE = (Status.UNPAID, Status.PAID, Status.PART)


@dataclass(frozen=True, slots=True)
class Sending:
    """So many of one thing that leave; `worth_fen` a piece counts against what would be paid back for it."""

    sku: Sku
    quantity: int
    worth_fen: int | None = None
    line: CaseLine | None = None


def order_goods(
    case: Case, kind: str, lines: Sequence[Sending] | None, *, by: Person, key: str, at: datetime | None = None, seen: int | None = None
) -> CaseOrder:
    """An order of ours for these goods, which are reserved at once; the same key again is the same order.

    Without lines it is what the case asks for: the wanted goods of an exchange, the same goods else.
    An exchange leaves when what came back was looked at, earlier only where that was approved; and when the
    customer has paid the difference. A reshipment needs nothing back. What is worth more than the customer paid,
    or is said to be worth less than it costs, takes somebody who may let a settlement pass its limit.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    with transaction.atomic():
        held = locked(case.pk, seen)
        lines = wanted(held) if lines is None else lines
        known = CaseOrder.objects.select_related("order").filter(key=key).first()
        if known is not None:
            return _same(known, held, kind, lines)
        origin = _check(held, kind, lines)
        _within_what_was_paid(held, kind, lines, by)
        made = _write(held, origin, kind, lines, key, by, at)
        _reserve(made, lines, by, at)
        change = {"kind": kind, "order": made.order.platform_id, "pieces": made.order.quantity, "difference_fen": made.order.total_fen}
        record("aftersales.goods_ordered", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        if not waits_for_payment(made, at):
            let_leave(made, by=by, at=at)
        _ask_for_rest(made, by, at)
        bell.case_changed(bumped(held))
    return made


def let_leave(made: CaseOrder, *, by: HasActor, at: datetime) -> None:
    """It goes to audit and waves like every paid order. Call it on a locked case."""
    order = made.order
    if order.status != Status.UNPAID:
        return
    order.status, order.paid_at = Status.PAID, at
    order.version += 1
    order.save(update_fields=["status", "paid_at", "version"])
    events.came([order], at)
    order_bell.order_changed(order)
    record("aftersales.goods_released", subject=made.case, by=by, shop=order.shop_id, change={"order": order.platform_id}, at=at)


def call_off(made: CaseOrder, why: str, *, by: Person, at: datetime | None = None) -> CaseOrder:
    """It need not be sent after all: its goods are anybody's again. Refused once it has left."""
    at = at or clock.now()
    access.require(by, "aftersales.handle", made.order.shop_id)
    why = why.strip()[:80]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    with transaction.atomic():
        # The order's row first, as whoever packs it begins with that.
        order = Order.objects.select_for_update(of=("self",)).select_related("shop").get(pk=made.order_id)
        held = locked(made.case_id)
        if order.status == Status.CLOSED:
            return made
        if order.status not in (Status.UNPAID, Status.PAID):
            raise Conflict(_("Order %(number)s has left already.") % {"number": order.platform_id})
        _close(order, held, why, by, at)
        _not_sent(held, why, by, at)
        _tell_of_overpaid(held, why, at)
    made.order = order
    return made


def hold_orders(case_id: int) -> list[Order]:
    """Orders of ours for a case, locked; before the case, as whoever packs them begins with them."""
    return list(Order.objects.select_for_update(of=("self",)).select_related("shop").filter(case_order__case=case_id).order_by("pk"))


def call_off_all(held: Case, orders: Sequence[Order], why: str, *, by: HasActor, at: datetime) -> None:
    """Nothing is sent for a locked case any more, and nothing is asked for; refused where something has left."""
    gone = next((one for one in orders if one.status not in (Status.UNPAID, Status.PAID, Status.CLOSED)), None)
    if gone is not None:
        raise Refused(_("Order %(number)s has left already: this case is closed, not withdrawn.") % {"number": gone.platform_id}, code="left")
    for order in orders:
        if order.status != Status.CLOSED:
            _close(order, held, why[:80], by, at)
    _ask_no_more(held, why, by, at)


def _close(order: Order, held: Case, why: str, by: HasActor, at: datetime) -> None:
    order.status, order.close_reason = Status.CLOSED, why
    order.version += 1
    order.save(update_fields=["status", "close_reason", "version"])
    events.came([order], at)
    stock.release_all((ORDER, order.pk), by=by, why=why, at=at)
    order_bell.order_changed(order)
    record("aftersales.goods_called_off", subject=held, by=by, shop=held.shop_id, change={"order": order.platform_id, "reason": why}, at=at)


def _not_sent(held: Case, why: str, by: HasActor, at: datetime) -> None:
    """A case that waited for these goods only goes on: settled by what has left, else back to where it is agreed on."""
    if held.state not in ("topup", "sending") or waits_to_leave(held):
        bell.case_changed(bumped(held))
        return
    _ask_no_more(held, why, by, at)
    if held.state == "sending" and CaseOrder.objects.filter(case=held).exclude(order__status=Status.CLOSED).exists():
        move(held, "send", after_sending(held), by=SYSTEM, at=at, note=why)
    else:
        move(held, "unsend", agreed_on_in(held), by=by, at=at, note=why)


def _tell_of_overpaid(held: Case, why: str, at: datetime) -> None:
    overpaid = overpaid_fen(held)
    if not overpaid:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(case)s: the customer has paid %(amount)s for goods that are not sent; see that they get it back") % {
            "case": held.number, "amount": money.show(overpaid),
        }  # fmt: skip
    desk.write_task(title, body=why, by=SYSTEM, owner=moving.owner_of(held, at), shop=held.shop, subject=held, url=reverse("aftersales:money", args=[held.pk]), at=at)


def waits_to_leave(held: Case) -> bool:
    return CaseOrder.objects.filter(case=held, order__status__in=_TO_LEAVE).exists()


def _ask_no_more(held: Case, why: str, by: HasActor, at: datetime) -> None:
    for row in Settlement.objects.select_for_update(of=("self",)).filter(case=held, kind=Settlement.Kind.TOPUP, state=State.READY).order_by("pk"):
        row.case = held
        end(row, State.CANCELLED, why, by, at)


def after_sending(held: Case) -> str:
    """Where a case stands when all has left: with finance where money is still to be paid."""
    owed = held.settlements.filter(state__in=(State.PROPOSED, State.READY)).exclude(kind=Settlement.Kind.TOPUP).exists()
    return "settling" if owed else "settled"


def left(parcel: Parcel, at: datetime) -> None:
    """Something of ours left for the customer: with the last of it the case goes on."""
    made = CaseOrder.objects.select_related("order").filter(order=parcel.order_id).first()
    if made is None:
        return
    held = locked(made.case_id)
    others = CaseOrder.objects.filter(case=held).exclude(pk=made.pk).filter(order__status__in=_TO_LEAVE)
    whole = Order.objects.filter(pk=parcel.order_id).exclude(status__in=_TO_LEAVE).exists()
    if held.state != "sending" or not whole or others.exists():
        return
    move(held, "send", after_sending(held), by=SYSTEM, at=at, note=parcel.number)


def wanted(held: Case) -> list[Sending]:
    """What the case asks to be sent; goods of the shop's list only."""
    lines = CaseLine.objects.filter(case=held).select_related("sku__product", "wanted_sku__product").order_by("pk")
    goods = [(line, line.wanted_sku or line.sku) for line in lines]
    return [Sending(sku, line.quantity, line=line) for line, sku in goods if sku is not None]


# ---- What is owed -------------------------------------------------------------------------------


def owed(made: CaseOrder) -> int:
    return owed_fen(made.case)


def owed_fen(case: Case) -> int:
    """What the customer has still to pay before goods leave: differences of exchanges, freight to be paid by link."""
    orders = CaseOrder.objects.filter(case=case).exclude(order__status=Status.CLOSED)
    wanted = sum(orders.values_list("order__total_fen", flat=True))
    if orders.exists():
        wanted += rules.owed_fen(knowing.legs_of(knowing.newest(case)))
    return max(0, wanted - paid_by_customer(case))


def overpaid_fen(case: Case) -> int:
    """What the customer has paid for goods that were called off, beyond what else they owe: theirs until it is entered against."""
    orders = CaseOrder.objects.filter(case=case)
    if not orders.filter(order__status=Status.CLOSED).exists():
        return 0
    wanted = sum(orders.exclude(order__status=Status.CLOSED).values_list("order__total_fen", flat=True))
    return max(0, paid_by_customer(case) - wanted - rules.owed_fen(knowing.legs_of(knowing.newest(case))))


def paid_by_customer(case: Case) -> int:
    rows = Settlement.objects.filter(case=case, kind=Settlement.Kind.TOPUP, state=State.PAID)
    return sum(rows.values_list("amount_fen", flat=True))


def waits_for_payment(made: CaseOrder, at: datetime) -> bool:
    rulebook = in_force(at)
    return owed_fen(made.case) > 0 and (not rulebook.has(TOPUP_FIRST) or rulebook[TOPUP_FIRST])


def worth_of(line: CaseLine, sku: Sku) -> int:
    """What a piece sent instead of a line's is worth: what was paid for that, more or less by the list prices."""
    each = line.paid_fen // line.quantity if line.quantity else 0
    before = line.sku.price_fen if line.sku else None
    if before is None or sku.price_fen is None:
        return each if before is None and sku.price_fen is None else (sku.price_fen or each)
    return max(0, each + sku.price_fen - before)


# ---- Parts --------------------------------------------------------------------------------------


def _check(held: Case, kind: str, lines: Sequence[Sending]) -> Order:
    if kind not in Kind.values:
        raise BadInput(_("Choose what is sent."), fields={"kind": [_("Choose what is sent.")]})
    if not lines or any(one.quantity < 1 for one in lines):
        raise BadInput(_("Say how many of what are sent."), fields={"lines": [_("Say how many of what are sent.")]})
    if held.closed_at is not None:
        raise Refused(_("%(case)s is over: nothing is sent on it any more.") % {"case": held.number}, code="over")
    if held.order is None:
        raise Refused(_("Nobody knows which order it is about, and so where to send it."), code="no-order")
    if any(one.sku.shop_id != held.shop_id for one in lines):
        raise BadInput(_("These goods are of another shop."), fields={"lines": [_("These goods are of another shop.")]})
    if kind == Kind.EXCHANGE and not _came_back(held) and not _may_go_first(held):
        raise Refused(
            _("The goods are not back and looked at. A replacement leaves before that only with an approval."), code="ship-first"
        )
    return held.order


def _within_what_was_paid(held: Case, kind: str, lines: Sequence[Sending], by: Person) -> None:
    """All that is sent for a case, less what the customer pays for it, is worth no more than what it is about."""
    if kind == Kind.SEND_BACK or access.may(by, "aftersales.override", held.shop_id):
        return
    if any(one.line is not None and one.worth_fen is not None and one.worth_fen < worth_of(one.line, one.sku) for one in lines):
        raise NotAllowed(_("Somebody who lets settlements pass their limit says that these goods are worth less than they cost."))
    worth = [_worth(one, kind) for one in lines]
    before = CaseOrder.objects.filter(case=held).exclude(kind=Kind.SEND_BACK).exclude(order__status=Status.CLOSED)
    sent = knowing.resent(held) - sum(before.values_list("order__total_fen", flat=True))
    sent += sum(fen * one.quantity for one, fen in zip(lines, worth, strict=True)) - _difference(kind, lines, worth)
    paid = sum(held.lines.values_list("paid_fen", flat=True))
    if sent > paid:
        raise Refused(
            _("Goods worth %(sent)s would be sent for what cost %(paid)s. Somebody who lets settlements pass their limit does that.")
            % {"sent": money.show(sent), "paid": money.show(paid)},
            code="beyond-paid",
        )


def _came_back(held: Case) -> bool:
    return Finding.objects.filter(item__line__case=held).exclude(condition__in=("missing", "swapped")).exists()


def _may_go_first(held: Case) -> bool:
    made = knowing.newest(held)
    return bool(held.facts.get("ship_first")) and made is not None and made.lifted_at is not None


def _ask_for_rest(made: CaseOrder, by: Person, at: datetime) -> None:
    """The customer is asked for what is owed beyond what they were asked for before."""
    asked = made.case.settlements.filter(kind=Settlement.Kind.TOPUP, state=State.READY)
    rest = owed_fen(made.case) - sum(asked.values_list("amount_fen", flat=True))
    if rest > 0:
        propose(
            made.case, Settlement.Kind.TOPUP, rest, Settlement.Way.PLATFORM, by=by, key=f"{made.key}:rest"[:80], at=at,
            note=REFERENCE % made.case.number,
        )  # fmt: skip


def _same(known: CaseOrder, held: Case, kind: str, lines: Sequence[Sending]) -> CaseOrder:
    pieces = sorted(OrderLine.objects.filter(order=known.order_id).values_list("sku", "quantity"))
    if known.case_id != held.pk or known.kind != kind or pieces != sorted((one.sku.pk, one.quantity) for one in lines):
        raise Conflict(_("Other goods were ordered from this page already. Load it again."))
    return known


def _write(held: Case, origin: Order, kind: str, lines: Sequence[Sending], key: str, by: Person, at: datetime) -> CaseOrder:
    number = f"{held.number}-{held.case_orders.count() + 1}"
    worth = [_worth(one, kind) for one in lines]
    order = Order.objects.create(
        shop_id=held.shop_id, platform_id=number, number_tail=number[-6:], purpose=kind, customer_id=origin.customer_id, status=Status.UNPAID,
        total_fen=_difference(kind, lines, worth), quantity=sum(one.quantity for one in lines), created_at=at, business_day=clock.business_day(at),
        imported_at=at, **{name: getattr(origin, name) for name in _RECEIVER},
    )  # fmt: skip
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order, position=position, title=one.sku.product.title, variant=one.sku.name, sku=one.sku, sku_code=one.sku.code,
            quantity=one.quantity, price_fen=fen,
        )
        for position, (one, fen) in enumerate(zip(lines, worth, strict=True), 1)
    )  # fmt: skip
    return CaseOrder.objects.create(case=held, order=order, kind=kind, key=key, by=by, at=at)


def _worth(one: Sending, kind: str) -> int:
    if kind == Kind.SEND_BACK:
        return 0
    if one.worth_fen is not None:
        return max(0, one.worth_fen)
    if one.line is not None:
        return worth_of(one.line, one.sku)
    return one.sku.price_fen or 0


def _difference(kind: str, lines: Sequence[Sending], worth: Sequence[int]) -> int:
    """What an exchange costs more than what was paid for the goods it replaces."""
    if kind != Kind.EXCHANGE:
        return 0
    more = 0
    for one, fen in zip(lines, worth, strict=True):
        paid = one.line.paid_fen // one.line.quantity if one.line and one.line.quantity else fen
        more += (fen - paid) * one.quantity
    return max(0, more)


def _reserve(made: CaseOrder, lines: Sequence[Sending], by: Person, at: datetime) -> None:
    pieces: dict[int, int] = {}
    skus = {one.sku.pk: one.sku for one in lines}
    for one in lines:
        pieces[one.sku.pk] = pieces.get(one.sku.pk, 0) + one.quantity
    url = reverse("aftersales:case", args=[made.case_id])
    for pk in sorted(pieces):
        stock.reserve(skus[pk], pieces[pk], subject=(ORDER, made.order_id), label=made.order.platform_id, by=by, url=url, at=at)
