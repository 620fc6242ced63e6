"""Who sees returns of dealers, who asks, judges, signs, receives and settles: always by shop."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.dealers.models import Arrival, Dealer, DealerReturn
from dangban.lib.errors import NotAllowed
from dangban.people.access import people_who_may, scope
from dangban.people.models import Person, Shop
from dangban.stock.models import Warehouse, WarehouseShop

PERMISSIONS = {
    "dealers.view": gettext_lazy("See dealers and what they send back"),
    "dealers.apply": gettext_lazy("Apply for returns of dealers and see to them"),
    "dealers.judge": gettext_lazy("Judge and inspect what dealers send back"),
    "dealers.sign": gettext_lazy("Sign for one's unit that a dealer may send back"),
    "dealers.approve": gettext_lazy("Approve returns of dealers as general manager"),
    "dealers.receive": gettext_lazy("Receive, count and dispose of what dealers send back"),
    "dealers.settle": gettext_lazy("Settle returns of dealers"),
    "dealers.manage": gettext_lazy("Keep the list of dealers"),
    "dealers.export": gettext_lazy("Export returns of dealers"),
}
VIEW, APPLY, JUDGE, SIGN, APPROVE = "dealers.view", "dealers.apply", "dealers.judge", "dealers.sign", "dealers.approve"
RECEIVE, SETTLE, MANAGE, EXPORT = "dealers.receive", "dealers.settle", "dealers.manage", "dealers.export"
_LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)


def where(person: Person, permission: str = VIEW, path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person, permission: str = VIEW) -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, permission, "pk"), closed_on=None).order_by("name", "pk")


def visible_dealers(person: Person, permission: str = VIEW) -> QuerySet[Dealer]:
    return Dealer.objects.filter(where(person, permission))


def get_dealer(person: Person, pk: int) -> Dealer:
    dealer = visible_dealers(person).select_related("shop", "customer").filter(pk=pk).first()
    if dealer is None:
        raise Http404("dealer")
    return dealer


def visible_returns(person: Person) -> QuerySet[DealerReturn]:
    return DealerReturn.objects.filter(where(person))


def get_return(person: Person, pk: int) -> DealerReturn:
    found = visible_returns(person).select_related("dealer", "shop", "owner", "applied_by", "judged_by", "inspected_by", "warehouse")
    made = found.filter(pk=pk).first()
    if made is None:
        raise Http404("dealer return")
    return made


def visible_arrivals(person: Person) -> QuerySet[Arrival]:
    return Arrival.objects.filter(where(person))


def warehouses(person: Person, shop_id: int | None = None) -> QuerySet[Warehouse]:
    """Where this person receives what dealers send back."""
    serving = WarehouseShop.objects.filter(where(person, RECEIVE))
    serving = serving.filter(shop=shop_id) if shop_id is not None else serving
    return Warehouse.objects.filter(pk__in=serving.values("warehouse"), closed_on=None).order_by("name", "pk")


def require(by: object, shop_id: int, permission: str) -> None:
    """Refuse a person who lacks `permission` for this shop; the program itself is no person."""
    if isinstance(by, Person) and not by.can(permission, shop=shop_id):
        raise NotAllowed(_("This part of a dealer's return is not your work here."))


def somebody(permission: str, shop_id: int) -> Person | None:
    """Who is awaited: whoever holds the permission there; who leads only where nobody else does."""
    return min(people_who_may(permission, shop_id), key=lambda one: (_LEADS.index(one.level) if one.level in _LEADS else -1, one.pk), default=None)
