"""Open pages: everything once, in order, only to whom it may concern; and after a gap, the rest."""

from __future__ import annotations

import random
import time

import httpx
import pytest

from dangban.chat.tests.clients import Agent, Customer, Page
from dangban.testing.live import LiveServer


@pytest.fixture
def fang(server: LiveServer, number: int) -> Customer:
    return Customer(server.url, server.told["visitors"][number])


@pytest.fixture
def thread(server: LiveServer, fang: Customer) -> int:
    return int(server.told["threads"][server.told["visitors"].index(fang.headers["Authorization"][7:])])


@pytest.fixture
def lin(server: LiveServer) -> Agent:
    return Agent(server.url, server.told["tokens"]["lin"])


def test_every_open_page_sees_a_line_once_and_in_order(fang: Customer, lin: Agent, thread: int) -> None:
    with (
        fang.page() as customers,
        lin.page(**{f"t{thread}": 0}) as first,
        lin.page(**{f"t{thread}": 0}) as second,
    ):
        for page in (customers, first, second):
            page.hello()
        for text in "一二三四五六七八":
            fang.say(text)
        for page in (customers, first, second):
            page.wait(lambda page: len(page.seqs) == 8)
            assert page.seqs == list(range(1, 9))


def test_a_page_that_was_away_catches_up_from_the_last_line_it_saw(
    fang: Customer, lin: Agent, thread: int
) -> None:
    fang.say("一")
    with lin.page(**{f"t{thread}": 0}) as page:
        page.wait(lambda page: page.seqs == [1])
    for text in "二三四":
        fang.say(text)
    with lin.page(**{f"t{thread}": 1}) as page:
        page.wait(lambda page: len(page.seqs) == 3)
        fang.say("五")
        page.wait(lambda page: page.seqs == [2, 3, 4, 5])


def test_a_long_absence_is_caught_up_page_by_page(
    server: LiveServer, fang: Customer, lin: Agent, thread: int
) -> None:
    server.tell("dangban.chat.tests.stories:say_much", thread=thread, count=450)
    with lin.page(**{f"t{thread}": 3}) as page:
        page.wait(lambda page: len(page.seqs) == 447)
        assert page.seqs == list(range(4, 451))


def test_a_thread_can_be_followed_later(fang: Customer, lin: Agent, thread: int) -> None:
    fang.say("一")
    with lin.page() as page:
        stream = page.hello()["stream"]
        answer = lin.http.post("/lane/agent/follow", json={"stream": stream, "thread": thread, "since": 0})
        assert [line["seq"] for line in answer.json()["messages"]] == [1]
        fang.say("二")
        page.wait(lambda page: page.seqs == [2])
        lin.http.post("/lane/agent/unfollow", json={"stream": stream, "thread": thread})
        fang.say("三")
        time.sleep(0.3)
        assert page.seqs == [2]


def test_a_stream_of_another_shop_hears_nothing(
    server: LiveServer, fang: Customer, lin: Agent, thread: int
) -> None:
    hu = Agent(server.url, server.told["tokens"]["hu"])
    with hu.page(**{f"t{thread}": 0}) as page, lin.page(**{f"t{thread}": 0}) as seeing:
        stream = page.hello()["stream"]
        assert page.hello()["threads"] == {}
        assert (
            hu.http.post("/lane/agent/follow", json={"stream": stream, "thread": thread}).status_code == 404
        )
        fang.say("秘密")
        lin.http.post(f"/lane/agent/threads/{thread}/typing", json={})
        server.tell("dangban.chat.tests.stories:change", shop=server.told["shop"])
        seeing.wait(lambda page: page.of("changed") and page.seqs)
        assert [name for name, _data in page.events] == ["hello"]


def test_nobody_takes_over_somebody_elses_stream(server: LiveServer, lin: Agent, thread: int) -> None:
    zhou = Agent(server.url, server.told["tokens"]["zhou"])
    with lin.page() as page:
        answer = zhou.http.post(
            "/lane/agent/follow", json={"stream": page.hello()["stream"], "thread": thread}
        )
        assert answer.status_code == 410


def test_notes_pass_a_customers_stream_by(fang: Customer, lin: Agent, thread: int) -> None:
    with fang.page() as page:
        page.hello()
        lin.say(thread, "内部备注", kind="note")
        lin.say(thread, "您好")
        page.wait(lambda page: page.seqs == [2])
        assert "内部" not in str(page.events)


def test_typing_and_reading_are_told_to_the_other_side(fang: Customer, lin: Agent, thread: int) -> None:
    with fang.page() as customers, lin.page(**{f"t{thread}": 0}) as agents:
        customers.hello()
        agents.hello()
        fang.http.post("/lane/customer/typing", json={})
        lin.http.post(f"/lane/agent/threads/{thread}/read", json={"seq": 3})
        assert agents.wait(lambda page: page.of("typing"))[0]["author"] == "customer"
        assert customers.wait(lambda page: page.of("read"))[0] == {
            "thread": thread,
            "reader": "agent",
            "seq": 3,
        }
        assert not customers.of("typing")
        assert not agents.of("read")


def test_what_actions_post_in_another_process_arrives(
    server: LiveServer, fang: Customer, thread: int
) -> None:
    with fang.page() as page:
        page.hello()
        server.tell("dangban.chat.tests.stories:say_much", thread=thread, count=2)
        page.wait(lambda page: page.seqs == [1, 2])


def test_a_change_is_told_to_the_customer_of_its_thread(
    server: LiveServer, fang: Customer, thread: int
) -> None:
    with fang.page() as page:
        page.hello()
        server.tell("dangban.chat.tests.stories:change", thread=thread)
        assert page.wait(lambda page: page.of("changed"))[0] == {"changes": [["conversation", 7, 3]]}


def test_a_log_in_opens_a_stream_and_a_foreign_site_does_not(server: LiveServer) -> None:
    cookie = {"Cookie": f"dangban_session={server.told['sessions']['lin']}"}
    own = {**cookie, "Origin": server.url}
    with Page(server.url, "/lane/agent/stream", own, {}) as page:
        hello = page.hello()
        assert (hello["person"]["id"], hello["shops"]) == (
            server.told["lin"],
            [server.told["shop"], server.told["second_shop"]],
        )
    foreign = httpx.post(
        f"{server.url}/lane/agent/stream", headers={**cookie, "Origin": "https://evil.example"}, json={}
    )
    bare = httpx.post(f"{server.url}/lane/agent/stream", headers=cookie, json={})
    stranger = httpx.post(f"{server.url}/lane/agent/token", headers={"Origin": server.url})
    assert (foreign.status_code, bare.status_code, stranger.status_code) == (403, 403, 401)


def test_old_page_and_events_make_the_fresh_page(
    server: LiveServer, fang: Customer, lin: Agent, thread: int
) -> None:
    """Whatever happens while pages come and go: what a page was drawn with and what it heard is what a new one shows."""
    chance = random.Random(thread)
    pages: dict[str, list[dict[str, object]]] = {"customer": [], "agent": []}
    for _round in range(6):
        sides = {
            "customer": fang.page(since=_last(pages["customer"])),
            "agent": lin.page(**{f"t{thread}": _last(pages["agent"])}),
        }
        for page in sides.values():
            page.hello()
        for _line in range(chance.randrange(1, 6)):
            kind = chance.choice(["text", "note"])
            chance.choice([lambda: fang.say("问"), lambda kind=kind: lin.say(thread, "答", kind=kind)])()
        # Some hang up before everything has arrived.
        time.sleep(chance.choice([0, 0.02, 0.2]))
        for name, page in sides.items():
            page.close()
            pages[name] += page.of("message")
    assert lin.say(thread, "完").status_code == 201
    for name, page in (
        ("customer", fang.page(_last(pages["customer"]))),
        ("agent", lin.page(**{f"t{thread}": _last(pages["agent"])})),
    ):
        page.wait(lambda page: page.of("message") and page.of("message")[-1]["body"] == "完")
        pages[name] += page.of("message")
        page.close()
    assert pages["customer"] == fang.history(since=0, limit=200)
    assert pages["agent"] == lin.history(thread, since=0, limit=200)


def _last(messages: list[dict[str, object]]) -> int:
    return int(str(messages[-1]["seq"])) if messages else 0


def test_signing_out_ends_streams_and_tokens(server: LiveServer, thread: int) -> None:
    told = server.tell("dangban.chat.tests.stories:newcomer", name="wei")
    wei = Agent(server.url, told["token"])
    with wei.page(**{f"t{thread}": 0}) as page:
        page.hello()
        assert wei.say(thread, "您好").status_code == 201
        server.tell("dangban.chat.tests.stories:sign_out", person=told["person"])
        assert page.ended.wait(30)
        assert wei.say(thread, "还在吗").status_code == 401


def test_a_change_of_rights_in_the_database_alone_is_found(server: LiveServer, thread: int) -> None:
    told = server.tell("dangban.chat.tests.stories:newcomer", name="tan")
    tan = Agent(server.url, told["token"])
    with tan.page() as page:
        page.hello()
        server.tell("dangban.chat.tests.stories:leave", person=told["person"])
        assert page.ended.wait(30)
        assert tan.say(thread, "还在吗").status_code == 401
