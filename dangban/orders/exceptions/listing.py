"""The board of exceptions: a page of it, one of them, and what the filters offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet
from django.http import Http404

from dangban.lib import clock, keys
from dangban.orders import access
from dangban.orders.exceptions import kinds
from dangban.orders.models import OrderException
from dangban.people.models import Person, Shop

PAGE = 50
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """`state` is ``open`` or ``settled``; `due` is ``late`` or ``today``; `owner` a person's id."""

    state: str = "open"
    kind: str = ""
    shop: int | None = None
    owner: int | None = None
    due: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[OrderException]
    next: str


def visible(person: Person) -> QuerySet[OrderException]:
    return OrderException.objects.filter(access.where(person, "orders.view"))


def get(person: Person, pk: int) -> OrderException:
    """With its order, shop, parcel and owner; 404 where this person may not know of it."""
    joined = visible(person).select_related("order__shop", "order__customer", "shop", "owner", "parcel")
    found = joined.filter(pk=pk).first()
    if found is None:
        raise Http404("exception")
    return found


def filtered(person: Person, filters: Filters, at: datetime) -> QuerySet[OrderException]:
    """All that the filters let through, in no order."""
    found = visible(person).filter(settled_at__isnull=filters.state != "settled")
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.shop is not None:
        found = found.filter(shop=filters.shop)
    if filters.owner is not None:
        found = found.filter(owner=filters.owner)
    if filters.due == "late":
        found = found.filter(due_at__lt=at)
    elif filters.due == "today":
        found = found.filter(due_at__lt=clock.day_span(clock.business_day(at))[1])
    return _searched(found, filters.search.strip())


def _searched(found: QuerySet[OrderException], typed: str) -> QuerySet[OrderException]:
    """By order number, whole or its last six, or by a parcel's number."""
    if not typed:
        return found
    named = Q(order__platform_id=typed) | Q(parcel__number=typed)
    return found.filter(named | Q(order__number_tail=typed) if len(typed) == 6 else named)


def list_page(person: Person, filters: Filters, at: datetime, after: str = "", size: int = PAGE) -> Page:
    """Open ones by deadline, settled ones the newest first; shop by shop, so that each is read by its index."""
    settled = filters.state == "settled"
    key = keys.read(after)
    instant = "opened_at" if settled else "due_at"
    found: list[OrderException] = []
    for shop_id in _shops(person, filters.shop):
        rows = filtered(person, filters, at).filter(shop=shop_id).select_related("order", "shop", "owner", "parcel")
        found += keys.behind(rows, instant, key, newest_first=settled)[: size + 1]
    found.sort(key=lambda one: (getattr(one, instant), one.pk), reverse=settled)
    last = found[size - 1] if len(found) > size else None
    return Page(found[:size], keys.write(getattr(last, instant), last.pk) if last else "")


def _shops(person: Person, shop: int | None) -> list[int]:
    shops = Shop.objects.filter(access.where(person, "orders.view", "pk"))
    if shop is not None:
        shops = shops.filter(pk=shop)
    return list(shops.order_by("pk").values_list("pk", flat=True))


def count(person: Person, filters: Filters, at: datetime) -> int:
    """Counted no further than is worth showing."""
    return filtered(person, filters, at)[:MOST_COUNTED].count()


def counts_by_kind(person: Person) -> Mapping[str, int]:
    """How many are open of each kind."""
    open_ones = visible(person).filter(settled_at=None).values("kind").annotate(n=Count("pk"))
    return dict(open_ones.values_list("kind", "n"))


def owners(person: Person) -> list[Person]:
    """Those who have open ones in the shops this person sees."""
    with_some = visible(person).filter(settled_at=None).values("owner")
    return list(Person.objects.filter(pk__in=with_some).order_by("name", "pk"))


def known_kind(code: str) -> str:
    return code if any(kind.code == code for kind in kinds.all_kinds()) else ""
