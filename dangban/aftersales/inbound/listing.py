"""Reads for the pages of what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.aftersales import access
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Finding, InboundParcel
from dangban.lib import clock, keys
from dangban.lib.excel import Column
from dangban.people.models import Person

PAGE = 50
MOST_ROWS = 20_000
# What the work list is by: to be counted, to be inspected, inspected with goods that still wait, turned away, done.
WORK = {
    "count": (State.ARRIVED,),
    "inspect": (State.COUNTED,),
    "waiting": (State.INSPECTED,),
    "done": (State.INSPECTED,),
    "turned_away": (State.TURNED_AWAY,),
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; the same words as in its address."""

    which: str = "count"
    shop: int | None = None
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], which: str = "count", among: Iterable[str] = WORK) -> Filters:
        shop = int(given["shop"]) if re.fullmatch(r"\d{1,17}", given.get("shop", "")) else None
        wanted = given.get("which", "")
        return cls(wanted if wanted in among else which, shop, given.get("q", "").strip()[:60])

    def as_query(self, **changed: Any) -> dict[str, str]:
        values = {"which": self.which, "shop": self.shop, "q": self.search} | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None)}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[InboundParcel]
    next: str = ""
    first: bool = True


def work(person: Person, filters: Filters) -> QuerySet[InboundParcel]:
    found = _narrowed(access.visible_parcels(person), filters)
    if filters.search:
        return found
    found = found.filter(state__in=WORK[filters.which])
    if filters.which == "waiting":
        found = found.filter(pk__in=Finding.objects.filter(disposed_at=None).values("item__parcel"))
    return found


def shelf(person: Person, filters: Filters) -> QuerySet[InboundParcel]:
    """What lies there unclaimed; with another filter what was given up."""
    state = State.GIVEN_UP if filters.which == "given_up" else State.SHELF
    return _narrowed(access.visible_parcels(person), filters).filter(state=state)


def expected(person: Person, filters: Filters, at: datetime) -> QuerySet[InboundParcel]:
    """The day's list (退货记录表): what is to come, and what was signed for today, which is struck out."""
    today = datetime.combine(clock.business_day(at), time(0), tzinfo=clock.COMPANY_ZONE)
    found = _narrowed(access.visible_parcels(person), filters).exclude(announced_at=None)
    to_come, signed = Q(state=State.EXPECTED), Q(signed_over_at__gte=today)
    return found.filter({"late": to_come & Q(expected_by__lt=at), "signed": signed}.get(filters.which, to_come | signed))


def _narrowed(found: QuerySet[InboundParcel], filters: Filters) -> QuerySet[InboundParcel]:
    if filters.shop is not None:
        found = found.filter(shop=filters.shop)
    if filters.search:
        case = re.fullmatch(r"(?i)sh0*(\d{1,12})", filters.search)
        if case:
            return found.filter(parcel_cases__case=int(case[1]))
        by_tail = Q(phone_tail=filters.search) if re.fullmatch(r"\d{4}", filters.search) else Q()
        found = found.filter(by_tail | Q(number__startswith=filters.search.upper()) if by_tail else Q(number__startswith=filters.search.upper()))
    return found


def page(found: QuerySet[InboundParcel], after: str = "", by: str = "arrived_at", *, newest_first: bool = False) -> Page:
    """A page of rows by an instant that all of them have; `after` is the key of the last line before it."""
    key = keys.read(after)
    rows = list(keys.behind(with_names(found).exclude(**{by: None}), by, key, newest_first=newest_first)[: PAGE + 1])
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    return Page(rows[:PAGE], keys.write(getattr(last, by), last.pk) if last else "", key is None)


def with_names(found: QuerySet[InboundParcel]) -> QuerySet[InboundParcel]:
    rows = found.select_related("shop", "warehouse", "received_by", "order")
    return rows.prefetch_related("parcel_cases__case__owner", "parcel_cases__case__customer", "items__sku")


def counts(person: Person, shop: int | None) -> dict[str, int]:
    """How many wait for each act; at most a thousand are counted."""
    told = {}
    for which in ("count", "inspect", "waiting"):
        told[which] = work(person, Filters(which, shop)).order_by()[:1001].count()
    told["shelf"] = shelf(person, Filters("", shop)).order_by()[:1001].count()
    return told


def export_columns() -> list[Column]:
    return [
        Column(pgettext("parcel", "Tracking number"), width=20), Column(pgettext("parcel", "Courier"), width=12), Column(_("Shop"), width=18),
        Column(pgettext("parcel", "Cases"), width=20), Column(_("Customer"), width=14), Column(pgettext("parcel", "Goods"), width=40),
        Column(pgettext("parcel", "Pieces"), "number", 8), Column(pgettext("parcel", "What it is"), width=14), Column(pgettext("parcel", "State"), width=12),
        Column(pgettext("parcel", "Announced"), "when", 20), Column(pgettext("parcel", "Expected by"), "when", 20),
        Column(pgettext("parcel", "Handed over"), "when", 20), Column(pgettext("parcel", "Received by"), width=12),
    ]  # fmt: skip


def export_rows(parcels: Iterable[InboundParcel]) -> Iterable[Sequence[Any]]:
    for one in parcels:
        cases = [link.case for link in one.parcel_cases.all()]
        items = list(one.items.all())
        yield [
            one.number, one.courier, one.shop.name if one.shop else "", "、".join(case.number for case in cases),
            "、".join(case.customer.name for case in cases if case.customer), "；".join(f"{item.title} × {item.announced}" for item in items),
            sum(item.announced for item in items), str(one.get_origin_display()), str(one.get_state_display()), one.announced_at,
            one.expected_by, one.signed_over_at, one.received_by.name if one.received_by else "",
        ]  # fmt: skip
