"""A server that is killed in the middle of everything: what was acknowledged is there, once, in order."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterator

import httpx
import pytest

from dangban.chat.tests.clients import Agent
from dangban.chat.tests.conftest import ALONE, DATABASES, address_of
from dangban.testing.live import LiveServer

KILLS = 3
THREADS = 6


@pytest.fixture(params=DATABASES)
def mortal(request: pytest.FixtureRequest) -> Iterator[LiveServer]:
    url = address_of(request.param, "lane_crash")
    story = "dangban.chat.tests.stories:threads"
    with LiveServer.start(story=story, database_url=url, environment=ALONE, count=THREADS) as server:
        yield server


class Poster:
    """Posts line after line to one thread and keeps at each until it is acknowledged, as pages do."""

    def __init__(self, server: LiveServer, thread: int, going: threading.Event) -> None:
        self.thread = thread
        self.acknowledged: dict[str, int] = {}
        self._agent = Agent(server.url, server.told["tokens"]["lin"])
        self._going = going
        self._run = threading.Thread(target=self._post)
        self._run.start()

    def join(self) -> None:
        self._run.join(120)
        assert not self._run.is_alive(), "a line was never acknowledged"

    def _post(self) -> None:
        while self._going.is_set():
            client_id = uuid.uuid4().hex
            while client_id not in self.acknowledged:
                try:
                    answer = self._agent.say(self.thread, "第几条都不能丢", client_id)
                    answer.raise_for_status()
                    self.acknowledged[client_id] = answer.json()["seq"]
                except httpx.HTTPError:
                    time.sleep(0.05)


@pytest.mark.chaos
def test_nothing_acknowledged_is_lost_or_doubled(mortal: LiveServer) -> None:
    chance = random.Random(7)
    going = threading.Event()
    going.set()
    lin = Agent(mortal.url, mortal.told["tokens"]["lin"])
    posters = [Poster(mortal, thread, going) for thread in mortal.told["threads"] for _page in range(2)]
    for _kill in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.0))
        mortal.kill()
        mortal.run()
    time.sleep(0.3)
    going.clear()
    for poster in posters:
        poster.join()
    told = _settled(mortal)
    for poster in posters:
        kept = {client_id: seq for seq, client_id in told["threads"][str(poster.thread)]}
        assert poster.acknowledged.items() <= kept.items()
    ids = [(thread, client_id) for thread, lines in told["threads"].items() for _seq, client_id in lines]
    assert len(ids) == len(set(ids)) == sum(len(poster.acknowledged) for poster in posters)
    for thread, lines in told["threads"].items():
        assert [seq for seq, _id in lines] == list(range(1, told["sequences"][thread] + 1))
        assert len(lin.history(int(thread), limit=200)) == min(200, len(lines))
    assert told["projected"] == told["sequences"]
    assert told["indexed"] == len(ids)


def _settled(server: LiveServer) -> dict:  # type: ignore[type-arg]
    """The log once its projections have followed it."""
    for _look in range(60):
        told = server.tell("dangban.chat.tests.stories:whole_log")
        if told["projected"] == told["sequences"]:
            break
        time.sleep(0.5)
    return dict(told)


def test_asked_to_stop_it_finishes_and_says_so(mortal: LiveServer) -> None:
    lin = Agent(mortal.url, mortal.told["tokens"]["lin"])
    thread = mortal.told["threads"][0]
    with lin.page(**{f"t{thread}": 0}) as page:
        page.hello()
        lin.say(thread, "最后一条")
        began = time.monotonic()
        mortal.stop()
        # Open streams would hold it for the twenty seconds that the end of requests is waited for.
        assert time.monotonic() - began < 15
        assert page.ended.wait(30)
        assert page.seqs == [1]
    told = mortal.tell("dangban.chat.tests.stories:whole_log")
    assert told["projected"] == {str(thread): 1}
