"""Who may see a shop and its catalogue, and who may change them."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop
from dangban.shops.models import ImportRun, Product

PERMISSIONS = {
    "shops.view": gettext_lazy("See shops and their catalogue"),
    "shops.manage": gettext_lazy("Change how a shop works"),
    "shops.catalogue": gettext_lazy("Load and change the catalogue"),
}


def where(person: Person, permission: str, path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person) -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, "shops.view", "pk")).order_by("name", "pk")


def get_shop(person: Person, pk: int) -> Shop:
    shop = visible_shops(person).select_related("profile").filter(pk=pk).first()
    if shop is None:
        raise Http404("shop")
    return shop


def visible_products(person: Person) -> QuerySet[Product]:
    return Product.objects.filter(where(person, "shops.view"))


def get_product(person: Person, pk: int) -> Product:
    product = visible_products(person).select_related("shop").filter(pk=pk).first()
    if product is None:
        raise Http404("product")
    return product


def shops_to_load(person: Person) -> QuerySet[Shop]:
    """Shops whose catalogue this person may load."""
    return Shop.objects.filter(where(person, "shops.catalogue", "pk"), closed_on=None).order_by("name", "pk")


def visible_runs(person: Person) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(where(person, "shops.catalogue"), kind=ImportRun.Kind.CATALOGUE)


def get_run(person: Person, pk: int) -> ImportRun:
    run = visible_runs(person).select_related("shop").filter(pk=pk).first()
    if run is None:
        raise Http404("import run")
    return run


def require(by: object, permission: str, shop_id: int) -> None:
    """Refuse a person who lacks `permission` for this shop; imports and the program itself are not people."""
    if isinstance(by, Person) and not by.can(permission, shop=shop_id):
        raise NotAllowed(_("You may not change this shop. Its supervisor can."))
