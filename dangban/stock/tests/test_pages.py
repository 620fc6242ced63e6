"""The pages of stock: who sees them, what they show, what their doors do."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from dangban.desk.models import Notice
from dangban.people.models import Person
from dangban.shops.models import ImportRefusal, ImportRun
from dangban.stock import actions
from dangban.stock.models import Alert, Balance, Expected, Movement, Shortage, ShortageList, Warehouse
from dangban.stock.tests.goods import Goods, GoodsCase, sku_of
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY


class Shelves(pages.CastCase):
    """The cast's warehouse, filled: one SKU that is promised and expected, and many others."""

    goods: Goods

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.goods = Goods(cls.cast)
        cls.goods.receive(12)
        for number in range(60):
            cls.goods.receive(1, sku=sku_of(cls.cast.shop, f"ZZ-{number:02d}", title=f"抱枕 {number}"))
        actions.reserve(cls.goods.blue, 3, subject=("orders.order", 1), label="订单 8899", by=cls.cast.ding, at=NOW)
        cls.coming = actions.expect(cls.goods.blue, cls.goods.warehouse, 10, TODAY - timedelta(days=1), by=cls.cast.ding)


class ListTest(Shelves, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("qian",), 403
    chinese, english, queries = "抱枕", "Stock", 26

    def address(self) -> str:
        return "/stock/"

    def test_a_page_ends_and_the_next_begins_after_it(self) -> None:
        client = self.as_person(self.cast.lin)
        first = client.get("/stock/").content.decode()
        assert ("抱枕 59" in first, "SJT-180-BL" in first) == (True, False)
        following = client.get("/stock/?after=" + first.split("after=")[1].split('"')[0]).content.decode()
        assert "SJT-180-BL" in following

    def test_it_is_found_by_code_and_by_words(self) -> None:
        client = self.as_person(self.cast.lin)
        for asked in ("sjt-180-bl", "?q=ZZ-07"):
            page = client.get("/stock/", {"q": asked.removeprefix("?q=")}).content.decode()
            assert ("SJT-180-BL" in page) == asked.startswith("sjt")

    def test_the_list_as_a_file_holds_all_pages(self) -> None:
        response = self.as_person(self.cast.lin).get("/stock/export/?as=csv")
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert len(rows) == 62
        assert rows[-1][2:8] == ["SJT-180-BL", "加厚四件套 深蓝 1.8 米", "9", "3", "12", "0"]

    def test_who_serves_another_shop_finds_nothing(self) -> None:
        page = self.as_person(self.cast.hu).get("/stock/").content.decode()
        assert "SJT-180-BL" not in page
        assert "主仓" not in page


class CardTest(Shelves, pages.PageCase):
    reader, strangers = "lin", ("hu",)
    chinese, english, queries = "订单 8899", "Ledger", 26

    def address(self) -> str:
        return f"/stock/{self.goods.blue.pk}/"

    def test_who_sells_sees_no_form(self) -> None:
        assert "csrfmiddlewaretoken" not in self._get("lin").content.decode().split("<main")[1]
        assert "csrfmiddlewaretoken" in self._get("ding").content.decode().split("<main")[1]

    def test_a_form_sent_twice_books_once(self) -> None:
        client = self.as_person(self.cast.ding)
        data = {"kind": "receipt", "quantity": 5, "target": self.goods.good.pk, "key": "abc", "reference": "送货单 7"}
        for _again in range(2):
            response = client.post(f"{self.address()}movements/", data)
            assert response.status_code == 302
        assert self.goods.figures() == (17, 3, 0)
        assert Movement.objects.filter(reference="送货单 7").count() == 1

    def test_every_act_has_its_form(self) -> None:
        client = self.as_person(self.cast.ding)
        for kind in ("receipt", "dispatch", "return", "move", "scrap", "count"):
            assert client.get(self.address(), {"do": kind}).status_code == 200

    def test_a_refusal_stands_in_the_form_and_changes_nothing(self) -> None:
        response = self.as_person(self.cast.ding).post(
            f"{self.address()}movements/", {"kind": "scrap", "quantity": 10, "source": self.goods.good.pk, "reason": "潮", "key": "a"}
        )
        assert response.status_code == 422
        assert "可用只有 9 件" in response.content.decode()
        assert self.goods.figures() == (12, 3, 0)

    def test_who_sells_books_nothing(self) -> None:
        data = {"kind": "receipt", "quantity": 5, "target": self.goods.good.pk, "key": "abc"}
        assert self.as_person(self.cast.lin).post(f"{self.address()}movements/", data).status_code == 403
        assert self.goods.figures() == (12, 3, 0)

    def test_a_line_is_taken_back_from_the_page(self) -> None:
        wrong = self.goods.receive(4)
        response = self.as_person(self.cast.ding).post(f"/stock/movements/{wrong.pk}/correction/", {"reason": "多点"})
        assert response.status_code == 302
        assert self.goods.figures() == (12, 3, 0)


class ArrivalsTest(Shelves, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("qian",), 403
    chinese, english, queries = "迟到", "Arrivals", 20

    def address(self) -> str:
        return "/stock/arrivals/"

    def test_an_arrival_is_noted_received_put_off_and_called_off(self) -> None:
        client = self.as_person(self.cast.ding)
        noted = {"code": "ZZ-01", "warehouse": self.goods.warehouse.pk, "quantity": 8, "expected_on": "2026-11-30", "supplier": "河北厂"}
        assert client.post(self.address(), noted).status_code == 302
        row = Expected.objects.get(supplier="河北厂")
        receipt = {"quantity": 3, "target": self.goods.good.pk, "key": "k1"}
        assert client.post(f"{self.address()}{row.pk}/receipt/", receipt).status_code == 302
        moved = {"expected_on": "2026-12-02", "was": "2026-11-30"}
        assert client.post(f"{self.address()}{row.pk}/date/", moved).status_code == 302
        assert client.post(f"{self.address()}{row.pk}/date/", moved).status_code == 409
        assert client.post(f"{self.address()}{row.pk}/cancellation/", {"reason": "停产"}).status_code == 302
        row.refresh_from_db()
        assert (row.received, row.expected_on, row.closed) == (3, date(2026, 12, 2), "cancelled")
        assert client.get(f"{self.address()}?which=closed").status_code == 200

    def test_a_code_that_is_not_there_is_said_at_its_field(self) -> None:
        noted = {"code": "NO", "warehouse": self.goods.warehouse.pk, "quantity": 8, "expected_on": "2026-11-30"}
        response = self.as_person(self.cast.ding).post(self.address(), noted)
        assert response.status_code == 422
        assert "该仓库不发这个编码的商品" in response.content.decode()
        assert Expected.objects.count() == 1


class ShortagesTest(Shelves, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("qian",), 403
    chinese, english, queries = "尚未公布", "Out of stock", 20

    def address(self) -> str:
        return "/stock/out/"

    def publish(self, **said: Any) -> Any:
        return self.as_person(self.cast.ding).post(f"/stock/out/{self.goods.warehouse.pk}/publication/", said)

    def test_what_is_published_is_seen_and_told_to_who_sells(self) -> None:
        grey = self.goods.grey
        response = self.publish(sku=[grey.pk], **{f"day-{grey.pk}": "2026-11-24", f"note-{grey.pk}": "染厂延期"})
        assert response.status_code == 302
        line = Shortage.objects.get()
        assert (line.sku, line.expected_on, line.note) == (grey, date(2026, 11, 24), "染厂延期")
        told = Notice.objects.filter(shop=self.cast.shop)
        assert {one.person.username for one in told} == {"lin", "mei", "ou", "zhou", "bao"}
        assert told.get(person=self.cast.lin).title == "今日缺货：加厚四件套 浅灰 1.8 米"
        assert told.get(person=self.cast.lin).body == "加厚四件套 浅灰 1.8 米：预计 2026-11-24 到货"
        assert "染厂延期" in self._get("lin").content.decode()

    def test_publishing_the_same_again_tells_nobody_again(self) -> None:
        grey = self.goods.grey
        for _again in range(2):
            self.publish(sku=[grey.pk])
        assert Notice.objects.filter(person=self.cast.lin).count() == 1
        assert ShortageList.objects.get().times == 2

    def test_goods_are_named_by_code_too_and_leave_the_list_when_they_come(self) -> None:
        self.publish(codes="SJT-180-GR")
        assert Shortage.objects.get().over_at is None
        self.goods.receive(5, sku=self.goods.grey)
        assert Shortage.objects.get().over_at == NOW

    def test_a_code_that_nobody_knows_publishes_nothing(self) -> None:
        assert self.publish(codes="SJT-180-GR NO-1").status_code == 422
        assert not ShortageList.objects.exists()

    def test_what_has_nothing_free_is_proposed(self) -> None:
        actions.take_out(self.goods.blue, 9, by=self.cast.ding, key="out")
        page = self._get("ding").content.decode()
        assert f'value="{self.goods.blue.pk}" checked' in page
        assert f'name="day-{self.goods.blue.pk}" value="2026-11-18"' in page

    def test_the_list_waits_in_the_inbox_until_it_is_published(self) -> None:
        client = self.as_person(self.cast.ding)
        assert "公布主仓今日缺货清单" in client.get("/inbox/").content.decode()
        self.publish()
        assert "公布主仓今日缺货清单" not in client.get("/inbox/").content.decode()


class AlertsTest(Shelves, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("qian",), 403
    chinese, english, queries = "超卖", "Oversold", 18

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        Alert.objects.create(kind="oversold", sku=cls.goods.blue, shop=cls.cast.shop, amount=7, since=NOW)

    def address(self) -> str:
        return "/stock/alerts/"

    def test_it_says_how_many_are_missing(self) -> None:
        page = self._get("lin").content.decode()
        assert "SJT-180-BL" in page
        assert "<strong>7</strong>" in page


class WarehousesTest(Shelves, pages.PageCase):
    reader, strangers, stranger_status = "zhou", ("lin", "ding"), 403
    chinese, english, queries = "主仓", "Warehouses", 20

    def address(self) -> str:
        return "/stock/warehouses/"

    def test_a_warehouse_opens_with_its_zones_and_gets_a_further_one(self) -> None:
        client = self.as_person(self.cast.zhou)
        client.post(self.address(), {"name": "小库", "code": "small", "shops": [self.cast.shop.pk]})
        small = Warehouse.objects.get(code="small")
        assert sorted(small.zones.values_list("status", flat=True)) == ["defective", "good", "pending", "returns", "supplier"]
        client.post(f"{self.address()}{small.pk}/zones/", {"name": "展示柜", "code": "show", "status": "defective"})
        assert small.zones.get(code="show").name == "展示柜"

    def test_the_same_code_twice_is_refused(self) -> None:
        response = self.as_person(self.cast.zhou).post(self.address(), {"name": "又一", "code": "main", "shops": [self.cast.shop.pk]})
        assert response.status_code == 422
        assert Warehouse.objects.count() == 1


class CountTest(Shelves, pages.PageCase):
    reader, strangers, stranger_status = "ding", ("lin", "qian"), 403
    chinese, english, queries = "盘点", "Count", 20

    def address(self) -> str:
        return "/stock/count/"

    def load(self, text: str, name: str = "count.csv") -> ImportRun:
        file = SimpleUploadedFile(name, text.encode("gb18030"))
        response = self.as_person(self.cast.ding).post(self.address(), {"shop": self.cast.shop.pk, "file": file})
        assert response.status_code == 302, response.content.decode()[:2000]
        return ImportRun.objects.latest("pk")

    def test_a_sheet_is_tried_then_written_row_by_row(self) -> None:
        run = self.load(
            "仓库,库区,商品编码,批次,实盘数量\n主仓,良品,SJT-180-BL,,10\n主仓,良品,ZZ-00,,1\n"
            "主仓,良品,SJT-180-BL,,11\n主仓,地下室,ZZ-01,,1\n主仓,良品,NO,,1\n主仓,良品,ZZ-02,,一打\n主仓,良品,ZZ-03,B9,1\n"
        )
        assert (run.rows, run.updated, run.unchanged, run.refused) == (7, 1, 1, 5)
        assert not Movement.objects.filter(kind="count").exists()
        client = self.as_person(self.cast.ding)
        assert client.post(f"{self.address()}{run.pk}/confirmation/").status_code == 302
        assert self.goods.figures() == (10, 3, 0)
        assert Movement.objects.filter(kind="count").count() == 2
        assert list(ImportRefusal.objects.filter(run=run).order_by("line").values_list("line", flat=True)) == [4, 5, 6, 7, 8]
        assert client.post(f"{self.address()}{run.pk}/confirmation/").status_code == 409
        assert client.get(f"{self.address()}{run.pk}/").status_code == 200
        assert client.get(f"{self.address()}{run.pk}/refusals/").status_code == 200

    def test_the_sheet_that_is_taken_out_comes_back(self) -> None:
        client = self.as_person(self.cast.ding)
        sheet = client.get(f"{self.address()}sheet/{self.cast.shop.pk}/?as=csv").content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(sheet)))
        assert rows[0] == ["仓库", "库区", "商品编码", "商品", "批次", "账面数量", "实盘数量"]
        assert len(rows) == 1 + Balance.objects.filter(quantity__gt=0).count()
        filled = "\n".join(",".join([*row[:6], row[5] if number else row[6]]) for number, row in enumerate(rows))
        run = self.load(filled)
        assert (run.unchanged, run.updated, run.refused) == (61, 0, 0)

    def test_a_file_without_the_columns_says_what_is_missing(self) -> None:
        file = SimpleUploadedFile("count.csv", "商品编码,数量\nA,1\n".encode())
        response = self.as_person(self.cast.ding).post(self.address(), {"shop": self.cast.shop.pk, "file": file})
        assert response.status_code == 422
        assert "仓库、库区、实盘数量" in response.content.decode()


class NoStockYet(GoodsCase):
    def test_every_page_says_how_to_begin(self) -> None:
        client = self.as_person(self.cast.zhou)
        Person.objects.filter(pk=self.cast.zhou.pk).update(language="en")
        for address, says in (
            ("/stock/", "Stock will stand here"), ("/stock/arrivals/", "Nothing is on its way"),
            ("/stock/alerts/", "Nothing to look at here"), ("/stock/?q=xyz", "No goods fit"),
        ):  # fmt: skip
            assert says in client.get(address).content.decode()
