"""What is done with returns of dealers, from the application to the closed note."""

from dangban.dealers.actions.advancing import ask as ask_advance
from dangban.dealers.actions.advancing import send as send_advance
from dangban.dealers.actions.applying import (
    About,
    Application,
    Wanted,
    add_dealer,
    add_photo,
    apply,
    change_dealer,
    withdraw,
)
from dangban.dealers.actions.arriving import (
    announced,
    arrive,
    count,
    count_sheet,
    lose,
    send,
    sign_count,
    tell,
)
from dangban.dealers.actions.inspecting import Result, decide_anew, dispose, report
from dangban.dealers.actions.judging import judge, refuse, visit
from dangban.dealers.actions.settling import close, enter_against, settle

__all__ = [
    "About",
    "Application",
    "Result",
    "Wanted",
    "add_dealer",
    "add_photo",
    "announced",
    "apply",
    "arrive",
    "ask_advance",
    "change_dealer",
    "close",
    "count",
    "count_sheet",
    "decide_anew",
    "dispose",
    "enter_against",
    "judge",
    "lose",
    "refuse",
    "report",
    "send",
    "send_advance",
    "settle",
    "sign_count",
    "tell",
    "visit",
    "withdraw",
]
