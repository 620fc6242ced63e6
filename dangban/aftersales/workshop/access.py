"""Who sees rework orders, who hands goods out and takes them back, who looks at them again: always by shop."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from dangban.aftersales.models.workshop import ReworkOrder
from dangban.lib.errors import NotAllowed
from dangban.people.access import people_who_may, scope
from dangban.people.models import Person, Shop

VIEW, KEEP, INSPECT, APPROVE = "aftersales.view", "aftersales.receive", "aftersales.inspect", "aftersales.approve"
_LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)


def where(person: Person, path: str = "shop") -> Q:
    shops = scope(person).granted.get(VIEW, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person) -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, "pk"), closed_on=None).order_by("name", "pk")


def visible_reworks(person: Person) -> QuerySet[ReworkOrder]:
    return ReworkOrder.objects.filter(where(person))


def get_rework(person: Person, pk: int) -> ReworkOrder:
    found = visible_reworks(person).select_related("sku__product", "shop", "zone__warehouse", "bench", "owner", "ordered_by")
    one = found.filter(pk=pk).first()
    if one is None:
        raise Http404("rework")
    return one


def require(by: Person, shop_id: int, permission: str = KEEP) -> None:
    if not by.can(permission, shop=shop_id):
        raise NotAllowed(_("This part of a rework is not your work here."))


def somebody(permission: str, shop_id: int) -> Person | None:
    """Who is awaited: whoever holds the permission there; who leads only where nobody else does."""
    may = people_who_may(permission, shop_id)
    return min(may, key=lambda one: (_LEADS.index(one.level) if one.level in _LEADS else -1, one.pk), default=None)
