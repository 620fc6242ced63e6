"""Who may see cases and what comes back, and who may act on them: always by shop."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.aftersales.models import Case, InboundParcel, Settlement
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop

PERMISSIONS = {
    "aftersales.view": gettext_lazy("See after-sales cases"),
    "aftersales.handle": gettext_lazy("Handle after-sales cases"),
    "aftersales.approve": gettext_lazy("Approve what a case needs approval for"),
    "aftersales.override": gettext_lazy("Let a settlement pass its computed limit"),
    "aftersales.receive": gettext_lazy("Receive parcels that come back"),
    "aftersales.inspect": gettext_lazy("Inspect what came back and say what becomes of it"),
    "aftersales.pay": gettext_lazy("Pay settlements of cases"),
    "aftersales.export": gettext_lazy("Export after-sales lists and the settlement ledger"),
}


def where(person: Person, permission: str = "aftersales.view", path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    # Everything, said so that "or" keeps it: an empty condition would vanish beside another.
    return ~Q(pk__in=[]) if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person, permission: str = "aftersales.view") -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, permission, "pk"), closed_on=None).order_by("name", "pk")


def visible_cases(person: Person) -> QuerySet[Case]:
    return Case.objects.filter(where(person))


def get_case(person: Person, pk: int) -> Case:
    """With its shop, order, customer and owner; 404 where this person may not know of it."""
    found = visible_cases(person).select_related("shop", "order", "customer", "owner", "approval").filter(pk=pk).first()
    if found is None:
        raise Http404("case")
    return found


def visible_parcels(person: Person) -> QuerySet[InboundParcel]:
    """What came back: of the shops somebody sees; what is nobody's yet, for whoever receives or handles anywhere."""
    granted = scope(person).granted
    unclaimed = Q(shop=None) if "aftersales.receive" in granted or "aftersales.handle" in granted else Q(pk=None)
    return InboundParcel.objects.filter(where(person) | unclaimed)


def get_parcel(person: Person, pk: int) -> InboundParcel:
    found = visible_parcels(person).select_related("shop", "warehouse", "order", "received_by").filter(pk=pk).first()
    if found is None:
        raise Http404("parcel")
    return found


def visible_settlements(person: Person) -> QuerySet[Settlement]:
    return Settlement.objects.filter(where(person))


def may(person: Person, permission: str, shop_id: int | None) -> bool:
    """For a shop; without one, whether they may anywhere."""
    if shop_id is None:
        return permission in scope(person).granted
    return person.can(permission, shop=shop_id)


def require(by: object, permission: str, shop_id: int | None) -> None:
    """Refuse a person who lacks `permission`; customers and the program itself are no persons."""
    if isinstance(by, Person) and not may(by, permission, shop_id):
        raise NotAllowed(_("The after-sales of this shop are not part of your work."))
