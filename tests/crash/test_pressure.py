"""Too much at once: who reads too slowly, who writes too much, what waits too long, and being asked to stop."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import Any

import pytest

from dangban.chat.tests.clients import Agent, Customer
from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import Wire, at_work
from dangban.testing.crash.trigger import QUEUE
from dangban.testing.live import LiveServer
from tests.crash.asking import figures, row, status, until
from tests.crash.test_outages import CHINESE, locked

pytestmark = pytest.mark.chaos

BURST = 60


@pytest.fixture(scope="module")
def server(on_sqlite: Ready) -> Iterator[LiveServer]:
    with on_sqlite.serving() as running:
        yield running


def token(server: LiveServer, number: int = 0) -> str:
    wire = Wire(server.url, server.told)
    return wire.agent_token(number, wire.client())


class Dawdler:
    """A page that opens its stream and does not read it until asked."""

    def __init__(self, server: LiveServer, bearer: str, threads: dict[str, int]) -> None:
        self._socket = socket.socket()
        # Small, so that what is not read piles up in the server soon.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.connect(("127.0.0.1", server.port))
        body = json.dumps({"threads": threads}).encode()
        head = f"POST /lane/agent/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {bearer}\r\nContent-Length: {len(body)}\r\n\r\n"
        self._socket.sendall(head.encode() + body)

    def rest(self) -> list[int]:
        """The numbers of all whole lines that still come, until the end of the stream."""
        self._socket.settimeout(60)
        text = b""
        while piece := self._socket.recv(1 << 20):
            text += piece
        self._socket.close()
        return [int(part.split(b"\n", 1)[0].rsplit(b":", 1)[1]) for part in text.split(b"id: thread:")[1:] if b"\n\n" in part]


def test_who_reads_too_slowly_is_closed_and_catches_up(server: LiveServer) -> None:
    thread, bearer = server.told["threads"][0], token(server)
    agent = Agent(server.url, bearer)
    before = figures(server)
    slow = Dawdler(server, bearer, {str(thread): 0})
    with agent.page(**{f"t{thread}": 0}) as quick:
        quick.hello()
        # Each close to forty kilobytes on its way; nobody's lines are that long, but many are.
        heavy = {"said": "很长" * 2600}
        posted = 0
        while figures(server).get("dangban_streams_closed_total{why=slow}", 0) < 1 and posted < 400:
            for _line in range(10):
                assert agent.say(thread, "重" * 1900, kind="note", payload=heavy).status_code == 201
                posted += 1
        # It is gone from the server although its reader has not moved, and nobody else noticed.
        until(lambda: figures(server)["dangban_streams_open{kind=agent}"] == before.get("dangban_streams_open{kind=agent}", 0) + 1)
        quick.wait(lambda page: len(page.seqs) == posted)
        assert quick.seqs == list(range(1, posted + 1))
    seen = slow.rest()
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) < posted
    with agent.page(**{f"t{thread}": len(seen)}) as again:
        again.wait(lambda page: len(page.seqs) == posted - len(seen))
        assert seen + again.seqs == list(range(1, posted + 1))


def test_a_flood_from_one_visitor_is_limited_and_hurts_nobody_else(server: LiveServer) -> None:
    flooding, calm = (Customer(server.url, server.told["visitors"][str(server.told["threads"][number])]) for number in (1, 2))
    began = time.monotonic()
    with ThreadPoolExecutor(9) as pool:
        flood = [pool.submit(flooding.say, f"刷 {number}") for number in range(200)]
        waits = []
        for number in range(20):
            asked = time.monotonic()
            assert calm.say(f"我只问一句 {number}").status_code == 201
            waits.append(time.monotonic() - asked)
        answers = [one.result() for one in flood]
    took = time.monotonic() - began
    counts = Counter(answer.status_code for answer in answers)
    assert set(counts) == {201, 429}
    # A minute's share at once, and one a second after that.
    assert BURST <= counts[201] <= BURST + took + 1
    for answer in answers:
        if answer.status_code == 429:
            assert answer.json()["code"] == "too-many"
            assert answer.json()["detail"].startswith("发送得太快了，请等 ")
            assert 1 <= int(answer.headers["retry-after"]) <= 2
    # None of the calm lines waits for the two hundred, however long these take.
    assert median(waits) < max(took / 4, 2)


def test_no_more_waits_for_the_writer_than_it_can_write_soon(on_sqlite: Ready) -> None:
    with on_sqlite.copy() as server:
        (server.data / QUEUE).write_text("20")
        server.run()
        first, *others = (Customer(server.url, server.told["visitors"][str(thread)]) for thread in server.told["threads"][:31])
        assert first.say("在吗").status_code == 201
        with ThreadPoolExecutor(60) as pool:
            with locked(server.data / "dangban.sqlite3"):
                asked = [pool.submit(one.say, f"第 {number} 句") for number in range(2) for one in others]
                # One batch is being written, twenty lines wait, and who comes then hears at once that they have to come again.
                until(lambda: sum(one.done() for one in asked) >= 20)
                refused = [one.result() for one in asked if one.done()]
                assert {answer.status_code for answer in refused} == {503}
                assert {answer.headers["retry-after"] for answer in refused} == {"2"}
                assert {answer.json()["detail"] for answer in refused} == {CHINESE}
                assert 20 <= sum(not one.done() for one in asked) <= 40
            kept = [answer for one in asked if (answer := one.result()).status_code != 503]
        assert {answer.status_code for answer in kept} == {201}
        log = server.tell(BOOKS)["log"]
    assert sum(row[2] == "customer" for row in log) == len(kept) + 1


@pytest.mark.postgres
def test_asked_to_stop_two_processes_finish_what_they_took_in(on_postgres: Ready) -> None:
    with on_postgres.serving(workers=2) as server, at_work(server, customers=4, agents=2, pages=3) as floor:
        floor.wait_for(30)
        assert server.process is not None
        # As an operator or systemd does it: the one process they know.
        os.kill(server.process.pid, signal.SIGTERM)
        assert server.wait_for_end(60) == 0
        assert row(server, "SELECT count(*) FROM chat_lease WHERE name = 'sweeps'") == 0
        server.run()
        floor.wait_for(20)
        floor.stop_speaking()
        books = server.tell(BOOKS)
        wrong = [*recount.differences(books), *floor.differences(books)]
    assert wrong == [], "\n".join(wrong)


def test_figures_tell_of_queue_batch_commit_streams_and_lag(server: LiveServer) -> None:
    thread = server.told["threads"][5]
    customer = Customer(server.url, server.told["visitors"][str(thread)])
    before = figures(server)
    with customer.page() as page:
        page.hello()
        opened = figures(server)
        for number in range(5):
            customer.say(f"第 {number} 句")
        page.wait(lambda page: len(page.seqs) >= 5)
        after = until(lambda: _if(figures(server), "dangban_projection_lag_seconds_count", before))

    def grown(name: str) -> float:
        return after[name] - before.get(name, 0)

    streams = "dangban_streams_open{kind=customer}"
    assert opened[streams] - before.get(streams, 0) == 1
    assert after["dangban_writer_queue"] >= 0
    assert grown("dangban_writer_batch_sum") == 5
    assert grown("dangban_writer_batch_count") == grown("dangban_writer_commit_seconds_count") <= 5
    assert grown("dangban_posts_total{outcome=kept}") == 5
    assert grown("dangban_lines_delivered_total") >= 5
    assert grown("dangban_projection_lag_seconds_sum") > 0
    assert grown("dangban_gate_held_seconds_count{who=lane}") >= 1
    assert after["dangban_projection_threads_behind"] >= 0


def _if(found: dict[str, float], name: str, before: dict[str, float]) -> Any:
    return found if found[name] > before[name] else None


def test_stopping_it_says_that_it_is_not_ready(on_sqlite: Ready) -> None:
    """From the signal on nobody new is sent here, and open pages are told to come back."""
    with on_sqlite.serving() as server:
        thread = server.told["threads"][0]
        customer = Customer(server.url, server.told["visitors"][str(thread)])
        with customer.page() as page:
            page.hello()
            until(lambda: status(server, "/ready") == 200)
            line = {"client_id": uuid.uuid4().hex, "body": "最后一句"}
            assert customer.http.post("/lane/customer/messages", json=line).status_code == 201
            assert server.stop() in (0, -signal.SIGTERM)
            assert page.ended.wait(60)
            assert 1 in page.seqs
