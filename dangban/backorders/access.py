"""Who sees the register, who puts customers on it and sees to them: always by shop."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.backorders.models import Shortfall, Wait
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop

PERMISSIONS = {
    "backorders.view": gettext_lazy("See who waits for goods"),
    "backorders.register": gettext_lazy("Put customers on the back-order register and see to them"),
    "backorders.export": gettext_lazy("Export the back-order register"),
}


def where(person: Person, permission: str = "backorders.view", path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person, permission: str = "backorders.view") -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, permission, "pk"), closed_on=None).order_by("name", "pk")


def visible_waits(person: Person) -> QuerySet[Wait]:
    return Wait.objects.filter(where(person))


def get_wait(person: Person, pk: int) -> Wait:
    found = visible_waits(person).select_related("shop", "customer", "sku__product", "gets__product", "other__product", "owner", "registered_by")
    wait = found.filter(pk=pk).first()
    if wait is None:
        raise Http404("wait")
    return wait


def visible_shortfalls(person: Person) -> QuerySet[Shortfall]:
    return Shortfall.objects.filter(where(person))


def get_shortfall(person: Person, pk: int) -> Shortfall:
    found = visible_shortfalls(person).select_related("order__customer", "shop", "sku__product", "seller", "exception__owner", "known_by")
    shortfall = found.filter(pk=pk).first()
    if shortfall is None:
        raise Http404("shortfall")
    return shortfall


def require(by: object, shop_id: int, permission: str = "backorders.register") -> None:
    """Refuse a person who lacks `permission` for this shop; the program itself is no person."""
    if isinstance(by, Person) and not by.can(permission, shop=shop_id):
        raise NotAllowed(_("The back-order register of this shop is not part of your work."))
