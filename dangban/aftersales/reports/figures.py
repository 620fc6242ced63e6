"""The figures, worked out by the database: a few queries for any number of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import (
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, NullIf

from dangban.aftersales import access
from dangban.aftersales.models import Case, CaseLine, CaseStep, Dispute
from dangban.aftersales.rules import flow
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.lib import clock
from dangban.orders.models import Order, OrderLine
from dangban.people.models import Person

# By what the cases are counted, and the field of the case or of its lines that says so.
BY = ("reason", "product", "shop", "agent", "courier", "batch")
_FIELDS = {"reason": ("reason", ""), "shop": ("shop", "shop__name"), "agent": ("owner", "owner__name"), "courier": ("order__courier", "")}
_LINES = {"product": ("sku__product", "sku__product__title"), "batch": ("batch", "batch__number")}
MOST = 200
AGES = (1, 2, 7, 15, 30)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from and to, both counted."""

    since: date
    until: date

    @property
    def start(self) -> datetime:
        return clock.day_span(self.since)[0]

    @property
    def end(self) -> datetime:
        return clock.day_span(self.until)[1]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is counted by: cases, pieces, money; and of how many that were sold, where that is known."""

    key: str
    name: str
    cases: int
    pieces: int
    refunded_fen: int
    cost_fen: int
    sold: int | None = None

    @property
    def rate(self) -> float | None:
        return self.cases / self.sold if self.sold else None


@dataclass(frozen=True, slots=True)
class Summary:
    cases: int
    orders: int
    closed: int
    refunded_fen: int
    cost_fen: int
    at_first: int
    disputes: int
    lost: int
    median_hours: float | None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long cases stand in a state."""

    code: str
    label: object
    times: int
    seconds: float
    late: int


def cases_of(person: Person, span: Span, shop: int | None = None, permission: str = "aftersales.view") -> QuerySet[Case]:
    rows = Case.objects.filter(access.where(person, permission), opened_at__gte=span.start, opened_at__lt=span.end)
    return rows.filter(shop=shop) if shop is not None else rows


def summary(person: Person, span: Span, shop: int | None = None) -> Summary:
    rows = cases_of(person, span, shop).exclude(state="withdrawn")
    told = rows.aggregate(
        n=Count("pk"), closed=Count("pk", filter=Q(closed_at__isnull=False)), refunded=Sum("refunded_fen"), cost=Sum("cost_fen"),
        solved=Count("pk", filter=Q(solved_at__isnull=False)),
    )  # fmt: skip
    again = CaseStep.objects.filter(case__in=rows.filter(solved_at__isnull=False), act="reopen").values("case").distinct().count()
    disputes = Dispute.objects.filter(access.where(person), opened_at__gte=span.start, opened_at__lt=span.end)
    disputes = disputes.filter(shop=shop) if shop is not None else disputes
    fought = disputes.aggregate(n=Count("pk"), lost=Count("pk", filter=Q(result__in=("lost", "partly"))))
    return Summary(
        told["n"], _orders(person, span, shop).count(), told["closed"], told["refunded"] or 0, told["cost"] or 0, max(0, told["solved"] - again),
        fought["n"], fought["lost"], _median_hours(rows, told["solved"]),
    )  # fmt: skip


def _median_hours(rows: QuerySet[Case], solved: int) -> float | None:
    """Half of the solved cases took no longer: the one in the middle, or the mean of the two."""
    if not solved:
        return None
    took = ExpressionWrapper(F("solved_at") - F("asked_at"), output_field=DurationField())
    ordered = rows.filter(solved_at__isnull=False).annotate(took=took).order_by("took").values_list("took", flat=True)
    middle = list(ordered[(solved - 1) // 2 : solved // 2 + 1])
    return sum(middle, timedelta()) / timedelta(hours=1) / len(middle)


def by(person: Person, what: str, span: Span, shop: int | None = None, permission: str = "aftersales.view") -> list[Line]:
    """The most cases first. What was sold in the same days stands beside it, where it can be told."""
    cases = cases_of(person, span, shop, permission).exclude(state="withdrawn")
    pieces: dict[object, int] = {}
    if what in _LINES:
        key, name = _LINES[what]
        rows = CaseLine.objects.filter(case__in=cases, **{f"{key.split('__')[0]}__isnull": False}).annotate(whole=_whole()).values(key, name)
        counted = rows.annotate(n=Count("case", distinct=True), pieces=Sum("quantity"), refunded=Sum(_PART), cost=Value(0))
    else:
        key, name = _FIELDS[what]
        rows = cases.values(*dict.fromkeys(filter(None, (key, name))))
        counted = rows.annotate(n=Count("pk"), refunded=Sum("refunded_fen"), cost=Sum("cost_fen"))
        of_lines = CaseLine.objects.filter(case__in=cases).order_by().values(f"case__{key}").annotate(n=Sum("quantity"))
        pieces = dict(of_lines.values_list(f"case__{key}", "n"))
    found = list(counted.order_by("-n")[:MOST])
    sold = _sold(person, what, [row[key] for row in found], span, shop, permission)
    return [
        Line(
            str(row[key] if row[key] is not None else ""), _name(what, row, key, name), row["n"], row.get("pieces", pieces.get(row[key], 0)) or 0,
            round(row["refunded"] or 0), row["cost"] or 0, sold.get(row[key]),
        )
        for row in found
    ]  # fmt: skip


def _whole() -> Subquery:
    """What was paid for all goods of a line's case."""
    lines = CaseLine.objects.filter(case=OuterRef("case")).order_by().values("case").annotate(fen=Sum("paid_fen"))
    return Subquery(lines.values("fen"))


# The part of what a case paid back that falls on a line, by what was paid for it.
_PART = ExpressionWrapper(
    Cast(F("case__refunded_fen"), FloatField()) * F("paid_fen") / NullIf(F("whole"), 0), output_field=FloatField()
)


def stays(person: Person, span: Span, shop: int | None = None) -> list[Stay]:
    """Time in each state, of the steps that were left in these days; in the order of the way."""
    rows = CaseStep.objects.filter(access.where(person, path="case__shop"), left_at__gte=span.start, left_at__lt=span.end)
    rows = rows.filter(case__shop=shop) if shop is not None else rows
    took = ExpressionWrapper(F("left_at") - F("at"), output_field=DurationField())
    counted = rows.values("state").annotate(n=Count("pk"), took=Sum(took), late=Count("pk", filter=Q(due_at__lt=F("left_at")))).order_by()
    told = {row["state"]: row for row in counted}
    return [
        Stay(code, state.label, told[code]["n"], told[code]["took"].total_seconds() / told[code]["n"], told[code]["late"])
        for code, state in flow.STATES.items()
        if code in told
    ]


def ages(person: Person, at: datetime, shop: int | None = None) -> list[tuple[int | None, int]]:
    """What is open now, by how many days it is; the last has no end."""
    rows = Case.objects.filter(access.where(person), closed_at=None)
    rows = rows.filter(shop=shop) if shop is not None else rows
    limits = [at - timedelta(days=days) for days in AGES]
    counts = rows.aggregate(**{f"a{place}": Count("pk", filter=Q(opened_at__gte=limit)) for place, limit in enumerate(limits)}, every=Count("pk"))
    totals = [counts[f"a{place}"] for place in range(len(limits))]
    inside = [total - (totals[place - 1] if place else 0) for place, total in enumerate(totals)]
    return [*zip(AGES, inside, strict=True), (None, counts["every"] - totals[-1])]


def _orders(person: Person, span: Span, shop: int | None, permission: str = "aftersales.view") -> QuerySet[Order]:
    rows = Order.objects.filter(access.where(person, permission), created_at__gte=span.start, created_at__lt=span.end, purpose=Order.Purpose.SALE)
    return rows.filter(shop=shop) if shop is not None else rows


def _sold(person: Person, what: str, keys: list[object], span: Span, shop: int | None, permission: str) -> dict[object, int]:
    orders = _orders(person, span, shop, permission)
    if what == "reason":
        return dict.fromkeys(keys, orders.count())
    if what == "product":
        rows = OrderLine.objects.filter(order__in=orders, sku__product__in=[one for one in keys if one]).values("sku__product")
        return dict(rows.annotate(n=Count("order", distinct=True)).order_by().values_list("sku__product", "n"))
    if what in ("shop", "courier"):
        key = "shop" if what == "shop" else "courier"
        return dict(orders.values(key).annotate(n=Count("pk")).order_by().values_list(key, "n"))
    return {}


def _name(what: str, row: dict[str, object], key: str, name: str) -> str:
    value = row[key]
    if what == "reason":
        return str(REASONS[str(value)].label) if value in REASONS else str(value)
    return str(row[name] if name else value) if value else "–"
