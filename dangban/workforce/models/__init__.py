"""Who works when: duty as it is published, the plans it comes from, what the calendar and the customers ask for."""

from .calendar import CalendarFeed, Holiday
from .demand import Arrivals, Counting
from .duty import DutyPeriod, ShiftExtension
from .plans import Cell, Generation, Plan, Published, Receipt, Swap, Wish
from .training import MakeUp, Training

__all__ = [
    "Arrivals",
    "CalendarFeed",
    "Cell",
    "Counting",
    "DutyPeriod",
    "Generation",
    "Holiday",
    "MakeUp",
    "Plan",
    "Published",
    "Receipt",
    "ShiftExtension",
    "Swap",
    "Training",
    "Wish",
]
