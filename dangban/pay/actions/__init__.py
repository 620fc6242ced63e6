"""What is done with a month of pay, one function for each."""

from dangban.pay.actions.accounts import keep_account, reveal_account
from dangban.pay.actions.computing import ask, take_up
from dangban.pay.actions.correcting import correct, review, withdraw
from dangban.pay.actions.disputing import answer, dispute
from dangban.pay.actions.opening import open_month, start_due
from dangban.pay.actions.releasing import check, close, release, take_back

__all__ = [
    "answer",
    "ask",
    "check",
    "close",
    "correct",
    "dispute",
    "keep_account",
    "open_month",
    "release",
    "reveal_account",
    "review",
    "start_due",
    "take_back",
    "take_up",
    "withdraw",
]
