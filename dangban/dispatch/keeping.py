"""One row for each paid order: it comes with the order, goes back when the order changes, ends with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, time

from django.db import close_old_connections, transaction

from dangban.dispatch import bell, rules
from dangban.dispatch.models import Preparation, Slip
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.orders import ports
from dangban.orders.models import Order, Parcel
from dangban.people.models import Shop
from dangban.shops.models import Profile
from dangban.stock import actions as stock
from dangban.stock.events import Allotted
from dangban.stock.models import Reservation

EVERY_SECONDS = 10.0
ORDER = "orders.order"
_AT_ONCE = 500
TO_GO = (Order.Status.PAID, Order.Status.PART)
# What a slip says; another price or invoice does not make it wrong.
_ON_THE_SLIP = {
    "receiver", "phone", "province", "city", "district", "address", "courier", "lines", "quantity", "sku", "wishes", "gift",
    "status", "refund",
}  # fmt: skip
_GOODS = {"lines", "quantity", "sku"}
Stage = Preparation.Stage
_BEFORE_PRINT = (Stage.WAITING, Stage.HELD, Stage.PASSED)


def take_up(orders: Sequence[Order], at: datetime) -> int:
    """Paid orders come to be audited; known ones stay, those that were not to be sent come back. Call it inside the transaction that brings them."""
    to_go = [order for order in orders if is_to_go(order)]
    if not to_go:
        return 0
    known = dict(Preparation.objects.filter(order__in=to_go).values_list("order", "stage"))
    fresh = _coming([order for order in to_go if order.pk not in known], at)
    # The sweep of another process may have just seen them.
    Preparation.objects.bulk_create(fresh, ignore_conflicts=True)
    bell.desks_changed(one.shop_id for one in fresh)
    return len(fresh) + _take_up_again([order for order in to_go if known.get(order.pk) == Stage.ENDED], at)


def _coming(orders: Sequence[Order], at: datetime) -> list[Preparation]:
    rulebook = in_force(at)
    cut_offs = cut_offs_of({order.shop_id for order in orders}) if orders else {}
    found = []
    for order in orders:
        # What came late to us cannot have been late before: its first cut-off is the one after it came.
        due = rules.due(order.paid_at or order.created_at, clock.local(at), cut_offs.get(order.shop_id), rulebook)
        found.append(
            Preparation(
                order=order, shop_id=order.shop_id, came_at=at, due_at=due.at if due else at,
                ship_by=due.ship_by if due else None, because=[one.as_data() for one in due.because] if due else [],
            )
        )  # fmt: skip
    return found


def _take_up_again(orders: Sequence[Order], at: datetime) -> int:
    """Their refund did not come about after all: they are audited from the beginning."""
    anew = {one.order_id: one for one in _coming(orders, at)}
    ended = list(Preparation.objects.select_for_update().filter(order__in=orders, stage=Stage.ENDED).order_by("pk")) if orders else []
    for one in ended:
        coming = anew[one.order_id]
        one.came_at, one.due_at, one.ship_by, one.because = coming.came_at, coming.due_at, coming.ship_by, coming.because
        one.stage, one.closed_at, one.wave, one.joined_to, one.holds, one.hold = Stage.WAITING, None, None, None, [], ""
        one.version += 1
        one.save()
    bell.desks_changed(one.shop_id for one in ended)
    return len(ended)


def cut_offs_of(shop_ids: Iterable[int]) -> dict[int, time]:
    """Shops that have a cut-off of their own."""
    own = Profile.objects.filter(shop__in=shop_ids).values_list("shop", "cut_off")
    return {shop: cut_off for shop, cut_off in own if cut_off is not None}


def is_to_go(order: Order) -> bool:
    return order.status in TO_GO and order.refund != Order.Refund.FULL


def turned(orders: Sequence[Order], at: datetime) -> None:
    """Orders came in or are at another stage: take them up, take them back, or end them."""
    take_up(orders, at)
    by_order = {order.pk: order for order in orders}
    open_ones = Preparation.objects.select_for_update().filter(order__in=list(by_order), closed_at=None).order_by("pk")
    for one in list(open_ones):
        order = by_order[one.order_id]
        if not is_to_go(order):
            end(one, order, at)
        elif order.refund != Order.Refund.NONE:
            order_changed(order, ["refund"], at)


def order_changed(order: Order, fields: Sequence[str], at: datetime) -> None:
    """What is to be sent, to whom or how became another: its slip is void, it is audited anew."""
    one = Preparation.objects.select_for_update().filter(order=order, closed_at=None).first()
    if one is None:
        return
    said = set(fields)
    if not is_to_go(order):
        end(one, order, at)
        return
    if not said & _ON_THE_SLIP and one.stage not in _BEFORE_PRINT:
        return
    if said & _GOODS:
        let_go(order.pk, at)
    send_back(one, at, why=",".join(sorted(said)))


def send_back(one: Preparation, at: datetime, *, why: str) -> None:
    """Audit it anew, with whatever goes in the same parcel; a slip of it is void. Call it on a locked row."""
    main = one.joined_to_id or one.pk
    group = Preparation.objects.filter(pk=main) | Preparation.objects.filter(joined_to=main)
    void_slips([main], why, at)
    back = group.filter(closed_at=None).exclude(pk=one.pk).filter(stage__in=(Stage.PRINTED, Stage.PACKED))
    back.update(stage=Stage.PASSED, wave=None)
    one.stage, one.wave, one.holds, one.hold, one.version = Stage.WAITING, None, [], "", one.version + 1
    one.save(update_fields=["stage", "wave", "holds", "hold", "version"])
    bell.desk_changed(one.shop_id)


def void_slips(preparations: Sequence[int], why: str, at: datetime, *, by: HasActor = SYSTEM) -> int:
    """The slips of these say something wrong now: they are pulled from the pile, and can't be packed."""
    good = Slip.objects.select_for_update(of=("self",)).filter(preparation__in=preparations, void_at=None, sent_at=None)
    slips = list(good.select_related("preparation").order_by("pk"))
    for slip in slips:
        slip.void_at, slip.void_reason = at, why[:200]
        # One that never was on paper need not be looked for.
        slip.pulled_at = None if slip.printed_at else at
        slip.save(update_fields=["void_at", "void_reason", "pulled_at"])
        change = {"slip": slip.number, "reason": why}
        record("dispatch.slip_void", subject=(ORDER, slip.preparation.order_id), by=by, shop=slip.shop_id, change=change, at=at)
        bell.slip_changed(slip)
    return len(slips)


def let_go(order_id: int, at: datetime, why: str = "") -> None:
    stock.release_all((ORDER, order_id), by=SYSTEM, why=why, at=at)


def end(one: Preparation, order: Order, at: datetime) -> None:
    """Nothing of it is to leave any more: it left without us, was closed or refunded. Call it on a locked row."""
    left = order.status in (Order.Status.SENT, Order.Status.SIGNED, Order.Status.DONE)
    if one.stage not in _BEFORE_PRINT:
        void_slips([one.joined_to_id or one.pk], "left" if left else "ended", at)
    if left:
        _take_out_promised(order, at)
    let_go(order.pk, at)
    one.stage = Stage.SENT if left else Stage.ENDED
    one.closed_at = (order.dispatched_at or at) if left else at
    one.version += 1
    one.save(update_fields=["stage", "closed_at", "version"])
    # What was to go with it goes by itself.
    Preparation.objects.filter(joined_to=one.pk, closed_at=None).update(joined_to=None, stage=Stage.WAITING, wave=None)
    bell.desk_changed(one.shop_id)


def _take_out_promised(order: Order, at: datetime) -> None:
    """It was sent with other tools: the goods that lay ready for it are gone from the shelves."""
    for promise in Reservation.objects.filter(subject_kind=ORDER, subject_id=order.pk, outcome="", held__gt=0).select_related("sku"):
        stock.take_out(
            promise.sku, promise.held, by=SYSTEM, key=f"left:{order.pk}:{promise.sku_id}", subject=(ORDER, order.pk),
            reference=order.platform_id, at=at,
        )  # fmt: skip


def parcel_left(parcel: Parcel, at: datetime) -> None:
    """A parcel left that nobody packed here: somebody noted its number on the order."""
    order = Order.objects.get(pk=parcel.order_id)
    one = Preparation.objects.select_for_update().filter(order=order, closed_at=None).first()
    if one is not None and not is_to_go(order):
        end(one, order, at)


def preparation(orders: Collection[int]) -> dict[int, ports.Preparation]:
    """How far the warehouse is with these orders: whose slip is printed and holds, whose goods are packed."""
    stages: dict[str, ports.Preparation] = {Stage.PRINTED: "printed", Stage.PACKED: "packed"}
    rows = Preparation.objects.filter(order__in=orders, stage__in=list(stages), closed_at=None)
    return {order: stages[stage] for order, stage in rows.values_list("order", "stage")}


def arrived(allotted: Sequence[Allotted], at: datetime) -> None:
    """Goods came for orders that lacked them: they are audited again once the stock has let go of its locks."""
    orders = [one.subject_id for one in allotted if one.subject_kind == ORDER and one.change > 0 and not one.missing]
    if orders:
        transaction.on_commit(lambda: look_again(orders))


def look_again(orders: Sequence[int]) -> int:
    held = Preparation.objects.filter(order__in=orders, stage=Stage.HELD, hold="stock")
    shops = list(held.values_list("shop", flat=True))
    count = held.update(stage=Stage.WAITING, hold="")
    bell.desks_changed(shops)
    return count


def look_round() -> None:
    """What no event told of."""
    close_old_connections()
    sweep(clock.now())


def sweep(now: datetime) -> None:
    for shop_id in Shop.objects.order_by("pk").values_list("pk", flat=True):
        for status in TO_GO:
            missing = Order.objects.filter(shop=shop_id, status=status, preparation=None).exclude(refund=Order.Refund.FULL)
            found = list(missing.order_by("pk")[:_AT_ONCE])
            if found:
                with transaction.atomic():
                    take_up(found, now)
    gone = Preparation.objects.filter(closed_at=None).exclude(order__status__in=TO_GO, order__refund__in=_NOT_FULL)
    for pk in list(gone.order_by("pk").values_list("order", flat=True)[:_AT_ONCE]):
        with transaction.atomic():
            order = Order.objects.select_for_update(of=("self",)).get(pk=pk)
            turned([order], now)


_NOT_FULL = [value for value in Order.Refund.values if value != Order.Refund.FULL]
