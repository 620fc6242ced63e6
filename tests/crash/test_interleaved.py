"""Long actions hold a thread's number while the lane posts in two processes: order, no gaps, no deadlock, no queueing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from dangban.chat.tests.clients import Customer
from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import at_work
from tests.crash.asking import row, until

pytestmark = [pytest.mark.chaos, pytest.mark.postgres]

HOLD = "dangban.testing.crash.stories:hold"
HOLD_UNTIL_LET_GO = "dangban.testing.crash.stories:hold_until_let_go"
AT_THE_GATE = (
    "SELECT 1 FROM pg_locks JOIN pg_database ON pg_database.oid = database"
    " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
)


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
    with (
        on_postgres.serving() as server,
        ThreadPoolExecutor(3) as pool,
        psycopg.connect(server.database_url, autocommit=True) as gate,
    ):
        held, free = server.told["threads"][:2]
        slow, quick = (Customer(server.url, server.told["visitors"][str(thread)]) for thread in (held, free))
        assert slow.say("在吗").status_code == 201
        gate.execute("SELECT pg_advisory_lock(%s)", [held])
        act = pool.submit(server.tell, HOLD_UNTIL_LET_GO, thread=held)
        # Only then it has the thread's number.
        until(lambda: row(server, AT_THE_GATE))
        waits = [pool.submit(slow.say, f"等 {number}") for number in range(2)]
        assert [quick.say(f"快 {number}").status_code for number in range(5)] == [201] * 5
        assert not act.done()
        assert not any(wait.done() for wait in waits)
        gate.execute("SELECT pg_advisory_unlock(%s)", [held])
        given = act.result()
        seqs = sorted(wait.result().json()["seq"] for wait in waits)
        books = server.tell(BOOKS)
    numbers = [line[1] for line in books["log"] if line[0] == held]
    assert numbers == list(range(1, len(numbers) + 1))
    # What waited came after what it waited for.
    assert given < seqs[0]
