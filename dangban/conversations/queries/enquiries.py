"""The list of those who mean to buy, page by page, and what came of enquiries by who asked and who is credited."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from dangban.conversations import access
from dangban.conversations.models import Credit, Enquiry
from dangban.lib import clock
from dangban.lib.text import whole
from dangban.orders.models import Order
from dangban.people.models import Person

PAGE = 50
Outcome = Enquiry.Outcome
WHICH = ("today", "all", "won", "lost")


@dataclass(frozen=True, slots=True)
class Filters:
    """`owner` and `shop` are keys; what is None isn't asked for."""

    which: str = "today"
    owner: int | None = None
    shop: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    rows: list[Enquiry]
    next: str = ""


def worked(person: Person, filters: Filters, after: str = "", now: datetime | None = None) -> Listed:
    """Open ones by when they are to be asked, those without a day last; settled ones newest first."""
    rows = _visible(person, filters)
    if filters.which in ("won", "lost"):
        outcomes = [Outcome.LOST] if filters.which == "lost" else [Outcome.ORDERED, Outcome.PAID]
        return _by_key(rows.filter(outcome__in=outcomes), after)
    rows = rows.filter(outcome=Outcome.OPEN)
    if filters.which == "today":
        end = clock.day_span(clock.business_day(now or clock.now()))[1]
        return _by_contact(rows.filter(next_contact_at__lt=end), after, with_none=False)
    return _by_contact(rows, after, with_none=True)


def owners(person: Person) -> list[tuple[int, str, int]]:
    """Whose open enquiries there are: key, name, how many."""
    rows = Enquiry.objects.filter(access.serving(person), outcome=Outcome.OPEN, next_contact_at__isnull=False)
    counted = rows.order_by().values_list("owner", "owner__name").annotate(n=Count("pk"))
    return sorted(counted, key=lambda one: (-one[2], one[1]))


@dataclass
class Sales:
    """Buyers who asked, by day and shop; what came of them; what was sold. A buyer counts once a day."""

    asked: int = 0
    ordered: int = 0
    paid: int = 0
    lost: int = 0
    open: int = 0
    orders: int = 0
    paid_fen: int = 0
    refunded_fen: int = 0

    @property
    def conversion(self) -> float | None:
        """Of those who asked, how many paid in the end."""
        return self.paid / self.asked if self.asked else None


@dataclass
class Results:
    """`people` by key and name; `reasons` of what was lost, most first; `silent` sales are nobody's."""

    total: Sales = field(default_factory=Sales)
    people: list[tuple[int, str, Sales]] = field(default_factory=list)
    reasons: list[tuple[str, int]] = field(default_factory=list)
    by_order: dict[int, int] = field(default_factory=dict)
    by_payment: dict[int, int] = field(default_factory=dict)


def results(person: Person, since: date, until: date, shop: int | None = None) -> Results:
    """Of the enquiries of these days, both included.

    Whoever was asked has asked, ordered, lost and open; what was paid counts for the one person to
    whom the handbook's rule credits the order, once however many enquiries led to it.
    """
    rows = _of_days(person, since, until, shop)
    kept = list(rows.values_list("customer", "shop", "at", "owner", "outcome", "order", "reason"))
    credits = _credits({row[5] for row in kept if row[5] is not None})
    by_person: dict[int, Sales] = {}
    found = Results()
    _count(found.total, [row[:5] for row in kept])
    by_owner: dict[int, list[tuple[int, int, datetime, int, str]]] = defaultdict(list)
    for row in kept:
        by_owner[row[3]].append(row[:5])
    for owner, theirs in by_owner.items():
        by_person[owner] = Sales()
        _count(by_person[owner], theirs)
    _credit(found, by_person, credits)
    names = dict(Person.objects.filter(pk__in=by_person).values_list("pk", "name"))
    found.people = sorted(((pk, names[pk], one) for pk, one in by_person.items()), key=lambda one: (-one[2].paid_fen, one[1]))
    found.reasons = _reasons(kept)
    return found


# ---- Parts ---------------------------------------------------------------------------------------


def _visible(person: Person, filters: Filters) -> QuerySet[Enquiry]:
    rows = Enquiry.objects.filter(access.serving(person))
    if filters.owner is not None:
        rows = rows.filter(owner=filters.owner)
    if filters.shop is not None:
        rows = rows.filter(shop=filters.shop)
    if filters.reason:
        rows = rows.filter(reason=filters.reason)
    return rows.select_related("customer", "shop", "product", "owner", "order")


def _by_key(rows: QuerySet[Enquiry], after: str) -> Listed:
    last = whole(after)
    if last is not None:
        rows = rows.filter(pk__lt=last)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return Listed(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def _by_contact(rows: QuerySet[Enquiry], after: str, *, with_none: bool) -> Listed:
    moment, _sep, key = after.rpartition("_")
    last = whole(key)
    found: list[Enquiry] = []
    if moment != "-":
        dated = rows.filter(next_contact_at__isnull=False)
        if last is not None and (when := _instant(moment)) is not None:
            dated = dated.filter(Q(next_contact_at__gt=when) | Q(next_contact_at=when, pk__gt=last))
        found = list(dated.order_by("next_contact_at", "pk")[: PAGE + 1])
    if with_none and len(found) <= PAGE:
        rest = rows.filter(next_contact_at=None)
        if moment == "-" and last is not None:
            rest = rest.filter(pk__lt=last)
        found += rest.order_by("-pk")[: PAGE + 1 - len(found)]
    if len(found) <= PAGE:
        return Listed(found)
    end = found[PAGE - 1]
    stamp = end.next_contact_at.isoformat() if end.next_contact_at is not None else "-"
    return Listed(found[:PAGE], f"{stamp}_{end.pk}")


def _instant(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _of_days(person: Person, since: date, until: date, shop: int | None) -> QuerySet[Enquiry]:
    rows = Enquiry.objects.filter(
        access.serving(person), at__gte=clock.day_span(since)[0], at__lt=clock.day_span(until)[1]
    )
    return (rows if shop is None else rows.filter(shop=shop)).order_by()


# What an enquiry came to outranks what another of the same buyer on the same day did.
_RANK = {Outcome.PAID: 3, Outcome.ORDERED: 2, Outcome.OPEN: 1, Outcome.LOST: 0}


def _count(sales: Sales, rows: Iterable[tuple[int, int, datetime, int, str]]) -> None:
    """Buyers of a day in a shop, each by the best that came of their enquiries."""
    best: dict[tuple[int, int, date], str] = {}
    for customer, shop, at, _owner, outcome in rows:
        key = (customer, shop, clock.business_day(at))
        if key not in best or _RANK[Outcome(outcome)] > _RANK[Outcome(best[key])]:
            best[key] = outcome
    came = list(best.values())
    sales.asked, sales.lost, sales.open = len(came), came.count(Outcome.LOST), came.count(Outcome.OPEN)
    sales.paid = came.count(Outcome.PAID)
    sales.ordered = sales.paid + came.count(Outcome.ORDERED)


@dataclass(frozen=True, slots=True)
class _Credited:
    person: int | None
    by_order: int | None
    by_payment: int | None
    paid_fen: int
    refunded_fen: int


def _credits(orders: Iterable[int]) -> list[_Credited]:
    found = []
    wanted = sorted(orders)
    for start in range(0, len(wanted), 500):
        some = wanted[start : start + 500]
        money = dict(Order.objects.filter(pk__in=some, paid_at__isnull=False).values_list("pk", "paid_fen"))
        back = dict(Order.objects.filter(pk__in=some, refunded_fen__gt=0).values_list("pk", "refunded_fen"))
        rows = Credit.objects.filter(order__in=some).values_list("order", "person", "by_order", "by_payment")
        found += [
            _Credited(person, by_order, by_payment, money[order], back.get(order, 0))
            for order, person, by_order, by_payment in rows
            if order in money
        ]
    return found


def _credit(found: Results, by_person: dict[int, Sales], credits: Iterable[_Credited]) -> None:
    for one in credits:
        found.total.orders += 1
        found.total.paid_fen += one.paid_fen
        found.total.refunded_fen += one.refunded_fen
        if one.person is not None:
            sales = by_person.setdefault(one.person, Sales())
            sales.orders += 1
            sales.paid_fen += one.paid_fen
            sales.refunded_fen += one.refunded_fen
        for kept, who in ((found.by_order, one.by_order), (found.by_payment, one.by_payment)):
            if who is not None:
                kept[who] = kept.get(who, 0) + one.paid_fen


def _reasons(kept: Iterable[tuple[object, ...]]) -> list[tuple[str, int]]:
    counted: dict[str, int] = {}
    for row in kept:
        if row[4] == Outcome.LOST:
            reason = str(row[6])
            counted[reason] = counted.get(reason, 0) + 1
    labels = dict(Enquiry.Reason.choices)
    named = [(str(labels.get(reason, _("no reason noted"))), n) for reason, n in counted.items()]
    return sorted(named, key=lambda one: (-one[1], one[0]))
