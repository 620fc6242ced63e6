"""Refunds that came, or were entered against, after a month's figures stood: known to the order, not to the figure any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import F, Sum

from dangban.performance.measures import MEASURES
from dangban.performance.models import Deal
from dangban.performance.queries.drill import WHOSE_DEALS


def refunds_since(code: str, first: date, last: date, people: Collection[int]) -> dict[int, int]:
    """By person: what was paid back of the sales of these days and is not in the measure yet; below zero what stands in it and came to nothing."""
    who, day = WHOSE_DEALS[MEASURES[code].attribution]
    deals = Deal.objects.filter(**{f"{who}__in": people, f"{day}__gte": first, f"{day}__lte": last}, void=Deal.Void.NONE)
    late = deals.exclude(order__refunded_fen=F("refunded_fen")).values(who)
    return {row[who]: row["late"] for row in late.annotate(late=Sum(F("order__refunded_fen") - F("refunded_fen"))).order_by()}
