"""Acts at the same moment, for tests on a server that lets several write: each has a thread and a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import nullcontext
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

from django.db import connection

from dangban.lib import clock
from dangban.lib.errors import Said

Act = Callable[[], Any]

BEGIN_WITHIN = 60.0
END_WITHIN = 120.0


def at_once(*acts: Act, now: datetime | None = None) -> list[Any]:
    """What each act returned, in the order of the acts. They see only what is committed, so it takes a TransactionTestCase.

    Whatever an act raises is raised here, a refusal too; if several do, all of it as one group. An act that never ends is a
    TimeoutError. `now` holds the clock in every thread: one that the caller holds goes on there.
    """
    return _outcomes(acts, now, expected=())


def answers(*acts: Act, now: datetime | None = None) -> list[Any]:
    """As `at_once`, but a refusal stands in the place of what its act would have returned."""
    return _outcomes(acts, now, expected=(Said,))


def told(*acts: Act, now: datetime | None = None) -> list[str]:
    """As `answers`, in a word each: "done", or the kind of refusal ("Conflict")."""
    return [type(answer).__name__ if isinstance(answer, Said) else "done" for answer in answers(*acts, now=now)]


def _outcomes(acts: tuple[Act, ...], now: datetime | None, expected: tuple[type[Said], ...]) -> list[Any]:
    start, ends = Barrier(len(acts)), [Future[Any]() for _act in acts]
    for act, end in zip(acts, ends, strict=True):
        # A daemon: one that is stuck must not keep the run of the tests from ending.
        Thread(target=_begin, args=(act, start, end, now), daemon=True).start()
    stuck = wait(ends, END_WITHIN).not_done
    if stuck:
        _take_their_locks_away()
    faults = [_never_ended(place) if end in stuck else end.exception() for place, end in enumerate(ends, 1)]
    _raise([fault for fault in faults if fault is not None and not isinstance(fault, expected)])
    return [fault or end.result() for fault, end in zip(faults, ends, strict=True)]


def _begin(act: Act, start: Barrier, end: Future[Any], now: datetime | None) -> None:
    try:
        try:
            start.wait(BEGIN_WITHIN)
            with clock.frozen(now) if now else nullcontext():
                returned = act()
        finally:
            connection.close()
    except BaseException as fault:
        end.set_exception(fault)
    else:
        end.set_result(returned)


def _take_their_locks_away() -> None:
    """Break the other connections: after a failed test its tables are emptied, and that would wait as long as the act does."""
    if connection.vendor == "postgresql":
        others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        with connection.cursor() as cursor:
            cursor.execute(others)


def _never_ended(place: int) -> BaseException:
    return TimeoutError(f"act {place} has not ended after {END_WITHIN:g} s")


def _raise(faults: list[BaseException]) -> None:
    if len(faults) > 1:
        raise BaseExceptionGroup("several acts failed", faults)
    if faults:
        raise faults[0]
