"""Reads for the pages of stock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import clock
from dangban.people.models import Person
from dangban.shops import queries as shops
from dangban.shops.models import Sku
from dangban.stock import access, rules
from dangban.stock.models import (
    Alert,
    Balance,
    Expected,
    Level,
    Movement,
    Reservation,
    Shortage,
    ShortageList,
    Warehouse,
)

PAGE = 50
LEDGER = 40
_MOST_FOUND = 150
STATES = ("out", "free", "held", "unreleased")


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; the same words as in its address."""

    shop: int | None = None
    warehouse: int | None = None
    state: str = ""
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        def number(name: str) -> int | None:
            return int(given[name]) if re.fullmatch(r"\d{1,17}", given.get(name, "")) else None

        state = given.get("state", "")
        return cls(number("shop"), number("warehouse"), state if state in STATES else "", given.get("q", "").strip()[:80])

    def as_query(self, **changed: Any) -> dict[str, str]:
        values = {"shop": self.shop, "warehouse": self.warehouse, "state": self.state, "q": self.search} | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Level]
    next: str = ""
    first: bool = True
    expected: Mapping[int, Expected] = field(default_factory=dict)


def filtered(person: Person, filters: Filters) -> QuerySet[Level]:
    levels = access.visible_levels(person)
    if filters.shop is not None:
        levels = levels.filter(shop=filters.shop)
    if filters.warehouse is not None:
        levels = levels.filter(warehouse=filters.warehouse)
    levels = levels.filter(_STATES.get(filters.state, Q()))
    return levels.filter(sku__in=_found(person, filters)) if filters.search else levels


_STATES = {
    "out": Q(good__lte=F("reserved")),
    "free": Q(good__gt=F("reserved")),
    "held": Q(reserved__gt=0),
    "unreleased": Q(unreleased__gt=0),
}


def _found(person: Person, filters: Filters) -> list[int]:
    """SKUs that fit what was typed: a code or how it begins, else as goods are searched everywhere."""
    codes = access.visible_skus(person).filter(code__istartswith=filters.search)
    ids = set(codes.values_list("pk", flat=True)[:_MOST_FOUND])
    hits = shops.find_products(person, filters.search, shop_id=filters.shop, limit=_MOST_FOUND)
    return sorted(ids | {hit.sku for hit in hits if hit.sku is not None})


def list_page(person: Person, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """A page of the list, newest goods first; `after` is the key of the last line before it."""
    levels = filtered(person, filters).select_related("sku__product", "warehouse", "shop").order_by("-pk")
    key = int(after) if re.fullmatch(r"\d{1,17}", after) else 0
    found = list((levels.filter(pk__lt=key) if key else levels)[: size + 1])
    rows = found[:size]
    following = str(rows[-1].pk) if len(found) > size else ""
    return Page(rows, following, not key, next_arrivals([row.sku_id for row in rows]))


def next_arrivals(skus: Sequence[int]) -> dict[int, Expected]:
    """The earliest open arrival of each."""
    found: dict[int, Expected] = {}
    for row in Expected.objects.filter(sku__in=skus, closed="").order_by("expected_on", "pk"):
        found.setdefault(row.sku_id, row)
    return found


# ---- One SKU ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that is known of the stock of one SKU."""

    levels: list[Level]
    balances: list[Balance]
    reservations: list[Reservation]
    expected: list[Arrival]
    alerts: list[Alert]
    shortage: Shortage | None
    version: int

    @property
    def free(self) -> int:
        return sum(level.available for level in self.levels)

    @property
    def good(self) -> int:
        return sum(level.good for level in self.levels)

    @property
    def reserved(self) -> int:
        return sum(level.reserved for level in self.levels)

    @property
    def unreleased(self) -> int:
        return sum(level.unreleased for level in self.levels)

    @property
    def waited_for(self) -> int:
        return sum(one.missing for one in self.reservations)


def card(sku: Sku) -> Card:
    """Seven queries."""
    levels = list(Level.objects.filter(sku=sku).select_related("warehouse").order_by("warehouse__name"))
    balances = Balance.objects.filter(sku=sku, quantity__gt=0).select_related("zone__warehouse", "batch")
    today = clock.business_day(clock.now())
    return Card(
        levels,
        list(balances.order_by("zone__warehouse__name", "zone__code", "batch__expires_on")),
        list(Reservation.objects.filter(sku=sku, outcome="").order_by("at", "pk")[:100]),
        arrivals_of(Expected.objects.filter(sku=sku, closed="").order_by("expected_on", "pk")),
        list(Alert.objects.filter(sku=sku, over_at=None).order_by("pk")),
        Shortage.objects.filter(sku=sku, over_at=None, list__day=today).select_related("list").first(),
        Movement.objects.filter(sku=sku).order_by("-pk").values_list("pk", flat=True).first() or 0,
    )


def ledger(sku: Sku, before: str = "") -> tuple[list[Movement], set[int], str]:
    """Lines of the ledger, newest first, which of them were taken back, and the key of the next page."""
    rows = Movement.objects.filter(sku=sku).select_related("source__warehouse", "target__warehouse", "batch").order_by("-pk")
    if re.fullmatch(r"\d{1,17}", before):
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: LEDGER + 1])
    # Not by a join: SQLite would join all lines of the goods before it takes the first ones.
    undone = set(Movement.objects.filter(corrects__in=[line.pk for line in found]).values_list("corrects", flat=True))
    return found[:LEDGER], {pk for pk in undone if pk}, str(found[LEDGER - 1].pk) if len(found) > LEDGER else ""


# ---- Arrivals --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """An expected arrival with what the rules say of its date."""

    row: Expected
    decision: Decision

    @property
    def is_late(self) -> bool:
        return self.decision.outcome == "late"

    @property
    def moved_days(self) -> int:
        return (self.row.expected_on - self.row.first_expected_on).days


def arrivals_of(rows: QuerySet[Expected]) -> list[Arrival]:
    today, rulebook = clock.business_day(clock.now()), in_force()
    found = rows.select_related("warehouse", "sku__product", "shop")
    return [Arrival(row, rules.late(row.expected_on, today, rulebook)) for row in found]


def arrivals(person: Person, which: str, after: str = "") -> tuple[list[Arrival], str]:
    """Open ones by date, or those that are closed; a page and the key of the next one."""
    rows = access.visible_expected(person)
    match = re.fullmatch(r"(\d{4}-\d\d-\d\d)-(\d{1,17})", after)
    if which == "closed":
        rows = rows.exclude(closed="").order_by("-expected_on", "-pk")
        if match:
            rows = rows.filter(Q(expected_on__lt=match[1]) | Q(expected_on=match[1], pk__lt=int(match[2])))
    else:
        rows = rows.filter(closed="").order_by("expected_on", "pk")
        if match:
            rows = rows.filter(Q(expected_on__gt=match[1]) | Q(expected_on=match[1], pk__gt=int(match[2])))
    found = arrivals_of(rows[: PAGE + 1])
    last = found[PAGE - 1].row if len(found) > PAGE else None
    return found[:PAGE], f"{last.expected_on}-{last.pk}" if last else ""


# ---- The day's list --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Draft:
    """A line that the warehouse may publish: what is out, until when, and whether it is on the list."""

    sku: Sku
    free: int
    expected_on: date | None
    note: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A warehouse's list of the day: what was published and what the figures say should be on it."""

    warehouse: Warehouse
    published: ShortageList | None
    lines: list[Shortage]
    draft: list[Draft]
    decision: Decision


def sheets(person: Person, at: datetime, *, drafts: bool) -> list[Sheet]:
    today, rulebook = clock.business_day(at), in_force(at)
    decision = rules.shortages_due(clock.local(at).time(), rulebook)
    warehouses = list(access.visible_warehouses(person))
    lists = {
        one.warehouse_id: one for one in ShortageList.objects.filter(day=today, warehouse__in=[one.pk for one in warehouses])
    }
    lines = Shortage.objects.filter(access.where(person), list__in=[one.pk for one in lists.values()])
    by_list: dict[int, list[Shortage]] = {}
    for line in lines.select_related("sku__product", "shop").order_by("over_at", "expected_on", "pk"):
        by_list.setdefault(line.list_id, []).append(line)
    found = []
    for warehouse in warehouses:
        kept = lists.get(warehouse.pk)
        said = by_list.get(kept.pk, []) if kept else []
        found.append(Sheet(warehouse, kept, said, _draft(person, warehouse, said) if drafts else [], decision))
    return found


def _draft(person: Person, warehouse: Warehouse, said: Sequence[Shortage]) -> list[Draft]:
    """What is on sale and has nothing free here, with what was said of it; and what else was said."""
    open_ones = {line.sku_id: line for line in said if line.over_at is None}
    levels = Level.objects.filter(
        access.where(person, "stock.keep"), warehouse=warehouse, good__lte=F("reserved"), sku__listed=True,
        sku__product__listed=True,
    )  # fmt: skip
    out = list(levels.select_related("sku__product").order_by("sku__product__title", "sku__name")[:_MOST_FOUND])
    coming = next_arrivals([level.sku_id for level in out])
    drafts = []
    for level in out:
        line = open_ones.pop(level.sku_id, None)
        day = coming[level.sku_id].expected_on if level.sku_id in coming else None
        drafts.append(
            Draft(level.sku, level.available, line.expected_on if line else day, line.note if line else "", line is not None)
        )
    drafts += [Draft(line.sku, 0, line.expected_on, line.note, True) for line in open_ones.values()]
    return drafts


# ---- Alerts ----------------------------------------------------------------------------------


def alert_counts(person: Person) -> dict[str, int]:
    rows = access.visible_alerts(person).order_by().values("kind").annotate(n=Count("pk")).values_list("kind", "n")
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Look:
    """An alert with what is free of its goods now."""

    alert: Alert
    free: int


def alerts(person: Person, kind: str, after: str = "") -> tuple[list[Look], str]:
    rows = access.visible_alerts(person).filter(kind=kind).select_related("sku__product", "shop").order_by("-pk")
    if re.fullmatch(r"\d{1,17}", after):
        rows = rows.filter(pk__lt=int(after))
    found = list(rows[: PAGE + 1])
    levels = Level.objects.filter(sku__in=[row.sku_id for row in found]).values("sku").annotate(free=Sum(F("good") - F("reserved")))
    free = dict(levels.values_list("sku", "free"))
    looks = [Look(row, free.get(row.sku_id, 0)) for row in found[:PAGE]]
    return looks, str(found[PAGE - 1].pk) if len(found) > PAGE else ""
