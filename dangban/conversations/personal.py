"""What conversations hold about customers and staff: handed out, erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.conversations.models import (
    Conversation,
    Draft,
    Enquiry,
    GuardHit,
    GuardOverride,
    Promise,
    Rating,
    Transfer,
)
from dangban.lib.actor import Actor

CUSTOMER = "customers.customer"
STAFF = "people.person"
_GONE = ""


class ConversationData:
    """The words themselves are the chat's; here is what was noted about them."""

    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind == STAFF:
            return {
                "conversations": Conversation.objects.filter(assignments__person=pk).distinct().count(),
                "drafts": list(Draft.objects.filter(person=pk).values_list("text", flat=True)),
            }
        if kind != CUSTOMER:
            return {}
        ratings = Rating.objects.filter(invitation__conversation__customer=pk)
        return {
            "conversations": list(
                Conversation.objects.filter(customer=pk).order_by("pk").values(
                    "opened_at", "ended_at", "shop__name", "stage", "preview"
                )
            ),
            "promises": list(Promise.objects.filter(customer=pk).values("text", "due_at", "kept_at")),
            "enquiries": list(Enquiry.objects.filter(customer=pk).values("wanted", "reason", "outcome", "at")),
            "ratings": list(ratings.values("stars", "reasons", "text", "at")),
        }  # fmt: skip

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Free text goes; times, counts and what was decided stay, for the figures rest on them."""
        if kind == STAFF:
            return Draft.objects.filter(person=pk).delete()[0]
        if kind != CUSTOMER:
            return 0
        mine = Conversation.objects.filter(customer=pk)
        threads = list(mine.values_list("thread_id", flat=True))
        return sum(
            (
                mine.update(preview=_GONE),
                Promise.objects.filter(customer=pk).update(text=_GONE),
                Enquiry.objects.filter(customer=pk).update(wanted=_GONE),
                Transfer.objects.filter(conversation__in=mine).update(note=_GONE, summary=_GONE),
                Rating.objects.filter(invitation__conversation__in=mine).update(text=_GONE),
                GuardHit.objects.filter(thread__in=threads).update(body=_GONE),
                GuardOverride.objects.filter(thread__in=threads).update(body=_GONE),
                Draft.objects.filter(thread__in=threads).delete()[0],
            )
        )

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != CUSTOMER:
            return []
        found: list[tuple[str, int]] = []
        for model in (Conversation, Promise, Enquiry):
            label = model._meta.label_lower
            found += [(label, row) for row in model._default_manager.filter(customer=pk).values_list("pk", flat=True)]
        overrides = GuardOverride.objects.filter(thread__customer=pk).values_list("pk", flat=True)
        return [*found, *((GuardOverride._meta.label_lower, row) for row in overrides)]
