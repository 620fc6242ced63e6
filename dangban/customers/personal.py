"""What is kept about a customer: shown in full, handed out, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dangban.customers.access import get_customer
from dangban.customers.models import Address, Customer, Handle, Merge, RiskMark, Tag
from dangban.lib.actor import Actor
from dangban.people import ports
from dangban.people.models import Person

KIND = "customers.customer"


def all_of(pk: int) -> QuerySet[Customer]:
    """The customer, and those who were merged into them: one person."""
    return Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk))


class CustomerData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        mine = all_of(pk)
        marks = RiskMark.objects.filter(customer__in=mine)
        return {
            "profile": list(mine.values("name", "phone", "credit", "created_at")),
            "handles": list(Handle.objects.filter(customer__in=mine).values("platform", "handle")),
            "addresses": list(
                Address.objects.filter(customer__in=mine).values(
                    "receiver", "phone", "province", "city", "district", "detail", "postcode", "last_used_at"
                )
            ),
            "tags": list(Tag.objects.filter(customer__in=mine).values("text", "at")),
            "risk_marks": list(marks.values("kind", "evidence", "at", "expires_on", "lifted_at")),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Whom it was goes; that there was a customer stays, for orders and figures rest on it.

        A handle becomes a mark that matches nobody: the same name may come again, as somebody new.
        """
        if kind != KIND:
            return 0
        mine = all_of(pk)
        handles = list(Handle.objects.filter(customer__in=mine))
        for handle in handles:
            handle.handle = f"erased-{handle.pk}"
        Handle.objects.bulk_update(handles, ["handle"])
        return (
            len(handles)
            + Address.objects.filter(customer__in=mine).delete()[0]
            + Tag.objects.filter(customer__in=mine).delete()[0]
            + RiskMark.objects.filter(customer__in=mine).update(evidence="", lifted_at=at)
            + Merge.objects.filter(Q(kept__in=mine) | Q(merged__in=mine)).update(reason="")
            + mine.update(name="", phone="", phone_digest="", phone_tail="", erased_at=at)
        )

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return [(KIND, one) for one in all_of(pk).values_list("pk", flat=True)] if kind == KIND else []


def register() -> None:
    ports.register_personal_data("customers", CustomerData())
    ports.register_data_subject(
        KIND, ports.DataSubject(_("customer"), _named, "customers.export", "customers.erase")
    )


def _named(reader: Person, pk: int) -> str:
    customer = get_customer(reader, pk)
    return customer.name or f"#{customer.pk}"
