"""Long actions hold a thread's number while the lane posts in two processes: order, no gaps, no deadlock, no queueing."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from dangban.chat.tests.clients import Customer
from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import at_work

pytestmark = [pytest.mark.chaos, pytest.mark.postgres]

HOLD = "dangban.testing.crash.stories:hold"


def test_long_actions_among_lines_leave_no_gap(on_postgres: Ready) -> None:
    with (
        on_postgres.serving(workers=2) as server,
        at_work(server, customers=4, agents=2, pages=2) as floor,
        ThreadPoolExecutor(3) as pool,
    ):
        floor.wait_for(5)
        threads = server.told["threads"][:3]
        acting = [pool.submit(server.tell, HOLD, thread=thread, seconds=0.3, times=4, rest=0.05) for thread in threads]
        given = {thread: act.result() for thread, act in zip(threads, acting, strict=True)}
        floor.stop_speaking()
        books = server.tell(BOOKS)
        wrong = [*recount.differences(books), *floor.differences(books)]
    assert wrong == [], "\n".join(wrong)
    assert books["deadlocks"] == 0
    kept = {(row[0], row[1]): row[7] for row in books["log"]}
    for thread, seqs in given.items():
        assert seqs == sorted(seqs)
        assert [kept[thread, seq] for seq in seqs] == [f"动作 {number}" for number in range(4)]


def test_who_writes_in_another_thread_does_not_wait(on_postgres: Ready) -> None:
    with on_postgres.serving() as server, ThreadPoolExecutor(3) as pool:
        held, free = server.told["threads"][:2]
        slow, quick = (Customer(server.url, server.told["visitors"][str(thread)]) for thread in (held, free))
        assert slow.say("在吗").status_code == 201
        act = pool.submit(server.tell, HOLD, thread=held, seconds=6)
        while server.tell("dangban.testing.crash.stories:is_free", thread=held):
            pass
        waits = [pool.submit(slow.say, f"等 {number}") for number in range(2)]
        began = time.monotonic()
        assert [quick.say(f"快 {number}").status_code for number in range(5)] == [201] * 5
        assert not act.done(), f"the action was over after {time.monotonic() - began:.1f} s"
        assert not any(wait.done() for wait in waits)
        (given,) = act.result()
        seqs = sorted(wait.result().json()["seq"] for wait in waits)
        books = server.tell(BOOKS)
    numbers = [row[1] for row in books["log"] if row[0] == held]
    assert numbers == list(range(1, len(numbers) + 1))
    # What waited came after what it waited for.
    assert given < seqs[0]
