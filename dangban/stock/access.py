"""Who sees stock, who keeps it, who arranges warehouses: always by the shops whose goods they are."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop
from dangban.shops.models import ImportRun, Sku
from dangban.stock.models import Alert, Expected, Level, Movement, Warehouse, WarehouseShop, Zone

PERMISSIONS = {
    "stock.view": gettext_lazy("See stock, arrivals and what is out of stock"),
    "stock.keep": gettext_lazy("Receive, dispatch, move, count and scrap goods"),
    "stock.arrange": gettext_lazy("Open warehouses and arrange their zones"),
}


def where(person: Person, permission: str = "stock.view", path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person, permission: str = "stock.view") -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, permission, "pk"), closed_on=None).order_by("name", "pk")


def visible_skus(person: Person) -> QuerySet[Sku]:
    return Sku.objects.filter(where(person))


def visible_levels(person: Person) -> QuerySet[Level]:
    return Level.objects.filter(where(person))


def visible_movements(person: Person) -> QuerySet[Movement]:
    return Movement.objects.filter(where(person))


def visible_expected(person: Person) -> QuerySet[Expected]:
    return Expected.objects.filter(where(person))


def visible_alerts(person: Person) -> QuerySet[Alert]:
    return Alert.objects.filter(where(person), over_at=None)


def visible_warehouses(person: Person, permission: str = "stock.view") -> QuerySet[Warehouse]:
    """Those that send for a shop of this person."""
    serving = WarehouseShop.objects.filter(where(person, permission)).values("warehouse")
    return Warehouse.objects.filter(pk__in=serving, closed_on=None).order_by("name", "pk")


def visible_zones(person: Person, permission: str = "stock.view") -> QuerySet[Zone]:
    return Zone.objects.filter(warehouse__in=visible_warehouses(person, permission)).order_by("warehouse__name", "code")


def get_sku(person: Person, pk: int) -> Sku:
    sku = visible_skus(person).select_related("product", "shop").filter(pk=pk).first()
    if sku is None:
        raise Http404("sku")
    return sku


def get_movement(person: Person, pk: int) -> Movement:
    movement = visible_movements(person).select_related("sku").filter(pk=pk).first()
    if movement is None:
        raise Http404("movement")
    return movement


def get_expected(person: Person, pk: int) -> Expected:
    expected = visible_expected(person).select_related("sku", "warehouse").filter(pk=pk).first()
    if expected is None:
        raise Http404("arrival")
    return expected


def get_warehouse(person: Person, pk: int) -> Warehouse:
    warehouse = visible_warehouses(person).filter(pk=pk).first()
    if warehouse is None:
        raise Http404("warehouse")
    return warehouse


def visible_runs(person: Person) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(where(person, "stock.keep"), kind=ImportRun.Kind.COUNT)


def get_run(person: Person, pk: int) -> ImportRun:
    run = visible_runs(person).select_related("shop").filter(pk=pk).first()
    if run is None:
        raise Http404("import run")
    return run


def require(by: object, shop_id: int, permission: str = "stock.keep") -> None:
    """Refuse a person who lacks `permission` for this shop; the program itself is no person."""
    if isinstance(by, Person) and not by.can(permission, shop=shop_id):
        raise NotAllowed(_("You may not change the stock of this shop. The warehouse can."))


def require_all(by: object, shop_ids: Collection[int], permission: str) -> None:
    for shop_id in shop_ids:
        require(by, shop_id, permission)
