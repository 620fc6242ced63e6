"""Reports of other tools as they are exported, with all their oddities; robots' signatures and their outbox."""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings

from dangban.conversations.models import Seat, SeatHolding
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.lib.sealed import seal
from dangban.performance import actions, queries
from dangban.performance.actions import importing
from dangban.performance.facts import build
from dangban.performance.figures import cells, reading
from dangban.performance.models import Dispatch, FigureImport, ImportedFigure, Robot
from dangban.performance.robots import keeping, report, sending, signing
from dangban.performance.tests.story import StoryCase
from dangban.performance.tests.test_facts import DAY, on
from dangban.testing.cast import LONG_AGO, NOW

FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
MONTH_FILE = "自定义报表_月报_下单优先判定_2026-10-01至2026-10-31.csv"
REPORT = """旺旺昵称,咨询人数,接待人数,询单人数,询单最终付款人数,询单最终付款转化率,首次响应时长（秒),平均响应时长（秒),旺旺回复率,客户满意率,平均接待时长,销售额,新列
南风:小雨,120,110,80,50,0.625,18,"8分48秒",0.99,0.95,10分2秒,"¥12,345.60",x
南风:小梅,60,55,40,10,0.25,20.5,31,1,,-,800元,x
南风:空,【暂无数据】,-,-,-,-,-,-,-,-,-,-,-
汇总值,180,165,120,60,0.5,19,40,0.99,0.95,9分,13145.6,
平均值,90,82,60,30,0.5,19,40,0.99,0.95,9分,6572.8,
同行同层优秀,1,1,1,1,1,1,1,1,1,1,1,
"""


@pytest.mark.parametrize(("cell", "seconds"), [("8分48秒", "528"), ("1小时2分3秒", "3723"), ("48", "48"), ("48.5秒", "48.5"), ("00:01:30", "90"), ("2分", "120")])
def test_times_are_read_in_every_way_they_are_written(cell: str, seconds: str) -> None:
    assert cells.seconds(cell) == Decimal(seconds)


def test_a_column_of_parts_of_one_is_told_from_one_of_percents() -> None:
    assert cells.are_fractions(["0.625", "1", "-"])
    assert not cells.are_fractions(["62.5", "1"])
    assert cells.share("62.5%", fractions=True) == Decimal("62.5")
    assert not cells.are_fractions(["100%", "50%"])


def test_a_report_is_read_with_its_sums_left_out_and_what_is_missing_missing() -> None:
    found = reading.read(REPORT.encode("gb18030"), MONTH_FILE)
    assert (found.first, found.last, found.tool) == (FIRST, LAST, "chitu")
    assert [row.nick for row in found.rows] == ["南风:小雨", "南风:小梅"]
    assert (found.empty, len(found.skipped), found.unknown) == (1, 3, ["新列"])
    first = {one.measure: one for one in found.rows[0].figures}
    assert (first["conversion"].value, first["conversion"].numerator, first["conversion"].denominator) == (Decimal("62.5"), 50, 80)
    assert (first["response"].value, first["first_response"].value) == (Decimal(528), Decimal(18))
    assert (first["sales"].numerator, first["sales"].value) == (1_234_560, Decimal("12345.60"))
    second = {one.measure for one in found.rows[1].figures}
    assert "satisfaction" not in second
    assert "session" not in second


def test_one_cell_that_cannot_be_read_does_not_make_percents_of_parts() -> None:
    assert cells.are_fractions(["0.625", "约六成", "1"])
    text = "旺旺昵称,询单人数,询单最终付款转化率\n小雨,80,0.625\n小梅,10,约六成\n"
    found = reading.read(text.encode(), MONTH_FILE)
    assert [one.value for one in found.rows[0].figures] == [Decimal(80), Decimal("62.5")]
    assert [line for line, _why in found.refused] == [3]


@pytest.mark.parametrize("cell", ["1e30", "123456789012345678901234567890", "12.7", "1,2x"])
def test_a_number_that_is_none_is_told_with_its_line(cell: str) -> None:
    found = reading.read(f'旺旺昵称,咨询人数,销售额\n小雨,"{cell}",5\n小梅,2,"{cell if "." not in cell else "1e30"}"\n'.encode(), MONTH_FILE)
    assert [[(one.measure, one.value) for one in row.figures] for row in found.rows] == [[("sales", Decimal(5))], [("chatted", Decimal(2))]]
    assert [line for line, _why in found.refused] == [2, 3]


def test_an_account_that_stands_twice_for_the_same_days_counts_once() -> None:
    text = "日期,旺旺昵称,咨询人数\n2026/10/1,小雨,5\n20261001,小雨,7\n2026年10月2日,小雨,——\n2026-10-03 00:00:00,小雨,8\n10月4日,小雨,9\n"
    found = reading.read(text.encode(), "x.csv")
    assert [(row.first, row.figures[0].value) for row in found.rows] == [(date(2026, 10, 1), Decimal(5)), (date(2026, 10, 3), Decimal(8))]
    assert ([line for line, _why in found.refused], found.empty) == ([3, 6], 1)


def test_a_second_row_of_headers_may_be_longer_than_the_first() -> None:
    found = reading.read("旺旺昵称,评价\n,发出评价数,收到评价数,客户满意比\n小雨,10\n".encode(), "评价_2026-10-01至2026-10-31.csv")
    assert [(one.measure, one.value) for one in found.rows[0].figures] == [("invited", Decimal(10))]


def test_days_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(BadInput):
        reading.read("旺旺昵称,咨询人数\n小雨,2\n".encode(), "x.csv", LAST, FIRST)


def test_two_rows_of_headers_are_one() -> None:
    text = "旺旺昵称,评价,,\n,发出评价数,收到评价数,客户满意比\n小雨,10,8,75%\n"
    found = reading.read(text.encode(), "评价_2026-10-01至2026-10-31.csv")
    values = {one.measure: (one.value, one.numerator, one.denominator) for one in found.rows[0].figures}
    assert values == {"invited": (Decimal(10), 10, None), "satisfaction": (Decimal("75"), 6, 8)}


def test_a_file_that_is_something_else_or_of_no_days_is_refused() -> None:
    with pytest.raises(BadInput):
        reading.read("订单编号,金额\n1,2\n".encode(), "x.csv")
    with pytest.raises(BadInput):
        reading.read("旺旺昵称,咨询人数\n小雨,2\n".encode(), "x.csv")


class TakingCase(StoryCase):
    rules = {"pay.figures_from": 'is = "chitu"'}

    @classmethod
    def set_up_facts(cls) -> None:
        seat = Seat.objects.create(shop=cls.cast.shop, handle="南风:小雨")
        SeatHolding.objects.create(seat=seat, person=cls.cast.lin, started_at=LONG_AGO)

    def tried(self, text: str = REPORT, name: str = MONTH_FILE) -> FigureImport:
        return importing.try_out(text.encode(), name, self.cast.shop, by=self.cast.zhou, at=NOW)

    def test_a_trial_counts_nothing_and_names_who_is_unknown(self) -> None:
        run = self.tried()
        assert importing.trial(run).unmatched == ["南风:小梅"]
        assert ImportedFigure.objects.count() == 0
        assert queries.value("conversion", self.cast.lin, FIRST, LAST).value is None

    def test_taken_figures_bind_where_the_handbook_says_so(self) -> None:
        run = self.tried()
        actions.keep_nick("南风:小梅", self.cast.mei, FIRST, by=self.cast.zhou, at=NOW)
        actions.take(run, by=self.cast.zhou, at=NOW)
        lin = queries.value("conversion", self.cast.lin, FIRST, LAST)
        assert (lin.value, lin.source, lin.provisional) == (Decimal("62.5000"), "chitu", False)
        assert queries.value("response", self.cast.mei, FIRST, LAST).value == Decimal("31.0000")
        missing = queries.value("satisfaction", self.cast.mei, FIRST, LAST)
        assert (missing.value, missing.numerator) == (None, None)

    def test_figures_of_days_add_up_only_where_their_parts_are_known(self) -> None:
        text = "日期,旺旺昵称,询单人数,询单最终付款转化率,平均响应(秒)\n2026-10-01,南风:小雨,10,50%,20\n2026-10-02,南风:小雨,30,10%,40\n"
        actions.take(self.tried(text, "days.csv"), by=self.cast.zhou, at=NOW)
        both = queries.value("conversion", self.cast.lin, FIRST, FIRST + timedelta(days=1))
        assert (both.numerator, both.denominator, both.value) == (8, 40, Decimal("20.00"))
        assert queries.value("response", self.cast.lin, FIRST, FIRST + timedelta(days=1)).value is None
        assert queries.value("enquiries", self.cast.lin, FIRST, LAST).provisional

    def test_the_same_file_twice_and_the_same_days_twice_are_refused(self) -> None:
        run = self.tried()
        actions.take(run, by=self.cast.zhou, at=NOW)
        count = ImportedFigure.objects.count()
        with pytest.raises(Refused):
            self.tried()
        other = self.tried(REPORT.replace("120,110", "121,110"))
        with pytest.raises(Refused) as caught:
            actions.take(other, by=self.cast.zhou, at=NOW)
        assert caught.value.code == "twice"
        assert ImportedFigure.objects.count() == count

    def test_taken_back_nothing_counts(self) -> None:
        run = self.tried()
        actions.take(run, by=self.cast.zhou, at=NOW)
        actions.undo(run, by=self.cast.zhou, at=NOW)
        assert queries.value("conversion", self.cast.lin, FIRST, LAST).value is None

    def test_a_shared_account_is_nobodys(self) -> None:
        seat = Seat.objects.get()
        SeatHolding.objects.filter(seat=seat).update(ended_at=on("12:00", date(2026, 10, 10)))
        SeatHolding.objects.create(seat=seat, person=self.cast.mei, started_at=on("12:00", date(2026, 10, 10)))
        assert "南风:小雨" in importing.trial(self.tried()).unmatched

    def test_strangers_import_nothing(self) -> None:
        for who in (self.cast.lin, self.cast.hu, self.cast.qian):
            with pytest.raises(NotAllowed):
                importing.try_out(REPORT.encode(), MONTH_FILE, self.cast.shop, by=who, at=NOW)


def test_dingtalk_signs_with_instant_and_secret() -> None:
    url = signing.signed("https://oapi.dingtalk.com/robot/send?access_token=t", "SECxyz", 1_700_000_000_000)
    query = parse_qs(urlsplit(url).query)
    expected = base64.b64encode(hmac.new(b"SECxyz", b"1700000000000\nSECxyz", hashlib.sha256).digest()).decode()
    assert (query["sign"], query["timestamp"], query["access_token"]) == ([expected], ["1700000000000"], ["t"])


def test_wecom_gets_whole_lines_within_its_bytes() -> None:
    text = "\n".join("销售" * 30 for _line in range(40))
    short = signing.body("wecom", "t", text)["markdown"]["content"]
    assert len(short.encode()) <= 4096
    assert short.endswith("\n…")
    assert set(short.split("\n")[:-1]) == {"销售" * 30}


class Receiver(http.server.BaseHTTPRequestHandler):
    heard: list[tuple[str, dict[str, Any]]]
    answer: dict[str, Any]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).heard.append((self.path, json.loads(body)))
        said = json.dumps(type(self).answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def receiver(answer: dict[str, Any]) -> Iterator[tuple[str, list[tuple[str, dict[str, Any]]]]]:
    made = type("OneReceiver", (Receiver,), {"heard": [], "answer": answer})
    server = http.server.HTTPServer(("127.0.0.1", 0), made)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}", made.heard
    finally:
        server.shutdown()
        server.server_close()


class RobotCase(StoryCase):
    @classmethod
    def set_up_facts(cls) -> None:
        cls.talk(cls.cast.lin, [(on("10:00"), on("10:00:30"))], cls.cast.fang)
        cls.order("A1", cls.cast.fang, on("10:30"), on("10:35"), 300)
        build(DAY, DAY, NOW)

    def robot(self, host: str, kind: str = "dingtalk") -> Robot:
        return keeping.keep(None, kind=kind, name="客服群", address=f"http://{host}/robot/send?access_token=t", secret="SECabc", by=self.cast.bao, at=NOW)

    def test_the_daily_report_is_said_once_and_signed(self) -> None:
        with receiver({"errcode": 0}) as (host, heard), override_settings(ROBOT_HOSTS=(host,)):
            self.robot(host)
            assert report.put_due(NOW) == 1
            assert report.put_due(NOW) == 0
            assert sending.send_due(NOW) == 1
            assert sending.send_due(NOW + timedelta(minutes=5)) == 0
        (path, body), *more = heard
        assert not more
        assert "timestamp=" in path
        assert "sign=" in path
        text = body["markdown"]["text"]
        assert "销售额: ¥300.00" in text
        assert "首次响应（秒）: 30.0" in text
        assert "1. 林小雨 ¥300.00" in text

    def test_a_shops_robot_tells_what_was_sold_in_that_shop(self) -> None:
        other = self.cast.second_shop
        buyer = self.customer("elsewhere", other)
        self.talk(self.cast.lin, [(on("11:00"), on("11:00:30"))], buyer, shop=other)
        self.order("A2", buyer, on("11:30"), on("11:35"), 5_000, shop=other)
        build(DAY, DAY, NOW)
        with override_settings(ROBOT_HOSTS=("x:1",)):
            robot = self.robot("x:1")
        Robot.objects.filter(pk=robot.pk).update(shop=self.cast.shop)
        _title, text = report.write(Robot.objects.get(), DAY)
        assert "1. 林小雨 ¥300.00" in text
        assert "5,300" not in text

    def test_an_address_that_is_none_fails_by_itself_and_others_are_said(self) -> None:
        with receiver({"errcode": 0}) as (host, heard), override_settings(ROBOT_HOSTS=(host,)):
            for place in range(2):
                keeping.say_test(self.robot(host), by=self.cast.bao, at=NOW + timedelta(seconds=place))
            Robot.objects.filter(pk=Robot.objects.order_by("pk")[0].pk).update(sealed_address=seal(f"http://{host}/robot\x7f", sending.PURPOSE))
            assert sending.send_due(NOW + timedelta(seconds=2)) == 1
        assert len(heard) == 1
        assert sorted(Dispatch.objects.values_list("state", "tries")) == [("sent", 1), ("waiting", 1)]
        with pytest.raises(BadInput):
            keeping.keep(None, kind="dingtalk", name="x", address="https://[oapi", by=self.cast.bao, at=NOW)

    def test_not_before_the_handbooks_time(self) -> None:
        with override_settings(ROBOT_HOSTS=("x:1",)):
            self.robot("x:1")
            assert report.put_due(on("08:59", DAY + timedelta(days=1))) == 0

    def test_twenty_a_minute_and_no_more(self) -> None:
        with receiver({"errcode": 0}) as (host, heard), override_settings(ROBOT_HOSTS=(host,)):
            robot = self.robot(host, "wecom")
            for number in range(25):
                Dispatch.objects.create(robot=robot, key=str(number), title="t", body="b", made_at=NOW, try_at=NOW)
            assert sending.send_due(NOW) == 20
            assert sending.send_due(NOW + timedelta(seconds=30)) == 0
            assert sending.send_due(NOW + timedelta(seconds=61)) == 5
        assert len(heard) == 25
        assert all("sign=" not in path for path, _body in heard)

    def test_a_robot_that_says_too_much_is_silent_for_ten_minutes(self) -> None:
        with receiver({"errcode": 130101, "errmsg": "send too fast"}) as (host, heard), override_settings(ROBOT_HOSTS=(host,)):
            robot = self.robot(host)
            keeping.say_test(robot, by=self.cast.bao, at=NOW)
            assert sending.send_due(NOW) == 0
            assert sending.send_due(NOW + timedelta(minutes=9)) == 0
        assert len(heard) == 1
        assert Dispatch.objects.get().state == "waiting"

    def test_nobody_answers_so_it_is_tried_again_and_told_at_last(self) -> None:
        with override_settings(ROBOT_HOSTS=("127.0.0.1:9",)):
            robot = self.robot("127.0.0.1:9")
            keeping.say_test(robot, by=self.cast.bao, at=NOW)
            at = NOW
            for _try in range(sending.MOST_TRIES):
                sending.send_due(at)
                at += timedelta(hours=2)
        kept = Dispatch.objects.get()
        assert (kept.state, kept.tries) == ("failed", sending.MOST_TRIES)
        assert "SECabc" not in kept.answer

    def test_only_the_platforms_are_written_to(self) -> None:
        for address in ("http://oapi.dingtalk.com/x", "https://evil.example/robot", "https://oapi.dingtalk.com.evil.example/", "file:///etc/passwd"):
            with pytest.raises(BadInput):
                keeping.keep(None, kind="dingtalk", name="x", address=address, by=self.cast.bao, at=NOW)
        assert Robot.objects.count() == 0

    def test_secrets_are_sealed_and_only_managers_keep_robots(self) -> None:
        with override_settings(ROBOT_HOSTS=("x:1",)):
            robot = self.robot("x:1")
        assert "SECabc" not in robot.sealed_secret
        assert "access_token" not in robot.sealed_address
        with pytest.raises(NotAllowed):
            keeping.drop(robot, by=self.cast.zhou, at=NOW)
