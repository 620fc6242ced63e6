"""Reads for the pages of the register: the list by key, one wait, what was waited for and what came of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Avg, Count, DateTimeField, F, FloatField, Func, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from dangban.backorders import access
from dangban.backorders.models import Attempt, Ordered, Wait
from dangban.customers import access as customers
from dangban.customers import queries as finding
from dangban.customers.models import Customer
from dangban.desk.models import Deadline
from dangban.lib import clock
from dangban.lib.listing import OPEN, OVER, StateFilters
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.shops.ports import StockNote, stock_of
from dangban.stock import queries as stock

PAGE = 50
MOST_COUNTED = 1000
MOST_REPORTED = 300
_MOST_FOUND = 150
STATES = (OPEN, *Wait.State.values, OVER)


@dataclass(frozen=True, slots=True)
class Row:
    wait: Wait
    stock: StockNote | None = None
    clock: Deadline | None = None

    @property
    def due_at(self) -> Any:
        return self.clock.due_at if self.clock else None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str = ""
    first: bool = True


def filtered(person: Person, filters: StateFilters) -> QuerySet[Wait]:
    waits = access.visible_waits(person)
    if filters.shop is not None:
        waits = waits.filter(shop=filters.shop)
    if filters.mine:
        waits = waits.filter(owner=person)
    if filters.search:
        waits = waits.filter(_found(person, filters.search))
    return waits.filter(_state(filters.state))


def _state(state: str) -> Q:
    if state == OPEN:
        return Q(state__in=Wait.OPEN)
    return ~Q(state__in=Wait.OPEN) if state == OVER else Q(state=state)


def _found(person: Person, typed: str) -> Q:
    """By the code or name of goods, or by customer as customers are searched everywhere."""
    skus = Sku.objects.filter(access.where(person)).filter(Q(code__istartswith=typed) | Q(product__title__icontains=typed))
    who = customers.visible_customers(person).filter(finding.found_by(typed)) if person.can("customers.view") else Customer.objects.none()
    return Q(sku__in=list(skus.values_list("pk", flat=True)[:_MOST_FOUND])) | Q(customer__in=list(who.values_list("pk", flat=True)[:_MOST_FOUND]))


def list_page(person: Person, filters: StateFilters, after: str = "", size: int = PAGE) -> Page:
    """A page, newest first, read shop by shop along an index; `after` is the key of the last line before it."""
    key = int(after) if re.fullmatch(r"\d{1,17}", after) else 0
    found: list[int] = []
    states = Wait.OPEN if filters.state == OPEN else (*Wait.LOST, Wait.State.BOUGHT) if filters.state == OVER else (filters.state,)
    base = filtered(person, filters)
    base = base.filter(pk__lt=key) if key else base
    if filters.search or filters.mine:
        found = list(base.order_by("-pk").values_list("pk", flat=True)[: size + 1])
    else:
        shops = [filters.shop] if filters.shop is not None else list(access.visible_shops(person).values_list("pk", flat=True))
        for shop in shops:
            for state in states:
                found += base.filter(shop=shop, state=state).order_by("-pk").values_list("pk", flat=True)[: size + 1]
        found = sorted(found, reverse=True)[: size + 1]
    rows = rows_of(found[:size])
    return Page(rows, str(found[size - 1]) if len(found) > size else "", not key)


def rows_of(pks: Sequence[int]) -> list[Row]:
    waits = Wait.objects.filter(pk__in=pks).select_related("shop", "customer", "sku__product", "gets__product", "owner").order_by("-pk")
    found = list(waits)
    notes = stock_of(sorted({wait.gets_id for wait in found}))
    clocks = clocks_of(pks)
    return [Row(wait, notes.get(wait.gets_id), clocks.get(wait.pk)) for wait in found]


def clocks_of(pks: Sequence[int]) -> dict[int, Deadline]:
    running = Deadline.objects.filter(subject_kind="backorders.wait", subject_id__in=pks, met_at=None, cancelled_at=None)
    return {one.subject_id: one for one in running}


def count(person: Person, filters: StateFilters) -> int:
    """How many fit, counted no further than is worth showing."""
    return filtered(person, filters).order_by()[:MOST_COUNTED].count()


# ---- One wait --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """A wait with what is known of its goods, of those that would do instead, and of what was said."""

    row: Row
    attempts: list[Attempt]
    other: StockNote | None
    ahead: int
    expected: Any
    ordered: Ordered | None


def card(wait: Wait) -> Card:
    """Seven queries."""
    other = wait.other_id
    notes = stock_of([pk for pk in (wait.gets_id, other) if pk])
    before = Wait.objects.filter(gets=wait.gets_id, state=Wait.State.WAITING, registered_at__lt=wait.registered_at).exclude(pk=wait.pk)
    return Card(
        Row(wait, notes.get(wait.gets_id), clocks_of([wait.pk]).get(wait.pk)),
        list(wait.attempts.select_related("person").order_by("-ordinal")),
        notes.get(other) if other else None,
        before.aggregate(pieces=Sum(F("quantity") - F("ready")))["pieces"] or 0 if wait.state == Wait.State.WAITING else 0,
        stock.next_arrivals([wait.gets_id]).get(wait.gets_id),
        Ordered.objects.filter(wait=wait, settled_at=None).select_related("order").first(),
    )


def open_of(person: Person, customer_id: int, shop_id: int) -> list[Row]:
    """What a customer waits for in a shop, newest first, and what is over since lately."""
    waits = access.visible_waits(person).filter(customer=customer_id, shop=shop_id).order_by("-pk")
    return rows_of(list(waits.values_list("pk", flat=True)[:12]))


# ---- What was waited for, and what came of it ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waited:
    """Of one SKU: how many were waited for by customers registered in a stretch of days, and what came of it."""

    sku: Sku
    customers: int
    pieces: int
    waiting: int
    ready: int
    bought: int
    recovered_fen: int
    lost: int
    lost_pieces: int
    # On average until all of it lay there, or until it was over.
    days: float


@dataclass(slots=True)
class Earned:
    """What one person's register brought in."""

    person: Person
    registered: int
    bought: int
    recovered_fen: int
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    skus: list[Waited]
    people: list[Earned]
    total: Mapping[str, Any] = field(default_factory=dict)


_BOUGHT, _LOST = Q(state=Wait.State.BOUGHT), Q(state__in=Wait.LOST)
_FIGURES: dict[str, Any] = {
    "customers": Count("pk"),
    "pieces": Sum("quantity"),
    "waiting": Sum("quantity", filter=Q(state=Wait.State.WAITING), default=0),
    "ready": Sum("quantity", filter=Q(state__in=Wait.HELD), default=0),
    "bought": Count("pk", filter=_BOUGHT),
    "recovered_fen": Sum("recovered_fen", default=0),
    "lost": Count("pk", filter=_LOST),
    "lost_pieces": Sum("quantity", filter=_LOST, default=0),
}


class _Days(Func):
    """Days from the second instant to the first. Django's own difference calls Python for every row on SQLite."""

    arity = 2
    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="(julianday(%(expressions)s))", arg_joiner=") - julianday(", **more)

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template="(EXTRACT(EPOCH FROM %(expressions)s) / 86400)::float8", arg_joiner=" - ", **more)


def report(person: Person, since: date, until: date, shop: int | None = None) -> Report:
    """Customers registered on these days, both included, by SKU and by who registered them (five queries)."""
    waits = access.visible_waits(person).filter(business_day__range=(since, until))
    if shop is not None:
        waits = waits.filter(shop=shop)
    grouped: Any = waits.values("sku")
    waited = _Days(Coalesce("ready_at", "closed_at", Value(clock.now(), DateTimeField())), "registered_at")
    by_sku: list[dict[str, Any]] = list(grouped.annotate(**_FIGURES, days=Avg(waited)).order_by("-pieces", "sku")[:MOST_REPORTED])
    names = Sku.objects.select_related("product", "shop").in_bulk([row["sku"] for row in by_sku])
    skus = [Waited(**row | {"sku": names[row["sku"]], "days": round(row["days"], 1)}) for row in by_sku]
    chosen = {name: _FIGURES[name] for name in ("customers", "bought", "recovered_fen", "lost")}
    earned: Any = waits.values("registered_by").annotate(**chosen).order_by("-recovered_fen", "registered_by")
    by_person: list[dict[str, Any]] = list(earned)
    people = Person.objects.in_bulk([row["registered_by"] for row in by_person])
    credited = [Earned(people[row["registered_by"]], row["customers"], row["bought"], row["recovered_fen"], row["lost"]) for row in by_person]
    return Report(skus, credited, waits.aggregate(**_FIGURES))
