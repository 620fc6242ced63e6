"""What is done about conduct: reported, heard, decided, appealed against; thanks given; the purse kept."""

from dangban.quality.actions.appealing import accept, answer, appeal, lapse
from dangban.quality.actions.commending import commend, withdraw_commendation
from dangban.quality.actions.deciding import ask_where_nobody_answered, decide, drop
from dangban.quality.actions.purse import receive, spend
from dangban.quality.actions.reporting import hear, report

__all__ = [
    "accept",
    "answer",
    "appeal",
    "ask_where_nobody_answered",
    "commend",
    "decide",
    "drop",
    "hear",
    "lapse",
    "receive",
    "report",
    "spend",
    "withdraw_commendation",
]
