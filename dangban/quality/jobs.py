"""What time alone brings about: who did not answer is decided on, a sanction nobody appealed against in time stands."""

from __future__ import annotations

from django.db import close_old_connections

from dangban.lib import clock
from dangban.quality.actions import ask_where_nobody_answered, lapse

EVERY_SECONDS = 60.0


def look_round() -> None:
    close_old_connections()
    now = clock.now()
    ask_where_nobody_answered(now)
    lapse(now)
