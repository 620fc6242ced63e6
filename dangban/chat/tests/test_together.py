"""Several at once: customers in the lane, actions in other processes, two servers behind one port."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import httpx
import pytest

from dangban.chat.tests.clients import Agent, Customer
from dangban.chat.tests.conftest import ALONE, address_of
from dangban.testing.live import LiveServer


def test_numbers_have_no_gap_when_lane_and_actions_post_at_once(server: LiveServer, number: int) -> None:
    thread, token = server.told["threads"][number], server.told["visitors"][number]
    lin = Agent(server.url, server.told["tokens"]["lin"])
    with ThreadPoolExecutor(6) as pool, lin.page(**{f"t{thread}": 0}) as page:
        page.hello()
        acting = [
            pool.submit(server.tell, "dangban.chat.tests.stories:act", thread=thread, count=30, hold=0.01)
            for _process in range(2)
        ]
        customer = Customer(server.url, token)
        said = [pool.submit(customer.say, f"客 {number}") for number in range(40)]
        answered = [pool.submit(lin.say, thread, f"答 {number}") for number in range(40)]
        seqs = [seq for task in acting for seq in task.result()]
        seqs += [task.result().json()["seq"] for task in (*said, *answered)]
        page.wait(lambda page: len(page.seqs) == 140)
    assert sorted(seqs) == list(range(1, 141))
    assert page.seqs == list(range(1, 141))
    assert [row[0] for row in server.tell("dangban.chat.tests.stories:log_of", thread=thread)] == list(
        range(1, 141)
    )


def test_the_same_line_from_many_at_once_is_kept_once(server: LiveServer, number: int) -> None:
    customer = Customer(server.url, server.told["visitors"][number])
    with ThreadPoolExecutor(8) as pool:
        answers = [
            task.result()
            for task in [pool.submit(customer.say, "点了很多下", "many-clicks-1") for _ in range(24)]
        ]
    assert {answer.json()["seq"] for answer in answers} == {1}
    assert sorted(answer.status_code for answer in answers) == [200] * 23 + [201]


def test_pages_are_answered_while_slow_senders_dawdle(server: LiveServer) -> None:
    """More uploads that never end than Django has threads, and a page still comes."""

    def dawdle() -> Iterator[bytes]:
        import time

        for _step in count():
            yield b"x"
            time.sleep(0.2)
            if done:
                return

    done: list[bool] = []
    with ThreadPoolExecutor(10) as pool:
        tasks = [pool.submit(_post_slowly, server.url, dawdle()) for _ in range(8)]
        try:
            assert [httpx.get(f"{server.url}/login/", timeout=30).status_code for _ in range(3)] == [200] * 3
        finally:
            done.append(True)
        for task in tasks:
            task.result()


def _post_slowly(base: str, body: Iterator[bytes]) -> None:
    httpx.post(f"{base}/login/", content=body, timeout=120)


@pytest.mark.postgres
@pytest.mark.parametrize("bell", ["unix", "postgres", pytest.param("redis", marks=pytest.mark.redis)])
def test_two_processes_behind_one_port(bell: str, request: pytest.FixtureRequest) -> None:
    """Every page hears of every line, whichever process it was posted in, and streams end in all of them."""
    url = address_of("postgres", f"lane_two_{bell}")
    environment = {**ALONE, "DANGBAN_DOORBELL": bell}
    if bell == "redis":
        environment["DANGBAN_REDIS_URL"] = request.getfixturevalue("redis_url")
    story = "dangban.chat.tests.stories:threads"
    with LiveServer.start(
        story=story, database_url=url, environment=environment, workers=2, count=4
    ) as server:
        thread = server.told["threads"][0]
        lin = Agent(server.url, server.told["tokens"]["lin"])
        pages = [lin.page(**{f"t{thread}": 0}) for _ in range(12)]
        try:
            for page in pages:
                page.hello()
            # A new connection each time: the kernel deals them out to both processes.
            seqs = [
                Customer(server.url, server.told["visitors"][0]).say(str(n)).json()["seq"] for n in range(20)
            ]
            for page in pages:
                page.wait(lambda page: len(page.seqs) == 20)
                assert page.seqs == list(range(1, 21))
            assert seqs == list(range(1, 21))
            # Whichever process is asked, it answers for both.
            for _ in range(6):
                figures = httpx.get(f"{server.url}/metrics").text.splitlines()
                assert 'dangban_posts_total{outcome="kept"} 20.0' in figures
                assert 'dangban_streams_open{kind="agent"} 12.0' in figures
            server.tell("dangban.chat.tests.stories:sign_out", person=server.told["lin"])
            assert all(page.ended.wait(30) for page in pages)
        finally:
            for page in pages:
                page.close()
