"""`dangban import catalogue FILE --shop CODE [--dry-run]`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dangban.lib import clock, commands
from dangban.lib.actor import Actor
from dangban.lib.errors import Said
from dangban.people.models import Shop
from dangban.shops import imports, runs
from dangban.shops.models import ImportRun


def register(subparsers: Any) -> None:
    what = commands.group(subparsers, "import", "load orders or a catalogue from a file")
    parser = what.add_parser(
        "catalogue",
        help="listings and SKUs from our template or a list of listings",
        description="Reads the file, writes what is new and prints what came of every row.",
    )
    parser.add_argument("file", type=Path, help="CSV (GBK, UTF-8, UTF-16), XLSX or XLS")
    parser.add_argument("--shop", required=True, metavar="CODE", help="the shop that sells them")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
    parser.set_defaults(run=lambda options: load(options, ImportRun.Kind.CATALOGUE, imports.take_in))


def load(options: argparse.Namespace, kind: str, work: Callable[[ImportRun], None]) -> int:
    """Read a file for a shop and print what came of it; 1 if it could not be read or rows were refused."""
    shop = Shop.objects.filter(code=options.shop).first()
    if shop is None:
        known = ", ".join(Shop.objects.order_by("code").values_list("code", flat=True))
        return _fail(f"There is no shop {options.shop!r}. Known: {known or 'none yet'}")
    try:
        data = options.file.read_bytes()
    except OSError as error:
        return _fail(f"{options.file}: {error.strerror}")
    started = clock.monotonic()
    by = Actor("import", None, "dangban import")
    reading = runs.begin(shop, kind, options.file.name, data, by=by, dry_run=options.dry_run)
    try:
        work(reading)
    except Said as said:
        runs.fail(reading, said.message)
        return _fail(said.message)
    _tell(reading, clock.monotonic() - started)
    return 1 if reading.refused else 0


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return 1


def _tell(reading: ImportRun, seconds: float) -> None:
    speed = reading.rows / seconds if seconds else 0
    print(f"{reading.file_name}: {reading.rows} rows, kind {reading.format}, {seconds:.1f} s ({speed:,.0f} rows/s)")
    would = "would be " if reading.dry_run else ""
    counts = f"{would}new {reading.created}, {would}changed {reading.updated}"
    print(f"{counts}, unchanged {reading.unchanged}, rows refused {reading.refused}")
    for note in reading.notes:
        print(f"note: {note}")
    for refusal in reading.refusals.order_by("line"):
        print(f"line {refusal.line}: {refusal.reference or '–'}: {refusal.reason}")
