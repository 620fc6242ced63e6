"""What people sold in a month, as commission, champion and pool ask for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.urls import reverse

from dangban.handbook.rulebook import Rules
from dangban.lib import days
from dangban.pay import access, clauses
from dangban.pay.models import Payslip
from dangban.pay.rules.facts import Sales
from dangban.performance.queries import values
from dangban.performance.queries.refunds import refunds_since
from dangban.performance.queries.values import shop_values
from dangban.staff import queries as staff

# How many months back refunds of sales that commission was paid on are looked for.
MONTHS_BACK = 2


@dataclass(frozen=True, slots=True)
class Sold:
    fact: Sales
    provisional: bool = False
    # By month: what refunds have taken since from sales that were paid on; below zero what is given back of it.
    later: Mapping[str, int] = field(default_factory=dict)


def measure_of(rules: Rules) -> str:
    by = rules[clauses.COMMISSION_SALES] if rules.has(clauses.COMMISSION_SALES) else "rule"
    return {"rule": "net_sales", "remark": "tagged_sales"}.get(by, f"net_sales_{by}")


def takes_back(rules: Rules) -> bool:
    """Whether refunds of sales that were paid on lower the sales of the month in which they are known."""
    return rules.has(clauses.CLAWBACK) and rules[clauses.CLAWBACK] == "next_pay"


def sold(ids: Sequence[int], month: date, rules: Rules) -> dict[int, Sold]:
    """For everybody of `ids` who sold anything; the champion is the best of all who were employed."""
    parts = rules[clauses.PARTS] if rules.has(clauses.PARTS) else ()
    if not {"commission", "champion", "pool"} & set(parts):
        return {}
    code, last = measure_of(rules), days.last_of_month(month)
    everybody = sorted(set(staff.employed(month).values_list("pk", flat=True)) | set(ids))
    now = values([code], month, last, everybody)
    net = {pk: found[code].numerator for pk, found in now.items()}
    best = max((amount for amount in net.values() if amount), default=0)
    later = _later(ids, month, code) if takes_back(rules) else {}
    pool, sharing = _pool(rules, month, last, code, net)
    found = {}
    for pk in ids:
        amount = net.get(pk)
        taken = _borne(later.get(pk, {}), amount or 0)
        if amount is None and not taken and not sharing:
            continue
        url = reverse("performance:figure", args=[code], query={"who": pk, "first": month.isoformat(), "last": last.isoformat()})
        # Two who sold the same to the fen are both champions.
        fact = Sales(amount or 0, sum(taken.values()), bool(best) and amount == best, pool, sharing if amount is not None else 0, url)
        found[pk] = Sold(fact, now[pk][code].provisional, taken)
    return found


def _borne(later: Mapping[str, int], net_fen: int) -> dict[str, int]:
    """What this month's sales can bear of earlier months' refunds, the oldest first; the rest stays for the next."""
    found = {}
    for name in sorted(later):
        part = min(later[name], max(0, net_fen))
        net_fen -= part
        if part:
            found[name] = part
    return found


def _later(ids: Sequence[int], month: date, code: str) -> dict[int, dict[str, int]]:
    """Refunds that came to light, or to nothing, after commission was paid, each counted once."""
    found: dict[int, dict[str, int]] = {}
    counted: dict[tuple[int, str], int] = {}
    recent = Payslip.objects.filter(person__in=ids, pay_month__state__in=access.OUT, pay_month__month__lt=month)
    for person_id, taken in recent.exclude(later={}).values_list("person_id", "later"):
        for name, fen in taken.items():
            counted[person_id, name] = counted.get((person_id, name), 0) + fen
    before = month
    for _step in range(MONTHS_BACK):
        before = days.month_of(before - timedelta(days=1))
        paid = dict(recent.filter(pay_month__month=before, sales_fen__isnull=False).values_list("person_id", "sales_fen"))
        if not paid:
            continue
        last = days.last_of_month(before)
        now, since = values([code], before, last, sorted(paid)), refunds_since(code, before, last, sorted(paid))
        for pk, fen in paid.items():
            kept = now[pk][code].numerator
            if kept is None:
                continue
            taken, known = counted.get((pk, f"{before:%Y-%m}"), 0), since.get(pk, 0)
            gone = (fen or 0) - (kept - known) - taken
            # Refunds that came to nothing are given back, no more than they took; sales that were found later are corrections.
            gone = max(gone, min(0, known) - max(0, taken))
            if gone:
                found.setdefault(pk, {})[f"{before:%Y-%m}"] = gone
    return found


def given_back(month: date) -> dict[int, int]:
    """By person: what later months that are out gave back of this month's sales, because its refunds came to nothing."""
    name, sums = f"{month:%Y-%m}", dict[int, int]()
    later = Payslip.objects.filter(pay_month__state__in=access.OUT, pay_month__month__gt=month).exclude(later={})
    for person_id, taken in later.values_list("person_id", "later"):
        sums[person_id] = sums.get(person_id, 0) + taken.get(name, 0)
    return {pk: -fen for pk, fen in sums.items() if fen < 0}


def _pool(rules: Rules, month: date, last: date, code: str, net: Mapping[int, int | None]) -> tuple[int, int]:
    """What nobody attended, and among how many who sold it is shared."""
    if not rules.has(clauses.POOL):
        return 0, 0
    # Of the remark the shop has no sum of its own: what bears no number is nobody's.
    code = "net_sales" if code == "tagged_sales" else code
    whole = shop_values([code], month, last, None)[code].numerator or 0
    sellers = [amount for amount in net.values() if amount is not None]
    return max(0, whole - sum(sellers)), len(sellers)
