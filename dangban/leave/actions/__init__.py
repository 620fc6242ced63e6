"""What is done with leave: asked, called in, answered, taken back; balances opened, used, closed."""

from dangban.leave.actions.answering import settled
from dangban.leave.actions.asking import ask, call_in, check, put_in_writing
from dangban.leave.actions.ending import cancel, lapse, withdraw
from dangban.leave.actions.ledger import adjust, close_month, open_periods
from dangban.leave.actions.standing_in import stand_in

__all__ = [
    "adjust",
    "ask",
    "call_in",
    "cancel",
    "check",
    "close_month",
    "lapse",
    "open_periods",
    "put_in_writing",
    "settled",
    "stand_in",
    "withdraw",
]
