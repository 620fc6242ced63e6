"""What pages of the floor read."""

from dangban.conversations.queries.behind import behind
from dangban.conversations.queries.definitions import MEASURES, Measure
from dangban.conversations.queries.floor import Floor, floor, teams_of
from dangban.conversations.queries.numbers import (
    Figure,
    Numbers,
    numbers,
    numbers_by_day,
    numbers_with_people,
    platform_rate,
)
from dangban.conversations.queries.service import (
    Alarm,
    Satisfaction,
    alarm,
    guard_findings,
    intending_customers,
    invitation_for,
    satisfaction,
    suggestions,
    waiting_position,
)

__all__ = [
    "MEASURES",
    "Alarm",
    "Figure",
    "Floor",
    "Measure",
    "Numbers",
    "Satisfaction",
    "alarm",
    "behind",
    "floor",
    "guard_findings",
    "intending_customers",
    "invitation_for",
    "numbers",
    "numbers_by_day",
    "numbers_with_people",
    "platform_rate",
    "satisfaction",
    "suggestions",
    "teams_of",
    "waiting_position",
]
