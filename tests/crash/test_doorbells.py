"""Two processes on one database, and the bell between them broken: lines are late by a look round, never missing."""

from __future__ import annotations

import contextlib
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median

import pytest

from dangban.chat.tests.clients import Customer
from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import Floor, at_work
from dangban.testing.crash.trigger import pull, was_pulled
from dangban.testing.live import LiveServer, free_port
from tests.crash.asking import row, until

pytestmark = [pytest.mark.chaos, pytest.mark.postgres]

# After so many seconds a Redis that doesn't answer is given up.
GIVEN_UP = 2.0
ACT = "dangban.testing.crash.stories:hold"
DEAF = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'dangban doorbell'"


@dataclass
class Redis:
    """A Redis of a test's own, that it may freeze, kill and start again."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def freeze(self, *, frozen: bool) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)


@pytest.fixture
def redis() -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed")
    made = Redis(free_port())
    made.start()
    yield made
    with contextlib.suppress(ProcessLookupError):
        made.kill()


def everywhere(floor: Floor, server: LiveServer, thread: int) -> None:
    """Post from another process; every open page has it in the end."""
    (seq,) = server.tell(ACT, thread=thread, seconds=0)
    pages = [watcher for watcher in floor.watchers if thread in watcher.lines]
    until(lambda: all(seq in watcher.seqs[thread] for watcher in pages))


def posts_without_waiting(customer: Customer, lines: int) -> None:
    """If they waited for the bell, each of them did; a busy machine is slow with one or two."""
    took = []
    for number in range(lines):
        began = time.monotonic()
        assert customer.say(f"第 {number} 句").status_code == 201
        took.append(time.monotonic() - began)
    assert median(took) < GIVEN_UP


def breaks_and_mends(server: LiveServer, deafen: Callable[[], object], mend: Callable[[], object]) -> None:
    """However a bell is lost: lines come with the look round, posting does not wait, and pages are told to ask anew."""
    thread = server.told["threads"][0]
    customer = Customer(server.url, server.told["visitors"][str(thread)])
    with at_work(server, customers=1, agents=0, pages=1) as floor:
        floor.stop_speaking()
        until(lambda: all(watcher.opened for watcher in floor.watchers))
        everywhere(floor, server, thread)
        opened = [watcher.opened for watcher in floor.watchers[1:]]
        deafen()
        everywhere(floor, server, thread)
        posts_without_waiting(customer, 5)
        mend()
        agents = floor.watchers[1:]
        until(lambda: all(now.opened > before for now, before in zip(agents, opened, strict=True)))
        everywhere(floor, server, thread)
        assert list(floor.not_shown(server.tell(BOOKS))) == []


def test_the_folder_of_sockets_is_tidied_away(on_postgres: Ready) -> None:
    with on_postgres.serving(workers=2, environment={"DANGBAN_DOORBELL": "unix"}) as server:
        folder = server.data / "doorbell"

        def tidy() -> None:
            shutil.rmtree(folder)

        breaks_and_mends(server, tidy, lambda: until(lambda: len(list(folder.glob("*.sock"))) == 2))


def test_the_lines_of_notify_are_cut(on_postgres: Ready) -> None:
    with on_postgres.serving(workers=2, environment={"DANGBAN_DOORBELL": "postgres"}) as server:
        breaks_and_mends(server, lambda: row(server, DEAF), lambda: None)


@pytest.mark.redis
def test_redis_is_gone_for_a_while(on_postgres: Ready, redis: Redis) -> None:
    environment = {"DANGBAN_REDIS_URL": f"redis://127.0.0.1:{redis.port}/0"}
    with on_postgres.serving(workers=2, environment=environment) as server:
        breaks_and_mends(server, redis.kill, redis.start)


@pytest.mark.redis
def test_nobody_waits_for_a_redis_that_does_not_answer(on_postgres: Ready, redis: Redis) -> None:
    environment = {"DANGBAN_REDIS_URL": f"redis://127.0.0.1:{redis.port}/0"}
    with on_postgres.serving(workers=2, environment=environment) as server:
        thread = server.told["threads"][0]
        customer = Customer(server.url, server.told["visitors"][str(thread)])
        assert customer.say("在吗").status_code == 201
        redis.freeze(frozen=True)
        posts_without_waiting(customer, 8)
        redis.freeze(frozen=False)


def test_a_process_dies_between_its_commit_and_its_ring(on_postgres: Ready) -> None:
    """Nobody was told of the line; pages at the other process have it after a look round all the same."""
    with on_postgres.serving(workers=2) as server, at_work(server, customers=2, agents=1, pages=4) as floor:
        floor.wait_for(10)
        for point in ("publish", "ring", "commit"):
            pull(server.data, point)
            until(lambda point=point: was_pulled(server.data, point))
            floor.wait_for(10)
        floor.stop_speaking()
        books = server.tell(BOOKS)
        wrong = [*recount.differences(books), *floor.differences(books)]
    assert wrong == [], "\n".join(wrong)
