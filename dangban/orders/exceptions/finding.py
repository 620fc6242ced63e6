"""What goes wrong is found before anybody asks: late orders, oversold ones, the days on which they are swept."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, close_old_connections, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.desk import actions as desk
from dangban.desk import days
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict, Refused
from dangban.orders import ports
from dangban.orders.exceptions import kinds, owners, rules
from dangban.orders.exceptions.actions import open_exception, settle
from dangban.orders.models import ExceptionSweep, Order, OrderException, OrderLine, Parcel
from dangban.people.models import Person, Shop
from dangban.stock.models import Alert, Expected, Shortage

EVERY_SECONDS = 30.0
TO_SEND = (Order.Status.PAID, Order.Status.PART)
# The platforms write it into the title.
PRESALE = "预售"
# A longer list is on the board.
MOST_STEPS = 30
_AT_ONCE = 100

_log = logging.getLogger("dangban.orders")


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(at: datetime) -> None:
    """Everything once: what is over is closed, what has begun to go wrong is opened, what is due is asked for."""
    close_gone(at)
    find_late(at)
    find_oversold(at)
    ask_to_sweep(at)


# ---- Late ------------------------------------------------------------------------------------


def find_late(at: datetime) -> int:
    """Open one for each order that ought to have left. What was settled is looked at again once the same
    time has passed once more."""
    stretch = rules.late_between(at, in_force(at))
    if stretch is None:
        return 0
    known = OrderException.objects.filter(order=OuterRef("pk"), kind=kinds.LATE)
    known = known.filter(Q(settled_at=None) | Q(settled_at__gt=stretch[1]) | Q(promised_for__gt=at))
    found = 0
    for shop_id in Shop.objects.filter(closed_on=None).order_by("pk").values_list("pk", flat=True):
        late = late_orders(shop_id, *stretch).exclude(Exists(known)).select_related("shop")
        found += _open_late(list(late[:_AT_ONCE]), at)
    return found


def late_orders(shop_id: int, since: datetime, until: datetime) -> QuerySet[Order]:
    """Orders of a shop paid in this stretch that have not left and were not given back."""
    waiting = Order.objects.filter(shop=shop_id, status__in=TO_SEND, paid_at__lte=until, paid_at__gte=since)
    # Nobody pays before ordering: a bound that the index knows.
    waiting = waiting.filter(created_at__lte=until).exclude(refund=Order.Refund.FULL)
    return waiting.order_by("-created_at", "-pk")


def _open_late(orders: Sequence[Order], at: datetime) -> int:
    whys = why_late(orders)
    return sum(_open_one(order, at, whys[order.pk]) for order in orders)


def _open_one(order: Order, at: datetime, why: str) -> int:
    assert order.paid_at is not None
    decision = rules.shipping(order.paid_at, at, in_force(at))
    try:
        open_exception(order, kinds.LATE, by=SYSTEM, at=at, reason=why, because=decision.because)
    except Refused:
        _log.warning("order %s is late and nobody serves its shop", order.pk)
        return 0
    return 1


def why_late(orders: Sequence[Order]) -> dict[int, str]:
    """The likeliest cause of each, with a few queries for all."""
    ids = [order.pk for order in orders]
    sent = set(Parcel.objects.filter(order__in=ids).values_list("order", flat=True))
    sent |= {order.pk for order in orders if order.tracking_number and order.status == Order.Status.PAID}
    lines = list(OrderLine.objects.filter(order__in=ids).values_list("order", "sku", "title"))
    skus = {sku for _order, sku, _title in lines if sku is not None}
    short = _short(skus)
    coming = set(Expected.objects.filter(sku__in=skus, closed="").values_list("sku", flat=True))
    presale = {order for order, sku, title in lines if PRESALE in title or (sku in short and sku in coming)}
    out = {order for order, sku, _title in lines if sku in short}
    prepared = ports.preparation(ids)
    return {
        order.pk: rules.why_late(
            presale=order.pk in presale,
            short=order.pk in out,
            preparation=prepared.get(order.pk, ""),
            has_parcel=order.pk in sent and order.status == Order.Status.PAID,
        )
        for order in orders
    }


def _short(skus: Collection[int]) -> set[int]:
    """SKUs of which there is less than is owed, or which the warehouse has said it has not."""
    oversold = Alert.objects.filter(sku__in=skus, kind=Alert.Kind.OVERSOLD, over_at=None).values_list("sku", flat=True)
    said = Shortage.objects.filter(sku__in=skus, over_at=None).values_list("sku", flat=True)
    return {*oversold, *said}


# ---- Oversold --------------------------------------------------------------------------------


def find_oversold(at: datetime) -> int:
    """Where more is owed than is there, the last to pay go without: one for each of their orders."""
    found = 0
    for alert in Alert.objects.filter(kind=Alert.Kind.OVERSOLD, over_at=None).order_by("pk"):
        for order, missing in _without(alert):
            facts = {"sku": alert.sku_id, "missing": missing}
            try:
                made = open_exception(order, kinds.OVERSOLD, by=SYSTEM, at=at, reason="short", facts=facts)
            except Refused:
                _log.warning("order %s is oversold and nobody serves its shop", order.pk)
                continue
            found += made.opened_at == at
    return found


def _without(alert: Alert) -> list[tuple[Order, int]]:
    """The orders for which the goods will not do, from the last paid back, with the pieces they lack."""
    waiting = OrderLine.objects.filter(sku=alert.sku_id, order__status=Order.Status.PAID)
    waiting = waiting.exclude(order__refund=Order.Refund.FULL).select_related("order__shop")
    left, found = alert.amount, []
    for line in waiting.order_by("-order__paid_at", "-order__pk")[:_AT_ONCE]:
        if left <= 0:
            break
        found.append((line.order, min(left, line.quantity)))
        left -= line.quantity
    known = OrderException.objects.filter(order__in=[order.pk for order, _n in found])
    # Somebody has already spoken with the buyer, or sees to it as goods that are awaited.
    gone = set(known.exclude(kind__in=(kinds.LATE, kinds.URGENT)).values_list("order", flat=True))
    return [(order, missing) for order, missing in found if order.pk not in gone]


# ---- Over by itself --------------------------------------------------------------------------


def close_gone(at: datetime) -> int:
    """Late and oversold ones whose order has left, was closed or given back; oversold ones whose goods are there."""
    open_ones = OrderException.objects.filter(settled_at=None, kind__in=(kinds.LATE, kinds.OVERSOLD))
    gone = open_ones.filter(~Q(order__status__in=TO_SEND) | Q(order__refund=Order.Refund.FULL))
    over = list(gone.select_related("order")[:_AT_ONCE])
    short = set(Alert.objects.filter(kind=Alert.Kind.OVERSOLD, over_at=None).values_list("sku", flat=True))
    there = open_ones.filter(kind=kinds.OVERSOLD).exclude(pk__in=[one.pk for one in over]).select_related("order")
    over += [one for one in there[:_AT_ONCE] if one.facts.get("sku") not in short]
    return close(over, at)


def order_gone(orders: Collection[int], at: datetime) -> int:
    """The same for these orders at once; call it inside the transaction that moves them."""
    open_ones = OrderException.objects.filter(settled_at=None, kind__in=(kinds.LATE, kinds.OVERSOLD), order__in=orders)
    gone = open_ones.filter(~Q(order__status__in=TO_SEND) | Q(order__refund=Order.Refund.FULL))
    return close(list(gone.select_related("order")), at)


def close(over: Sequence[OrderException], at: datetime) -> int:
    closed = 0
    for one in over:
        outcome = "sent" if one.order.status in (Order.Status.SENT, Order.Status.SIGNED, Order.Status.DONE) else kinds.BY_ITSELF
        try:
            settle(one, outcome, by=SYSTEM, at=at)
        except Conflict:
            continue
        closed += 1
    return closed


# ---- The sweep -------------------------------------------------------------------------------


def ask_to_sweep(at: datetime) -> int:
    """On the days of the rule, one of each shop is asked to go through the late orders: a task with the list."""
    day = days.work_day(at)
    if rules.sweeps_today(day.weekday(), in_force(at)).outcome != "sweep":
        return 0
    done = ExceptionSweep.objects.filter(day=day).values("shop")
    shops = Shop.objects.filter(closed_on=None, opened_on__lte=day).exclude(pk__in=done).order_by("pk")
    return sum(_ask(shop, at) for shop in shops)


def _ask(shop: Shop, at: datetime) -> int:
    day = days.work_day(at)
    open_ones = OrderException.objects.filter(shop=shop, kind=kinds.LATE, settled_at=None)
    found = open_ones.count()
    first = open_ones.select_related("order").order_by("due_at", "pk").first()
    if first is None:
        return 0
    try:
        owner = owners.who_sweeps(shop.pk, at)
        with transaction.atomic():
            ExceptionSweep.objects.create(shop=shop, day=day, owner=owner, found=found, at=at)
            _write(shop, owner, open_ones, found, at)
    except (IntegrityError, Refused):
        # Another process was faster; or nobody serves the shop.
        return 0
    return 1


def _write(shop: Shop, owner: Person, late: QuerySet[OrderException], found: int, at: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        title = ngettext("%(num)s late order to go through, %(shop)s", "%(num)s late orders to go through, %(shop)s", found)
        steps = [
            f"{one.order.platform_id} {kinds.kind_of(one.kind).reason_label(one.reason)}"
            for one in late.select_related("order").order_by("due_at", "pk")[:MOST_STEPS]
        ]
        body = _("Mark what has gone, urge what can go, tell the buyer of what can't and agree on another item or a refund.")
    desk.write_task(
        title % {"num": found, "shop": shop.name},
        body=body, by=SYSTEM, owner=owner, shop=shop, subject=("orders.sweep", shop.pk), steps=steps,
        url=reverse("orders:exceptions", query={"kind": kinds.LATE, "shop": shop.pk}),
        due_at=days.span(days.work_day(at), at)[1], at=at,
    )  # fmt: skip
