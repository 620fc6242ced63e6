"""What a staff file holds, for the person it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.lib.actor import Actor
from dangban.staff.models import Attainment, Contract, Departure, StaffFile, Terms

KIND = "people.person"


class FileData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        kept = StaffFile.objects.filter(person=pk).first()
        return {
            "education": kept.education if kept else None,
            "probation_until": kept.probation_until if kept else None,
            "terms": list(Terms.objects.filter(person=pk).order_by("pk").values_list("since", "level", "base_fen", "reason")),
            "contracts": list(Contract.objects.filter(person=pk).order_by("starts_on").values_list("kind", "starts_on", "ends_on")),
            "departures": list(Departure.objects.filter(person=pk).order_by("pk").values_list("kind", "last_day", "reason")),
            "attainments": list(Attainment.objects.filter(person=pk).order_by("on").values_list("kind", "code", "on", "result", "passed")),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Numbers of licences and words on leaving go; wages and contracts are records the law wants kept."""
        if kind != KIND:
            return 0
        said = Departure.objects.filter(person=pk).exclude(reason="", withdrawn_because="").update(reason="", withdrawn_because="")
        return said + Attainment.objects.filter(person=pk).exclude(number="").update(number="")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return []
