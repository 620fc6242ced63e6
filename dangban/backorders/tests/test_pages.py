"""The pages of the register: the work list, one of them, the pane beside a conversation, the report, the file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any, ClassVar

from dangban.backorders import queries
from dangban.backorders.models import Attempt, Shortfall, Wait
from dangban.backorders.tests.story import WEEK, Waiting
from dangban.chat.models import Thread
from dangban.orders.models import Order, OrderException
from dangban.stock import actions as stock
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at


class Register(pages.CastCase):
    """Fang waits, Yu waits behind her, somebody's goods have come."""

    story: ClassVar[Waiting]
    wait: ClassVar[Wait]
    there: ClassVar[Wait]
    thread: ClassVar[Thread]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.story = Waiting(cls.cast)
        cls.thread = cls.story.thread(cls.cast.fang)
        cls.wait = cls.story.wait(quantity=2, note="月底前要", thread_id=cls.thread.pk)
        cls.there = cls.story.wait(cls.story.customer("yu"), sku=cls.story.grey, at=at("9:30"))
        stock.expect(cls.story.blue, cls.story.goods.warehouse, 20, TODAY + timedelta(days=3), by=cls.cast.ding)
        cls.story.goods.receive(1, sku=cls.story.grey)


class ListTest(Register, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("qian",), 403
    chinese, english, queries = "到货待通知", "Back-order register", 30

    def address(self) -> str:
        return "/backorders/"

    def test_it_shows_who_waits_for_what_and_when_it_comes(self) -> None:
        page = self._get("lin").content.decode()
        for shown in ("方静", "SJT-180-BL", "预计 2026-11-22 到货", "等货中", "留到"):
            assert shown in page, shown

    def test_others_see_nothing_of_the_shop(self) -> None:
        page = self._get("hu").content.decode()
        assert ("没有顾客在等货" in page, "方静" in page) == (True, False)

    def test_it_is_narrowed_by_state_goods_customer_and_owner(self) -> None:
        client = self.as_person(self.cast.mei)

        def found(**asked: str) -> list[int]:
            page = client.get("/backorders/", asked).content.decode()
            return [wait.pk for wait in (self.wait, self.there) if f'id="wait-{wait.pk}"' in page]

        both = [self.wait.pk, self.there.pk]
        assert found() == both
        assert found(state="ready") == [self.there.pk]
        assert found(state="over") == []
        assert found(q="sjt-180-bl") == [self.wait.pk]
        assert found(q="yu") == [self.there.pk]
        assert found(q="加厚") == both
        assert found(mine="1") == []
        assert found(shop=str(self.cast.second_shop.pk)) == []

    def test_a_page_ends_and_the_next_begins_after_it(self) -> None:
        for number in range(50):
            self.story.wait(self.story.customer(f"c{number}"))
        client = self.as_person(self.cast.lin)
        first = client.get("/backorders/").content.decode()
        assert f'id="wait-{self.wait.pk}"' not in first
        following = client.get("/backorders/?after=" + first.split("after=")[-1].split('"')[0]).content.decode()
        assert f'id="wait-{self.wait.pk}"' in following
        self.test_it_costs_no_more_queries_than_recorded()

    def test_the_file_holds_the_rows_and_is_journalled(self) -> None:
        assert self.as_person(self.cast.lin).get("/backorders/export/").status_code == 403
        response = self.as_person(self.cast.zhou).get("/backorders/export/?as=csv")
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert [row[2] for row in rows[1:]] == ["SJT-180-GR", "SJT-180-BL"]
        assert rows[2][4] == "2"


class NewTest(Register, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("ding", "qian"), 403
    chinese, english, queries = "登记等货的顾客", "Register a customer who waits", 24

    def address(self) -> str:
        return "/backorders/new/"

    def post(self, **given: Any) -> Any:
        data = {"shop": self.cast.shop.pk, "customer": "fang_2008", "sku": "sjt-180-gr", "quantity": "3", "until": WEEK.isoformat()}
        return self.as_person(self.cast.lin).post(self.address(), data | given)

    def test_a_customer_is_registered_by_hand(self) -> None:
        response = self.post(other="SJT-180-BL")
        made = Wait.objects.latest("pk")
        assert (response.status_code, response["Location"]) == (302, f"/backorders/{made.pk}/")
        assert (made.customer, made.sku, made.quantity, made.other, made.wait_until) == (self.cast.fang, self.story.grey, 3, self.story.blue, WEEK)

    def test_what_is_wrong_stands_beside_its_field(self) -> None:
        for given, said in (
            ({"customer": "nobody"}, "没有这个账号或电话的顾客"),
            ({"sku": "NIX"}, "没有编码为“NIX”的商品"),
            ({"quantity": "0"}, "quantity"),
            ({"until": "2026-11-01"}, "请选今天或以后的日期"),
            ({"sku": "SJT-180-BL"}, "已经登记过这款"),
        ):
            response = self.post(**given)
            assert (response.status_code, said in response.content.decode()) == (422, True), given
        assert Wait.objects.count() == 2

    def test_from_an_order_its_buyer_and_goods_stand_there_already(self) -> None:
        order = self.story.order(self.cast.fang, self.story.grey, 2, at=NOW)
        client = self.as_person(self.cast.lin)
        page = client.get(f"/backorders/new/?order={order.pk}").content.decode()
        assert ('value="SJT-180-GR"' in page, "方静" in page) == (True, True)
        data = {"shop": self.cast.shop.pk, "sku": "SJT-180-GR", "quantity": "2"}
        assert client.post(f"/backorders/new/?order={order.pk}", data).status_code == 302
        assert Wait.objects.latest("pk").order == order
        assert self.as_person(self.cast.hu).get(f"/backorders/new/?order={order.pk}").status_code == 404


class WaitTest(Register, pages.PageCase):
    reader, strangers = "lin", ("hu",)
    chinese, english, queries = "月底前要", "Contacts so far", 32

    def address(self) -> str:
        return f"/backorders/{self.wait.pk}/"

    def post(self, wait: Wait, what: str, who: str = "lin", **given: Any) -> int:
        return self.as_person(getattr(self.cast, who)).post(f"/backorders/{wait.pk}/{what}/", given).status_code

    def test_what_may_be_done_is_offered_to_who_may(self) -> None:
        assert "withdrawal/" in self._get("lin").content.decode()
        assert "withdrawal/" not in self._get("ding").content.decode()

    def test_a_call_is_noted_and_the_words_stand_ready(self) -> None:
        page = self.as_person(self.cast.lin).get(f"/backorders/{self.there.pk}/").content.decode()
        assert "yu您好，您登记的加厚四件套 浅灰 1.8 米到货了" in page
        assert self.post(self.there, "contact", way="phone", answered="on", text="今晚拍", seen=str(self.there.version)) == 409
        self.there.refresh_from_db()
        assert self.post(self.there, "contact", way="phone", answered="on", text="今晚拍", seen=str(self.there.version)) == 302
        assert Attempt.objects.get(wait=self.there).reached is True
        assert self.post(self.there, "contact", way="chat", text="", seen="1") == 422

    def test_each_change_of_mind_has_its_door(self) -> None:
        assert self.post(self.wait, "fewer", quantity="1") == 302
        assert self.post(self.wait, "until", until="2026-12-01") == 302
        assert self.post(self.wait, "substitute", sku="SJT-180-GR") == 302
        assert self.post(self.wait, "owner", to=str(self.cast.mei.pk)) == 302
        self.wait.refresh_from_db()
        assert (self.wait.quantity, str(self.wait.wait_until), self.wait.gets, self.wait.owner) == (1, "2026-12-01", self.story.grey, self.cast.mei)
        assert self.post(self.wait, "withdrawal", why="") == 422
        assert self.post(self.wait, "withdrawal", why="别处买了") == 302
        assert self.post(self.wait, "withdrawal", why="再来") == 409

    def test_who_only_looks_changes_nothing(self) -> None:
        before = Wait.objects.get(pk=self.wait.pk).version
        for what, given in (("fewer", {"quantity": "1"}), ("until", {"until": "2026-12-01"}), ("withdrawal", {"why": "x"}), ("contact", {"way": "phone", "seen": "1"})):
            assert self.post(self.wait, what, "ding", **given) == 403
        assert Wait.objects.get(pk=self.wait.pk).version == before


class PanelTest(Register, pages.PageCase):
    reader, strangers = "lin", ("hu",)
    chinese, english, queries = "SJT-180-BL", "Search goods that are out", 34

    def address(self) -> str:
        return f"/backorders/panel/?shop={self.cast.shop.pk}&customer={self.cast.fang.pk}&thread={self.thread.pk}&q=sjt-180-bl"

    def test_goods_are_offered_that_are_out_and_not_waited_for_yet(self) -> None:
        page = self._get("lin").content.decode()
        assert ("已经登记过这款" in page, 'name="quantity"' in page) == (True, False)
        other = self.as_person(self.cast.lin).get(self.address().replace("sjt-180-bl", "SJT-180-GR")).content.decode()
        assert 'name="quantity"' in other
        self.story.goods.receive(5, sku=self.story.grey)
        free = self.as_person(self.cast.lin).get(self.address().replace("sjt-180-bl", "SJT-180-GR")).content.decode()
        assert ("有货，可以直接拍" in free, 'name="quantity"' in free) == (True, False)

    def test_one_click_registers_from_the_conversation(self) -> None:
        data = {"shop": self.cast.shop.pk, "customer": self.cast.fang.pk, "thread": self.thread.pk, "sku": "SJT-180-GR", "quantity": "1"}
        response = self.as_person(self.cast.lin).post("/backorders/quick/", data)
        made = Wait.objects.latest("pk")
        assert (response.status_code, made.sku, made.thread_id, made.registered_by) == (200, self.story.grey, self.thread.pk, self.cast.lin)
        again = self.as_person(self.cast.lin).post("/backorders/quick/", data)
        assert (again.status_code, "已经登记过这款" in again.content.decode()) == (422, True)
        assert Wait.objects.count() == 3

    def test_strangers_register_nobody(self) -> None:
        data = {"shop": self.cast.shop.pk, "customer": self.cast.fang.pk, "sku": "SJT-180-GR", "quantity": "1"}
        assert self.as_person(self.cast.hu).post("/backorders/quick/", data).status_code == 404
        assert self.as_person(self.cast.ding).post("/backorders/quick/", data).status_code == 403
        assert Wait.objects.count() == 2


class ReportTest(Register, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("qian",), 403
    chinese, english, queries = "挽回成交额", "Sales recovered", 23

    def address(self) -> str:
        return "/backorders/report/?since=2026-11-01&until=2026-11-30"

    def test_it_adds_up_what_was_waited_for_recovered_and_lost(self) -> None:
        self.story.order(self.there.customer, self.story.grey, at=at("11:00"))
        self.story.sweep(at("11:00"))
        lost = self.story.wait(self.story.customer("wang"), until=TODAY)
        self.story.sweep(at("11-20 9:00"))
        assert Wait.objects.get(pk=lost.pk).state == "expired"
        report = queries.report(self.cast.lin, TODAY, TODAY)
        by_code = {one.sku.code: one for one in report.skus}
        blue, grey = by_code["SJT-180-BL"], by_code["SJT-180-GR"]
        assert (blue.customers, blue.pieces, blue.waiting, blue.bought, blue.recovered_fen, blue.lost, blue.lost_pieces) == (2, 3, 2, 0, 0, 1, 1)
        assert (blue.days, grey.days) == (0.5, 0.0)
        assert (grey.customers, grey.bought, grey.recovered_fen, grey.lost) == (1, 1, 19_900, 0)
        assert [(one.person, one.registered, one.bought, one.recovered_fen, one.lost) for one in report.people] == [(self.cast.lin, 3, 1, 19_900, 1)]
        assert queries.report(self.cast.hu, TODAY, TODAY).skus == []
        assert "¥199.00" in self._get("lin").content.decode()


class ShortReportTest(Register, pages.PageCase):
    order: ClassVar[Order]
    reader, strangers = "lin", ("hu",)
    chinese, english, queries = "缺几件", "Pieces that are lacking", 28

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.order = cls.story.order(cls.cast.fang, cls.story.blue, 2, at=at("9:00"), number="700800900")

    def address(self) -> str:
        return f"/backorders/orders/{self.order.pk}/"

    def test_it_is_reported_known_and_settled_with_the_customer(self) -> None:
        client = self.as_person(self.cast.ou)
        assert client.post(self.address(), {"sku": self.story.blue.pk, "quantity": "9"}).status_code == 422
        response = client.post(self.address(), {"sku": self.story.blue.pk})
        made = Shortfall.objects.get()
        assert (response.status_code, response["Location"], made.quantity) == (302, f"/backorders/short/{made.pk}/", 2)
        here = f"/backorders/short/{made.pk}/"
        assert self.as_person(self.cast.hu).get(here).status_code == 404
        page = client.get(here).content.decode()
        for shown in ("方静", "SJT-180-BL", "按规定补偿", "¥39.80", "依据"):
            assert shown in page, shown
        assert client.post(f"{here}known/").status_code == 302
        seen = OrderException.objects.get(pk=made.exception_id).version
        assert client.post(f"{here}choice/", {"choice": "exchange", "other": "NIX", "seen": seen}).status_code == 422
        assert client.post(f"{here}choice/", {"choice": "wait", "until": "2026-11-24", "seen": seen}).status_code == 302
        assert client.post(f"{here}choice/", {"choice": "wait", "until": "2026-11-24", "seen": seen}).status_code == 409
        made.refresh_from_db()
        assert (made.choice, made.known_by) == ("wait", self.cast.ou)

    def test_the_orders_page_leads_there(self) -> None:
        page = self.as_person(self.cast.lin).get(f"/orders/{self.order.pk}/").content.decode()
        assert self.address() in page
        assert f"/backorders/new/?order={self.order.pk}" in page
