"""Reads for the pages: totals, what is missing, differences against the month before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from dangban.lib import days
from dangban.pay import access, words
from dangban.pay.models import Correction, LineDispute, PayLine, PayMonth, Payslip
from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Totals:
    people: int = 0
    wage_fen: int = 0
    net_fen: int = 0
    tax_fen: int = 0
    insurance_fen: int = 0
    company_fen: int = 0

    @property
    def cost_fen(self) -> int:
        """What the month costs the company: wages before tax, and its share of insurance."""
        return self.wage_fen + self.company_fen


def totals(month: PayMonth) -> Totals:
    found = Payslip.objects.filter(pay_month=month).aggregate(
        people=Count("pk"), wage_fen=Sum("wage_fen"), net_fen=Sum("net_fen"), tax_fen=Sum("tax_fen"), insurance_fen=Sum("insurance_fen"),
        company_fen=Sum("insurance_company_fen"),
    )  # fmt: skip
    return Totals(**{name: value or 0 for name, value in found.items()})


@dataclass(frozen=True, slots=True)
class Missing:
    code: str
    label: str
    count: int
    blocks: bool
    url: str
    names: Sequence[str] = ()


def missing(month: PayMonth, reader: Person | None = None) -> list[Missing]:
    """What is not final yet, of how many people, with where it is settled as far as the reader may go there."""
    counted: Counter[str] = Counter()
    names: dict[str, list[str]] = {}
    for found, name in Payslip.objects.filter(pay_month=month).exclude(missing=[]).order_by("person__name").values_list("missing", "person__name"):
        for code, _word in found:
            counted[code] += 1
            names.setdefault(code, []).append(name)
    return [
        Missing(code, words.missing_name(code), counted[code], code not in words.ONLY_SAID, _page(code, month, reader), names[code][:6])
        for code in words.MISSING
        if counted[code]
    ]  # fmt: skip


def _page(code: str, month: PayMonth, reader: Person | None) -> str:
    name, right = words.PAGES.get(code, ("", ""))
    return reverse(name, query={"month": str(month)}) if reader is not None and name and reader.can(right) else ""


def missing_of(month: PayMonth) -> list[Missing]:
    """Only what keeps the month from being checked."""
    return [one for one in missing(month) if one.blocks]


def withdrawn_in(month: PayMonth) -> bool:
    """Whether payslips of this month hold a correction that was withdrawn after they were worked out."""
    refs = PayLine.objects.filter(payslip__pay_month=month, ref__startswith="correction:").values_list("ref", flat=True)
    ids = [int(ref.partition(":")[2]) for ref in refs if ref.partition(":")[2].isdecimal()]
    return Correction.objects.filter(pk__in=ids).exclude(withdrawn_at=None).exists()


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the month's list: the payslip, its sums by group, and what differs from the month before."""

    slip: Payslip
    groups: Mapping[str, int]
    before_fen: int | None
    warnings: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def difference_fen(self) -> int | None:
        return None if self.before_fen is None else self.slip.net_fen - self.before_fen

    def group(self, code: str) -> int:
        return self.groups.get(code, 0)


def rows(month: PayMonth, person_ids: Sequence[int] | None = None) -> list[Row]:
    slips = Payslip.objects.filter(pay_month=month).select_related("person").order_by("person__name", "pk")
    if person_ids is not None:
        slips = slips.filter(person__in=person_ids)
    sums: dict[int, dict[str, int]] = {}
    for slip_id, group, fen in PayLine.objects.filter(payslip__pay_month=month).values_list("payslip_id", "group").annotate(Sum("amount_fen")).order_by():
        sums.setdefault(slip_id, {})[group] = fen
    previous = days.month_of(month.month - timedelta(days=1))
    before = dict(Payslip.objects.filter(pay_month__month=previous).values_list("person_id", "net_fen"))
    return [Row(one, sums.get(one.pk, {}), before.get(one.person_id), words.warnings_said(one.warnings)) for one in slips]


def slip_address(pk: int) -> str:
    return reverse("pay:slip", args=[pk])


def own(person: Person) -> QuerySet[Payslip]:
    """One's own payslips that are out, newest first."""
    rows = Payslip.objects.filter(person=person, pay_month__state__in=access.OUT)
    return rows.select_related("pay_month").order_by("-pay_month__month")


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    label: str
    lines: Sequence[PayLine]

    @property
    def total_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)


def groups(slip: Payslip) -> list[Group]:
    lines = list(slip.lines.prefetch_related("disputes__answered_by"))
    found = [Group(code, words.group_name(code), [line for line in lines if line.group == code]) for code in words.GROUPS]
    return [one for one in found if one.lines]


def corrections(month: PayMonth | None = None) -> QuerySet[Correction]:
    found = Correction.objects.select_related("person", "by", "withdrawn_by").order_by("-pk")
    return found if month is None else found.filter(concerns=month.month)


def open_disputes() -> QuerySet[LineDispute]:
    return LineDispute.objects.filter(answered_at=None).select_related("person", "line__payslip__pay_month").order_by("due_at")


def paid_in(found: Sequence[Correction]) -> dict[int, str]:
    """In which month's payslips corrections stand."""
    refs = {f"correction:{one.pk}": one.pk for one in found}
    lines = PayLine.objects.filter(ref__in=list(refs)).values_list("ref", "payslip__pay_month__month")
    return {refs[ref]: f"{month:%Y-%m}" for ref, month in lines}


def month_named(text: str) -> date | None:
    return days.typed_day(f"{text}-01") if len(text) == 7 else None
