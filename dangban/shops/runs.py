"""Readings of files: begun, moved on, finished, each row that was refused kept with its reason.

The file itself waits in the data folder between the trial and its confirmation, named by its
digest, and is removed once it has been taken in or nobody came back for it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict, Said
from dangban.people.models import Shop
from dangban.shops.models import ImportRefusal, ImportRun

KEPT_FOR = timedelta(hours=48)
# Without a sign of life for this long a run was interrupted, not merely slow.
SILENT_AFTER = timedelta(minutes=2)
_REFUSALS_AT_ONCE = 100
_QUICK_BYTES = 2**18


@dataclass(slots=True)
class Tally:
    """What came of the rows so far."""

    rows: int = 0
    rows_done: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    notes: list[str] = field(default_factory=list)
    samples: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row that was not taken, with its line in the file and the reason in words."""

    line: int
    reference: str
    reason: str
    row: dict[str, str]


def begin(
    shop: Shop,
    kind: str,
    name: str,
    data: bytes,
    *,
    by: HasActor,
    dry_run: bool,
    trial: ImportRun | None = None,
) -> ImportRun:
    """Put the file aside and open a run for it."""
    digest = hashlib.sha256(data).hexdigest()
    _store(digest, data)
    actor = by.actor
    now = clock.now()
    return ImportRun.objects.create(
        shop=shop,
        kind=kind,
        file_name=Path(name).name[:255] or "file",
        file_sha256=digest,
        dry_run=dry_run,
        trial=trial,
        started_at=now,
        moved_at=now,
        by_kind=actor.kind,
        by_id=actor.id,
        by_name=actor.name,
    )


def confirm(trial: ImportRun, *, by: HasActor) -> ImportRun:
    """Open the real run of a file that was tried; Conflict if that happened already."""
    if not trial.dry_run or trial.finished_at is None or trial.failed:
        raise Conflict(_("Only a finished trial can be confirmed."))
    with transaction.atomic():
        # Of two clicks at once the second finds the first one's run.
        ImportRun.objects.select_for_update().get(pk=trial.pk)
        if ImportRun.objects.filter(trial=trial).exists():
            raise Conflict(_("This file was already confirmed; its result is in the list of imports."))
        return begin(trial.shop, trial.kind, trial.file_name, contents(trial), by=by, dry_run=False, trial=trial)


def actor_of(run: ImportRun) -> Actor:
    return Actor(run.by_kind, run.by_id, run.by_name)  # type: ignore[arg-type]


def contents(run: ImportRun) -> bytes:
    """The file of a run; BadInput once it was removed."""
    try:
        return _place(run.file_sha256).read_bytes()
    except FileNotFoundError:
        raise BadInput(_("The file is no longer kept here. Choose it again.")) from None


def move(run: ImportRun, tally: Tally) -> None:
    """Write down how far a run has come."""
    _take_over(run, tally)
    run.moved_at = clock.now()
    run.save(update_fields=[*_COUNTS, "notes", "samples", "format", "moved_at"])


def finish(run: ImportRun, tally: Tally, *, verb: str) -> None:
    """Close a run and tell the journal what came of it."""
    with transaction.atomic():
        _take_over(run, tally)
        run.moved_at = run.finished_at = clock.now()
        run.save()
        if not run.dry_run:
            change = {
                "file": run.file_name,
                "sha256": run.file_sha256,
                **{name: getattr(run, name) for name in _COUNTS},
            }
            record(verb, subject=run, by=actor_of(run), shop=run.shop_id, change=change)
    if not run.dry_run:
        _place(run.file_sha256).unlink(missing_ok=True)


def fail(run: ImportRun, why: str) -> None:
    """Close a run that could not go on, in words for whoever started it."""
    run.failed = why
    run.moved_at = run.finished_at = clock.now()
    run.save(update_fields=["failed", "finished_at", "moved_at"])


_COUNTS = ("rows", "rows_done", "created", "updated", "unchanged", "refused")


def _take_over(run: ImportRun, tally: Tally) -> None:
    for name in (*_COUNTS, "notes", "samples"):
        setattr(run, name, getattr(tally, name))


def keep_refusals(run: ImportRun, refusals: Sequence[Refusal]) -> None:
    """Store refusals, a few at a time."""
    rows = [
        ImportRefusal(run=run, line=one.line, reference=one.reference[:120], reason=one.reason, row=one.row)
        for one in refusals
    ]
    for start in range(0, len(rows), _REFUSALS_AT_ONCE):
        with transaction.atomic():
            ImportRefusal.objects.bulk_create(rows[start : start + _REFUSALS_AT_ONCE])


def is_interrupted(run: ImportRun) -> bool:
    return run.finished_at is None and clock.now() - run.moved_at > SILENT_AFTER


def carry_out(run: ImportRun, work: Callable[[ImportRun], None]) -> None:
    """Do the work of a run; what it says no with is kept with the run, anything else also flies."""
    try:
        work(run)
    except Said as said:
        fail(run, said.message)
    except Exception:
        fail(
            run,
            _(
                "Something went wrong while reading. What was taken until then is kept; load the file again to go on."
            ),
        )
        raise


def read_now_or_later(run: ImportRun, data: bytes, work: Callable[[ImportRun], None], *, quick_rows: int) -> None:
    """Small files are read while their page is loading; a large one on a thread, its page can be left."""
    if data.count(b"\n") < quick_rows and len(data) < _QUICK_BYTES:
        carry_out(run, work)
    else:
        in_background(run, work)


def in_background(run: ImportRun, work: Callable[[ImportRun], None]) -> None:
    """Carry out a run on a thread of its own, so that its page can be left."""

    language = get_language() or settings.LANGUAGE_CODE

    def go() -> None:
        try:
            with override(language):
                carry_out(ImportRun.objects.get(pk=run.pk), work)
        finally:
            connection.close()

    threading.Thread(target=go, name=f"import-{run.pk}", daemon=True).start()


def _folder() -> Path:
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _place(digest: str) -> Path:
    return _folder() / digest


def _store(digest: str, data: bytes) -> None:
    place = _place(digest)
    if not place.exists():
        scratch = place.with_suffix(".new")
        scratch.write_bytes(data)
        scratch.rename(place)
    _forget_old(_folder().iterdir())


def _forget_old(files: Iterable[Path]) -> None:
    oldest = (clock.now() - KEPT_FOR).timestamp()
    for file in files:
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)
