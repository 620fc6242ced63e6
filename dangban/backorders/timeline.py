"""What the register adds to customers' and orders' pages, and how it follows when two customers are one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.backorders import access, bell, holding
from dangban.backorders.models import Wait
from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.orders.models import Order
from dangban.orders.ports import Link
from dangban.people.models import Person


def timeline(person: Person, customer: Customer, before: datetime | None, limit: int) -> list[TimelineItem]:
    rows = access.visible_waits(person).filter(customer=customer).select_related("shop", "sku__product")
    if before is not None:
        rows = rows.filter(registered_at__lt=before)
    return [
        TimelineItem(
            at=one.registered_at,
            kind="backorders",
            title=_("Waits for %(goods)s × %(quantity)s") % {"goods": holding.goods_name(one.sku), "quantity": one.quantity},
            url=reverse("backorders:wait", args=[one.pk]),
            note=str(one.get_state_display()),
            shop=one.shop.name,
        )
        for one in rows.order_by("-registered_at", "-pk")[:limit]
    ]


def links(person: Person, order: Order) -> list[Link]:
    """Waits that were registered about an order, or became it."""
    rows = access.visible_waits(person).filter(Q(order=order) | Q(bought=order)).select_related("sku__product")
    return _short_links(person, order) + [
        Link(
            _("Back-order"), reverse("backorders:wait", args=[one.pk]), one.registered_at,
            f"{holding.goods_name(one.sku)} · {one.get_state_display()}", live=f"wait:{one.pk}",
        )
        for one in rows.order_by("-pk")[:10]
    ]  # fmt: skip


def _short_links(person: Person, order: Order) -> list[Link]:
    """What it lacks; or where to say that it lacks something, while it awaits dispatch."""
    found = access.visible_shortfalls(person).filter(order=order).select_related("sku").order_by("-pk")
    links = [
        Link(
            _("Out of stock"), reverse("backorders:short", args=[one.pk]), one.exception.opened_at, f"{one.sku.code} × {one.quantity}",
            live=f"short:{one.pk}",
        )
        for one in found.select_related("sku", "exception")[:5]
    ]  # fmt: skip
    awaits = order.status in (Order.Status.PAID, Order.Status.PART) and person.can("orders.flag", shop=order.shop_id)
    if awaits and not any(one.over_at is None for one in found):
        links.append(Link(_("Report goods that are out of stock"), reverse("backorders:short-report", args=[order.pk])))
        if order.customer_id is not None and person.can("backorders.register", shop=order.shop_id):
            links.append(Link(_("Register the buyer for goods"), f"{reverse('backorders:new')}?order={order.pk}"))
    return links


def move(merged: Customer, kept: Customer) -> dict[str, list[int]]:
    moved = {"waits": list(Wait.objects.filter(customer=merged).values_list("pk", flat=True))}
    _hand(moved["waits"], kept)
    return moved


def give_back(moved: dict[str, list[int]], kept: Customer, merged: Customer) -> None:
    _hand(moved.get("waits", []), merged)


def _hand(waits: list[int], to: Customer) -> None:
    rows = Wait.objects.filter(pk__in=waits)
    rows.update(customer=to, version=F("version") + 1)
    for wait in rows:
        bell.wait_changed(wait)
