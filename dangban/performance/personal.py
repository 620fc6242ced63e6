"""What this room keeps about staff: handed out with a copy of somebody's data; scores stay as long as pay rests on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.lib.actor import Actor
from dangban.people.personal import KIND
from dangban.performance.models import Card, CoachingNote, Nick, Objection


class FiguresData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        cards = Card.objects.filter(person=pk).prefetch_related("lines").order_by("month")
        return {
            "scorecards": [
                {
                    "month": card.month, "score": card.score, "grade": card.grade, "state": str(card.get_state_display()),
                    "items": [{"measure": line.measure, "value": line.value, "points": line.points} for line in card.lines.all()],
                }
                for card in cards
            ],
            "objections": list(Objection.objects.filter(card__person=pk).order_by("pk").values("at", "text", "answer")),
            "coaching": list(CoachingNote.objects.filter(person=pk).order_by("pk").values("month", "text")),
            "accounts": list(Nick.objects.filter(person=pk).order_by("pk").values_list("name", flat=True)),
        }  # fmt: skip

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Free words about the person go; scores, on which pay rests, stay."""
        if kind != KIND:
            return 0
        gone = CoachingNote.objects.filter(person=pk).update(text="–")
        return gone + Objection.objects.filter(card__person=pk).exclude(answered_at=None).update(text="–", answer="–")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != KIND:
            return ()
        return [("performance.card", one) for one in Card.objects.filter(person=pk).values_list("pk", flat=True)]
