"""`dangban performance …`: make figures again, and take facts out for other engines."""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from dangban.lib import clock


def register(subparsers: Any) -> None:
    parser = subparsers.add_parser("performance", help="make figures again, export facts")
    commands = parser.add_subparsers(dest="act", required=True, metavar="COMMAND")
    build = commands.add_parser("build", help="make the figures of days again from the rows they come from")
    _days(build)
    build.set_defaults(run=_build)
    export = commands.add_parser("export-parquet", help="write facts as Parquet files for DuckDB and the like")
    export.add_argument("folder", type=Path, metavar="FOLDER")
    _days(export)
    export.set_defaults(run=_export)
    told = commands.add_parser("definitions", help="print what each figure means, as the table of docs/performance.md")
    told.set_defaults(run=_definitions)


def _days(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--first", type=date.fromisoformat, metavar="DAY", help="first day (of this month)")
    parser.add_argument("--last", type=date.fromisoformat, metavar="DAY", help="last day (yesterday)")


def _span(options: argparse.Namespace) -> tuple[date, date]:
    last = options.last or clock.business_day(clock.now()) - timedelta(days=1)
    return options.first or last.replace(day=1), last


def _build(options: argparse.Namespace) -> None:
    from dangban.performance.facts import build

    first, last = _span(options)
    print(f"{first} – {last}: {build(first, last)} rows")


def _export(options: argparse.Namespace) -> None:
    from dangban.performance.parquet import export

    first, last = _span(options)
    for table, count in export(options.folder, first, last).items():
        print(f"{table:32} {count:>10,}")


def _definitions(_options: argparse.Namespace) -> None:
    from dangban.performance.measures.documented import table

    print(table())
