"""Reads about customers: lists, one profile, who may be the same person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.customers import access, identity, ports, rules
from dangban.customers.models import Customer, CustomerShop, Handle, Merge, RiskMark, Tag
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import clock
from dangban.people.access import scope
from dangban.people.models import Person

PAGE = 50
MOST_FOUND = 1000
STANDINGS = {
    "new": pgettext_lazy("customer", "New"),
    "returning": pgettext_lazy("customer", "Returning"),
    "vip": pgettext_lazy("customer", "VIP"),
    "lapsed": pgettext_lazy("customer", "Lapsed"),
}
RISKS = {
    "disputes": gettext_lazy("Habitual disputes"),
    "malicious_reviews": gettext_lazy("Malicious reviews"),
    "false_claims": gettext_lazy("False claims"),
    "never_pays": gettext_lazy("Orders and never pays"),
    "abuse": gettext_lazy("Abuse"),
    "other": pgettext_lazy("risk", "Other"),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; the same words as in its address."""

    shop: int | None = None
    tag: str = ""
    risk: str = ""
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        return cls(
            shop=int(given["shop"]) if re.fullmatch(r"\d{1,17}", given.get("shop", "")) else None,
            tag=given.get("tag", "")[:30],
            risk="open" if given.get("risk") == "open" else "",
            search=given.get("q", "").strip()[:80],
        )

    def as_query(self, **changed: Any) -> dict[str, str]:
        values = {"shop": self.shop, "tag": self.tag, "risk": self.risk, "q": self.search} | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A line of the list; figures are those of the shops its reader may see."""

    pk: int
    name: str
    handles: list[str]
    phone: str
    orders: int
    spent_fen: int
    last_order_at: datetime | None
    standing: Decision
    tags: list[str]
    risks: int

    @property
    def standing_label(self) -> str:
        return str(STANDINGS[self.standing.outcome])


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[CustomerRow]
    next: str = ""
    first: bool = True


def filtered(person: Person, filters: Filters) -> QuerySet[Customer]:
    """Visible customers that pass the filters."""
    customers = access.visible_customers(person)
    if filters.shop is not None:
        dealt = CustomerShop.objects.filter(access.where(person, "customers.view"), shop=filters.shop)
        customers = customers.filter(Exists(dealt.filter(customer=OuterRef("pk"))))
    if filters.tag:
        tags = visible_tags(person).filter(text=filters.tag, customer=OuterRef("pk"))
        customers = customers.filter(Exists(tags))
    if filters.risk:
        marks = visible_risks(person).filter(customer=OuterRef("pk"))
        customers = customers.filter(Exists(_open(marks, clock.business_day(clock.now()))))
    return customers.filter(found_by(filters.search)) if filters.search else customers


def found_by(search: str) -> Q:
    """A name on a platform (or how it begins), a customer's name, a phone number or its last four."""
    ids = set(
        _beginning(Handle.objects.all(), "handle", search).values_list("customer", flat=True)[:MOST_FOUND]
    )
    ids |= set(_beginning(Customer.objects.all(), "name", search).values_list("pk", flat=True)[:MOST_FOUND])
    if re.fullmatch(r"\d{4}", search):
        ids |= set(Customer.objects.filter(phone_tail=search).values_list("pk", flat=True)[:MOST_FOUND])
    digest = identity.phone_digest(search)
    if digest:
        ids |= set(Customer.objects.filter(phone_digest=digest).values_list("pk", flat=True)[:MOST_FOUND])
    return Q(pk__in=ids)


Found = TypeVar("Found", bound=Model)


def _beginning(rows: QuerySet[Found], name: str, search: str) -> QuerySet[Found]:
    """Rows whose `name` begins so, by its index: SQLite's LIKE folds case and would read them all,
    PostgreSQL has an index for LIKE and compares ranges by the language."""
    if connection.vendor == "sqlite":
        return rows.filter(**{f"{name}__gte": search, f"{name}__lt": search + "\U0010ffff"})
    return rows.filter(**{f"{name}__startswith": search})


def visible_tags(person: Person) -> QuerySet[Tag]:
    """Tags of visible shops, and those that hold for all."""
    return Tag.objects.filter(Q(shop=None) | access.where(person, "customers.view"))


def visible_risks(person: Person) -> QuerySet[RiskMark]:
    """Risk marks of visible shops that this person's clearance allows."""
    marks = RiskMark.objects.filter(Q(shop=None) | access.where(person, "customers.view"))
    return marks.filter(Q(confidentiality__lte=scope(person).clearance) | Q(by=person))


def _open(marks: QuerySet[RiskMark], today: date) -> QuerySet[RiskMark]:
    return marks.filter(lifted_at=None, expires_on__gt=today)


def list_page(person: Person, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """A page of customers, those known last first; `after` is the last key of the page before."""
    customers = filtered(person, filters).order_by("-pk")
    if re.fullmatch(r"\d{1,17}", after):
        customers = customers.filter(pk__lt=int(after))
    found = list(customers[: size + 1])
    return Page(
        rows_of(person, found[:size]), str(found[size - 1].pk) if len(found) > size else "", not after
    )


def rows_of(person: Person, customers: Sequence[Customer]) -> list[CustomerRow]:
    """List lines: handles, figures, tags and open risk marks, four queries for all."""
    pks = [customer.pk for customer in customers]
    handles: dict[int, list[str]] = {}
    for pk, handle in (
        Handle.objects.filter(customer__in=pks).order_by("pk").values_list("customer", "handle")
    ):
        handles.setdefault(pk, []).append(handle)
    figures = figures_of(person, pks)
    tags: dict[int, list[str]] = {}
    for pk, text in (
        visible_tags(person).filter(customer__in=pks).order_by("pk").values_list("customer", "text")
    ):
        tags.setdefault(pk, []).append(text)
    today = clock.business_day(clock.now())
    risks: dict[int, int] = {}
    for pk in _open(visible_risks(person).filter(customer__in=pks), today).values_list("customer", flat=True):
        risks[pk] = risks.get(pk, 0) + 1
    rulebook, now = in_force(), clock.now()
    nothing = rules.Bought(0, 0, None)
    recent = ports.bought_since(person, pks, rules.counted_since(rulebook, now))
    return [
        CustomerRow(
            customer.pk,
            customer.name,
            handles.get(customer.pk, []),
            customer.phone,
            (bought := figures.get(customer.pk, nothing)).orders,
            bought.spent_fen,
            bought.last_order_at,
            rules.standing(_counting(bought, recent, customer.pk), rulebook, now),
            tags.get(customer.pk, []),
            risks.get(customer.pk, 0),
        )
        for customer in customers
    ]


def _counting(bought: rules.Bought, recent: dict[int, rules.Bought] | None, pk: int) -> rules.Bought:
    """What counts for the standing: orders within the handbook's days, and when the last one ever was."""
    if recent is None:
        return bought
    within = recent.get(pk, rules.Bought(0, 0, None))
    return rules.Bought(within.orders, within.spent_fen, bought.last_order_at)


def figures_of(person: Person, customers: Sequence[int]) -> dict[int, rules.Bought]:
    """What each bought in the shops this person sees."""
    rows = CustomerShop.objects.filter(access.where(person, "customers.view"), customer__in=customers)
    found: dict[int, rules.Bought] = {}
    for pk, orders, spent, last in rows.values_list("customer", "orders", "spent_fen", "last_order_at"):
        before = found.get(pk, rules.Bought(0, 0, None))
        later = max((at for at in (before.last_order_at, last) if at is not None), default=None)
        found[pk] = rules.Bought(before.orders + orders, before.spent_fen + spent, later)
    return found


@dataclass(frozen=True, slots=True)
class Profile:
    """All that a person may know of a customer."""

    customer: Customer
    row: CustomerRow
    handles: list[Handle]
    addresses: list[Any]
    tags: list[Tag]
    risks: list[RiskMark]
    shops: list[CustomerShop]
    merges: list[Merge]
    alike: list[Customer]


def profile(person: Person, customer: Customer) -> Profile:
    """One customer for their page."""
    shop_rows = CustomerShop.objects.filter(access.where(person, "customers.view"), customer=customer)
    return Profile(
        customer=customer,
        row=rows_of(person, [customer])[0],
        handles=list(customer.handles.order_by("platform", "pk")),
        addresses=list(customer.addresses.order_by("-last_used_at")[:10]),
        tags=list(visible_tags(person).filter(customer=customer).select_related("by").order_by("pk")),
        risks=list(
            visible_risks(person).filter(customer=customer).select_related("by", "lifted_by").order_by("-pk")
        ),
        shops=list(shop_rows.select_related("shop").order_by("-last_order_at")),
        merges=list(
            Merge.objects.filter(kept=customer).select_related("merged", "by", "undone_by").order_by("-pk")
        ),
        alike=alike(person, customer),
    )


def alike(person: Person, customer: Customer) -> list[Customer]:
    """Other visible customers with the same phone number: perhaps the same person."""
    if not customer.phone_digest:
        return []
    same = access.visible_customers(person).filter(phone_digest=customer.phone_digest).exclude(pk=customer.pk)
    return list(same.order_by("-pk")[:5])


def is_open(mark: RiskMark, today: date) -> bool:
    """Whether a risk mark still holds."""
    return mark.lifted_at is None and mark.expires_on > today


def tags_in_use(person: Person, limit: int = 12) -> list[str]:
    """Tags to filter by, the newest first."""
    return list(dict.fromkeys(visible_tags(person).order_by("-pk").values_list("text", flat=True)[:200]))[
        :limit
    ]
