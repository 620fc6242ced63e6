"""`dangban import orders FILE --shop CODE [--dry-run]`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dangban.lib import commands
from dangban.orders.imports import running as imports
from dangban.shops.console import load
from dangban.shops.models import ImportRun


def register(subparsers: Any) -> None:
    what = commands.group(subparsers, "import", "load orders or a catalogue from a file")
    parser = what.add_parser(
        "orders",
        help="orders from a Taobao/Tmall, JD or Pinduoduo seller export or our template",
        description="Reads the file, tells its kind by its headers, writes what is new and prints what came of every row.",
    )
    parser.add_argument("file", type=Path, help="CSV (GBK, UTF-8, UTF-16), XLSX or XLS")
    parser.add_argument("--shop", required=True, metavar="CODE", help="the shop the orders belong to")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    parser.set_defaults(run=lambda options: load(options, ImportRun.Kind.ORDERS, imports.take_in))
