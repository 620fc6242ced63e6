"""Giving out the queue: whenever somebody comes, becomes free, or a shift begins."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from dangban.chat.models import Presence
from dangban.conversations import assigning, facts
from dangban.conversations.models import Conversation
from dangban.handbook.actions import in_force
from dangban.lib import clock

# Enough for one look round; what is left is next, a second later.
AT_ONCE = 50


def sweep_queue(shop_ids: Collection[int] | None = None, at: datetime | None = None) -> int:
    """Route whoever waits, in the order the handbook gives them; returns how many found somebody."""
    at = at or clock.now()
    everybody = Conversation.objects.all()
    in_line = facts.in_line(everybody if shop_ids is None else everybody.filter(shop__in=shop_ids), in_force(at))
    order = list(in_line.rows.values_list("pk", "shop_id", "stage", "state")[:AT_ONCE])
    if not order or not _somebody_is_there():
        # Everybody has gone: by rule, those who wait are told that they have left a message.
        order = [row for row in order if row[3] == Conversation.State.WAITING]
    found = 0
    full: set[tuple[int, str, str]] = set()
    for pk, shop_id, stage, state in order:
        if (shop_id, stage, state) in full:
            continue
        outcome = _route(pk, in_line.because.get(shop_id, ()), at)
        found += outcome == "assign"
        if outcome == "queue" or (outcome == "message" and state == Conversation.State.OFFLINE):
            full.add((shop_id, stage, state))
    return found


def _somebody_is_there() -> bool:
    return Presence.objects.filter(ended_at=None).exclude(state=Presence.State.OFFLINE).exists()


@transaction.atomic
def _route(pk: int, turn: assigning.Reasons, at: datetime) -> str:
    conversation = Conversation.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=pk).first()
    if conversation is None or conversation.state not in ("waiting", "offline"):
        return ""
    routing = assigning.find_somebody(conversation, at=at, rules=in_force(at), swept=True, turn=turn)
    return routing.decision.outcome
