"""`dangban replay FILE`: prove an installation by playing recorded dialogues through its public doors."""

from __future__ import annotations

import argparse
import asyncio
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from dangban.replay import arrivals, dialogues
from dangban.replay.play import Plan, Played, Player
from dangban.replay.report import Report
from dangban.replay.scratch import installation

EPILOG = """
FILE holds dialogues: rows of a label and turns divided by tabs, a pair of .enc and .dec, or blocks of lines
that begin with 顾客: and 客服:. Without --server the replay starts its own server on a scratch database,
and also checks the log and the figures in the database itself. With --server give at least one --shop and
one --log-in; use an installation that is not at work.
"""


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser(
        "replay", help="play recorded dialogues through the public doors and check that nothing is lost", epilog=EPILOG
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--server", default="", metavar="URL", help="an installation that runs already")
    parser.add_argument("--shop", action="append", default=[], metavar="KEY", help="chat address of a shop (with --server)")
    parser.add_argument("--log-in", action="append", default=[], metavar="USER:PASSWORD", help="an agent (with --server)")
    parser.add_argument("--database", default="", metavar="URL", help="an empty database for the own server; SQLite if none")
    parser.add_argument("--arrivals", type=Path, metavar="FILE", help="a list of calls whose rhythm customers keep")
    parser.add_argument("--speed", type=float, default=60.0, metavar="N", help="so many times as fast as people (60)")
    parser.add_argument("--concurrency", type=int, default=50, metavar="N", help="at most so many customers at once (50)")
    parser.add_argument("--agents", type=int, default=8, metavar="N", help="agents of the own server (8)")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N dialogues")
    parser.add_argument("--seed", type=int, default=1)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    console = Console(highlight=False, soft_wrap=True)
    try:
        found = dialogues.read(options.file, limit=options.limit)
        offsets = arrivals.recorded(options.arrivals) if options.arrivals else []
    except (OSError, ValueError, dialogues.Unreadable) as fault:
        console.print(f"[red]{fault}[/]")
        return 2
    if options.server and not (options.shop and options.log_in):
        console.print("[red]With --server, give --shop and --log-in too.[/]")
        return 2
    random = Random(options.seed)  # noqa: S311
    comes = arrivals.drawn(offsets, len(found), random)
    with ExitStack() as stack:
        own = None if options.server else stack.enter_context(installation(options.database))
        if own is None:
            doors = {"shops": options.shop, "log_ins": [tuple(one.split(":", 1)) for one in options.log_in]}
        else:
            console.print("Opening a department of its own …")
            doors = own.open(options.agents)
            own.serve()
        plan = Plan(
            server=options.server or (own.url if own else ""), shops=doors["shops"], log_ins=doors["log_ins"],
            dialogues=found, arrivals=comes, speed=options.speed, concurrency=options.concurrency, seed=options.seed,
        )  # fmt: skip
        played = _play(console, plan)
        report = Report(plan, played, own.books() if own else None)
    report.show(console)
    return 1 if report.differences else 0


def _play(console: Console, plan: Plan) -> Played:
    columns = (TextColumn("dialogues"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("play", total=len(plan.dialogues))
        done = 0

        def told(count: int) -> None:
            nonlocal done
            done += count
            progress.advance(task, count)
            if not console.is_terminal and done % max(1, len(plan.dialogues) // 10) == 0:
                console.print(f"{done} of {len(plan.dialogues)} dialogues")

        return asyncio.run(Player(plan, told).play())
