"""The disk is full, the database stopped or locked: clear answers, nothing half done, and well again by itself."""

from __future__ import annotations

import os
import random
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from dangban.chat.tests.clients import Customer
from dangban.testing.crash import recount
from dangban.testing.crash.installation import BOOKS, Ready
from dangban.testing.crash.load import Acknowledged, Floor, at_work
from dangban.testing.live import LiveServer
from tests.crash.asking import status, until
from tests.crash.tight import tight

pytestmark = pytest.mark.chaos

CHINESE = "消息暂时存取不了，请过几秒再试，不会重复发送。"
ENGLISH = "Messages can't be stored or fetched at the moment. Please try again in a few seconds; nothing is sent twice."


def long_line(chance: random.Random) -> dict[str, str]:
    """One that needs room, however well it is packed."""
    body = "".join(chr(chance.randrange(0x4E00, 0x9FA5)) for _ in range(1900))
    return {"client_id": uuid.uuid4().hex, "body": body}


def says_so(server: LiveServer, floor: Floor) -> None:
    """A line is refused with a problem in the customer's language; the process lives and calls itself not ready."""
    chance = random.Random(3)

    def refused(language: str) -> httpx.Response | None:
        # Little gaps between other rows are filled first.
        thread = chance.choice(server.told["threads"][-20:])
        customer, line = Customer(server.url, server.told["visitors"][str(thread)]), long_line(chance)
        answer = customer.http.post("/lane/customer/messages", json=line, headers={"Accept-Language": language})
        if answer.status_code == 201:
            said = Acknowledged(thread, "customer", line["client_id"], answer.json()["seq"], line["body"])
            floor.besides.append(said)
        return answer if answer.status_code == 503 else None

    for language, words in (("zh-CN", CHINESE), ("en", ENGLISH)):
        answer = until(lambda language=language: refused(language))
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert (answer.json()["code"], answer.json()["detail"]) == ("not-now", words)
        assert answer.headers["retry-after"] == "2"
    # On a full disk little gaps are filled for a while; once nothing goes in any more, it says so.
    until(lambda: status(server, "/ready") == 503)
    assert status(server, "/health") == 200


def well_again(server: LiveServer, floor: Floor) -> list[str]:
    """It serves without anybody doing something; then what the books say."""
    until(lambda: status(server, "/ready") == 200)
    floor.wait_for(10)
    floor.stop_speaking()
    books = server.tell(BOOKS)
    return [*recount.differences(books), *floor.differences(books)]


def goes_through(server: LiveServer, broken: Callable[[], None], mended: Callable[[], None]) -> None:
    with at_work(server, customers=3, agents=1, pages=2) as floor:
        floor.wait_for(10)
        broken()
        says_so(server, floor)
        mended()
        wrong = well_again(server, floor)
    assert wrong == [], "\n".join(wrong)


def test_the_disk_is_full(on_sqlite: Ready) -> None:
    with tight(48) as place:
        data = place.folder / "data"
        data.mkdir()
        with on_sqlite.serving(data=data) as server:
            goes_through(server, place.fill, place.free)


@pytest.mark.postgres
def test_the_disk_of_postgresql_is_full(on_postgres: Ready) -> None:
    cluster = on_postgres.cluster
    assert cluster is not None
    with (
        tight(96, owner="postgres" if os.geteuid() == 0 else "") as place,
        cluster.tablespace("tight", place.folder),
        on_postgres.serving(tablespace="tight") as server,
    ):
        goes_through(server, place.fill, place.free)


@pytest.mark.postgres
def test_postgresql_is_stopped_and_started(on_postgres: Ready) -> None:
    cluster = on_postgres.cluster
    assert cluster is not None

    def broken() -> None:
        cluster.stop(keep=True)
        session = {"Cookie": f"dangban_session={server.told['agents'][0]['session']}"}
        page = httpx.get(f"{server.url}/workspace/", headers=session, timeout=60)
        assert (page.status_code, page.headers.get("retry-after")) == (503, "2")
        assert "数据库暂时没有响应" in page.text

    with on_postgres.serving() as server:
        goes_through(server, broken, cluster.start)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """As a program of somebody else's would lock it, which knows nothing of our gate."""
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        db.execute("ROLLBACK")
        db.close()


def test_somebody_locks_the_file_for_some_seconds(on_sqlite: Ready) -> None:
    """Lines wait for it; meanwhile the server reads, lives, and calls itself not ready."""
    with on_sqlite.serving() as server, at_work(server, customers=3, agents=1, pages=2) as floor:
        floor.wait_for(10)
        customer = Customer(server.url, server.told["visitors"][str(server.told["threads"][-1])])
        with ThreadPoolExecutor(1) as pool:
            with locked(server.data / "dangban.sqlite3"):
                waiting = pool.submit(customer.say, "在吗")
                until(lambda: status(server, "/ready") == 503)
                assert status(server, "/health") == 200
                assert customer.http.get("/lane/customer/messages").json()["messages"] == []
                assert not waiting.done()
            assert waiting.result().status_code == 201
        until(lambda: status(server, "/ready") == 200)
        floor.wait_for(10)
        floor.stop_speaking()
        answer = waiting.result().json()
        thread = server.told["threads"][-1]
        floor.besides.append(Acknowledged(thread, "customer", answer["client_id"], answer["seq"], "在吗"))
        books = server.tell(BOOKS)
        wrong = [*recount.differences(books), *floor.differences(books)]
    assert wrong == [], "\n".join(wrong)
