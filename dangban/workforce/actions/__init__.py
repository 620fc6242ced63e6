"""What is done about duty: entering it, ending and extending it, planning and publishing it, swapping it."""

from .calendar import fill_calendar, renew_feed, set_holiday
from .duty import (
    CORRECTED_WITHIN,
    change_shifts,
    clear_duty,
    copy_week,
    end_extension,
    end_shift,
    extend_shift,
    set_duty,
)
from .generating import ask_roster, cancel_roster, take_over
from .laying import lay_duty
from .planning import drop_plan, make_plan, set_cells, set_needs
from .publishing import acknowledge, publish
from .swapping import agree_swap, ask_swap, decline_swap, settle_swap, withdraw_swap
from .training import cancel_training, enter_attendance, plan_training
from .wishing import clear_wish, set_wish

__all__ = [
    "CORRECTED_WITHIN",
    "acknowledge",
    "agree_swap",
    "ask_roster",
    "ask_swap",
    "cancel_roster",
    "cancel_training",
    "change_shifts",
    "clear_duty",
    "clear_wish",
    "copy_week",
    "decline_swap",
    "drop_plan",
    "end_extension",
    "end_shift",
    "enter_attendance",
    "extend_shift",
    "fill_calendar",
    "lay_duty",
    "make_plan",
    "plan_training",
    "publish",
    "renew_feed",
    "set_cells",
    "set_duty",
    "set_holiday",
    "set_needs",
    "set_wish",
    "settle_swap",
    "take_over",
    "withdraw_swap",
]
