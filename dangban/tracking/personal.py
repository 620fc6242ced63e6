"""What couriers wrote of a customer's parcels: who signed, whom they called. Handed out, erased with the orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from dangban.customers.models import Customer
from dangban.lib.actor import Actor
from dangban.people import ports
from dangban.tracking.models import Step, Track

CUSTOMER = "customers.customer"


class ParcelData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != CUSTOMER:
            return {}
        steps = Step.objects.filter(track__in=_tracks(pk)).order_by("track", "at", "pk")
        return {"parcel_steps": list(steps.values("track__parcel__number", "at", "state", "text", "place"))}

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """The words go, where each parcel was and when stays. Orders under way refuse it first."""
        if kind != CUSTOMER:
            return 0
        mine = _tracks(pk)
        return Step.objects.filter(track__in=mine).update(text="", place="") + mine.update(last_text="")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        """The journal tells of parcels under their orders."""
        return []


def register() -> None:
    ports.register_personal_data("parcels", ParcelData())


def _tracks(pk: int) -> QuerySet[Track]:
    return Track.objects.filter(parcel__order__customer__in=Customer.objects.filter(Q(pk=pk) | Q(merged_into=pk)))
