"""What people, browsers and attackers send that makes no sense: a clear refusal or a safe display, never a 500."""

from __future__ import annotations

import io
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver
from PIL import Image

from dangban.chat.lane import agent, http, posting
from dangban.chat.lane.http import Problem
from dangban.chat.models import Message
from dangban.conversations.rules import guard, wishes
from dangban.conversations.tests.floor import FloorCase, house
from dangban.lib import clock, tables
from dangban.lib.errors import BadInput
from dangban.media.sorting import Unfit, re_encode, sort_out, tidy_name
from dangban.orders.models import Order
from dangban.orders.self_service import links
from dangban.shops.models import ImportRun, Product
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY
from tests.strangers.routes import routes

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'"
STRANGE = ("𠮷野家😀", "\u202egpj.exe", "a\u200bb", "‮左", "e\u0301" * 20, "=1+1", "@SUM(A1)", "%s%(x)s{0}", "{{7*7}}")

VALUES = (
    "", "9" * 5000, "9" * 19, "²", "-1", "0001-01-01", "9999-12-31", "%ff%fe", "9999-12-31T23:59:59+00:00_1",
    "0001-01-01T00:00:00+14:00_1", "1-2-3", "' OR 1=1 --",
)  # fmt: skip
NAMES = (
    "q", "since", "until", "day", "shop", "team", "who", "before", "after", "cursor", "tab", "page", "status", "flag",
    "kind", "stars", "act", "line", "seq", "text", "around", "customer", "person", "verb", "only", "scope", "stage",
    "which", "mine", "by", "sku", "refund", "wish", "tag", "risk", "lang", "next", "subject", "format", "limit",
    "month", "first", "last", "year", "work", "as", "level", "within", "chats", "shrinkage", "part", "offence", "facts", "url", "handbook", "reason", "sort",
)  # fmt: skip


class Floor(FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("在吗")
        self.talk = self.conversation()


@pytest.mark.long
class Addresses(Floor):
    def paths(self) -> Iterator[str]:
        """Every route, its parts filled with what may be there."""
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="1", customer=self.cast.fang, status="paid", total_fen=1, created_at=NOW,
            business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        for route in routes(get_resolver().url_patterns):
            if "logout" in route:
                continue
            pk = {"orders": order.pk, "workspace": self.talk.pk, "customers": self.cast.fang.pk}.get(route.split("/")[0], 1)
            path = route.replace("<int:pk>", str(pk)).replace("<slug:measure>", "slow").replace("<slug:name>", "orders").replace("<slug:vendor>", "kuaidi100")
            path = path.replace("<slug:key>", self.cast.shop.profile.public_key)
            path = path.replace("<str:token>", links.token(order, self.cast.lin, clock.now()))
            for part in ("<str:sheet>", "<str:key>", "<str:path>", "<str:kind>", "<str:field>", "<slug:what>", "<slug:verb>", "<str:month>"):
                path = path.replace(part, "x")
            path = path.replace("<str:day>", "2026-11-19").replace("<slug:code>", "sales")
            of = {"shop": self.cast.shop.pk, "customer": self.cast.fang.pk}
            path = re.sub(r"<int:(\w+)_pk>", lambda part, of=of: str(of.get(part[1], 1)), path)
            path = re.sub(r"<int:\w+>", "1", path).replace("<str:code>", "log").replace("<str:act>", "chase").replace("<str:what>", "answer")
            assert "<" not in path, path
            yield "/" + path

    def test_no_query_breaks_a_page(self) -> None:
        """All names at once, a value at a time: one name's nonsense is not hidden by another's refusal."""
        client = self.as_person(self.cast.bao)
        client.raise_request_exception = False
        broken = []
        for path in self.paths():
            if client.get(path).status_code in (403, 404, 405):
                continue
            for value in VALUES:
                query = "&".join(f"{name}={value}" for name in NAMES if name != "lang")
                status = client.get(f"{path}?{query}").status_code
                if status >= 500 and status != 503:
                    broken.append((path, value[:40], status, self._which(client, path, value)))
        assert not broken, "\n" + "\n".join(map(str, broken[:40]))

    @staticmethod
    def _which(client: Client, path: str, value: str) -> list[str]:
        return [name for name in NAMES if client.get(f"{path}?{name}={value}").status_code == 500]

    def test_the_same_name_twice_is_no_trouble(self) -> None:
        client = self.as_person(self.cast.bao)
        for path in ("/orders/", "/search/", "/workspace/list/", "/numbers/", "/journal/", "/customers/"):
            assert client.get(f"{path}?q=a&q=b&shop=1&shop=x&since=2026-11-01&since=x").status_code == 200, path

    def test_numbers_that_no_database_holds_are_nowhere(self) -> None:
        client = self.as_person(self.cast.bao)
        for number in ("0", "99999999999999999999", "9" * 4000):
            for path in ("orders/{}/", "workspace/{}/", "customers/{}/", "people/{}/", "notices/{}/", "scripts/{}/", "catalogue/{}/"):
                assert client.get("/" + path.format(number)).status_code == 404, path

    def test_a_nul_is_refused_in_addresses_and_forms(self) -> None:
        client = self.as_person(self.cast.bao)
        assert client.get("/orders/?q=a%00b").status_code == 400
        assert client.post(f"/customers/{self.cast.fang.pk}/tags/", {"text": "a\0b"}).status_code == 400

    def test_days_beyond_the_calendar_are_today(self) -> None:
        client = self.as_person(self.cast.bao)
        for day in ("0001-01-01", "9999-12-31"):
            assert client.get(f"/duty/?day={day}").status_code == 200
            # 503 says kindly that no handbook was in force so long ago.
            assert client.get(f"/numbers/?since={day}&until={day}").status_code in (200, 503)


class Sent(Floor):
    def send(self, path: str, body: bytes) -> int:
        client = self.as_person(self.cast.lin)
        client.raise_request_exception = False
        return client.post(path, body, content_type="application/json", headers={"Accept": "application/json"}).status_code

    def test_json_that_is_none(self) -> None:
        doors = [f"/workspace/{self.talk.pk}/{name}/" for name in ("notes", "whispers", "reading", "recall", "draft", "overrides", "viewers")]
        before = Message.objects.count()
        bodies = (
            b"", b"[]", b"null", b"{", b"\xff\xfe\x00", b"[" * 100_000, b'{"a":' * 50_000, b'{"text":1}', b'{"text":null}',
            b'{"text":["x"]}', b'{"text":"\\u0000"}', b'{"text":"\\ud800"}', b'{"seq":1e400}', b'{"seq":"1"}', b'{"seq":true}',
            b'{"seq":' + b"9" * 4000 + b"}", b'{"body":{"a":1}}', b'{"seq":-1}',
        )  # fmt: skip
        for door in doors:
            statuses = {self.send(door, body) for body in bodies}
            assert max(statuses) < 500, (door, statuses)
        assert Message.objects.filter(body="x").count() == 0
        assert Message.objects.count() == before

    def test_a_form_where_json_is_meant(self) -> None:
        for name in ("notes", "reading", "viewers"):
            assert self.as_person(self.cast.lin).post(f"/workspace/{self.talk.pk}/{name}/", {"text": "x"}).status_code == 400

    def test_a_rating_that_makes_no_sense(self) -> None:
        from dangban.chat.tokens import visitor_token

        bearer = {"Authorization": f"Bearer {visitor_token(self.thread)}"}
        client = Client(raise_request_exception=False)
        path = f"/w/{self.cast.shop.profile.public_key}/rating/"
        for body in (b"", b"[" * 100_000, b'{"stars":true}', b'{"stars":99}', b'{"stars":5,"reasons":[[]]}', b'{"stars":5,"text":7}'):
            status = client.post(path, body, content_type="application/json", headers=bearer).status_code
            assert 400 <= status < 500, body[:40]

    def test_forms_with_fields_of_every_kind_of_nonsense(self) -> None:
        client = self.as_person(self.cast.lin)
        client.raise_request_exception = False
        for value in ("9" * 5000, "x" * 100_000, "-1", "2026-99-99", SCRIPT, "9" * 19):
            data = dict.fromkeys(("kind", "text", "order", "seq", "due_at", "to", "note", "outcome", "title", "owner", "until"), value)
            for path in ("requirement", "promise", "transfer", "closure"):
                assert client.post(f"/workspace/{self.talk.pk}/{path}/", data).status_code == 422, path
            assert client.post("/tasks/new/", data).status_code < 500


class Shown(Floor):
    def test_scripts_in_names_and_messages_are_text_everywhere(self) -> None:
        fang, shop = self.cast.fang, self.cast.shop
        fang.name = SCRIPT
        fang.save()
        fang.handles.update(handle=SCRIPT)
        order = Order.objects.create(
            shop=shop, platform_id="77", number_tail="77", customer=fang, status="paid", total_fen=1, created_at=NOW,
            business_day=TODAY, imported_at=NOW, receiver=SCRIPT, buyer_message=SCRIPT, platform_remark=SCRIPT, courier=SCRIPT[:40],
        )  # fmt: skip
        order.lines.create(position=1, title=SCRIPT, variant=SCRIPT, quantity=1)
        Product.objects.create(shop=shop, platform_id="1", title=SCRIPT, must_say=SCRIPT, updated_at=NOW, search="alert")
        self.customer_says(SCRIPT + " 找得到")
        self.agent_says(self.cast.lin, SCRIPT, kind="note", internal=True)
        for strange in STRANGE:
            self.customer_says(strange)
        here = f"/workspace/{self.talk.pk}/"
        client = self.as_person(self.cast.bao)
        for path in (
            "/workspace/", "/workspace/list/?tab=team", here, f"{here}head/", *(f"{here}context/{tab}/" for tab in ("customer", "orders", "products", "tasks", "enquiry")),
            f"{here}transfer/", f"{here}requirement/?seq=1&text={SCRIPT}", "/floor/", f"/floor/people/{self.cast.lin.pk}/", "/orders/",
            f"/orders/{order.pk}/", f"/orders/{order.pk}/card/", "/customers/", f"/customers/{fang.pk}/", f"/customers/{fang.pk}/timeline/",
            "/search/?q=找得到", f"/search/?q={SCRIPT}", f"/orders/?q={SCRIPT}", "/catalogue/?q=alert", "/journal/", "/numbers/slow/",
            f"/scripts/?q={SCRIPT}", f"/customers/?q={SCRIPT}", f"/catalogue/?q={SCRIPT}", "/enquiries/?which=all&mine=0",
        ):  # fmt: skip
            page = client.get(path)
            assert page.status_code == 200, (path, page.status_code)
            text = page.content.decode()
            assert "<script>alert" not in text, path
            assert "<img src=x" not in text, path

    def test_a_workbook_holds_text_and_no_formulas(self) -> None:
        from dangban.lib import excel

        book = excel.xlsx([excel.Column("a")], [["=1+1"], ["@SUM(A1)"], ["+1"], ["-1"], ["=cmd|' /C calc'!A0"]])
        with zipfile.ZipFile(io.BytesIO(book)) as archive:
            sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet

    def test_personal_pages_are_not_kept_by_browsers(self) -> None:
        client = self.as_person(self.cast.lin)
        for path in ("/workspace/", f"/workspace/{self.talk.pk}/", "/orders/", "/search/?q=x", "/inbox/"):
            assert "no-store" in client.get(path)["Cache-Control"], path

    def test_every_page_forbids_scripts_that_are_not_ours(self) -> None:
        client = self.as_person(self.cast.bao)
        for path in ("/login/", "/workspace/", "/orders/", "/nowhere/", f"/w/{self.cast.shop.profile.public_key}/", "/journal/"):
            answer = client.get(path)
            policy = dict(part.strip().partition(" ")[::2] for part in answer["Content-Security-Policy"].split(";"))
            assert policy["default-src"] == "'self'"
            assert "unsafe" not in answer["Content-Security-Policy"]
            assert policy["object-src"] == policy["base-uri"] == "'none'"


class Newcomers(pages.CastCase):
    def test_one_address_opens_only_so_many_chats(self) -> None:
        from dangban.chat.models import Thread
        from dangban.conversations.views import widget

        widget.newcomers = type(widget.newcomers)(3)
        path = f"/w/{self.cast.shop.profile.public_key}/session/"
        statuses = [Client(REMOTE_ADDR="203.0.113.9").post(path).status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert Thread.objects.count() == 3
        assert Client(REMOTE_ADDR="203.0.113.10").post(path).status_code == 200


# --- files


def picture(form: str, size: tuple[int, int] = (8, 8)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form)
    return out.getvalue()


def code_of(tmp_path: Path, data: bytes, name: str) -> str:
    """Why a file is not taken, or the kind it is taken as."""
    path = tmp_path / "arrived"
    path.write_bytes(data)
    try:
        about = sort_out(path, name)
        if about.kind == "image":
            re_encode(path, tmp_path / "clean", about.mime)
            assert b"<script>" not in (tmp_path / "clean").read_bytes()
    except Unfit as unfit:
        return unfit.code
    return about.kind


def test_files_that_lie(tmp_path: Path) -> None:
    program = b"MZ" + bytes(600)
    web = b"<html><script>alert(1)</script></html>"
    assert code_of(tmp_path, program, "cat.jpg") == "not-a-picture"
    assert code_of(tmp_path, web, "cat.png") == "not-a-picture"
    assert code_of(tmp_path, program, "cat.mp4") == "not-a-video"
    assert code_of(tmp_path, web, "order.pdf") == "not-a-pdf"
    assert code_of(tmp_path, b"<svg onload=alert(1)>", "x.svg") == "not-a-picture"
    assert code_of(tmp_path, picture("GIF") + b"<script>alert(1)</script>", "both.gif.html") == "image"
    assert code_of(tmp_path, picture("JPEG")[:80], "half.jpg") == "broken-picture"


@pytest.mark.parametrize(
    "name", ["a.exe", "A.EXE", "a.exe ", "a.exe.", "a.html\n", "a.bat\x00", "../../a.js", "a.\u202etxt.hta", "a.url . .", "..\\a.vbs"]
)
def test_what_a_click_runs_is_not_taken_whatever_is_hung_behind_its_name(tmp_path: Path, name: str) -> None:
    assert code_of(tmp_path, b"echo", name) == "runs"


def test_a_files_name_is_only_a_name() -> None:
    names = ("../../etc/passwd", "a\r\nSet-Cookie: x", 'q".txt', "\u202egpj.txt", "", "..", "x" * 500, "half\ud800.txt")
    for name in names:
        tidy = tidy_name(name)
        assert tidy
        assert len(tidy) <= 200
        assert not set(tidy) & set("/\\\r\n\0\u202e")
        assert tidy.encode()


def test_pictures_that_unpack_to_far_more_than_they_weigh(tmp_path: Path) -> None:
    bomb = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(bomb, "PNG")
    assert code_of(tmp_path, bomb.getvalue(), "bomb.png") in ("too-many-pixels", "broken-picture")
    frames = [Image.new("P", (2000, 2000), index) for index in range(30)]
    moving = io.BytesIO()
    frames[0].save(moving, "GIF", save_all=True, append_images=frames[1:])
    assert code_of(tmp_path, moving.getvalue(), "bomb.gif") == "too-many-pixels"


def test_damaged_pictures_are_refused_and_break_nothing(tmp_path: Path) -> None:
    for form in ("PNG", "JPEG", "GIF", "WEBP", "BMP"):
        whole = picture(form, (40, 40))
        for place in range(4, len(whole), max(1, len(whole) // 40)):
            damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
            assert code_of(tmp_path, damaged, "x.bin") in ("image", "broken-picture", "too-many-pixels", "file")
            assert code_of(tmp_path, whole[:place], "x.bin") in ("image", "broken-picture", "file")


# --- tables


def workbook(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "a.csv"),
        (b"\x00\x00\x00", "a.csv"),
        ("订单编号,买家\n".encode() + b"\x81\x20\xff\xff,x\n", "a.csv"),
        ("订单编号,买家\n1,\0\n".encode(), "a.csv"),
        (('订单编号,买家\n1,"' + "x\n" * 300).encode(), "a.csv"),
        (b"," * 1_000_000, "a.csv"),
        (b"a," * 1_000_000 + b"\n", "a.csv"),
        (b"a,b\n" + b"," * 3_000_000, "a.csv"),
        (b"PK\x03\x04garbage", "a.xlsx"),
        (b"%PDF-1.4", "a.csv"),
        (b"a,b\n1,2\n", "a.xlsx"),
        (b"MZ", "a.exe"),
        (workbook({"word/document.xml": b"<x/>"}), "a.xlsx"),
    ],
)
def test_tables_that_are_none(data: bytes, name: str) -> None:
    with pytest.raises(BadInput):
        list(tables.read(data, name).records())


def test_a_million_empty_columns_are_none() -> None:
    began = time.process_time()
    table = tables.read(b"a,b" + b"," * 1_000_000 + b"\n1,2\n", "a.csv")
    assert table.headers == ["a", "b"]
    assert [cells for _line, cells in table.records()] == [{"a": "1", "b": "2"}]
    assert time.process_time() - began < 3


def test_a_zip_bomb_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/worksheets/sheet1.xml", "w") as member:
        for _ in range(420):
            member.write(bytes(2**20))
    began = time.process_time()
    with pytest.raises(tables.TableError):
        tables.read(out.getvalue(), "bomb.xlsx")
    assert time.process_time() - began < 5


class Loading(Floor):
    def test_a_broken_file_is_said_and_nothing_is_kept(self) -> None:
        client = self.as_person(self.cast.ou)
        for path in ("/orders/import/", "/catalogue/import/"):
            for data, name in ((b"", "a.csv"), (b"\xff\xfe\x00", "a.csv"), (b"a,b\n", "a.csv"), (b"MZ", "a.csv"), (b"PK\x03\x04", "a.xlsx")):
                file = SimpleUploadedFile(name, data)
                answer = client.post(path, {"shop": self.cast.shop.pk, "file": file})
                assert answer.status_code == 422, (path, name, data)
        assert Order.objects.count() == 0
        assert ImportRun.objects.filter(dry_run=False).count() == 0


# --- the lane's reading of what is sent


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000, b'{"threads":{"99999999999999999999999":1}}', b'{"cursors":{"thread:1":-1}}', b'{"threads":{"1":1e9}}', b"\xff",
        b'{"threads":[]}', b'{"threads":{"1":99999999999999999999}}', b'{"stream":"x","thread":-1}',
    ],
)  # fmt: skip
def test_the_lane_names_what_it_can_not_read(body: bytes) -> None:
    import asyncio

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_message: Any) -> None:
        """Nobody listens."""

    for kind in (agent.StreamFrom, agent.Follow, posting.AgentLine, posting.ReadTo):
        request = http.Request({"method": "POST", "path": "/", "headers": [], "query_string": b""}, receive, send)
        status = 422
        try:
            asyncio.run(request.json(kind))
        except Problem as problem:
            status = problem.status
        assert status in (413, 422)


def test_cursors_with_endless_numbers_are_passed_over() -> None:
    assert agent.StreamFrom(cursors={"thread:" + "9" * 5000: 1, "thread:7": 2, "x": 3}).wanted() == {7: 2}


# --- patterns


@pytest.mark.parametrize(
    "text",
    ["微" * 5000, "1 3 " * 2000, "v：" * 3000, '"' * 5000, "“" * 5000, "送" * 3000, "地址" * 2500, "改" * 5000, "寄到" + "一" * 5000,
     "送到" * 2500, "写" * 5000, "抬头 " * 1500, "\n>" * 3000, "a-" * 3000, "提前" * 2500, "a" * 6000, "1-" * 3000],
)  # fmt: skip
def test_no_wording_keeps_the_rules_busy(text: str) -> None:
    kept = guard.Guard(house())
    about = wishes.Talk(today=TODAY, couriers=("中通快递", "顺丰"), reaching=("顺丰",), is_remote=True)
    began = time.process_time()
    kept.examine(text)
    wishes.suggestions(text[:2000], about)
    assert time.process_time() - began < 0.5
