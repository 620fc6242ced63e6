"""What orders add to a customer's page, and how they follow when two customers turn out to be one."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.lib import clock, money
from dangban.orders import access
from dangban.orders.figures import keep_figures
from dangban.orders.models import Order, Requirement
from dangban.people.models import Person, Shop


def timeline(person: Person, customer: Customer, before: datetime | None, limit: int) -> list[TimelineItem]:
    """A customer's orders in the shops this person sees."""
    orders = (
        access.visible_orders(person).filter(customer=customer).select_related("shop").order_by("-created_at")
    )
    if before is not None:
        orders = orders.filter(created_at__lt=before)
    return [
        TimelineItem(
            at=order.created_at,
            kind="orders",
            title=_("Order %(number)s, %(amount)s")
            % {"number": order.platform_id, "amount": money.show(order.total_fen)},
            url=reverse("orders:detail", args=[order.pk]),
            note=str(order.get_status_display()),
            shop=order.shop.name,
        )
        for order in orders[:limit]
    ]


def move(merged: Customer, kept: Customer) -> dict[str, list[int]]:
    """Orders and wishes of one customer become the other's."""
    moved = {
        "orders": list(Order.objects.filter(customer=merged).values_list("pk", flat=True)),
        "requirements": list(Requirement.objects.filter(customer=merged).values_list("pk", flat=True)),
    }
    _hand(moved, kept)
    _add_up(merged, kept)
    return moved


def give_back(moved: dict[str, list[int]], kept: Customer, merged: Customer) -> None:
    _hand(moved, merged)
    _add_up(merged, kept)


def _hand(moved: dict[str, list[int]], to: Customer) -> None:
    Order.objects.filter(pk__in=moved["orders"]).update(customer=to)
    Requirement.objects.filter(pk__in=moved["requirements"]).update(customer=to)


def _add_up(*customers: Customer) -> None:
    for shop in Shop.objects.filter(pk__in=Order.objects.filter(customer__in=customers).values("shop")):
        keep_figures(shop, {customer.pk for customer in customers}, at=clock.now())
