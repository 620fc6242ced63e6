"""Discounts for pages: those of an order, those that hold for a customer, what each person gave and asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.http import Http404

from dangban.lib import clock
from dangban.orders import access
from dangban.orders.models import Order, PriceOffer
from dangban.people.models import Person

PAGE = 50
State = PriceOffer.State


@dataclass(frozen=True, slots=True)
class Shares:
    """One person's discounts of some days: given by their own right, asked, and what came of it."""

    person: Person
    own: int
    own_fen: int
    asked: int
    granted: int
    granted_fen: int
    refused: int
    lapsed: int
    most_fen: int


def visible(person: Person) -> QuerySet[PriceOffer]:
    return PriceOffer.objects.filter(access.where(person, "orders.view"))


def get(person: Person, pk: int) -> PriceOffer:
    found = visible(person).select_related("shop", "order", "customer", "asked_by", "answered_by").filter(pk=pk).first()
    if found is None:
        raise Http404("offer")
    return found


def of_order(person: Person, order: Order) -> list[PriceOffer]:
    found = visible(person).filter(order=order).select_related("asked_by", "answered_by", "change")
    return list(found.order_by("-pk")[:20])


def holding(person: Person, shop_id: int, customer_id: int | None, at: datetime) -> list[PriceOffer]:
    """Offers to a customer that may be used on an order now."""
    if customer_id is None:
        return []
    found = visible(person).filter(shop=shop_id, customer=customer_id, state=State.OPEN, order=None)
    found = found.filter(Q(holds_until=None) | Q(holds_until__gt=at))
    return list(found.select_related("asked_by").order_by("-pk")[:10])


def with_customer(person: Person, shop_id: int, customer_id: int) -> list[PriceOffer]:
    """The latest discounts of this customer in this shop, whatever became of them."""
    found = visible(person).filter(shop=shop_id, customer=customer_id).select_related("asked_by", "answered_by", "order")
    return list(found.order_by("-pk")[:5])


def page(person: Person, before: int | None) -> tuple[list[PriceOffer], int | None]:
    found = visible(person).select_related("shop", "order", "asked_by", "answered_by")
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.order_by("-pk")[: PAGE + 1])
    return rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None


def shares(person: Person, since: date, until: date) -> list[Shares]:
    """What each took off and asked for in these days, who took off most first."""
    start, end = clock.day_span(since)[0], clock.day_span(until)[1]
    rows: Any = visible(person).filter(asked_at__gte=start, asked_at__lt=end).values("asked_by")
    own, asked = Q(authority="own"), ~Q(authority="own")
    granted = asked & Q(state__in=(State.OPEN, State.USED))
    rows = rows.annotate(
        own_count=Count("pk", filter=own & Q(state=State.USED)), own_fen=Sum("off_fen", filter=own & Q(state=State.USED), default=0),
        asked_count=Count("pk", filter=asked), granted_count=Count("pk", filter=granted),
        granted_fen=Sum("off_fen", filter=granted, default=0), refused=Count("pk", filter=asked & Q(state=State.REFUSED)),
        lapsed=Count("pk", filter=asked & Q(state=State.EXPIRED)),
    )  # fmt: skip
    found = list(rows.order_by())
    people = Person.objects.in_bulk([row["asked_by"] for row in found])
    made = [_shares(people[row["asked_by"]], row) for row in found]
    return sorted(made, key=lambda one: (-one.most_fen, one.person.pk))


def _shares(person: Person, row: Mapping[str, Any]) -> Shares:
    return Shares(
        person, row["own_count"], row["own_fen"], row["asked_count"], row["granted_count"], row["granted_fen"], row["refused"],
        row["lapsed"], row["own_fen"] + row["granted_fen"],
    )  # fmt: skip
