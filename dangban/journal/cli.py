"""`dangban journal verify|export`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from django.db import transaction

from dangban.journal import sealing
from dangban.journal.actions import record
from dangban.journal.exports import write_export
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM


def register(commands: Any) -> None:
    parser = commands.add_parser("journal", help="check the journal's chain, or write it to a file")
    acts = parser.add_subparsers(dest="act", required=True, metavar="verify|export")
    verify = acts.add_parser("verify", help="recompute the hash chain; exits with 1 where it is broken")
    verify.set_defaults(run=run_verify)
    export = acts.add_parser("export", help="write all entries as a workbook")
    export.add_argument("file", type=Path)
    export.set_defaults(run=run_export)


def run_verify(options: argparse.Namespace) -> int:
    verdict = sealing.verify()
    if verdict.broken is not None:
        broken = verdict.broken
        print(f"BROKEN at position {broken.position}: {broken.what} differs", file=sys.stderr)
        print(f"  expected {broken.expected}\n  found    {broken.found}", file=sys.stderr)
        print(f"  {verdict.checked:,} entries before it are whole.", file=sys.stderr)
        return 1
    print(f"{verdict.checked:,} sealed entries, all whole; head {verdict.head[:16]}…")
    if verdict.erased:
        print(f"{verdict.erased:,} of them had personal values that were erased.")
    if verdict.unsealed:
        print(f"{verdict.unsealed:,} more wait to be sealed (the server seals about ten times a second).")
    return 0


def run_export(options: argparse.Namespace) -> int:
    file, count = write_export(Entry.objects.all())
    options.file.write_bytes(file.read())
    file.close()
    with transaction.atomic():
        record("journal.exported", subject=("journal.journal", 0), by=SYSTEM, change={"entries": count})
    print(f"{count:,} entries written to {options.file}")
    return 0
