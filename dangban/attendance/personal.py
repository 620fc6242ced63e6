"""What this room keeps about staff: handed out on request; where they punched from goes with the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.attendance.models import Consequence, Dispute, LateNotice, Punch, PunchRepair, ShiftRecord
from dangban.lib.actor import Actor
from dangban.people import ports

KIND = "people.person"


class AttendanceData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        return {
            "punches": list(Punch.objects.filter(person=pk).order_by("at").values("at", "source", "place", "counts", "said")),
            "shifts": list(
                ShiftRecord.objects.filter(person=pk).order_by("starts_at").values(
                    "day", "name", "arrived_at", "left_at", "late_minutes", "early_minutes", "absence_days", "minutes"
                )
            ),
            "announced": list(LateNotice.objects.filter(person=pk).order_by("at").values("day", "said", "at")),
            "repairs": list(PunchRepair.objects.filter(record__person=pk).order_by("asked_at").values("side", "at", "reason", "state", "word")),
            "follows": list(Consequence.objects.filter(person=pk).order_by("day").values("day", "kind", "way", "amount_fen", "days_pay", "state")),
            "disputes": list(Dispute.objects.filter(consequence__person=pk).order_by("at").values("at", "said", "outcome", "answer")),
        }  # fmt: skip

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """The company answers for the times; the addresses they came from it needs no more."""
        return Punch.objects.filter(person=pk).exclude(place="").update(place="") if kind == KIND else 0

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return []


def register() -> None:
    ports.register_personal_data("attendance", AttendanceData())
