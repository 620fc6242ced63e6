"""What leave keeps about a person: handed out, and its reasons erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.leave.models import BalanceEntry, LeaveRequest
from dangban.lib.actor import Actor

KIND = "people.person"


class LeaveData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        requests = LeaveRequest.objects.filter(person=pk).order_by("pk")
        entries = BalanceEntry.objects.filter(person=pk).order_by("pk")
        return {
            "requests": list(requests.values_list("kind", "first_day", "last_day", "days", "state", "reason")),
            "balance": list(entries.values_list("kind", "period", "what", "days", "day")),
        }

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Why somebody was away goes; that they were stays with what was paid."""
        return LeaveRequest.objects.filter(person=pk).exclude(reason="").update(reason="") if kind == KIND else 0

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != KIND:
            return []
        return [("leave.leaverequest", found) for found in LeaveRequest.objects.filter(person=pk).values_list("pk", flat=True)]
