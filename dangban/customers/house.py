"""The rules in force, also where no handbook was adopted yet: then none of them has a value."""

from __future__ import annotations

from datetime import datetime

from dangban.handbook.current import NoHandbook
from dangban.handbook.current import in_force as adopted
from dangban.handbook.rulebook import Rules
from dangban.lib import clock


def in_force(at: datetime | None = None) -> Rules:
    at = at or clock.now()
    try:
        return adopted(at)
    except NoHandbook:
        return Rules({}, at)
