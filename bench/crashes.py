"""How often a server may be killed without losing a line: customers and agents write, and it is killed again and again.

    bin/bench crashes --times 500 --database sqlite|postgresql [--workers 2] [--seed 1]

Each life ends at a random instant: two in three by `kill -9` after a random number of lines, one in three at a
weak point of the server's own work (before or after a commit, before other processes are told, before effects
are committed). Every 25 kills, and at the end, the log is compared with all that was acknowledged, with what open
pages show, and with everything that hangs on it, by an independent count. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rich.console import Console
from rich.table import Table

from dangban.testing import postgres
from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready, make_ready
from dangban.testing.crash.load import Floor, at_work
from dangban.testing.crash.trigger import POINTS, pull, was_pulled
from dangban.testing.live import LiveServer

LOOK_EVERY = 25
# Kept on the disk as a department keeps it; nothing is made faster here.
DURABLE: dict[str, str] = {}


@dataclass
class Result:
    kills: Counter[str] = field(default_factory=Counter)
    restarts: list[float] = field(default_factory=list)
    back_at_work: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    lines: int = 0
    looks: int = 0


def kill(server: LiveServer, floor: Floor, chance: random.Random) -> str:
    """End this life; how it ended."""
    if chance.random() < 2 / 3:
        floor.wait_for(chance.randrange(1, 40))
        time.sleep(chance.uniform(0, 0.05))
        server.kill()
        return "any instant"
    point = chance.choice(POINTS)
    pull(server.data, point)
    give_up = time.monotonic() + 30
    while not was_pulled(server.data, point) and time.monotonic() < give_up:
        time.sleep(0.005)
    # With several processes only one has died; a power cut takes the rest.
    server.kill()
    return point


def look(server: LiveServer, floor: Floor, result: Result) -> None:
    """Everybody finishes their line, the books are compared, everybody goes on."""
    floor.stop_speaking()
    books = server.tell(BOOKS)
    result.wrong += [*recount.differences(books), *floor.differences(books, patience=30)]
    result.looks += 1


def run(ready: Ready, options: argparse.Namespace, console: Console) -> Result:
    result, chance = Result(), random.Random(options.seed)
    with ready.serving(workers=options.workers) as server, at_work(server, seed=options.seed) as floor:
        for number in range(1, options.times + 1):
            result.kills[kill(server, floor, chance)] += 1
            began = time.monotonic()
            server.run()
            result.restarts.append(time.monotonic() - began)
            floor.wait_for(1)
            result.back_at_work.append(time.monotonic() - began)
            if number % LOOK_EVERY == 0 or number == options.times:
                look(server, floor, result)
                console.print(f"{number} kills, {len(floor.acknowledged)} lines, {len(result.wrong)} faults")
                if result.wrong:
                    break
                floor.speak_again()
        result.lines = len(floor.acknowledged)
    return result


def figures(result: Result, options: argparse.Namespace) -> dict[str, Any]:
    return {
        "bench": "crashes",
        "database": options.database,
        "workers": options.workers,
        "kills": sum(result.kills.values()),
        **{f"kills_{name.replace(' ', '_')}": count for name, count in sorted(result.kills.items())},
        "lines_acknowledged": result.lines,
        "comparisons": result.looks,
        "faults": len(result.wrong),
        "restart_p50_s": round(statistics.median(result.restarts), 2),
        "restart_longest_s": round(max(result.restarts), 2),
        "back_at_work_p50_s": round(statistics.median(result.back_at_work), 2),
        "valid": not result.wrong and sum(result.kills.values()) == options.times,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=500)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if options.workers > 1 and options.database == "sqlite":
        parser.error("several processes need PostgreSQL")
    console = Console(highlight=False)
    cluster = postgres.start_cluster(options=DURABLE) if options.database == "postgresql" else None
    try:
        ready = make_ready(cluster)
        result = run(ready, options, console)
    finally:
        if cluster is not None:
            cluster.stop()
    shutil.rmtree(ready.file.parent, ignore_errors=True)
    told = figures(result, options)
    table = Table(title=f"Killed {told['kills']} times, on {os.cpu_count()} cores", title_justify="left", show_edge=False)
    table.add_column("figure")
    table.add_column("value", justify="right")
    for name, value in told.items():
        table.add_row(name, str(value))
    console.print(table)
    for fault in result.wrong[:20]:
        console.print(f"[red]{fault}[/]")
    print(json.dumps(told))
    return 0 if told["valid"] else 1


if __name__ == "__main__":
    sys.exit(main())
