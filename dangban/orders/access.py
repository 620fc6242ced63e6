"""Who may see an order and what they may do with it."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.lib.errors import NotAllowed
from dangban.orders.models import Order, Requirement
from dangban.people.access import scope
from dangban.people.models import Person, Shop
from dangban.shops.models import ImportRun

PERMISSIONS = {
    "orders.view": gettext_lazy("See orders"),
    "orders.flag": gettext_lazy("Flag orders and write remarks and requirements"),
    "orders.settle": gettext_lazy("Tick or answer requirements"),
    "orders.dispatch": gettext_lazy("Pack orders, send parcels, note tracking numbers"),
    "orders.change": gettext_lazy("Change orders, and take off what one's level may"),
    "orders.discount": gettext_lazy("Grant discounts beyond an agent's limit"),
    "orders.discount_high": gettext_lazy("Grant discounts beyond a leader's limit"),
    "orders.refund": gettext_lazy("Pay back and write invoices"),
    "orders.import": gettext_lazy("Load orders from files"),
    "orders.export": gettext_lazy("Export orders"),
}


def where(person: Person, permission: str, path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_orders(person: Person) -> QuerySet[Order]:
    return Order.objects.filter(where(person, "orders.view"))


def get_order(person: Person, pk: int) -> Order:
    """The order with its shop and customer, or 404 where this person may not know of it."""
    order = visible_orders(person).select_related("shop", "customer").filter(pk=pk).first()
    if order is None:
        raise Http404("order")
    return order


def visible_requirements(person: Person) -> QuerySet[Requirement]:
    return Requirement.objects.filter(where(person, "orders.view"))


def get_requirement(person: Person, pk: int) -> Requirement:
    found = visible_requirements(person).select_related("order", "shop", "customer").filter(pk=pk).first()
    if found is None:
        raise Http404("requirement")
    return found


def shops_to_load(person: Person) -> QuerySet[Shop]:
    """Shops for which this person may load orders."""
    return Shop.objects.filter(where(person, "orders.import", "pk"), closed_on=None).order_by("name", "pk")


def visible_runs(person: Person) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(where(person, "orders.import"), kind=ImportRun.Kind.ORDERS)


def get_run(person: Person, pk: int) -> ImportRun:
    run = visible_runs(person).select_related("shop").filter(pk=pk).first()
    if run is None:
        raise Http404("import run")
    return run


def may(person: Person, permission: str, shop_id: int) -> bool:
    return person.can(permission, shop=shop_id)


def require(by: object, permission: str, shop_id: int) -> None:
    """Refuse a person who lacks `permission` for this shop; imports and the program itself are not people."""
    if isinstance(by, Person) and not by.can(permission, shop=shop_id):
        raise NotAllowed(_("You may not do this with orders of this shop. Your leader can."))
