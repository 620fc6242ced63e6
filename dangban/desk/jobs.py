"""What the desk does by itself: tasks that come again, and lines of sheets whose things were settled."""

from __future__ import annotations

from django.db import close_old_connections

from dangban.desk.actions import close_what_is_settled, let_come
from dangban.lib import clock

EVERY_SECONDS = 20.0


def look_round() -> None:
    close_old_connections()
    now = clock.now()
    let_come(now)
    close_what_is_settled(now)
