"""What the register does by itself, every few seconds: tells who may be told, hears answers, credits, ends."""

from __future__ import annotations

from datetime import datetime

from django.db import close_old_connections

from dangban.backorders import actions
from dangban.lib import clock

EVERY_SECONDS = 3.0


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(now: datetime) -> None:
    """Bought before ended: who has paid in time has bought."""
    actions.settle_ordered(now)
    actions.hear_answers(now)
    actions.end_keeping(now)
    actions.end_waits(now)
    actions.tell_due(now)
    actions.mend_shortfalls(now)
