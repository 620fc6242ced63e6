"""What people do on the floor; each takes the acting person as `by` and says no by raising."""

from dangban.conversations.actions.enquiries import lose_enquiry, record_enquiry
from dangban.conversations.actions.overrides import ask_override, grant_override, refuse_override
from dangban.conversations.actions.presence import (
    change_presence,
    connection_back,
    connection_lost,
    end_shift,
    touch,
)
from dangban.conversations.actions.promises import keep_promise, promise, require, withdraw_promise
from dangban.conversations.actions.queueing import sweep_queue
from dangban.conversations.actions.satisfaction import rate
from dangban.conversations.actions.sessions import (
    begin,
    leave_to_next_shift,
    resolve,
    step_in,
    step_out,
    take,
    take_next,
    take_over,
    take_up,
)
from dangban.conversations.actions.setting_up import (
    assign_seat,
    open_seat,
    release_seat,
    retire_auto_reply,
    set_auto_reply,
)
from dangban.conversations.actions.speaking import add_note, mark_read, recall, save_draft, whisper
from dangban.conversations.actions.transfers import (
    accept_transfer,
    return_transfer,
    transfer,
    withdraw_transfer,
)
from dangban.conversations.actions.undoing import just_taken, undo_take, undo_transfer

__all__ = [
    "accept_transfer",
    "add_note",
    "ask_override",
    "assign_seat",
    "begin",
    "change_presence",
    "connection_back",
    "connection_lost",
    "end_shift",
    "grant_override",
    "just_taken",
    "keep_promise",
    "leave_to_next_shift",
    "lose_enquiry",
    "mark_read",
    "open_seat",
    "promise",
    "rate",
    "recall",
    "record_enquiry",
    "refuse_override",
    "release_seat",
    "require",
    "resolve",
    "retire_auto_reply",
    "return_transfer",
    "save_draft",
    "set_auto_reply",
    "step_in",
    "step_out",
    "sweep_queue",
    "take",
    "take_next",
    "take_over",
    "take_up",
    "touch",
    "transfer",
    "undo_take",
    "undo_transfer",
    "whisper",
    "withdraw_promise",
    "withdraw_transfer",
]
