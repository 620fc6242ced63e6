"""Changes of level that were dated ahead begin on their day; accounts of those who left are closed after their last."""

from __future__ import annotations

from django.db import close_old_connections

from dangban.lib import clock
from dangban.staff.actions import apply_due, carry_out_due

EVERY_SECONDS = 300.0


def look_round() -> None:
    close_old_connections()
    now = clock.now()
    apply_due(now)
    carry_out_due(now)
