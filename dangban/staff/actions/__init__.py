"""What is done with staff files: opened, kept, terms changed by two, and closed when somebody leaves."""

from dangban.staff.actions.departing import carry_out_due, enter_departure, withdraw_departure
from dangban.staff.actions.filing import (
    add_attainment,
    add_contract,
    choose_mentor,
    keep_file,
    log_look,
    open_file,
)
from dangban.staff.actions.proposing import apply_due, propose, settled

__all__ = [
    "add_attainment",
    "add_contract",
    "apply_due",
    "carry_out_due",
    "choose_mentor",
    "enter_departure",
    "keep_file",
    "log_look",
    "open_file",
    "propose",
    "settled",
    "withdraw_departure",
]
