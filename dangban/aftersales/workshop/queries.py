"""Reads for the pages of rework."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from dangban.aftersales.models.workshop import ReworkOrder
from dangban.aftersales.workshop import access
from dangban.aftersales.workshop.actions import SUBJECT
from dangban.desk.models import Deadline
from dangban.people.models import Person

PAGE = 50
OPEN = "open"
STATES = (OPEN, *ReworkOrder.State.values)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; the same words as in its address."""

    shop: int | None = None
    state: str = OPEN
    search: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        shop = int(given["shop"]) if re.fullmatch(r"\d{1,17}", given.get("shop", "")) else None
        state = given.get("state", "")
        return cls(shop, state if state in STATES else OPEN, given.get("q", "").strip()[:80])

    def as_query(self, **changed: Any) -> dict[str, str]:
        values = {"shop": self.shop, "state": self.state, "q": self.search} | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None) and (name, value) != ("state", OPEN)}


@dataclass(frozen=True, slots=True)
class Row:
    order: ReworkOrder
    clock: Deadline | None


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str = ""
    first: bool = True


def filtered(person: Person, filters: Filters) -> QuerySet[ReworkOrder]:
    found = access.visible_reworks(person)
    if filters.shop is not None:
        found = found.filter(shop=filters.shop)
    if filters.search:
        number = re.fullmatch(r"(?i)fx0*(\d{1,12})", filters.search)
        by_number = Q(pk=int(number[1])) if number else Q()
        found = found.filter(by_number if number else Q(sku__code__istartswith=filters.search) | Q(subject_label__istartswith=filters.search))
    return found.filter(state__in=ReworkOrder.OPEN if filters.state == OPEN else (filters.state,))


def list_page(person: Person, filters: Filters, after: str = "") -> Page:
    """A page, newest first; `after` is the key of the last line before it."""
    key = int(after) if re.fullmatch(r"\d{1,17}", after) else 0
    base = filtered(person, filters)
    base = base.filter(pk__lt=key) if key else base
    found = list(base.select_related("sku__product", "shop", "owner").order_by("-pk")[: PAGE + 1])
    clocks = {one.subject_id: one for one in _clocks([order.pk for order in found])}
    rows = [Row(order, clocks.get(order.pk)) for order in found[:PAGE]]
    return Page(rows, str(found[PAGE - 1].pk) if len(found) > PAGE else "", not key)


def row_of(order: ReworkOrder) -> Row:
    return Row(order, _clocks([order.pk]).first())


def _clocks(pks: list[int]) -> QuerySet[Deadline]:
    return Deadline.objects.filter(subject_kind=SUBJECT, subject_id__in=pks, met_at=None, cancelled_at=None)


def reworks_of(subject: tuple[str, int]) -> list[ReworkOrder]:
    """What the workshop does, and did, for one return."""
    found = ReworkOrder.objects.filter(subject_kind=subject[0], subject_id=subject[1])
    return list(found.select_related("sku__product", "owner").order_by("pk"))
