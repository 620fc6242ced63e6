"""What orders of some days add up to: paid and unpaid, refunds by province and day, contacts that led to payment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from dangban.lib import clock
from dangban.orders import access
from dangban.orders.models import Contact, Order
from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Figures:
    """`paid` counts orders with a time of payment; `unpaid_fen` is the value of those without."""

    orders: int = 0
    paid: int = 0
    paid_fen: int = 0
    unpaid_fen: int = 0
    refunded_fen: int = 0

    @property
    def paid_rate(self) -> float | None:
        return self.paid / self.orders if self.orders else None

    @property
    def refund_share(self) -> float | None:
        """What went back of what was paid."""
        return self.refunded_fen / self.paid_fen if self.paid_fen else None


@dataclass(frozen=True, slots=True)
class Worth:
    """How many orders were contacted, and how many of them were paid after this contact."""

    name: str
    contacts: int
    orders: int
    paid: int
    paid_fen: int

    @property
    def conversion(self) -> float | None:
        return self.paid / self.orders if self.orders else None


_SUMS: dict[str, Any] = {
    "orders": Count("pk"),
    "paid": Count("pk", filter=Q(paid_at__isnull=False)),
    "paid_fen": Coalesce(Sum("paid_fen"), 0),
    "unpaid_fen": Coalesce(Sum("total_fen", filter=Q(paid_at=None)), 0),
    "refunded_fen": Coalesce(Sum("refunded_fen"), 0),
}


def total(person: Person, since: date, until: date, shop: int | None = None) -> Figures:
    """Of orders placed on these days, both included."""
    return Figures(**_placed(person, since, until, shop).aggregate(**_SUMS))


def by_province(person: Person, since: date, until: date, shop: int | None = None) -> dict[str, Figures]:
    return _split(_placed(person, since, until, shop), "province")


def by_day(person: Person, since: date, until: date, shop: int | None = None) -> dict[date, Figures]:
    return _split(_placed(person, since, until, shop), "business_day")


def _split(orders: QuerySet[Order], name: str) -> dict[Any, Figures]:
    rows = orders.order_by(name).values(name).annotate(**{f"n_{key}": one for key, one in _SUMS.items()})
    return {row[name]: Figures(**{key: row[f"n_{key}"] for key in _SUMS}) for row in rows}


def _placed(person: Person, since: date, until: date, shop: int | None) -> QuerySet[Order]:
    orders = access.visible_orders(person).filter(
        purpose=Order.Purpose.SALE, created_at__gte=clock.day_span(since)[0], created_at__lt=clock.day_span(until)[1]
    )
    return (orders if shop is None else orders.filter(shop=shop)).order_by()


def by_person(person: Person, since: date, until: date, shop: int | None = None) -> list[Worth]:
    """Whose contacts led to payment: a payment counts for the last contact before it, once."""
    return _worth(_contacts(person, since, until, shop), "person", "person__name")


def by_script(person: Person, since: date, until: date, shop: int | None = None) -> list[Worth]:
    scripted = _contacts(person, since, until, shop).filter(script_id__isnull=False)
    return _worth(scripted, "script_id", "script_title")


def _contacts(person: Person, since: date, until: date, shop: int | None) -> QuerySet[Contact]:
    rows = Contact.objects.filter(
        access.where(person, "orders.view"), at__gte=clock.day_span(since)[0], at__lt=clock.day_span(until)[1]
    )
    return (rows if shop is None else rows.filter(shop=shop)).order_by()


def _worth(contacts: QuerySet[Contact], key: str, name: str) -> list[Worth]:
    rows = contacts.values_list(key, name).annotate(
        n=Count("pk"),
        orders=Count("follow_up", distinct=True),
        paid=Count("pk", filter=Q(paid_at__isnull=False)),
        fen=Coalesce(Sum("paid_fen"), 0),
    )
    found = [Worth(name, n, orders, paid, fen) for _key, name, n, orders, paid, fen in rows]
    return sorted(found, key=lambda one: (-one.paid, -one.orders, one.name))
