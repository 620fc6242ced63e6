"""What is kept about a customer: shown in full, handed out, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from dangban.customers.access import get_customer, visible_shop_ids
from dangban.customers.models import Address, Customer, Handle, Merge, RiskMark, Tag
from dangban.lib.actor import Actor
from dangban.people import ports
from dangban.people.models import Person

KIND = "customers.customer"
ADDRESS = "customers.address"
# Why people usually look at a customer's number or address.
WHY_CUSTOMER = (
    _("Check where the parcel goes"),
    _("Call the customer back"),
    _("The courier or the warehouse asks"),
    _("Reship or exchange"),
)


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
    _register_masked()


def _register_masked() -> None:
    ports.register_revealable(
        KIND, "phone", ports.Revealable(_("phone number"), "customers.reveal", _phone, usual=WHY_CUSTOMER)
    )
    ports.register_revealable(
        ADDRESS,
        "address",
        ports.Revealable(
            _("address"), "customers.reveal", _address, usual=WHY_CUSTOMER,
            subject=lambda pk: (KIND, Address.objects.values_list("customer", flat=True).get(pk=pk)),
        ),
    )  # fmt: skip


def _phone(reader: Person, pk: int) -> tuple[str, int | None]:
    customer = get_customer(reader, pk)
    return customer.phone, _shop_that_opens(reader, customer)


def _address(reader: Person, pk: int) -> tuple[str, int | None]:
    row = Address.objects.filter(pk=pk).first()
    if row is None:
        raise Http404("address")
    customer = get_customer(reader, row.customer_id)
    parts = (row.receiver, row.phone, row.province, row.city, row.district, row.detail)
    return " ".join(part for part in parts if part), _shop_that_opens(reader, customer)


def _shop_that_opens(reader: Person, customer: Customer) -> int | None:
    """A shop of this customer for which the reader may look; else any, for which they are refused."""
    shops = visible_shop_ids(reader, customer)
    return next((shop for shop in shops if reader.can("customers.reveal", shop=shop)), shops[0] if shops else None)


def _named(reader: Person, pk: int) -> str:
    customer = get_customer(reader, pk)
    return customer.name or f"#{customer.pk}"
