"""Two processes, one decision: customers given out, clocks run out and the silent relieved once each, whoever dies."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from dangban.chat.tests.clients import Customer
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import Watcher, Wire
from dangban.testing.live import LiveServer
from tests.crash.asking import row, until

pytestmark = [pytest.mark.chaos, pytest.mark.postgres]

STORIES = "dangban.testing.crash.stories"
HOLDER = "SELECT holder FROM chat_lease WHERE name = 'sweeps' AND until > now()"


@pytest.fixture(scope="module")
def server(on_postgres: Ready) -> Iterator[LiveServer]:
    with on_postgres.serving(workers=2) as running:
        wire = Wire(running.url, running.told)
        # Their pages are open, or they would be taken for lost.
        pages = [Watcher(wire, agent=number, threads=[]) for number in range(len(running.told["agents"]))]
        yield running
        for page in pages:
            page.close()


def holder(server: LiveServer) -> int:
    """The process that sweeps."""
    return int(str(until(lambda: row(server, HOLDER))).rpartition(":")[2])


def test_each_waiting_customer_is_given_to_one(server: LiveServer) -> None:
    people = [agent["id"] for agent in server.told["agents"]]
    server.tell(f"{STORIES}:go", people=people)
    for thread in server.told["threads"][:12]:
        assert Customer(server.url, server.told["visitors"][str(thread)]).say("在吗").status_code == 201
    assert server.tell(BOOKS)["assignments"] == []
    server.tell(f"{STORIES}:come", people=people)
    until(lambda: len(server.tell(BOOKS)["assignments"]) >= 12)
    time.sleep(2.5)
    books = server.tell(BOOKS)
    assert sorted(thread for thread, _person, _ended in books["assignments"]) == server.told["threads"][:12]
    assert all(ended is None for _thread, _person, ended in books["assignments"])
    # Fairly, too: who routes sees what the other has given out.
    assert sorted(Counter(person for _thread, person, _ended in books["assignments"]).values()) == [3, 3, 3, 3]


def test_a_silent_agent_is_relieved_once(server: LiveServer) -> None:
    threads = server.told["threads"][12:18]
    for thread in threads:
        assert Customer(server.url, server.told["visitors"][str(thread)]).say("有人吗").status_code == 201
    until(lambda: given_to(server.tell(BOOKS), threads) == [1] * 6)
    server.tell(f"{STORIES}:fall_silent", threads=threads, seconds=600)
    until(lambda: given_to(server.tell(BOOKS), threads) == [2] * 6)
    time.sleep(2.5)
    books = server.tell(BOOKS)
    # On a machine that is slow enough those of the test before fall silent, too.
    assert sorted(one for one in books["requeued"] if one[0] in threads) == [[thread, "silence"] for thread in threads]
    assert given_to(books, threads) == [2] * 6
    conversations = {one["thread"]: one["id"] for one in books["conversations"]}
    told = Counter(subject for verb, subject in books["journal"] if verb == "conversations.conversation_requeued")
    assert [told[conversations[thread]] for thread in threads] == [1] * 6


def test_each_clock_that_runs_out_is_noted_once(server: LiveServer) -> None:
    assert server.tell(f"{STORIES}:start_clocks", count=20, seconds=2) == 20
    until(lambda: server.tell(f"{STORIES}:missed")["missed"] >= 20)
    time.sleep(1.5)
    assert server.tell(f"{STORIES}:missed") == {"missed": 20, "noted": 20, "told": 20}


def test_the_other_process_sweeps_when_the_one_that_did_is_killed(server: LiveServer) -> None:
    first = holder(server)
    os.kill(first, signal.SIGKILL)
    until(lambda: holder(server) != first)
    assert server.tell(f"{STORIES}:start_clocks", count=5, seconds=1, first=1000) == 5
    until(lambda: server.tell(f"{STORIES}:missed")["missed"] >= 25)
    assert server.tell(f"{STORIES}:missed") == {"missed": 25, "noted": 25, "told": 25}


def given_to(books: Any, threads: list[int]) -> list[int]:
    """To how many people, one after the other, each of these was given."""
    given = Counter(thread for thread, _person, _ended in books["assignments"])
    return [given[thread] for thread in threads]
