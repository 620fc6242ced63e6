"""Waits with one limit and one timer: those that take too long end, and nobody else does."""

from __future__ import annotations

import asyncio

import pytest

from dangban.chat.lane import patience
from dangban.chat.lane.patience import Patience


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOOK", 0.01)


async def wait(with_patience: Patience, until: asyncio.Event) -> str:
    with with_patience.one():
        await until.wait()
        return "came"


def test_what_comes_in_time_is_taken_and_what_does_not_ends() -> None:
    async def story() -> None:
        waits, soon, never = Patience(0.5), asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(wait(waits, soon))
        second = asyncio.create_task(wait(waits, never))
        await asyncio.sleep(0.01)
        soon.set()
        assert await first == "came"
        with pytest.raises(TimeoutError):
            await second
        assert second.cancelling() == 0

    asyncio.run(story())


def test_it_serves_again_after_all_were_done() -> None:
    async def story() -> None:
        waits, never = Patience(0.02), asyncio.Event()
        for _turn in range(2):
            with pytest.raises(TimeoutError):
                await wait(waits, never)
            await asyncio.sleep(0.05)

    asyncio.run(story())


def test_who_is_cancelled_by_somebody_else_is_cancelled() -> None:
    async def story() -> None:
        task = asyncio.create_task(wait(Patience(1), asyncio.Event()))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(story())
