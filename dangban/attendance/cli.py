"""`dangban attendance …`: DingTalk's report held against our own judgement, shifts judged by hand."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dangban.lib.errors import BadInput


def register(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    room = commands.add_parser("attendance", help="DingTalk's report held against our judgement")
    inside = room.add_subparsers(dest="attendance_command", required=True, metavar="COMMAND")
    held = inside.add_parser("compare", help="compare a report (考勤报表 .xlsx) day by day; nothing is written")
    held.add_argument("file", type=Path)
    held.add_argument("--preset", help="judge by this handbook that comes with the program, else by the adopted one")
    held.add_argument("--break", dest="midday", metavar="12:00-13:30", help="the midday break, which the file doesn't tell")
    held.add_argument("--all", action="store_true", help="list every difference")
    held.set_defaults(run=compare)
    sweep = inside.add_parser("judge", help="judge the shifts whose window has closed, as the server does by itself")
    sweep.set_defaults(run=judge)


def compare(options: argparse.Namespace) -> int:
    from dangban.attendance.dingtalk import comparing, reading
    from dangban.attendance.words import REASONS, WHATS
    from dangban.handbook.current import in_force
    from dangban.handbook.loader import preset
    from dangban.handbook.shapes import ClockSpan
    from dangban.lib import clock
    from dangban.workforce.shifts import read_hours

    try:
        report = reading.read(options.file.read_bytes(), options.file.name)
    except (OSError, BadInput) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    hours = read_hours(options.midday) if options.midday else None
    rules = preset(options.preset).on(report.first) if options.preset else in_force(clock.day_span(report.first)[0])
    found = comparing.compare(report, rules, ClockSpan(*hours) if hours else None)
    print(f"{report.first} – {report.last}: {found.people} people, {len(report.days)} days, {len(report.punches)} punches")
    print(f"{found.judged} days with hours, {found.agreeing} agree, {found.days_off} differ; {found.loose_punches} punches of no shift")
    for shift, days in found.without_hours.most_common():
        print(f"  {days:6} days not judged: {shift}")
    for reason, count in found.reasons.most_common():
        print(f"  {count:6} {REASONS[reason]}")
    for fault in report.faults:
        print(f"  {fault.sheet} {fault.line}: {fault.reference} {fault.reason}")
    for user_id, what, total, days_sum in found.totals_off:
        print(f"  {user_id}: {WHATS[what]} {total} ≠ {days_sum}")
    if options.all:
        for one in found.mismatches:
            print(f"{one.name}\t{one.day}\t{one.shift}\t{WHATS[one.what]}\t{one.theirs}\t{one.ours}\t{REASONS[one.reason]}")
    return 0


def judge(_options: argparse.Namespace) -> int:
    from dangban.attendance import jobs
    from dangban.lib import clock

    jobs.sweep(clock.now())
    return 0
