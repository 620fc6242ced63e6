"""Many short waits with one limit, watched by one timer.

A timer for each costs more than all else that a hot door does with a request; and nearly none of
them ever rings.
"""

from __future__ import annotations

import asyncio
from collections import deque
from types import TracebackType
from typing import Any

LOOK = 1.0


class Wait:
    """A block that is cancelled, and raises TimeoutError, if it is still running after the limit."""

    __slots__ = ("_before", "_over", "_patience", "_task", "until")

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._before = 0
        self._over = False
        self._task: asyncio.Task[Any] | None = None
        self.until = 0.0

    def __enter__(self) -> None:
        task = self._task = asyncio.current_task()
        assert task is not None
        self._before = task.cancelling()
        self._patience.watch(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        # Somebody else may have cancelled the task meanwhile; then that is what happened.
        if self._over and task is not None and task.uncancel() <= self._before and kind is asyncio.CancelledError:
            raise TimeoutError from error

    @property
    def is_done(self) -> bool:
        return self._task is None

    def end(self) -> None:
        if self._task is not None:
            self._over = True
            self._task.cancel()


class Patience:
    """Waits end up to a second later than `seconds` after they began. For one event loop."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._waits: deque[Wait] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None

    def one(self) -> Wait:
        return Wait(self)

    def watch(self, wait: Wait) -> None:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            # A loop of before, and its waits, are gone (tests).
            self._loop = loop
            self._waits.clear()
        wait.until = loop.time() + self._seconds
        self._waits.append(wait)
        if len(self._waits) == 1:
            loop.call_later(LOOK, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        if loop is not self._loop:
            return
        now = loop.time()
        # They began one after the other and wait equally long, so the oldest end first.
        while self._waits and (self._waits[0].is_done or self._waits[0].until <= now):
            self._waits.popleft().end()
        if self._waits:
            loop.call_later(LOOK, self._look, loop)
