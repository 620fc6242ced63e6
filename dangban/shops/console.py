"""Loading a file from the command line: what came of it, in lines to read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from django.utils.translation import gettext as _

from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import Said
from dangban.people.models import Shop
from dangban.shops import runs
from dangban.shops.models import ImportRun


def load(options: argparse.Namespace, kind: str, work: Callable[[ImportRun], None]) -> int:
    """Read a file for a shop and print what came of it; 1 if it could not be read or rows were refused."""
    shop = Shop.objects.filter(code=options.shop).first()
    if shop is None:
        known = ", ".join(Shop.objects.order_by("code").values_list("code", flat=True))
        return _fail(
            _("There is no shop “%(code)s”. Known: %(known)s") % {"code": options.shop, "known": known or "–"}
        )
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
    sys.stderr.write(message + "\n")
    return 1


def _tell(reading: ImportRun, seconds: float) -> None:
    speed = round(reading.rows / seconds) if seconds else 0
    facts = {
        "file": reading.file_name,
        "rows": reading.rows,
        "kind": reading.format,
        "seconds": f"{seconds:.1f}",
        "speed": speed,
    }
    say(_("%(file)s: %(rows)s rows, kind %(kind)s, %(seconds)s s (%(speed)s rows/s)") % facts)
    if reading.dry_run:
        say(_("A trial: nothing was written."))
    counts = {name: getattr(reading, name) for name in ("created", "updated", "unchanged", "refused")}
    say(_("New %(created)s, changed %(updated)s, unchanged %(unchanged)s, rows refused %(refused)s") % counts)
    for note in reading.notes:
        say(note)
    for refusal in reading.refusals.order_by("line"):
        line = {"line": refusal.line, "number": refusal.reference or "–", "reason": refusal.reason}
        say(_("Line %(line)s, %(number)s: %(reason)s") % line)


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
