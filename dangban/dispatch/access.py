"""Who audits orders, who prints and packs them, and what they see of it."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.dispatch.models import AuditRun, Help, Pickup, Preparation, Slip, Wave
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop
from dangban.stock.models import Warehouse, WarehouseShop

PERMISSIONS = {
    "dispatch.view": gettext_lazy("See what is audited, printed and packed"),
    "dispatch.audit": gettext_lazy("Audit orders before they are printed, release them"),
}
VIEW, AUDIT, PACK = "dispatch.view", "dispatch.audit", "orders.dispatch"


def works_here(person: Person) -> bool:
    return person.can(VIEW)


def where(person: Person, path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops whose dispatch a person sees."""
    shops = scope(person).granted.get(VIEW, frozenset())
    return ~Q(pk__in=[]) if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person) -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, "pk"), closed_on=None).order_by("name", "pk")


def visible_preparations(person: Person) -> QuerySet[Preparation]:
    return Preparation.objects.filter(where(person))


def get_preparation(person: Person, pk: int) -> Preparation:
    found = visible_preparations(person).select_related("order__shop", "order__customer", "shop", "holder", "joined_to")
    one = found.filter(pk=pk).first()
    if one is None:
        raise Http404("preparation")
    return one


def visible_waves(person: Person) -> QuerySet[Wave]:
    return Wave.objects.filter(where(person))


def get_wave(person: Person, pk: int) -> Wave:
    wave = visible_waves(person).select_related("shop", "by").filter(pk=pk).first()
    if wave is None:
        raise Http404("wave")
    return wave


def visible_slips(person: Person) -> QuerySet[Slip]:
    return Slip.objects.filter(where(person))


def get_slip(person: Person, pk: int) -> Slip:
    slip = visible_slips(person).select_related("preparation__order", "shop", "wave", "packer").filter(pk=pk).first()
    if slip is None:
        raise Http404("slip")
    return slip


def visible_warehouses(person: Person) -> QuerySet[Warehouse]:
    """Those that send for a shop whose dispatch this person sees."""
    serving = WarehouseShop.objects.filter(where(person)).values("warehouse")
    return Warehouse.objects.filter(pk__in=serving, closed_on=None).order_by("name", "pk")


def get_warehouse(person: Person, pk: int) -> Warehouse:
    found = visible_warehouses(person).filter(pk=pk).first()
    if found is None:
        raise Http404("warehouse")
    return found


def get_pickup(person: Person, pk: int) -> Pickup:
    found = Pickup.objects.filter(warehouse__in=visible_warehouses(person)).select_related("warehouse").filter(pk=pk).first()
    if found is None:
        raise Http404("pickup")
    return found


def get_run(person: Person, pk: int) -> AuditRun:
    """A run is seen by whoever started it, and by who audits all of its shops."""
    run = AuditRun.objects.select_related("by").filter(pk=pk).first()
    if run is None or (run.by_id != person.pk and not all(person.can(AUDIT, shop=shop) for shop in run.shops)):
        raise Http404("audit run")
    return run


def visible_help(person: Person) -> QuerySet[Help]:
    """Calls for help of shops in which this person works at orders, or assigns people."""
    granted = scope(person).granted
    assigns = granted.get("desk.assign", frozenset())
    if assigns is None:
        return Help.objects.all()
    return Help.objects.filter(where(person) | Q(shop__in=assigns))


def get_help(person: Person, pk: int) -> Help:
    found = visible_help(person).select_related("shop", "by").filter(pk=pk).first()
    if found is None:
        raise Http404("help")
    return found


def require(by: object, permission: str, shop_id: int) -> None:
    """Refuse a person who lacks `permission` for this shop; the program itself is no person."""
    if isinstance(by, Person) and not by.can(permission, shop=shop_id):
        raise NotAllowed(_("You may not do this with orders of this shop. Your supervisor can."))


def require_either(by: Person, shop_id: int) -> None:
    """Who audits or who packs."""
    if not (by.can(AUDIT, shop=shop_id) or by.can(PACK, shop=shop_id)):
        raise NotAllowed(_("You may not do this with orders of this shop. Your supervisor can."))
