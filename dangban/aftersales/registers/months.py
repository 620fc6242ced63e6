"""Claims by courier and month: what was claimed, granted, paid, and how old what is open has grown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Sum
from django.db.models.functions import TruncMonth

from dangban.aftersales import access
from dangban.aftersales.models import CourierClaim
from dangban.lib import clock
from dangban.people.models import Person

# Days up to which a claim is counted in a column; the last has no end.
AGES = (7, 15, 30)
_OPEN = ("draft", "filed", "granted")


@dataclass(slots=True)
class Month:
    courier: str
    month: str
    filed: int = 0
    amount_fen: int = 0
    granted_fen: int = 0
    paid_fen: int = 0
    open: int = 0
    refused: int = 0


@dataclass(slots=True)
class Debt:
    courier: str
    counts: list[int] = field(default_factory=lambda: [0] * (len(AGES) + 1))
    fen: int = 0
    # Granted and neither paid nor set off.
    granted: int = 0
    granted_fen: int = 0


def months(person: Person, at: datetime, back: int = 12) -> list[Month]:
    """The newest month first, couriers by how much was claimed."""
    rows = CourierClaim.objects.filter(access.where(person), at__gte=_months_ago(at, back - 1)).exclude(state="dropped")
    told: dict[tuple[str, str], Month] = {}
    grouped = rows.annotate(month=TruncMonth("at", tzinfo=clock.COMPANY_ZONE)).values("courier", "month", "state")
    for row in grouped.annotate(n=Count("pk"), a=Sum("amount_fen"), g=Sum("granted_fen"), p=Sum("paid_fen")).order_by():
        name = f"{row['month']:%Y-%m}"
        held = told.setdefault((row["courier"], name), Month(row["courier"], name))
        held.filed += row["n"]
        held.amount_fen += row["a"] or 0
        held.granted_fen += row["g"] or 0
        held.paid_fen += row["p"] or 0
        held.open += row["n"] if row["state"] in _OPEN else 0
        held.refused += row["n"] if row["state"] == "refused" else 0
    return sorted(sorted(told.values(), key=lambda one: -one.amount_fen), key=lambda one: one.month, reverse=True)


def _months_ago(at: datetime, months: int) -> datetime:
    """When a month began, so many before this one."""
    today = clock.business_day(at)
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return clock.day_span(date(year, month + 1, 1))[0]


def debts(person: Person, at: datetime) -> list[Debt]:
    """What is open, by courier and age, like debts."""
    told: dict[str, Debt] = {}
    rows = CourierClaim.objects.filter(access.where(person), state__in=_OPEN).values_list("courier", "at", "amount_fen", "granted_fen", "state")
    for courier, since, amount, granted, state in rows.iterator():
        held = told.setdefault(courier, Debt(courier))
        age = (at - since).days
        held.counts[next((place for place, days in enumerate(AGES) if age <= days), len(AGES))] += 1
        held.fen += granted if granted is not None else amount
        if state == "granted":
            held.granted += 1
            held.granted_fen += granted or 0
    return sorted(told.values(), key=lambda one: -one.fen)
