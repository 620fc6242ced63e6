"""The list of orders: filters, search, a page by its key, and orders as rows for any list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from dangban.customers.models import Handle
from dangban.handbook.shapes import Flag
from dangban.lib import clock, keys, text
from dangban.orders import access
from dangban.orders.models import Order, OrderLine, OrderWord, Remark, Requirement
from dangban.orders.queries.marks import legend
from dangban.people.models import Person, Shop

PAGE = 50
MOST_COUNTED = 1000
MOST_FOUND = 2000
_FEW_SHOPS = 12


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; the same words as in its address."""

    shop: int | None = None
    status: str = ""
    refund: str = ""
    flag: str = ""
    since: date | None = None
    until: date | None = None
    search: str = ""
    wish: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """From an address; what makes no sense there is left out rather than failing."""
        return cls(
            shop=text.whole(given.get("shop", "")),
            status=given.get("status", "") if given.get("status") in Order.Status.values else "",
            refund=given.get("refund", "") if given.get("refund") in Order.Refund.values else "",
            flag=given.get("flag", "")[:20],
            since=_day(given.get("since", "")),
            until=_day(given.get("until", "")),
            search=given.get("q", "").strip()[:80],
            wish="open" if given.get("wish") == "open" else "",
        )

    def as_query(self, **changed: Any) -> dict[str, str]:
        """The address's query for these filters, with some of them changed; empty ones left out."""
        values = {
            "shop": self.shop,
            "status": self.status,
            "refund": self.refund,
            "flag": self.flag,
            "since": self.since,
            "until": self.until,
            "q": self.search,
            "wish": self.wish,
        } | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None)}


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    # Where the calendar begins and ends, reckoning with hours and time zones does too.
    return day if 2000 <= day.year < 2200 else None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """A line of the order list."""

    pk: int
    platform_id: str
    shop_name: str
    platform: str
    status: str
    refund: str
    flag: Flag | None
    flag_code: str
    total_fen: int
    paid_fen: int
    quantity: int
    created_at: datetime
    buyer: str
    receiver: str
    phone: str
    province: str
    city: str
    courier: str
    tracking_number: str
    titles: str
    remark: str
    wishes: int

    @property
    def status_label(self) -> str:
        return str(Order.Status(self.status).label)

    @property
    def refund_label(self) -> str:
        return str(Order.Refund(self.refund).label)


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[OrderRow]
    next: str = ""
    first: bool = True


def filtered(person: Person, filters: Filters) -> QuerySet[Order]:
    """Visible orders that pass the filters."""
    orders = access.visible_orders(person)
    exact = {"shop": filters.shop, "status": filters.status, "refund": filters.refund, "flag": filters.flag}
    orders = orders.filter(**{name: value for name, value in exact.items() if value not in ("", None)})
    if filters.since:
        orders = orders.filter(created_at__gte=clock.day_span(filters.since)[0])
    if filters.until:
        orders = orders.filter(created_at__lt=clock.day_span(filters.until)[1])
    if filters.wish:
        wishes = access.visible_requirements(person).filter(settled_at=None, order__isnull=False)
        orders = orders.filter(
            pk__in=list(wishes.order_by("-at").values_list("order", flat=True)[:MOST_FOUND])
        )
    return orders.filter(pk__in=found_ids(person, filters.search)) if filters.search else orders


def found_ids(person: Person, search: str) -> list[int]:
    """Ids of visible orders that a few characters may mean, at most 2,000 of each kind.

    An order or tracking number or its end, the end of a phone number, a buyer's name on the
    platform, words of a remark: one query by its own index each, for one query over all of them
    would read every order.
    """
    search = search.strip()
    visible = access.visible_orders(person)
    conditions = [Q(platform_id=search), Q(tracking_number=search)]
    if re.fullmatch(r"[0-9A-Za-z-]{6}", search):
        conditions.append(Q(number_tail=search))
    if re.fullmatch(r"\d{4}", search):
        conditions.append(Q(phone_tail=search))
    if re.fullmatch(r"\d{11}", search):
        conditions.append(Q(phone_tail=search[-4:], phone__contains=search))
    buyers = list(Handle.objects.filter(handle=search).values_list("customer", flat=True))
    if buyers:
        conditions.append(Q(customer__in=buyers))
    # Found first and looked through afterwards: asked together, the shop would be taken for the better index.
    found = {
        pk for one in conditions for pk in Order.objects.filter(one).values_list("pk", flat=True)[:MOST_FOUND]
    }
    found |= _by_words(search)
    return list(visible.filter(pk__in=found).values_list("pk", flat=True))


def _by_words(search: str) -> set[int]:
    words = [] if search.isascii() else text.bigrams(search)[:8]
    if not words:
        return set()
    hits = OrderWord.objects.filter(word=words[0])
    for word in words[1:]:
        hits = hits.filter(Exists(OrderWord.objects.filter(word=word, order=OuterRef("order"))))
    return set(hits.order_by("-order").values_list("order", flat=True)[:MOST_FOUND])


def list_page(person: Person, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """A page of the list, newest first; `after` is where the page before ended."""
    key = keys.read(after)
    found = _newest(person, filters, key, size + 1)
    following = keys.write(found[size - 1].created_at, found[size - 1].pk) if len(found) > size else ""
    return Page(rows_of(found[:size]), following, first=not key)


def _newest(person: Person, filters: Filters, key: keys.Key | None, size: int) -> list[Order]:
    """The newest orders that pass. With few shops each is asked by itself: an index gives each
    shop's orders in order of time, but none gives those of several shops so."""
    orders = keys.behind(filtered(person, filters).select_related("shop"), "created_at", key, newest_first=True)
    shops = [] if filters.shop or filters.search else _shops(person)
    if not 1 < len(shops) <= _FEW_SHOPS:
        return list(orders[:size])
    each = [order for shop in shops for order in orders.filter(shop=shop)[:size]]
    return sorted(each, key=lambda order: (order.created_at, order.pk), reverse=True)[:size]


def _shops(person: Person) -> list[int]:
    return list(Shop.objects.filter(access.where(person, "orders.view", "pk")).values_list("pk", flat=True))


def count(person: Person, filters: Filters) -> int:
    """How many there are, counted no further than is worth showing."""
    return filtered(person, filters).order_by()[:MOST_COUNTED].count()


def rows_of(orders: Sequence[Order]) -> list[OrderRow]:
    """List lines for these orders: their items, buyers, latest remarks and open wishes, four queries."""
    pks = [order.pk for order in orders]
    titles = _titles(pks)
    buyers = _buyers({order.customer_id for order in orders if order.customer_id})
    remarks = _latest_remarks(pks)
    wishes = dict(
        Requirement.objects.filter(order__in=pks, settled_at=None)
        .values("order")
        .annotate(n=Count("pk"))
        .values_list("order", "n")
    )
    flags = legend()
    return [
        OrderRow(
            pk=order.pk,
            platform_id=order.platform_id,
            shop_name=order.shop.name,
            platform=order.shop.platform,
            status=order.status,
            refund=order.refund,
            flag=flags.of(order.flag),
            flag_code=order.flag,
            total_fen=order.total_fen,
            paid_fen=order.paid_fen,
            quantity=order.quantity,
            created_at=order.created_at,
            buyer=buyers.get(order.customer_id or 0, ""),
            receiver=order.receiver,
            phone=order.phone,
            province=order.province,
            city=order.city,
            courier=order.courier,
            tracking_number=order.tracking_number,
            titles=titles.get(order.pk, ""),
            remark=remarks.get(order.pk) or order.platform_remark,
            wishes=wishes.get(order.pk, 0),
        )
        for order in orders
    ]


def _titles(orders: Sequence[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    lines = OrderLine.objects.filter(order__in=orders).order_by("order", "position")
    for order, title, variant, pieces in lines.values_list("order", "title", "variant", "quantity"):
        found.setdefault(order, []).append(
            f"{title} {variant}".strip() + (f" ×{pieces}" if pieces != 1 else "")
        )
    return {order: " + ".join(parts) for order, parts in found.items()}


def _buyers(customers: Iterable[int]) -> dict[int, str]:
    handles = Handle.objects.filter(customer__in=set(customers)).order_by("-pk")
    return dict(handles.values_list("customer", "handle"))


def _latest_remarks(orders: Sequence[int]) -> dict[int, str]:
    return dict(Remark.objects.filter(order__in=orders).order_by("pk").values_list("order", "text"))
