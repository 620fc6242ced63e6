"""What orders keep about a customer: handed out, erased once nothing is on its way any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.customers.models import Customer
from dangban.customers.personal import WHY_CUSTOMER
from dangban.lib.actor import Actor
from dangban.lib.errors import Refused
from dangban.orders.access import get_order
from dangban.orders.models import (
    ChangeRequest,
    Contact,
    Order,
    OrderChange,
    OrderException,
    OrderWord,
    Remark,
    Requirement,
)
from dangban.people import ports
from dangban.people.models import Person

CUSTOMER = "customers.customer"
SHOWN = (
    "platform_id", "status", "total_fen", "paid_fen", "created_at", "receiver", "phone", "province", "city",
    "district", "address", "postcode", "buyer_message", "platform_remark", "invoice_title",
)  # fmt: skip
# What is bought, paid and sent stays: trade records are kept for years.
BLANKED = {
    "receiver": "", "phone": "", "phone_tail": "", "district": "", "address": "", "postcode": "",
    "buyer_message": "", "platform_remark": "", "invoice_title": "", "source_digest": "",
}  # fmt: skip
REVEALED = {"phone": gettext_lazy("phone number"), "receiver": gettext_lazy("receiver"), "address": gettext_lazy("address")}
UNDER_WAY = (Order.Status.UNPAID, Order.Status.PAID, Order.Status.PART, Order.Status.SENT)


class OrderData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != CUSTOMER:
            return {}
        mine = _orders(pk)
        return {
            "orders": list(mine.order_by("pk").values(*SHOWN)),
            "remarks": list(Remark.objects.filter(order__in=mine).values("text", "at")),
            "contacts": list(Contact.objects.filter(follow_up__order__in=mine).values("text", "reason", "at")),
            "change_requests": list(
                ChangeRequest.objects.filter(order__in=mine).values("field", "before", "after", "note", "answer", "asked_at")
            ),
            "exceptions": list(OrderException.objects.filter(order__in=mine).values("kind", "note", "answer", "opened_at")),
            "wishes": list(Requirement.objects.filter(order__in=mine).values("text", "answer", "at")),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        if kind != CUSTOMER:
            return 0
        mine = _orders(pk)
        open_ones = list(mine.filter(status__in=UNDER_WAY).values_list("platform_id", flat=True)[:20])
        if open_ones:
            raise Refused(
                _("Orders of this customer are still under way; their addresses are needed. Erase afterwards."),
                details=open_ones,
            )
        OrderWord.objects.filter(order__in=mine).delete()
        return (
            Remark.objects.filter(order__in=mine).update(text="", parts={})
            + Requirement.objects.filter(order__in=mine).update(text="", answer="")
            + Contact.objects.filter(follow_up__order__in=mine).update(text="")
            + OrderChange.objects.filter(order__in=mine, field__in=BLANKED).update(before="", after="")
            + ChangeRequest.objects.filter(order__in=mine).update(before={}, after={}, differs={}, note="", answer="")
            + OrderException.objects.filter(order__in=mine).update(note="", answer="")
            + mine.update(**BLANKED)
        )

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != CUSTOMER:
            return []
        mine = _orders(pk)
        wishes = Requirement.objects.filter(order__in=mine).values_list("pk", flat=True)
        changes = ChangeRequest.objects.filter(order__in=mine).values_list("pk", flat=True)
        return [
            *(("orders.changerequest", one) for one in changes),
            *(("orders.order", one) for one in mine.values_list("pk", flat=True)),
            *(("orders.requirement", one) for one in wishes),
        ]


def register() -> None:
    ports.register_personal_data("orders", OrderData())
    for name, label in REVEALED.items():
        revealable = ports.Revealable(label, "customers.reveal", partial(_whole, name), usual=WHY_CUSTOMER)
        ports.register_revealable("orders.order", name, revealable)


def _whole(name: str, reader: Person, pk: int) -> tuple[str, int | None]:
    order = get_order(reader, pk)
    return str(getattr(order, name)), order.shop_id


def _orders(pk: int) -> QuerySet[Order]:
    return Order.objects.filter(customer__in=Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)))
