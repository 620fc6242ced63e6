"""`dangban workforce …`: the calendar of holidays from the state's, customers counted anew from the log."""

from __future__ import annotations

import argparse


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    room = commands.add_parser("workforce", help="the calendar of holidays, customers counted from the log")
    inside = room.add_subparsers(dest="workforce_command", required=True, metavar="COMMAND")
    calendar = inside.add_parser("fill-calendar", help="enter the years of the state calendar that nobody has entered")
    calendar.set_defaults(run=fill_calendar)
    count = inside.add_parser("count", help="count customers from the log now, as the server does by itself")
    count.add_argument("--again", action="store_true", help="forget what was counted and begin anew")
    count.set_defaults(run=count_arrivals)


def fill_calendar(_options: argparse.Namespace) -> int:
    from dangban.lib import clock
    from dangban.lib.actor import SYSTEM
    from dangban.workforce import actions

    print(f"{actions.fill_calendar(by=SYSTEM, at=clock.now())} days entered")
    return 0


def count_arrivals(options: argparse.Namespace) -> int:
    from dangban.lib import clock
    from dangban.workforce import arrivals

    if options.again:
        arrivals.count_again()
    lines = 0
    while counted := arrivals.count_some(clock.now()):
        lines += counted
    print(f"{lines} lines counted")
    return 0
