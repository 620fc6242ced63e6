"""What waits for the next payslip: corrections, what was carried, overtime; and the tax year so far."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from dangban.attendance.models import Overtime
from dangban.lib.days import next_month
from dangban.lib.spans import Span
from dangban.pay import access
from dangban.pay.models import Correction, PayLine, Payslip
from dangban.pay.rules import facts as f
from dangban.pay.shift_hours import of_shifts
from dangban.workforce import holidays

# In the words of an approval: taken as time off, not paid.
AS_TIME_OFF = "调休"


@dataclass(frozen=True, slots=True)
class Pending:
    asked: Mapping[int, list[f.Asked]]
    given: Mapping[int, list[f.Given]]
    years: Mapping[int, f.YearSoFar]


def gather(ids: Sequence[int], month: date) -> Pending:
    asked: dict[int, list[f.Asked]] = defaultdict(list)
    given: dict[int, list[f.Given]] = defaultdict(list)
    for line in carried(month).filter(payslip__person__in=ids).select_related("payslip__pay_month"):
        url = reverse("pay:slip", args=[line.payslip_id])
        what = f"{line.payslip.pay_month} {line.detail}".strip()
        asked[line.payslip.person_id].append(f.Asked(line.kind, what, line.carried_fen, f"carry:{line.pk}", url, line.because))
    for one in corrections(month).filter(person__in=ids):
        ref, what = f"correction:{one.pk}", f"{one.concerns:%Y-%m} {one.reason}"
        if one.amount_fen < 0:
            asked[one.person_id].append(f.Asked("overpaid", what, -one.amount_fen, ref, one.url, one.because))
        else:
            given[one.person_id].append(f.Given("correction", what, one.amount_fen, ref, one.url, one.because))
    return Pending(asked, given, years(ids, month))


def carried(month: date) -> QuerySet[PayLine]:
    """Deductions that earlier, released months could not bear and no other month has taken up."""
    later = PayLine.objects.filter(ref=Concat(Value("carry:"), Cast(OuterRef("pk"), CharField()))).exclude(payslip__pay_month__month=month)
    rows = PayLine.objects.filter(carried_fen__gt=0, payslip__pay_month__state__in=access.OUT, payslip__pay_month__month__lt=month)
    return rows.filter(~Exists(later)).order_by("pk")


def corrections(month: date) -> QuerySet[Correction]:
    """Of earlier months, not withdrawn, in no other month's payslips."""
    elsewhere = PayLine.objects.filter(ref=Concat(Value("correction:"), Cast(OuterRef("pk"), CharField()))).exclude(payslip__pay_month__month=month)
    return Correction.objects.filter(~Exists(elsewhere), withdrawn_at=None, concerns__lt=month).order_by("pk")


def people() -> QuerySet[Correction, int]:
    """Who has a correction that no payslip holds yet: they may have left."""
    held = PayLine.objects.filter(ref=Concat(Value("correction:"), Cast(OuterRef("pk"), CharField())), payslip__pay_month__state__in=access.OUT)
    return Correction.objects.filter(~Exists(held), withdrawn_at=None).values_list("person_id", flat=True)


def years(ids: Collection[int], month: date) -> dict[int, f.YearSoFar]:
    """The tax year goes by when wages are paid: each is paid in the month after the one it is for. Of who has left only
    months of employment count as such."""
    first = date(next_month(month).year - 1, 12, 1)
    rows = Payslip.objects.filter(person__in=ids, pay_month__month__gte=first, pay_month__month__lt=month).values("person_id")
    there = Q(person__off_boarding=None) | Q(pay_month__month__lte=F("person__off_boarding__last_day"))
    sums = rows.annotate(
        income=Sum("taxable_fen"), insured=Sum("insurance_fen"), special=Sum("special_fen"), withheld=Sum("tax_fen"),
        months=Count("pk", filter=there),
    )  # fmt: skip
    return {
        row["person_id"]: f.YearSoFar(row["income"], row["insured"], row["special"], row["withheld"], row["months"]) for row in sums.order_by()
    }


def averages(ids: Collection[int], month: date) -> dict[int, int]:
    """A month's wage without overtime, over the whole months of employment that are out among the last twelve (one query)."""
    slips = Payslip.objects.filter(
        person__in=ids, pay_month__state__in=access.OUT, pay_month__month__gte=month.replace(year=month.year - 1), pay_month__month__lt=month,
        person__hired_on__lte=F("pay_month__month"),
    )  # fmt: skip
    paid = PayLine.objects.filter(payslip=OuterRef("pk"), kind="overtime").order_by().values("payslip").annotate(fen=Sum("amount_fen")).values("fen")
    sums = slips.values("person_id").annotate(fen=Sum(F("wage_fen") - Coalesce(Subquery(paid), 0)), count=Count("pk"))
    return {row["person_id"]: round(row["fen"] / row["count"]) for row in sums.order_by()}


def overtime(ids: Sequence[int], first: date, last: date, rules_of: f.RulesOf) -> dict[int, list[f.Overtime]]:
    """Granted overtime that is paid, and hours of the roster that are paid like it. Work on a statutory holiday is always
    paid: time off does not make up for it."""
    kinds = holidays.kinds(first, last + timedelta(days=1))
    granted: dict[int, list[Span]] = defaultdict(list)
    found: dict[int, list[f.Overtime]] = defaultdict(list)
    rows = Overtime.objects.filter(person__in=ids, day__gte=first, day__lte=last, state=Overtime.State.GRANTED)
    for one in rows.order_by("starts_at", "pk"):
        granted[one.person_id].append((one.starts_at, one.ends_at))
        kind = "statutory" if one.is_holiday else kinds[one.day]
        if AS_TIME_OFF in one.settled_as and kind != "statutory":
            continue
        url = reverse("attendance:person", args=[one.person_id], query={"month": f"{first:%Y-%m}"})
        found[one.person_id].append(f.Overtime(f"overtime:{one.pk}", one.day, one.minutes, kind, url))
    for person_id, hours in of_shifts(ids, first, last, kinds, granted, rules_of).items():
        found[person_id] = sorted([*found[person_id], *hours], key=lambda one: (one.day, one.ref))
    return found


def used_elsewhere(refs: Collection[str], month: date) -> set[str]:
    """Sources that another month's payslips have used already."""
    return set(PayLine.objects.filter(ref__in=list(refs)).exclude(payslip__pay_month__month=month).values_list("ref", flat=True))

