"""The clock of attendance: shifts judged, packets doubled, sheets published, DingTalk asked."""

from __future__ import annotations

from datetime import datetime

from django.db import close_old_connections

from dangban.attendance import judging, publishing, settling
from dangban.attendance.dingtalk import asking
from dangban.lib import clock

EVERY_SECONDS = 60.0
ASKING_SECONDS = 900.0


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def ask_round() -> None:
    """Apart from the rest: a slow service holds nothing up."""
    close_old_connections()
    asking.ask(clock.now())


def sweep(at: datetime) -> None:
    judging.sweep(at)
    settling.double_unpaid(at)
    publishing.publish_due(at)
