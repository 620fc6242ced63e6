"""Reads for the desk of after-sales: its list, its numbers, what a search finds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from dangban.aftersales import access
from dangban.aftersales.models import Case, CaseLine, InboundParcel
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.lib import keys, text
from dangban.orders.models import Order, Parcel
from dangban.people.access import people_of_shops, people_who_may
from dangban.people.models import Person, Shop

PAGE = 50
MOST_COUNTED = 1000
MOST_ALIKE = 300
# Tabs by whom a case waits for; two of them hold several parties.
WAITING = {
    "agent": ("agent",), "customer": ("customer",), "warehouse": ("warehouse", "workshop"), "finance": ("finance",),
    "approver": ("approver",), "others": ("courier", "platform"),
}  # fmt: skip
WHICH = ("mine", *WAITING, "late", "all", "over")
# Whose work it is beside the agent's, by permission.
_PARTS = {"warehouse": "aftersales.receive", "workshop": "aftersales.inspect", "finance": "aftersales.pay", "approver": "aftersales.approve"}
# A settled case only waits for its time to pass: that is nobody's work.
_RESTING = ("settled",)
_NO_TIME = datetime(9999, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"SH0*(\d{1,12})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Filters:
    which: str = "mine"
    shop: int | None = None
    kind: str = ""
    reason: str = ""
    owner: int | None = None
    severe: bool = False
    search: str = ""

    @classmethod
    def read(cls, given: QueryDict) -> Filters:
        which, kind, reason = given.get("which", ""), given.get("kind", ""), given.get("reason", "")
        return cls(
            which=which if which in WHICH else "mine",
            shop=text.whole(given.get("shop", "")),
            kind=kind if kind in Case.Kind.values else "",
            reason=reason if reason in REASONS else "",
            owner=text.whole(given.get("owner", "")),
            severe=given.get("severe") == "1",
            search=given.get("q", "")[:80].replace("\x00", "").strip(),
        )

    def as_query(self, **changed: Any) -> dict[str, str]:
        held = replace(self, **changed)
        said = {
            "which": "" if held.which == "mine" else held.which, "shop": held.shop, "kind": held.kind, "reason": held.reason,
            "owner": held.owner, "severe": "1" if held.severe else "", "q": held.search,
        }  # fmt: skip
        return {name: str(value) for name, value in said.items() if value}

    @property
    def narrows(self) -> bool:
        return bool(self.shop or self.kind or self.reason or self.owner or self.severe or self.search)


@dataclass(frozen=True, slots=True)
class Row:
    case: Case
    goods: str
    pieces: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str


def list_page(person: Person, filters: Filters, at: datetime, after: str = "", size: int = PAGE) -> Page:
    """What is due first comes first, what is over the newest first; every part is read by its index. A search finds by number."""
    if filters.search:
        return Page(_rows(list(searched(person, filters.search).order_by("-opened_at", "-pk")[:size])), "")
    over = filters.which == "over"
    field = "opened_at" if over else "due_at"
    key = keys.read(after)
    # The keys alone first: with the joins a planner may begin elsewhere and sort all of them.
    found: set[tuple[datetime, int]] = set()
    for some in _parts(person, filters, at):
        rows = keys.behind(some, field, key, newest_first=over).values_list(field, "pk")[: size + 1]
        found |= {(instant or _NO_TIME, pk) for instant, pk in rows}
    ordered = sorted(found, reverse=over)
    cases = _joined(Case.objects.filter(pk__in=[pk for _instant, pk in ordered[:size]])).in_bulk()
    return Page(_rows([cases[pk] for _instant, pk in ordered[:size] if pk in cases]), keys.write(*ordered[size - 1]) if len(ordered) > size else "")


def count(person: Person, filters: Filters, at: datetime) -> int:
    """Counted no further than is worth showing."""
    if filters.search:
        return searched(person, filters.search).count()
    total = 0
    for some in _parts(person, filters, at):
        total += some[: MOST_COUNTED - total].count() if total < MOST_COUNTED else 0
    return total


def counts(person: Person, shop: int | None, at: datetime) -> Mapping[str, int]:
    """How many are in each tab, no further than is worth showing; but for all and those that are over."""
    rows = Case.objects.filter(shop__in=_shops(person, shop), closed_at=None)
    told = {which: rows.filter(waits_for__in=parties)[:MOST_COUNTED].count() for which, parties in WAITING.items()}
    told["late"] = rows.filter(due_at__lt=at)[:MOST_COUNTED].count()
    told["mine"] = count(person, Filters(shop=shop), at)
    return told


def _parts(person: Person, filters: Filters, at: datetime) -> Iterator[QuerySet[Case]]:
    """The list as queries that each go along one index."""
    for shop_id in _shops(person, filters.shop):
        rows = _narrowed(Case.objects.filter(shop=shop_id), filters)
        if filters.which == "over":
            yield rows.filter(closed_at__isnull=False)
            continue
        rows = rows.filter(closed_at=None)
        if filters.which == "all":
            yield rows
        elif filters.which == "late":
            yield rows.filter(due_at__lt=at)
        elif filters.which == "mine":
            yield from _mine(person, shop_id, rows)
        else:
            yield from (rows.filter(waits_for=party) for party in WAITING[filters.which])


def _mine(person: Person, shop_id: int, rows: QuerySet[Case]) -> Iterator[QuerySet[Case]]:
    yield rows.filter(owner=person, waits_for="agent").exclude(state__in=_RESTING)
    for party, permission in _PARTS.items():
        if person.can(permission, shop=shop_id):
            yield rows.filter(waits_for=party)


def _narrowed(rows: QuerySet[Case], filters: Filters) -> QuerySet[Case]:
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.reason:
        rows = rows.filter(reason=filters.reason)
    if filters.owner is not None:
        rows = rows.filter(owner=filters.owner)
    return rows.filter(severe=True) if filters.severe else rows


def searched(person: Person, typed: str) -> QuerySet[Case]:
    """By its own number, the platform's, the order's or its last six, the end of the phone, a parcel's number: each by its index."""
    typed = typed.strip()
    numbered = _NUMBER.fullmatch(typed)
    if numbered:
        return access.visible_cases(person).filter(pk=int(numbered[1]))
    found = set(Case.objects.filter(platform_refund_id=typed).values_list("pk", flat=True)[:PAGE])
    upper = typed.upper()
    parcels = InboundParcel.objects.filter(number=upper).values_list("parcel_cases__case", flat=True)
    found |= {pk for pk in parcels[:PAGE] if pk is not None}
    named = Q(platform_id=typed) | Q(tracking_number=upper)
    orders = set(Order.objects.filter(named | Q(number_tail=typed) if len(typed) == 6 else named).values_list("pk", flat=True)[:PAGE])
    orders |= set(Parcel.objects.filter(number=upper).values_list("order", flat=True)[:PAGE])
    if re.fullmatch(r"\d{4}", typed):
        found |= set(of_orders(person, Q(phone_tail=typed)).order_by("-opened_at").values_list("pk", flat=True)[:PAGE])
    found |= set(Case.objects.filter(order__in=orders).values_list("pk", flat=True)[:PAGE])
    return _joined(access.visible_cases(person).filter(pk__in=found))


def of_orders(person: Person, which: Q) -> QuerySet[Case]:
    """Cases of the orders that share a sign."""
    return access.visible_cases(person).filter(order__in=alike(person, which))


def alike(person: Person, which: Q) -> QuerySet[Order, Any]:
    """Orders that share a sign, by key: of very many that end alike, the newest."""
    return Order.objects.filter(access.where(person), which).order_by("-pk").values("pk")[:MOST_ALIKE]


def of_customer(person: Person, customer_id: int, shop_id: int, limit: int = 10) -> list[Row]:
    """The newest cases of a customer in a shop."""
    rows = access.visible_cases(person).filter(customer=customer_id, shop=shop_id)
    return _rows(list(_joined(rows).order_by("-opened_at", "-pk")[:limit]))


def of_order(person: Person, order: Order, limit: int = 10) -> list[Case]:
    return list(access.visible_cases(person).filter(order=order).order_by("-pk")[:limit])


def owners(person: Person) -> list[Person]:
    """Those who handle cases in the shops this person sees."""
    beside = people_of_shops(_shops(person, None)).values("pk")
    return list(people_who_may("aftersales.handle").filter(pk__in=beside).order_by("name", "pk"))


def _joined(rows: QuerySet[Case]) -> QuerySet[Case]:
    return rows.select_related("order", "shop", "owner", "customer")


def _rows(cases: Sequence[Case]) -> list[Row]:
    lines: dict[int, list[CaseLine]] = {}
    for line in CaseLine.objects.filter(case__in=[one.pk for one in cases]).order_by("pk"):
        lines.setdefault(line.case_id, []).append(line)
    rows = []
    for one in cases:
        held = lines.get(one.pk, [])
        title = held[0].title if held else ""
        rows.append(Row(one, title, sum(line.quantity for line in held)))
    return rows


def _shops(person: Person, shop: int | None) -> list[int]:
    shops = Shop.objects.filter(access.where(person, path="pk"))
    if shop is not None:
        shops = shops.filter(pk=shop)
    return list(shops.order_by("pk").values_list("pk", flat=True))
