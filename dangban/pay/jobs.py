"""What goes on beside the server: months that wait to be worked out, and the month that begins."""

from __future__ import annotations

from django.db import close_old_connections

from dangban.lib import clock
from dangban.pay.actions import start_due, take_up

EVERY_SECONDS = 2.0


def look_round() -> None:
    close_old_connections()
    take_up()
    start_due(clock.now())
