"""Who may own an unclaimed parcel: cases and orders that share a sign with it, for the ranking."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from dangban.aftersales import access, queries
from dangban.aftersales.clauses.parcels import WEIGHT_TOLERANCE
from dangban.aftersales.inbound.holding import WAITS_FOR_GOODS
from dangban.aftersales.models import Case, InboundParcel
from dangban.aftersales.rules import matching
from dangban.customers.models import Handle
from dangban.handbook.current import in_force_so_far as in_force
from dangban.orders.models import Order, Parcel
from dangban.people.models import Person
from dangban.shops.models import Sku

# So many rows of each sign are looked at; more of one sign tell nothing.
_MOST = 60
# Of so many newest returns that are awaited, those whose parcel nobody has announced.
_AWAITED = 500
_LOOK_BACK = timedelta(days=180)
_DIGITS = re.compile(r"\d{6,}")
_NAME = 60


def guesses(parcel: InboundParcel, person: Person, at: datetime) -> list[matching.Guess]:
    """The likeliest owners among what this person may see, with the signs that speak for each."""
    cases = _cases(parcel, person, at)
    taken = {case.order_id for case in cases}
    orders = [order for order in _orders(parcel, person, at) if order.pk not in taken]
    rules = in_force(at)
    tolerance = rules[WEIGHT_TOLERANCE] if rules.has(WEIGHT_TOLERANCE) else 0
    return matching.rank(label_of(parcel), _candidates(cases, orders), at, tolerance_g=tolerance)


def label_of(parcel: InboundParcel) -> matching.Label:
    return matching.Label(parcel.number, parcel.sender, parcel.phone_tail, parcel.label_text, tuple(parcel.goods_seen), parcel.weight_g)


def _cases(parcel: InboundParcel, person: Person, at: datetime) -> list[Case]:
    """Open cases: those that a sign points to, and the newest of those whose goods are on their way."""
    seen = access.visible_cases(person).filter(closed_at=None)
    pks: set[int] = set()
    for sign in _signs(parcel):
        pks.update(queries.of_orders(person, sign).filter(closed_at=None).order_by("-pk").values_list("pk", flat=True)[:_MOST])
    if parcel.goods_seen:
        goods = Sku.objects.filter(code__in=parcel.goods_seen).values_list("pk", flat=True)[:_MOST]
        pks.update(seen.filter(lines__sku__in=list(goods), state__in=WAITS_FOR_GOODS).order_by("-pk").values_list("pk", flat=True)[:_MOST])
    awaited = seen.filter(state__in=("returning", "on_way")).order_by("-pk").values("pk")[:_AWAITED]
    pks.update(seen.filter(pk__in=awaited, parcel_cases=None).order_by("-pk").values_list("pk", flat=True)[:_MOST])
    rows = Case.objects.filter(pk__in=pks).select_related("order", "customer", "shop")
    return list(rows.prefetch_related("lines__sku", "parcel_cases__parcel", "order__parcels"))


def _orders(parcel: InboundParcel, person: Person, at: datetime) -> list[Order]:
    seen = Order.objects.filter(access.where(person), created_at__gte=at - _LOOK_BACK).exclude(dispatched_at=None)
    pks: set[int] = set()
    for sign in _signs(parcel):
        pks.update(seen.filter(pk__in=queries.alike(person, sign)).order_by("-pk").values_list("pk", flat=True)[:_MOST])
    pks.update(Parcel.objects.filter(number=parcel.number).values_list("order", flat=True)[:_MOST])
    return list(seen.filter(pk__in=pks).select_related("customer", "shop").prefetch_related("lines__sku", "parcels"))


def _signs(parcel: InboundParcel) -> Iterable[Q]:
    """Each by an index of its own."""
    if parcel.phone_tail:
        yield Q(phone_tail=parcel.phone_tail)
    tails = [digits[-6:] for digits in _DIGITS.findall(parcel.label_text)][:8]
    if tails:
        yield Q(number_tail__in=tails)
    name = parcel.sender.strip()[:_NAME]
    if name:
        known = list(_customers(name))
        if known:
            yield Q(customer__in=known)


def _customers(name: str) -> QuerySet[Handle, int]:
    return Handle.objects.filter(Q(handle=name) | Q(customer__name=name)).values_list("customer", flat=True)[:_MOST]


def _candidates(cases: Iterable[Case], orders: Iterable[Order]) -> Iterable[matching.Candidate]:
    for case in cases:
        waiting = "returning" if case.state in ("returning", "on_way") else "open"
        codes = tuple(line.sku.code for line in case.lines.all() if line.sku)
        announced = [one.parcel.number for one in case.parcel_cases.all()]
        yield _candidate(f"case:{case.pk}", case.order, case.customer.name if case.customer else "", codes, waiting, announced)
    for order in orders:
        codes = tuple(line.sku.code for line in order.lines.all() if line.sku)
        yield _candidate(f"order:{order.pk}", order, order.customer.name if order.customer else "", codes, "", [])


def _candidate(key: str, order: Order | None, name: str, codes: tuple[str, ...], waiting: str, announced: list[str]) -> matching.Candidate:
    if order is None:
        return matching.Candidate(key, names=(name,), goods=codes, waiting=waiting, waybills=tuple(announced))
    numbers = [*announced, *(one.number for one in order.parcels.all()), *order.tracking_number.split(",")]
    return matching.Candidate(
        key, order.platform_id, tuple(dict.fromkeys(number for number in numbers if number)), (order.receiver, name), order.phone_tail,
        order.city, order.address, codes, None, waiting, order.dispatched_at or order.created_at,
    )  # fmt: skip
