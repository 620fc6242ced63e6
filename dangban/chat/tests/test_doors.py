"""What the lane's doors take, and what they say to everything else."""

from __future__ import annotations

import io

import httpx
import pytest
from PIL import Image

from dangban.chat.tests.clients import Agent, Customer
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


@pytest.fixture
def hu(server: LiveServer) -> Agent:
    return Agent(server.url, server.told["tokens"]["hu"])


def test_a_line_is_numbered_kept_and_answered(fang: Customer, lin: Agent, thread: int) -> None:
    answer = fang.say("在吗 𠮷 😀")
    assert (answer.status_code, answer.json()["seq"]) == (201, 1)
    kept = lin.history(thread)
    assert [(line["seq"], line["body"], line["author"]) for line in kept] == [(1, "在吗 𠮷 😀", "customer")]
    assert kept[0]["at"] == answer.json()["at"]


def test_the_same_line_again_is_answered_and_not_kept_again(fang: Customer) -> None:
    first, again = fang.say("在吗", "same-id-0001"), fang.say("在吗", "same-id-0001")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(fang.history()) == 1


def test_another_line_under_the_same_id_is_a_conflict(fang: Customer) -> None:
    fang.say("在吗", "same-id-0002")
    assert fang.say("不在", "same-id-0002").status_code == 409
    assert [line["body"] for line in fang.history()] == ["在吗"]


def test_two_authors_may_use_the_same_id(fang: Customer, lin: Agent, thread: int) -> None:
    assert fang.say("在吗", "same-id-0003").status_code == 201
    assert lin.say(thread, "在的", "same-id-0003").json()["seq"] == 2


def test_history_goes_both_ways(fang: Customer) -> None:
    for text in "一二三四五":
        fang.say(text)
    assert [line["seq"] for line in fang.history(since=3)] == [4, 5]
    assert [line["seq"] for line in fang.history(before=4, limit=2)] == [2, 3]
    assert [line["seq"] for line in fang.history(limit=2)] == [4, 5]


def test_customers_see_neither_notes_nor_who_wrote(fang: Customer, lin: Agent, thread: int) -> None:
    lin.say(thread, "这个客户要哄", kind="note")
    lin.say(thread, "您好")
    seen = fang.history()
    assert [line["body"] for line in seen] == ["您好"]
    assert "author_id" not in seen[0]
    assert [line["internal"] for line in lin.history(thread)] == [True, False]


def test_what_was_taken_back_keeps_its_place_and_loses_its_words(fang: Customer, lin: Agent, thread: int) -> None:
    lin.say(thread, "价格我记错了")
    lin.say(thread, "", kind="recall", payload={"seq": 1})
    assert [(line["seq"], line["kind"], line["body"]) for line in fang.history()] == [(1, "text", ""), (2, "recall", "")]
    assert [line["body"] for line in lin.history(thread)] == ["价格我记错了", ""]


def test_a_note_is_internal_even_if_it_says_otherwise(fang: Customer, lin: Agent, thread: int) -> None:
    lin.say(thread, "备注", kind="note", internal=False)
    assert fang.history() == []


def test_a_customer_cannot_write_a_note(fang: Customer) -> None:
    assert fang.say("我是客服", kind="note").status_code == 422
    assert fang.say("我是客服", internal=True).status_code == 201
    assert [line["body"] for line in fang.history()] == ["我是客服"]


def test_a_thread_of_another_shop_is_not_there(hu: Agent, thread: int) -> None:
    assert hu.say(thread, "抢单").status_code == 404
    assert hu.http.get(f"/lane/agent/threads/{thread}/messages").status_code == 404
    assert hu.http.post(f"/lane/agent/threads/{thread}/read", json={"seq": 1}).status_code == 404
    assert hu.http.post(f"/lane/agent/threads/{thread}/typing", json={}).status_code == 404
    assert hu.http.post(f"/lane/agent/threads/{thread}/media", content=b"x").status_code == 404


def test_the_warehouse_sees_no_conversations(server: LiveServer, thread: int) -> None:
    ding = Agent(server.url, server.told["tokens"]["ding"])
    assert ding.http.get(f"/lane/agent/threads/{thread}/messages").status_code == 404
    assert ding.say(thread, "出库了").status_code == 404


@pytest.mark.parametrize("token", ["x", "a.b", "你好", "WyJ2IiwxLDEsMSwiIiw5OTk5OTk5OTk5XQ.AAAA"])
def test_forged_tokens_are_refused(server: LiveServer, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    assert httpx.post(f"{server.url}/lane/customer/messages", headers=headers, json={}).status_code == 401
    assert httpx.post(f"{server.url}/lane/agent/stream", headers=headers, json={}).status_code == 401


def test_a_visitors_token_opens_no_door_of_agents(server: LiveServer, fang: Customer, thread: int) -> None:
    assert Agent(server.url, fang.headers["Authorization"][7:]).say(thread, "hi").status_code == 401
    assert Customer(server.url, server.told["tokens"]["lin"]).say("hi").status_code == 401


def test_too_long_a_line_is_refused_in_words(fang: Customer) -> None:
    answer = fang.say("长" * 30_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-long")
    assert fang.history() == []


def test_a_megabyte_is_refused_in_words(fang: Customer) -> None:
    answer = fang.say("a" * 1_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    "body",
    [
        b'{"client_id": "damaged-1", "body": "a\\u0000b"}',
        b'{"client_id": "damaged-2", "body": "\\ud83d"}',
        b'{"client_id": "damaged-3", "body": "\xff\xfe"}',
        b'{"client_id": "damaged-4", "body": "a", "payload": {"x": "\\u0000"}}',
        b'{"client_id": "damaged-5", "body": "   "}',
        b'{"client_id": "x", "body": "id too short"}',
        b'{"body": "no id"}',
        b"[]",
        b"{",
        b"",
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_words(fang: Customer, body: bytes) -> None:
    answer = fang.http.post("/lane/customer/messages", content=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    assert answer.json()["detail"]


def test_a_script_in_a_message_stays_text(fang: Customer) -> None:
    fang.say("<script>alert(1)</script>")
    assert fang.history()[0]["body"] == "<script>alert(1)</script>"


def test_the_clock_is_the_servers(fang: Customer) -> None:
    answer = fang.http.post("/lane/customer/messages", json={"client_id": "clock-0001", "body": "x", "at": 1})
    assert answer.json()["at"] > 1_700_000_000_000


def test_a_flood_is_limited_and_told_when_to_go_on(fang: Customer, lin: Agent, thread: int) -> None:
    answers = [fang.say(str(number)) for number in range(90)]
    limited = [answer for answer in answers if answer.status_code == 429]
    assert limited
    assert int(limited[0].headers["retry-after"]) >= 1
    assert len(lin.history(thread, limit=200)) == len(answers) - len(limited)


def test_what_is_not_there_and_wrong_methods(server: LiveServer) -> None:
    assert httpx.get(f"{server.url}/lane/nothing").status_code == 404
    assert httpx.put(f"{server.url}/lane/customer/messages").status_code == 405
    assert httpx.get(f"{server.url}/lane/agent/threads/x/messages").status_code == 404
    assert httpx.get(f"{server.url}/lane/agent/threads/99999999999999999999/messages").status_code == 404


# --- pictures and files


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **more)  # type: ignore[arg-type]
    return out.getvalue()


def test_a_picture_is_sent_seen_and_has_lost_where_it_was_taken(
    fang: Customer, lin: Agent, thread: int
) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Phone"
    exif.get_ifd(0x8825)[1] = "N"
    sent = fang.http.post(
        "/lane/customer/media", content=picture(exif=exif), headers={"X-File-Name": "%E7%8C%AB.jpg"}
    )
    assert sent.status_code == 201
    about = sent.json()
    assert (about["name"], about["kind"], about["width"], about["height"]) == ("猫.jpg", "image", 60, 40)
    assert fang.say("", kind="image", payload={"key": about["key"], "name": "lie.exe"}).status_code == 201
    shown = lin.history(thread)[0]["payload"]
    assert shown["name"] == "猫.jpg"
    got = httpx.get(fang.base + shown["url"])
    assert (got.headers["content-type"], got.headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    assert not Image.open(io.BytesIO(got.content)).getexif()


def test_a_picture_of_another_thread_cannot_be_shown(server: LiveServer, fang: Customer) -> None:
    other = Customer(server.url, server.told["other_visitor"])
    key = other.http.post("/lane/customer/media", content=picture()).json()["key"]
    assert fang.say("", kind="image", payload={"key": key}).status_code == 422
    assert fang.http.get(f"/lane/customer/media/{key}").status_code == 404


def test_who_may_not_see_the_thread_does_not_get_its_files(server: LiveServer, fang: Customer) -> None:
    key = fang.http.post("/lane/customer/media", content=picture()).json()["key"]
    cookies = {
        name: {"Cookie": f"dangban_session={session}"} for name, session in server.told["sessions"].items()
    }
    assert httpx.get(f"{server.url}/lane/agent/media/{key}", headers=cookies["lin"]).status_code == 200
    assert httpx.get(f"{server.url}/lane/agent/media/{key}", headers=cookies["hu"]).status_code == 404
    assert httpx.get(f"{server.url}/lane/agent/media/{key}").status_code == 401
    assert httpx.get(f"{server.url}/media/{key}?e=9999999999&s=0000").status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jpg", b"<html><script>alert(1)</script>", "not-a-picture"),
        ("a.png", b"\x89PNG\r\n\x1a\n broken", "broken-picture"),
        ("a.pdf", b"MZ\x90\x00", "not-a-pdf"),
        ("a.html", b"<html>", "runs"),
        ("a.exe", b"MZ\x90\x00" + b"\0" * 300, "runs"),
        ("a.mp4", b"nothing of the kind", "not-a-video"),
    ],
)
def test_lying_and_broken_files_are_refused(fang: Customer, name: str, content: bytes, code: str) -> None:
    answer = fang.http.post("/lane/customer/media", content=content, headers={"X-File-Name": name})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_bomb_of_pixels_is_refused(fang: Customer) -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    answer = fang.http.post("/lane/customer/media", content=bomb.getvalue(), headers={"X-File-Name": "a.png"})
    assert (answer.status_code, answer.json()["code"]) in {(422, "too-many-pixels"), (422, "broken-picture")}


def test_too_large_a_file_is_refused_while_it_arrives(fang: Customer) -> None:
    def endless() -> object:
        for _ in range(300):
            yield b"\0" * 1024 * 1024

    try:
        answer = fang.http.post("/lane/customer/media", content=endless(), headers={"X-File-Name": "a.bin"})  # type: ignore[arg-type]
    except httpx.TransportError:
        return
    assert answer.status_code == 413


def test_a_file_is_handed_out_to_be_saved_and_in_parts(fang: Customer) -> None:
    content = b"name,price\n" * 1000
    key = fang.http.post("/lane/customer/media", content=content, headers={"X-File-Name": "a.csv"}).json()[
        "key"
    ]
    whole = fang.http.get(f"/lane/customer/media/{key}")
    part = fang.http.get(f"/lane/customer/media/{key}", headers={"Range": "bytes=5-9"})
    assert whole.content == content
    assert whole.headers["content-disposition"] == "attachment; filename*=UTF-8''a.csv"
    assert (part.status_code, part.content, part.headers["content-range"]) == (
        206,
        b"price",
        "bytes 5-9/11000",
    )
