"""What cases keep about a customer: handed out, and blanked once nothing of them is open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dangban.aftersales.models import Case, CaseContact, CaseStep, Dispute, Evidence, Settlement
from dangban.customers.models import Customer
from dangban.lib.actor import Actor
from dangban.lib.errors import Refused
from dangban.people import ports

CUSTOMER = "customers.customer"


class CaseData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != CUSTOMER:
            return {}
        mine = _cases(pk)
        return {
            "after_sales": list(mine.order_by("pk").values("pk", "kind", "reason", "note", "state", "opened_at", "refunded_fen")),
            "after_sales_told": list(CaseContact.objects.filter(case__in=mine).order_by("pk").values("way", "text", "at")),
            "after_sales_evidence": list(Evidence.objects.filter(case__in=mine).order_by("pk").values("kind", "text", "taken_at", "sha256")),
            "after_sales_paid": list(
                Settlement.objects.filter(case__in=mine, state="paid").order_by("pk").values("kind", "way", "amount_fen", "payee", "paid_at")
            ),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        if kind != CUSTOMER:
            return 0
        mine = _cases(pk)
        if mine.filter(closed_at=None).exists():
            raise Refused(_("An after-sales case of this customer is still open. Bring it to its end first."))
        rows = mine.update(note="") + CaseContact.objects.filter(case__in=mine).update(text="")
        rows += CaseStep.objects.filter(case__in=mine).exclude(note="").update(note="")
        # Hash and time stay: they prove that something was there, not what.
        rows += Evidence.objects.filter(case__in=mine).update(text="", media_key="")
        rows += Dispute.objects.filter(case__in=mine).exclude(claim="").update(claim="")
        return rows + Settlement.objects.filter(case__in=mine).update(payee="", account="", consent="", note="")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return [("aftersales.case", one) for one in _cases(pk).values_list("pk", flat=True)] if kind == CUSTOMER else []


def register() -> None:
    ports.register_personal_data("aftersales", CaseData())


def _cases(pk: int) -> QuerySet[Case]:
    return Case.objects.filter(customer__in=Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)))
