"""What campaigns do by themselves: whoever serves the shops hears when one begins and ends."""

from __future__ import annotations

from django.db import close_old_connections

from dangban.campaigns.actions import tell_what_began_and_ended
from dangban.lib import clock

EVERY_SECONDS = 10.0


def look_round() -> None:
    close_old_connections()
    tell_what_began_and_ended(clock.now())
