"""Computes rosters that were asked for, one at a time per server, in a child process that knows no database."""

from __future__ import annotations

import logging
import threading
from datetime import date, timedelta

from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from dangban.lib import clock
from dangban.workforce.actions import swapping, training
from dangban.workforce.models import Generation
from dangban.workforce.rosters import problems, storing
from dangban.workforce.solver import Problem, Progress, Solution, child

EVERY_SECONDS = 1.0
EVERY_MINUTE = 60.0
WORKERS = 2
SEED = 1
# A server that computes says so every second; one that was silent for so long has gone.
SILENT = timedelta(seconds=60)

State = Generation.State
# Kept as they are written here, shown in the reader's language.
STOPPED = gettext_noop("The server that computed it was stopped.")
NOT_FOUND = gettext_noop("No roster was found in this time.")
FAILED = gettext_noop("It could not be computed. Whoever keeps the server finds the reason in its log.")
_log = logging.getLogger("dangban.rosters")


def loop(stop: threading.Event) -> None:
    """Looks every second for what waits, and computes it to its end, however long that takes."""
    while not stop.is_set():
        close_old_connections()
        give_up_abandoned()
        found = claim()
        if found is not None:
            compute(found, stop)
        stop.wait(EVERY_SECONDS)


def end_swaps() -> None:
    """Swaps that nobody answered in time; two servers may look at once."""
    close_old_connections()
    swapping.lapse_swaps(clock.now())


def look_after_trainings() -> None:
    """Those that have begun, and what has been made up for; two servers may look at once."""
    close_old_connections()
    training.settle_trainings(clock.now())
    training.note_made_up(clock.now())


def claim() -> Generation | None:
    """The next that waits, for this server alone."""
    waiting = Generation.objects.filter(state=State.WAITING).order_by("pk").values_list("pk", flat=True).first()
    if waiting is None:
        return None
    mine = Generation.objects.filter(pk=waiting, state=State.WAITING).update(state=State.RUNNING, seen_at=clock.now())
    return Generation.objects.select_related("plan__team").get(pk=waiting) if mine else None


def give_up_abandoned() -> int:
    """What a server began that has gone since."""
    silent = Q(seen_at__lt=clock.now() - SILENT) | Q(seen_at=None)
    return Generation.objects.filter(silent, state=State.RUNNING).update(
        state=State.FAILED, ended_at=clock.now(), error=STOPPED
    )


def compute(found: Generation, stop: threading.Event | None = None) -> None:
    """Compute one roster; whatever happens, it has an end."""
    try:
        solution = _solve(found, stop)
    except Exception:
        _log.exception("the roster of plan %s could not be computed", found.plan_id)
        _end(found, State.FAILED, error=FAILED)
        return
    if solution is None:
        # Called off, or left to another server, which may have it by now: either way it is not this one's to end.
        return
    if not solution.cells:
        _end(found, State.FAILED, error=NOT_FOUND)
    else:
        _end(found, State.DONE, result=storing.as_data(solution))


def _solve(found: Generation, stop: threading.Event | None) -> Solution | None:
    """None if it was called off or left to another server."""
    run = child.Run(_problem(found), seconds=float(found.seconds), workers=WORKERS, seed=SEED)
    try:
        while not run.wait(EVERY_SECONDS):
            if stop is not None and stop.is_set():
                # Asked for is asked for: whichever server comes next computes it.
                Generation.objects.filter(pk=found.pk, state=State.RUNNING).update(state=State.WAITING, seen_at=None, progress={})
                return None
            if not _note(found, run.progress):
                return None
        return run.result()
    finally:
        run.stop()


def _problem(found: Generation) -> Problem:
    now = clock.now()
    facts = problems.read(found.plan, problems.rules_of(found.plan, now))
    absent = [(person, date.fromisoformat(first), date.fromisoformat(last)) for person, first, last in found.absent]
    return problems.problem(facts, absent=absent, strict=True, since=problems.begins(found.plan, now))


def _note(found: Generation, progress: Progress | None) -> bool:
    """Say that it goes on and how far it is; False if somebody called it off meanwhile."""
    values: dict[str, object] = {"seen_at": clock.now()}
    if progress is not None:
        values["progress"] = {"seconds": round(progress.seconds, 1), "objective": progress.objective, "bound": progress.bound}
    return bool(Generation.objects.filter(pk=found.pk, state=State.RUNNING).update(**values))


def _end(found: Generation, state: str, *, error: str = "", result: dict[str, object] | None = None) -> None:
    with transaction.atomic():
        Generation.objects.filter(pk=found.pk, state=State.RUNNING).update(
            state=state, ended_at=clock.now(), error=error, result=result or {}
        )
