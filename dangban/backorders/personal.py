"""What the register keeps about a customer: handed out, and erased once nothing is waited for any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from dangban.backorders.models import Attempt, Wait
from dangban.customers.models import Customer
from dangban.lib.actor import Actor
from dangban.lib.errors import Refused
from dangban.people import ports

CUSTOMER = "customers.customer"


class WaitData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != CUSTOMER:
            return {}
        mine = _waits(pk)
        return {
            "back_orders": list(mine.order_by("pk").values("sku__code", "quantity", "wait_until", "note", "state", "registered_at", "why")),
            "told": list(Attempt.objects.filter(wait__in=mine).order_by("pk").values("way", "text", "at")),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        if kind != CUSTOMER:
            return 0
        mine = _waits(pk)
        if mine.filter(state__in=Wait.OPEN).exists():
            raise Refused(_("This customer still waits for goods. Take them off the back-order register first."))
        return mine.update(note="", why="") + Attempt.objects.filter(wait__in=mine).update(text="")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return [("backorders.wait", one) for one in _waits(pk).values_list("pk", flat=True)] if kind == CUSTOMER else []


def register() -> None:
    ports.register_personal_data("backorders", WaitData())


def _waits(pk: int) -> QuerySet[Wait]:
    return Wait.objects.filter(customer__in=Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)))
