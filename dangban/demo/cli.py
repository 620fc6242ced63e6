"""`dangban demo`: make the demonstration department and tell how to look at it."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from rich.console import Console
from rich.table import Table

from dangban.demo.build import build
from dangban.demo.content import content
from dangban.lib import clock
from dangban.people.actions.staff import first_password
from dangban.people.models import Person

GROWS_OLD_AFTER_HOURS = 24


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("demo", help="make a demonstration department; serve it with bin/demo")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fresh", action="store_true", help="throw an older demonstration away and make a new one")
    parser.add_argument("--serve", action="store_true", help="serve it afterwards")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    console = Console(highlight=False)
    made = known()
    if made is not None and (options.fresh or not made["finished"]):
        # Also one whose making was interrupted.
        throw_away()
        made = None
    call_command("migrate", verbosity=0)
    made = made or make(console)
    tell(console, made, options.port)
    if options.serve:
        console.print("Press Ctrl-C to stop.\n")
        sys.stdout.flush()
        # A new process: what building needed is given back.
        command = [sys.executable, "-m", "dangban.project.cli", "serve", "--port", str(options.port)]
        os.execv(sys.executable, command)  # noqa: S606
    return 0


def make(console: Console) -> dict[str, str]:
    if Person.objects.exists():
        console.print(f"[red]There are people in {settings.DATA_DIR} already: this is not a demonstration's folder.[/]")
        raise SystemExit(2)
    started, now = clock.monotonic(), clock.now()
    made = {"made_at": now.isoformat(), "password": first_password()}
    console.print("Making the demonstration department …")
    write_down({**made, "finished": ""})
    build(password=made["password"], now=now, tell=lambda what: console.print(f"  {what}"))
    made["finished"] = clock.now().isoformat()
    write_down(made)
    console.print(f"  {clock.monotonic() - started:.0f} s\n")
    return made


def write_down(made: Mapping[str, str]) -> None:
    # It holds a password: nobody else on the machine needs to read it.
    handle = os.open(_note(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(made, file)


def known() -> dict[str, str] | None:
    try:
        found: dict[str, str] = json.loads(_note().read_text())
    except FileNotFoundError:
        return None
    return found


def throw_away() -> None:
    """Remove a demonstration; call it only where `known` found one."""
    database = Path(settings.DATABASES["default"]["NAME"])
    for name in (f"{database}{end}" for end in ("", "-wal", "-shm", "-journal")):
        Path(name).unlink(missing_ok=True)
    shutil.rmtree(settings.MEDIA_DIR, ignore_errors=True)
    _note().unlink()


def tell(console: Console, made: Mapping[str, str], port: int) -> None:
    """Where to look, and as whom."""
    age = (clock.now() - datetime.fromisoformat(made["made_at"])).total_seconds() / 3600
    if age > GROWS_OLD_AFTER_HOURS:
        console.print(f"This demonstration is {age / 24:.0f} day(s) old; [bold]bin/demo --fresh[/] makes a new one.\n")
    console.print(_addresses(content().shops, f"http://localhost:{port}"))
    console.print()
    console.print(_log_ins(made["password"]))


def _addresses(shops: tuple[dict[str, Any], ...], base: str) -> Table:
    table = Table(title="当班 Dangban: a demonstration", title_justify="left", show_header=False, box=None)
    table.add_row("工作台 workspace", f"{base}/workspace/")
    table.add_row("值班大屏 floor", f"{base}/floor/")
    table.add_row("订单 orders", f"{base}/orders/")
    table.add_row("制度 handbook", f"{base}/handbook/")
    for shop in shops:
        table.add_row(f"顾客聊天 chat: {shop['name']}", f"{base}/w/{shop['key']}/")
    table.add_row("示例网店 web shop with the widget", f"{base}/w/{shops[0]['key']}/demo-shop/")
    return table


def _log_ins(password: str) -> Table:
    table = Table(title=f"Log-ins; the password of all of them: {password}", title_justify="left", show_edge=False)
    for heading in ("who", "role", "user name", "password"):
        table.add_column(heading)
    titles = {one.username: one.title for one in content().staff}
    for person in Person.objects.filter(username__in=titles).order_by("pk"):
        table.add_row(person.name, titles[person.username], person.username, password)
    return table


def _note() -> Path:
    return Path(settings.DATA_DIR) / "demo.json"
