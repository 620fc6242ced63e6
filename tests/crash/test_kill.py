"""Killed while everybody writes: what was acknowledged is there once and in order, and everything has followed it."""

from __future__ import annotations

import random
import time

import pytest

from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import Floor, at_work
from dangban.testing.crash.trigger import POINTS, armed
from dangban.testing.live import LiveServer
from tests.crash.asking import until

pytestmark = pytest.mark.chaos

KILLS = 10


def found_wrong(server: LiveServer, floor: Floor) -> list[str]:
    """What is wrong once everybody has finished their last line."""
    floor.stop_speaking()
    books = server.tell(BOOKS)
    return [*recount.differences(books), *floor.differences(books)]


def test_kill_9_at_any_instant_loses_nothing(ready: Ready) -> None:
    chance = random.Random(7)
    with ready.serving() as server, at_work(server) as floor:
        until(lambda: all(watcher.opened for watcher in floor.watchers))
        for _kill in range(KILLS):
            floor.wait_for(chance.randrange(1, 40))
            time.sleep(chance.uniform(0, 0.05))
            server.kill()
            server.run()
        floor.wait_for(20)
        wrong = found_wrong(server, floor)
        until(lambda: all(watcher.opened > 1 for watcher in floor.watchers))
    assert wrong == [], "\n".join(wrong)


def test_killed_at_its_weakest_points_it_loses_nothing(ready: Ready) -> None:
    """Between the lines and their commit, the commit and its being told, the effects and their commit."""
    with ready.serving() as server, at_work(server) as floor:
        for point in POINTS:
            floor.wait_for(10)
            with armed(server.data, point):
                server.wait_for_end(60)
            server.run()
        floor.wait_for(10)
        wrong = found_wrong(server, floor)
    assert wrong == [], "\n".join(wrong)
