"""The lane's doors and streams as strangers try them, on a real server."""

from __future__ import annotations

import base64
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dangban.chat import tokens
from dangban.chat.models import Message, ReadMark, Thread
from dangban.chat.tests import stories
from dangban.chat.tests.clients import Agent, Customer
from dangban.lib import clock
from dangban.media.models import Use
from dangban.people.models import Person
from dangban.testing.live import LiveServer

SECRET = "暗号 zq-live"


def story() -> dict[str, Any]:
    told = stories.threads(2)
    lin = Person.objects.get(username="lin")
    thread = Thread.objects.get(pk=told["threads"][0])
    with clock.frozen(clock.now() - timedelta(days=200)):
        old = {"visitor": tokens.visitor_token(thread), "agent": tokens.agent_token(lin)}
    return told | {"old": old, "lin": lin.pk}


def kept() -> dict[str, Any]:
    """What the doors could have changed."""
    return {
        "lines": list(Message.objects.order_by("pk").values_list("thread_id", "seq", "body")),
        "marks": list(ReadMark.objects.order_by("pk").values_list("thread_id", "reader", "reader_id", "seq")),
        "files": Use.objects.count(),
    }


def take_rights(person: int) -> None:
    """As a page does that changes somebody's rights."""
    from django.db.models import F

    Person.objects.filter(pk=person).update(rights_version=F("rights_version") + 1)


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    with LiveServer.start(story="tests.test_strangers_live:story") as running:
        yield running


def doors(thread: int) -> list[tuple[str, str, Any]]:
    here = f"/lane/agent/threads/{thread}"
    line = {"client_id": uuid.uuid4().hex, "body": "x"}
    return [
        ("POST", f"{here}/messages", line),
        ("POST", f"{here}/messages", line | {"kind": "note"}),
        ("POST", f"{here}/messages", line | {"kind": "recall", "payload": {"seq": 1}}),
        ("GET", f"{here}/messages", None),
        ("GET", f"{here}/messages?since=0&limit=200", None),
        ("POST", f"{here}/typing", {"text": True}),
        ("POST", f"{here}/read", {"seq": 1}),
        ("POST", f"{here}/media", {}),
        ("POST", "/lane/agent/follow", {"stream": "x", "thread": thread, "since": 0}),
    ]


def test_somebody_of_another_shop_reaches_nothing_and_hears_nothing(server: LiveServer) -> None:
    told = server.told
    thread = told["threads"][0]
    fang, lin, hu = Customer(server.url, told["visitors"][0]), Agent(server.url, told["tokens"]["lin"]), Agent(server.url, told["tokens"]["hu"])
    sent = fang.http.post("/lane/customer/media", content=b"hello", headers={"X-File-Name": "a.txt"}).json()
    assert fang.say(SECRET).status_code == 201
    assert fang.say("", kind="file", payload={"key": sent["key"]}).status_code == 201
    before = server.tell("tests.test_strangers_live:kept")
    # Asked for by name when the stream opens, the thread is passed over in silence.
    with hu.page(**{f"t{thread}": 0, f"t{told['other_thread']}": 0}) as heard, lin.page(**{f"t{thread}": 0}) as meant:
        hello = heard.hello()
        assert set(hello["threads"]) == {str(told["other_thread"])}
        for method, path, body in doors(thread):
            body = body | {"stream": hello["stream"]} if "follow" in path else body
            answer = hu.http.request(method, path, json=body)
            assert answer.status_code == 404, (method, path, answer.status_code)
            assert SECRET not in answer.text
        for path in (f"/lane/agent/media/{sent['key']}", f"/media/{sent['key']}", f"/media/{sent['key']}?e=9999999999&s=0"):
            assert hu.http.get(path).status_code == 404
        assert server.tell("tests.test_strangers_live:kept") == before
        meant.hello()
        fang.say(SECRET + " 2")
        lin.say(thread, SECRET + " 3")
        fang.http.post("/lane/customer/typing", json={"text": True})
        lin.http.post(f"/lane/agent/threads/{thread}/typing", json={"text": True})
        fang.http.post("/lane/customer/read", json={"seq": 3})
        server.tell("dangban.chat.tests.stories:change", shop=told["shop"], thread=thread)
        meant.wait(lambda page: len(page.of("message")) >= 4)
        meant.wait(lambda page: page.of("typing"))
        theirs = Customer(server.url, told["other_visitor"])
        theirs.say("到这里为止")
        heard.wait(lambda page: page.of("message"))
        time.sleep(0.3)
        assert SECRET not in str(heard.events)
        assert {one["thread"] for one in heard.of("message")} == {told["other_thread"]}
        assert [name for name, _data in heard.events if name in ("typing", "read", "changed")] == []


def test_a_stream_is_used_by_who_opened_it(server: LiveServer) -> None:
    told = server.told
    lin, hu = Agent(server.url, told["tokens"]["lin"]), Agent(server.url, told["tokens"]["hu"])
    with lin.page() as page:
        stream = page.hello()["stream"]
        answer = hu.http.post("/lane/agent/follow", json={"stream": stream, "thread": told["other_thread"], "since": 0})
        assert answer.status_code == 410


def test_one_visitor_never_reads_another(server: LiveServer) -> None:
    told = server.told
    mine, other = Customer(server.url, told["visitors"][0]), Customer(server.url, told["visitors"][1])
    mine.say("只有我看得到")
    key = mine.http.post("/lane/customer/media", content=b"hello", headers={"X-File-Name": "a.txt"}).json()["key"]
    assert other.history() == []
    assert other.http.get(f"/lane/customer/media/{key}").status_code == 404
    assert other.say("", kind="file", payload={"key": key}).status_code == 422
    with other.page(since=0) as page:
        page.hello()
        assert page.of("message") == []
    assert httpx.get(f"{server.url}/lane/agent/threads/{told['threads'][0]}/messages", headers=other.headers).status_code == 401


def forged(token: str) -> Iterator[str]:
    body, _dot, mac = token.partition(".")
    yield from (".", "x", token[:-1], token[:10], body, f"{body}.", f".{mac}", token + "A", token * 40, "é" * 30)
    changed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).replace(b"1", b"2", 1)
    yield f"{base64.urlsafe_b64encode(changed).decode().rstrip('=')}.{mac}"
    yield f"{mac}.{body}"
    yield f"{body}.{mac[::-1]}"


def test_what_is_no_token_of_ours_opens_nothing(server: LiveServer) -> None:
    told = server.told
    thread = told["threads"][0]
    doors_of = {
        "visitor": ("/lane/customer/messages", told["visitors"][0], told["tokens"]["lin"]),
        "agent": (f"/lane/agent/threads/{thread}/messages", told["tokens"]["lin"], told["visitors"][0]),
    }
    for whose, (path, good, other_purpose) in doors_of.items():
        assert httpx.get(server.url + path, headers={"Authorization": f"Bearer {good}"}).status_code == 200
        for token in (*forged(good), told["old"][whose], other_purpose):
            header = {"Authorization": f"Bearer {token}".encode()}
            answer = httpx.get(server.url + path, headers=header)
            assert answer.status_code == 401, token[:60]
            assert answer.headers["content-type"] == "application/problem+json"
    for header in ({}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer"}):
        assert httpx.get(f"{server.url}/lane/customer/messages", headers=header).status_code == 401


def test_a_log_in_alone_counts_only_from_our_own_pages(server: LiveServer) -> None:
    cookie = {"Cookie": f"dangban_session={server.told['sessions']['lin']}"}
    door = f"{server.url}/lane/agent/token"
    assert httpx.post(door, headers=cookie).status_code == 403
    assert httpx.post(door, headers=cookie | {"Origin": "https://evil.example"}).status_code == 403
    assert httpx.post(door, headers=cookie | {"Origin": "null"}).status_code == 403
    assert httpx.post(door, headers=cookie | {"Origin": server.url}).status_code == 200
    posting = f"{server.url}/lane/agent/threads/{server.told['threads'][0]}/messages"
    assert httpx.post(posting, headers=cookie | {"Origin": server.url}, json={"client_id": "x" * 8, "body": "x"}).status_code == 401


def test_numbers_and_depths_beyond_reason_are_refused(server: LiveServer) -> None:
    fang, hu = Customer(server.url, server.told["visitors"][1]), Agent(server.url, server.told["tokens"]["hu"])
    for query in ("since=-1", "since=" + "9" * 30, "before=x", "limit=1e9", "since=%00", "before=²"):
        assert fang.http.get(f"/lane/customer/messages?{query}").status_code == 422, query
    for path in ("/lane/customer/messages", "/lane/customer/stream"):
        assert fang.http.post(path, content=b'{"client_id":"aaaaaaaa","payload":' + b"[" * 50_000).status_code == 422
    assert fang.http.post("/lane/customer/stream", json={"since": 10**30}).status_code == 422
    assert hu.http.post("/lane/agent/stream", json={"threads": {str(10**25): 1}}).status_code == 422
    assert hu.http.post("/lane/agent/stream", json={"threads": {"1": -1}}).status_code == 422
    for number in ("0", "-1", "9" * 30, "x", "%00"):
        assert hu.http.get(f"/lane/agent/threads/{number}/messages").status_code == 404
    for key in ("%00", "..%2f..%2fdangban.sqlite3", "%ff", "x" * 3000):
        assert hu.http.get(f"/lane/agent/media/{key}").status_code == 404
    assert fang.say("x" * 1_000_000).status_code == 413
    assert fang.http.post("/lane/customer/media", content=bytes(25 * 2**20), headers={"X-File-Name": "a.mp4"}).status_code == 413
    assert fang.history() == []


def test_rights_that_were_taken_end_tokens_and_streams(server: LiveServer) -> None:
    """Last: zhou's rights are gone afterwards."""
    told = server.told
    zhou = Agent(server.url, told["tokens"]["zhou"])
    with zhou.page(**{f"t{told['threads'][0]}": 0}) as page:
        page.hello()
        server.tell("tests.test_strangers_live:take_rights", person=told["zhou"])
        assert page.ended.wait(30)
    assert zhou.http.get(f"/lane/agent/threads/{told['threads'][0]}/messages").status_code == 401
