"""Ends the server that it is built into, without a goodbye, at one exact point of its work.

`pull(data, point)` arms it: the next time any process of that installation comes by the point, it
kills itself as `kill -9` does. Each pull kills one process.
"""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings

POINTS = ("commit", "publish", "ring", "effects")
# A file of this name holds how many lines may wait for the writer, where a test can't send thousands.
QUEUE = "longest-queue"


def pull(data: Path, point: str) -> None:
    """``commit``: the lines are written, not committed. ``publish``: committed, nobody told. ``ring``: told in
    this process, no other was rung. ``effects``: the projections are written, not committed."""
    if point not in POINTS:
        raise ValueError(point)
    (data / f"die-at-{point}").touch()


def was_pulled(data: Path, point: str) -> bool:
    return not (data / f"die-at-{point}").exists()


def pass_by(point: str) -> None:
    armed = settings.DATA_DIR / f"die-at-{point}"
    if armed.exists():
        with contextlib.suppress(FileNotFoundError):
            armed.unlink()
            os.kill(os.getpid(), signal.SIGKILL)


class Trigger(AppConfig):
    name = "dangban.testing.crash"
    label = "crash"

    def ready(self) -> None:
        from dangban.chat import hub, ports
        from dangban.chat.lane import writer
        from dangban.chat.lane.lane import Lane
        from dangban.chat.lane.store import PostgresStore, SQLiteStore

        for store in (SQLiteStore, PostgresStore):
            _after(store, "append", "commit")
        _before(Lane, "_settle", "publish")
        _before(hub, "ring_elsewhere", "ring")
        ports.register_bulk_projector("crash", _Effects())
        if (bound := settings.DATA_DIR / QUEUE).exists():
            writer.LONGEST_QUEUE = int(bound.read_text())


class _Effects:
    """Comes last of what is written about a thread's new lines."""

    def prepare(self, threads: Mapping[int, Sequence[Any]], /) -> Mapping[int, Any]:
        return dict.fromkeys(threads)

    def keep(self, prepared: Sequence[Any], /) -> None:
        pass_by("effects")


def _before(owner: Any, name: str, point: str) -> None:
    real = getattr(owner, name)

    def passing(*arguments: Any, **named: Any) -> Any:
        pass_by(point)
        return real(*arguments, **named)

    setattr(owner, name, passing)


def _after(owner: Any, name: str, point: str) -> None:
    real = getattr(owner, name)

    def passing(*arguments: Any, **named: Any) -> Any:
        answer = real(*arguments, **named)
        pass_by(point)
        return answer

    setattr(owner, name, passing)


@contextlib.contextmanager
def armed(data: Path, point: str) -> Iterator[None]:
    """Armed from here on; afterwards it must have gone off."""
    pull(data, point)
    yield
    assert was_pulled(data, point), f"nobody came by {point}"
