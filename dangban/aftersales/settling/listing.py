"""Lists for finance: what is to be paid, what was paid in a month, whether ledger, cases and orders agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from django.http import Http404

from dangban.aftersales import access
from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.rules import settling as rules
from dangban.aftersales.settling import ledger
from dangban.lib import keys as key
from dangban.orders.models import Order
from dangban.people.models import Person

PAGE = 50
State, Kind = Settlement.State, Settlement.Kind
# What the list of payments shows, by its name in the address.
WHICH = ("ready", "proposed", "topup", "paid", "ended")
_WAITING = {"ready": "promised_for", "proposed": "proposed_at", "topup": "proposed_at"}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Settlement]
    next: str


def get(person: Person, pk: int) -> Settlement:
    found = access.visible_settlements(person).select_related("case__order", "case__customer", "case__shop", "shop", "proposed_by", "paid_by", "proof", "approval__settled_by")
    row = found.filter(pk=pk).first()
    if row is None:
        raise Http404("settlement")
    return row


def of_which(person: Person, which: str, shop: int | None = None) -> QuerySet[Settlement]:
    # Who sees every shop needs no condition on it: only so the lists of what is over are read in their order.
    found = Settlement.objects.filter(access.where(person))
    if shop is not None:
        found = found.filter(shop=shop)
    if which == "topup":
        return found.filter(kind=Kind.TOPUP, state=State.READY)
    if which == "ready":
        return found.filter(state=State.READY).exclude(kind=Kind.TOPUP)
    if which == "ended":
        return found.filter(state__in=(State.CANCELLED, State.REVERSED))
    return found.filter(state=which)


def page(person: Person, which: str, shop: int | None, after: str) -> Page:
    """What is promised first stands first; what is over, the last first."""
    found = of_which(person, which, shop)
    column = _WAITING.get(which, "paid_at" if which == "paid" else "cancelled_at")
    down = which not in _WAITING
    keys = list(key.behind(found, column, key.read(after), newest_first=down).values_list("pk", flat=True)[: PAGE + 1])
    joined = Settlement.objects.filter(pk__in=keys[:PAGE]).select_related("case__order", "case__customer", "shop", "proposed_by", "paid_by", "proof")
    rows = sorted(joined, key=lambda one: keys.index(one.pk))
    last = rows[-1] if len(keys) > PAGE else None
    return Page(rows, key.write(getattr(last, column), last.pk) if last and getattr(last, column) else "")


def counts(person: Person) -> dict[str, int]:
    """How many wait, by what they wait for; those that are over are not counted."""
    rows = Settlement.objects.filter(access.where(person), state__in=(State.READY, State.PROPOSED)).order_by()
    found: dict[str, int] = dict.fromkeys(WHICH[:3], 0)
    for state, kind, number in rows.values_list("state", "kind").annotate(Count("pk")):
        found["topup" if kind == Kind.TOPUP else state] += number
    return found


def of_case(case: Case) -> list[Settlement]:
    return list(Settlement.objects.filter(case=case).select_related("proposed_by", "paid_by", "approval", "proof").order_by("pk"))


# ---- A month -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved in a month by kind and way."""

    kind: str
    way: str
    count: int
    fen: int


def month_entries(
    person: Person, since: date, until: date, shop: int | None = None, permission: str = "aftersales.view"
) -> QuerySet[LedgerEntry]:
    found = LedgerEntry.objects.filter(access.where(person, permission), business_day__gte=since, business_day__lt=until)
    return found if shop is None else found.filter(shop=shop)


def month_sums(person: Person, since: date, until: date, shop: int | None = None) -> list[Moved]:
    """Of the buyer's side: what went to customers and what came from them."""
    theirs = month_entries(person, since, until, shop).filter(account__in=(LedgerEntry.Account.BUYER, LedgerEntry.Account.CREDIT))
    rows = theirs.order_by("kind").values_list("kind", "settlement__way").annotate(n=Count("pk"), fen=Sum("amount_fen"))
    return [Moved(kind, way or "", number, fen) for kind, way, number, fen in rows]


def month_accounts(person: Person, since: date, until: date, shop: int | None = None) -> dict[str, int]:
    rows = month_entries(person, since, until, shop).order_by().values_list("account").annotate(Sum("amount_fen"))
    return dict(rows)


def entries_page(person: Person, since: date, until: date, shop: int | None, after: str) -> tuple[list[LedgerEntry], str]:
    found = month_entries(person, since, until, shop)
    day, _dash, pk = after.rpartition("_")
    try:
        last = date.fromisoformat(day), int(pk)
    except ValueError:
        last = None
    if last is not None:
        found = found.filter(Q(business_day__gt=last[0]) | Q(business_day=last[0], pk__gt=last[1]))
    keys = list(found.order_by("business_day", "pk").values_list("pk", flat=True)[: PAGE + 1])
    joined = LedgerEntry.objects.filter(pk__in=keys[:PAGE]).select_related("case", "shop", "settlement")
    rows = list(joined.order_by("business_day", "pk"))
    return rows, f"{rows[-1].business_day:%Y-%m-%d}_{rows[-1].pk}" if len(keys) > PAGE else ""


# ---- Whether it agrees ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that does not agree: what it is about, what each side says."""

    about: str
    label: str
    url_name: str
    pk: int
    ledger_fen: int
    says_fen: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Sums of both sides over the shops somebody sees, and where they differ."""

    ledger_fen: int
    cases_fen: int
    orders_fen: int
    orders_say_fen: int
    keys_off: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        return not self.differences and not self.keys_off and self.ledger_fen == self.cases_fen


_MOST = 100


def reconcile(person: Person) -> Reconciled:
    """Ledger against cases, cases against orders, and each key of the ledger against nothing."""
    mine = access.where(person)
    theirs = LedgerEntry.objects.filter(mine, account__in=(LedgerEntry.Account.BUYER, LedgerEntry.Account.CREDIT), kind__in=rules.TO_BUYER)
    costs = LedgerEntry.objects.filter(mine, account=LedgerEntry.Account.SELLER, kind__in=ledger.COSTS)
    sums: Mapping[str, Any] = Case.objects.filter(mine).aggregate(fen=Coalesce(Sum("refunded_fen"), 0))
    of_orders = theirs.exclude(kind=rules.FREIGHT).exclude(case__order=None)
    off = LedgerEntry.objects.filter(mine).order_by().values("key").annotate(fen=Sum("amount_fen")).exclude(fen=0)
    settled = Order.objects.filter(mine).exclude(settled_fen=0).aggregate(fen=Coalesce(Sum("settled_fen"), 0))["fen"]
    return Reconciled(
        theirs.aggregate(fen=Coalesce(Sum("amount_fen"), 0))["fen"], sums["fen"],
        of_orders.aggregate(fen=Coalesce(Sum("amount_fen"), 0))["fen"], settled, off.count(),
        tuple([*_cases_off(mine, theirs, costs), *_orders_off(mine)][:_MOST]),
    )  # fmt: skip


def _total(rows: QuerySet[LedgerEntry], on: str) -> Any:
    summed = rows.filter(**{on: OuterRef("pk")}).order_by().values(on).annotate(fen=Sum("amount_fen")).values("fen")
    return Coalesce(Subquery(summed), Value(0))


def _cases_off(mine: Q, theirs: QuerySet[LedgerEntry], costs: QuerySet[LedgerEntry]) -> list[Difference]:
    touched = Case.objects.filter(mine).filter(Q(entries__isnull=False) | ~Q(refunded_fen=0) | ~Q(cost_fen=0)).distinct()
    rows = touched.annotate(entered=_total(theirs, "case"), borne=_total(costs, "case"))
    off = rows.exclude(entered=F("refunded_fen"))
    found = [Difference("case", one.number, "aftersales:case", one.pk, one.entered, one.refunded_fen) for one in off[:_MOST]]
    dear = rows.exclude(borne=-F("cost_fen"))
    return found + [Difference("cost", one.number, "aftersales:case", one.pk, -one.borne, one.cost_fen) for one in dear[:_MOST]]


def _orders_off(mine: Q) -> list[Difference]:
    theirs = LedgerEntry.objects.filter(
        account__in=(LedgerEntry.Account.BUYER, LedgerEntry.Account.CREDIT), kind__in=[kind for kind in rules.TO_BUYER if kind != rules.FREIGHT]
    )
    touched = Order.objects.filter(mine).filter(Q(cases__entries__isnull=False) | ~Q(settled_fen=0)).distinct()
    rows = touched.annotate(entered=_total(theirs, "case__order"))
    off = rows.filter(~Q(entered=F("settled_fen")) | Q(refunded_fen__lt=F("settled_fen")))
    return [
        Difference("order", one.platform_id, "orders:detail", one.pk, one.entered, min(one.settled_fen, one.refunded_fen)) for one in off[:_MOST]
    ]


def ids(typed: Sequence[str]) -> list[int]:
    return [int(one) for one in typed if one.isascii() and one.isdigit()][:200]
