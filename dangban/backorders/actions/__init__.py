"""What happens on the back-order register: customers registered, told, kept goods for, and what became of it."""

from dangban.backorders.actions.arriving import heard
from dangban.backorders.actions.ending import end_keeping, end_waits
from dangban.backorders.actions.recovering import note_orders, settle_ordered
from dangban.backorders.actions.registering import (
    Wish,
    accept_substitute,
    give_to,
    hand_on,
    register,
    take_fewer,
    wait_longer,
    withdraw,
)
from dangban.backorders.actions.shortfalls import (
    Chosen,
    choose,
    compensation_of,
    know,
    mend_shortfalls,
    report_short,
)
from dangban.backorders.actions.telling import Said, contact, hear_answers, tell_due, thread_of, words_of

__all__ = [
    "Chosen",
    "Said",
    "Wish",
    "accept_substitute",
    "choose",
    "compensation_of",
    "contact",
    "end_keeping",
    "end_waits",
    "give_to",
    "hand_on",
    "hear_answers",
    "heard",
    "know",
    "mend_shortfalls",
    "note_orders",
    "register",
    "report_short",
    "settle_ordered",
    "take_fewer",
    "tell_due",
    "thread_of",
    "wait_longer",
    "withdraw",
    "words_of",
]
