"""What somebody should look at, kept as rows: opened when a rule says so, over when it no longer does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import close_old_connections, transaction
from django.db.models import F, Max, Min, Q, Sum

from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.shops.models import Sku
from dangban.stock import ports, rules
from dangban.stock.clauses import SALES_WINDOW
from dangban.stock.models import Alert, Balance, Expected, Level, Movement, Reservation

# Days pass and orders are paid without a movement: everything is looked at again this often.
EVERY_SECONDS = 600.0
AT_ONCE = 400
FOR_ORDERS = "orders."


def run() -> None:
    """One round of the loop that never ends."""
    close_old_connections()
    look_round()


def look_round() -> int:
    """Look at all goods of which stock is kept; returns how many there are."""
    at, seen, last = clock.now(), 0, 0
    while True:
        some = list(
            Level.objects.filter(sku__gt=last).order_by("sku").values_list("sku", flat=True).distinct()[:AT_ONCE]
        )
        if not some:
            return seen
        refresh(some, at)
        seen, last = seen + len(some), some[-1]


def refresh(skus: Sequence[int], at: datetime) -> None:
    """Open and close the alerts of these SKUs. About nine queries, whatever their number."""
    rulebook, today = in_force(at), clock.business_day(at)
    standings = _standings(skus, today, rulebook)
    shops = dict(Sku.objects.filter(pk__in=skus).values_list("pk", "shop"))
    with transaction.atomic():
        there = {(one.sku_id, one.kind): one for one in Alert.objects.filter(sku__in=skus, over_at=None)}
        new, kept = [], set()
        for sku, standing in standings.items():
            for finding in rules.alerts(standing, today, rulebook):
                kind = finding.decision.outcome
                kept.add((sku, kind))
                old = there.get((sku, kind))
                if old is None:
                    because = [reason.as_data() for reason in finding.decision.because]
                    new.append(
                        Alert(sku_id=sku, shop_id=shops[sku], kind=kind, amount=finding.amount, because=because, since=at)
                    )
                elif old.amount != finding.amount:
                    Alert.objects.filter(pk=old.pk).update(amount=finding.amount)
        Alert.objects.bulk_create(new, ignore_conflicts=True)
        over = [one.pk for key, one in there.items() if key not in kept]
        if over:
            Alert.objects.filter(pk__in=over).update(over_at=at)


def _standings(skus: Sequence[int], today: date, rulebook: Rules) -> dict[int, rules.Standing]:
    levels = Level.objects.filter(sku__in=skus).values("sku")
    sums = levels.annotate(
        g=Sum("good"), f=Sum(F("good") - F("reserved")), first=Min("first_in_at"), last=Max("last_out_at")
    )
    expected = _sum(Expected.objects.filter(sku__in=skus, closed="", quantity__gt=F("received")), F("quantity") - F("received"))
    sold: dict[int, int] = {}
    if rulebook.has(SALES_WINDOW):
        since = today - rulebook[SALES_WINDOW]
        sold = _sum(Movement.objects.filter(sku__in=skus, kind=Movement.Kind.DISPATCH, business_day__gt=since), F("quantity"))
    promised = Reservation.objects.filter(Q(subject_kind__startswith=FOR_ORDERS), sku__in=skus, outcome="")
    for_orders = _sum(promised, F("held"))
    expiry = dict(
        Balance.objects.filter(sku__in=skus, quantity__gt=0, batch__expires_on__isnull=False)
        .values("sku").annotate(first=Min("batch__expires_on")).values_list("sku", "first")
    )  # fmt: skip
    owed = ports.owed(skus)
    return {
        row["sku"]: rules.Standing(
            good=row["g"], available=row["f"], owed=owed.get(row["sku"], 0),
            reserved_for_orders=for_orders.get(row["sku"], 0), expected=expected.get(row["sku"], 0),
            sold=sold.get(row["sku"], 0), first_in=_day(row["first"]), last_out=_day(row["last"]),
            expires_on=expiry.get(row["sku"]),
        )
        for row in sums
    }  # fmt: skip


def _sum(rows: Any, of: Any) -> dict[int, int]:
    return dict(rows.values("sku").annotate(total=Sum(of)).values_list("sku", "total"))


def _day(at: datetime | None) -> date | None:
    return clock.business_day(at) if at is not None else None
