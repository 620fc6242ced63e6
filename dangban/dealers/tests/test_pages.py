"""The pages about dealers: the list, one return from judgement to closing, the gate, the month, papers and files."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from dangban.dealers import actions
from dangban.dealers.models import Arrival, Dealer, DealerReturn, Note
from dangban.dealers.tests.story import Dealing
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.journal.models import Entry
from dangban.media.models import Use
from dangban.testing import pages


class Dealers(pages.CastCase):
    """One return to be judged, one in settlement."""

    story: ClassVar[Dealing]
    made: ClassVar[DealerReturn]
    done: ClassVar[DealerReturn]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.story = Dealing(cls.cast)
        cls.made = cls.story.apply()
        cls.done = cls.story.disposed((8, "production", "stock"), (2, "sales", "discount"))


class ListTest(Dealers, pages.PageCase):
    reader, strangers, stranger_status = "lin", (), 403
    chinese, english, queries = "经销商退货", "Returns of dealers", 22

    def address(self) -> str:
        return "/dealers/"

    def test_it_shows_what_waits_for_whom(self) -> None:
        page = self._get("lin").content.decode()
        for shown in ("绍兴孙记家纺", self.made.title, "待判定", "待结算", "¥1,990.00", "周敏"):
            assert shown in page, shown

    def test_others_see_nothing_of_the_shop(self) -> None:
        page = self._get("hu").content.decode()
        assert ("没有经销商退货" in page, "绍兴" in page) == (True, False)

    def test_it_is_narrowed(self) -> None:
        client = self.as_person(self.cast.zhou)

        def found(**asked: str) -> list[int]:
            page = client.get("/dealers/", asked).content.decode()
            return [made.pk for made in (self.made, self.done) if f'id="dealer-return-{made.pk}"' in page]

        assert found() == [self.made.pk, self.done.pk]
        assert found(state="settling") == [self.done.pk]
        assert found(state="over") == []
        assert found(q=self.made.title.lower()) == [self.made.pk]
        assert found(q="sjt-180") == [self.made.pk, self.done.pk]
        assert found(q="孙记") == [self.made.pk, self.done.pk]
        assert found(q=self.done.number) == [self.done.pk]
        assert found(shop=str(self.cast.second_shop.pk)) == []

    def test_the_file_holds_the_rows_and_is_journalled(self) -> None:
        assert self.as_person(self.cast.lin).get("/dealers/export/").status_code == 403
        response = self.as_person(self.cast.zhou).get("/dealers/export/?as=csv")
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert [row[0] for row in rows[1:]] == [self.done.title, self.made.title]
        assert (rows[2][6], rows[2][8]) == ("10", "1990.00")
        assert Entry.objects.get(verb="dealers.exported").change == {"sheet": "dealer-returns", "rows": 2}


class NewTest(Dealers, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("ding", "qian"), 403
    chinese, english, queries = "申请经销商退货", "Apply for a dealer’s return", 20

    def address(self) -> str:
        return "/dealers/new/"

    def post(self, **given: Any) -> Any:
        data = {
            "dealer": self.story.dealer.pk, "reason": "quality", "received_on": "2026-11-10", "words": "开线", "key": "abc",
            "sku-0": "sjt-180-gr", "quantity-0": "3", "price-0": "88.5", "fault-0": "色差", "sku-1": "", "quantity-1": "",
        }  # fmt: skip
        return self.as_person(self.cast.lin).post(self.address(), data | given)

    def picture(self) -> SimpleUploadedFile:
        made = io.BytesIO()
        Image.new("RGB", (10, 10)).save(made, "PNG")
        return SimpleUploadedFile("a.png", made.getvalue())

    def test_goods_and_pictures_are_applied_for_once(self) -> None:
        response = self.post(photos=[self.picture(), self.picture()])
        made = DealerReturn.objects.latest("pk")
        assert (response.status_code, response["Location"]) == (302, f"/dealers/{made.pk}/")
        line = made.lines.get()
        assert (line.sku, line.quantity, line.price_fen, line.fault) == (self.story.grey, 3, 8_850, "色差")
        assert Use.objects.filter(subject_kind="dealers.dealerreturn", subject_id=made.pk).count() == 2
        self.post()
        assert DealerReturn.objects.latest("pk") == made

    def test_what_is_wrong_stands_on_the_page(self) -> None:
        before = DealerReturn.objects.count()
        for given, said in (
            ({"sku-0": "NIX"}, "本店没有编码为“NIX”的商品"), ({"quantity-0": "drei"}, "件数是多少"), ({"price-0": "x"}, "价格请写成"),
            ({"fault-0": ""}, "请写明退货原因"), ({"received_on": "2027-01-01"}, "不能在今天之后"), ({"dealer": "999"}, "dealer"),
            ({"photos": [SimpleUploadedFile("a.exe", b"MZ....")]}, "无法保存"),
        ):  # fmt: skip
            response = self.post(**given)
            assert (response.status_code, said in response.content.decode()) == (422, True), given
        assert DealerReturn.objects.count() == before


class ReturnTest(Dealers, pages.PageCase):
    reader, strangers, stranger_status = "lin", ("hu",), 404
    chinese, english, queries = "待判定", "To be judged", 40

    def address(self) -> str:
        return f"/dealers/{self.made.pk}/"

    def test_the_fragment_is_the_same_without_its_frame(self) -> None:
        page = self.as_person(self.cast.lin).get(f"{self.address()}body/").content.decode()
        assert ("待判定" in page, "<html" in page) == (True, False)

    def test_it_goes_by_its_forms_from_judgement_to_closing(self) -> None:
        cast, url = self.cast, self.address()

        def post(person: Any, what: str, **given: Any) -> int:
            seen = DealerReturn.objects.get(pk=self.made.pk).version
            return self.as_person(person).post(f"{url}{what}/", {"seen": seen, **given}).status_code

        assert post(cast.zhou, "judgement", judged="return", words="") == 422
        assert post(cast.zhou, "judgement", judged="return", words="确有开线") == 302
        for person in (cast.qian, cast.bao):
            desk.settle_approval(Approval.objects.filter(settled_at=None).latest("pk"), True, by=person)
        assert post(cast.lin, "telling", words="寄主仓") == 302
        assert post(cast.lin, "sending", courier="德邦", number="DB77") == 302
        gate = self.as_person(cast.ding).post("/dealers/gate/", {"shop": cast.shop.pk, "warehouse": self.story.goods.warehouse.pk, "number": "db77"})
        assert gate["Location"] == url
        line = self.made.lines.get()
        assert post(cast.ding, "count", **{f"counted-{line.pk}": ""}) == 422
        assert post(cast.ding, "count", **{f"counted-{line.pk}": "10", f"looks-{line.pk}": "好"}) == 302
        for part, person in (("sales", cast.lin), ("keeper", cast.ding), ("admin", cast.zhou), ("finance", cast.qian)):
            assert "签清点表" in self.as_person(person).get(url).content.decode()
            assert post(person, "signature", part=part) == 302
        row = {f"{name}-{line.pk}-0": value for name, value in (("fault", "开线"), ("cause", "production"), ("disposal", "stock"))}
        assert post(cast.zhou, "report", **row, **{f"quantity-{line.pk}-0": "9"}) == 422
        assert post(cast.zhou, "report", **row, **{f"quantity-{line.pk}-0": "10"}) == 302
        finding = self.story.findings(self.made).get()
        assert "执行" in self.as_person(cast.ding).get(url).content.decode()
        assert self.as_person(cast.ding).post(f"/dealers/findings/{finding.pk}/disposal/").status_code == 302
        assert "开结算单" in self.as_person(cast.qian).get(url).content.decode()
        assert post(cast.qian, "settlement", dispatch="12.50", packing="") == 302
        assert post(cast.lin, "closing", words="已告知") == 302
        made = DealerReturn.objects.get(pk=self.made.pk)
        assert (made.state, Note.objects.get(made=made).dispatch_fen) == ("closed", 1_250)

    def test_the_slower_of_two_is_told_and_others_may_not(self) -> None:
        url = self.address()
        assert self.as_person(self.cast.zhou).post(f"{url}judgement/", {"judged": "return", "words": "x", "seen": "1"}).status_code == 409
        for person, what in ((self.cast.lin, "judgement"), (self.cast.ding, "settlement"), (self.cast.qian, "withdrawal")):
            assert self.as_person(person).post(f"{url}{what}/", {"words": "x", "why": "x"}).status_code == 403
        assert self.as_person(self.cast.hu).post(f"{url}withdrawal/", {"why": "x"}).status_code == 404
        assert DealerReturn.objects.get(pk=self.made.pk).state == "applied"

    def test_the_settlement_is_shown_before_it_is_written(self) -> None:
        page = self.as_person(self.cast.qian).get(f"/dealers/{self.done.pk}/").content.decode()
        for shown in ("¥1,990.00", "生产部", "销售部", "¥159.20"):
            assert shown in page, shown


class PrintingTest(Dealers):
    def test_count_sheet_and_report_are_printed_and_noted(self) -> None:
        client = self.as_person(self.cast.ding)
        for name in ("count", "report"):
            response = client.get(f"/dealers/{self.done.pk}/{name}.pdf")
            assert (response.status_code, response.content[:4], response["Content-Type"]) == (200, b"%PDF", "application/pdf")
        assert client.get(f"/dealers/{self.done.pk}/note.pdf").status_code == 409
        assert client.get(f"/dealers/{self.made.pk}/count.pdf").status_code == 409
        assert [entry.change["sheet"] for entry in Entry.objects.filter(verb="dealers.printed").order_by("pk")] == ["count", "report"]
        assert self.as_person(self.cast.hu).get(f"/dealers/{self.done.pk}/count.pdf").status_code == 404


class GateTest(Dealers, pages.PageCase):
    reader, strangers, stranger_status = "ding", (), 403
    chinese, english, queries = "到库登记", "At the gate", 24

    def address(self) -> str:
        return "/dealers/gate/"

    def test_what_nobody_released_is_turned_away_on_the_page(self) -> None:
        client = self.as_person(self.cast.ding)
        given = {"shop": self.cast.shop.pk, "warehouse": self.story.goods.warehouse.pk, "number": self.made.title, "sender": "孙记"}
        assert client.post(self.address(), given)["Location"] == "/dealers/gate/"
        assert Arrival.objects.get(number=self.made.title).why == "unapproved"
        assert "尚未核准" in client.get(self.address()).content.decode()
        elsewhere = client.post(self.address(), given | {"shop": self.cast.second_shop.pk})
        assert (elsewhere.status_code, Arrival.objects.filter(shop=self.cast.shop, made=self.made).count()) == (302, 2)
        assert self.as_person(self.cast.lin).post(self.address(), given).status_code == 403
        assert client.post(self.address(), given | {"number": ""}).status_code == 422


class MonthTest(Dealers, pages.PageCase):
    reader, strangers, stranger_status = "zhou", (), 403
    chinese, english, queries = "月度汇总", "by month", 24

    def address(self) -> str:
        return "/dealers/month/"

    def test_by_dealer_cause_and_department(self) -> None:
        self.story.settle(self.story.again(self.done), 1_000)
        page = self._get("zhou").content.decode()
        for shown in ("绍兴孙记家纺", "生产部", "销售部", "¥159.20", "¥8.00", "¥161.20"):
            assert shown in page, shown
        response = self.as_person(self.cast.qian).get("/dealers/month/export/?as=csv&month=2026-11")
        rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        assert [(row[0], row[2], row[4], *row[6:]) for row in rows[1:]] == [
            ("绍兴孙记家纺", "生产部", "8", "0.00", "", "", ""), ("绍兴孙记家纺", "销售部", "2", "159.20", "", "", ""),
            ("绍兴孙记家纺", "", "", "", "1990.00", "0.00", ""),
            ("", "销售部", "", "", "", "", "161.20"), ("", "生产部", "", "", "", "", "8.00"), ("合计", "", "10", "159.20", "1990.00", "0.00", "169.20"),
        ]  # fmt: skip
        assert "本月没有检验过的退货" in self.as_person(self.cast.zhou).get("/dealers/month/?month=2026-10").content.decode()
        assert "绍兴" not in self._get("hu").content.decode()


class DealersTest(Dealers, pages.PageCase):
    reader, strangers, stranger_status = "lin", (), 403
    chinese, english, queries = "绍兴孙记家纺", "who buys to sell on", 20

    def address(self) -> str:
        return "/dealers/names/"

    def test_one_is_put_on_the_list_and_changed(self) -> None:
        client = self.as_person(self.cast.zhou)
        given = {"shop": self.cast.shop.pk, "name": "海宁张家", "contact": "张三", "breach": "20", "customer": "fang_2008"}
        assert client.post("/dealers/names/new/", given).status_code == 302
        dealer = Dealer.objects.get(name="海宁张家")
        assert (dealer.breach_points, dealer.customer) == (2_000, self.cast.fang)
        assert client.post("/dealers/names/new/", given).status_code == 422
        assert client.post("/dealers/names/new/", given | {"name": "别家", "customer": "nobody"}).status_code == 422
        url = f"/dealers/names/{dealer.pk}/"
        assert "20" in client.get(url).content.decode()
        assert client.post(url, {"name": "海宁张家", "contact": "李四"}).status_code == 302
        assert self.as_person(self.cast.lin).post(url, {"name": "x", "contact": "y"}).status_code == 403
        assert self.as_person(self.cast.hu).get(url).status_code == 404
        assert Dealer.objects.get(pk=dealer.pk).contact == "李四"


class AdvancePageTest(Dealers):
    def test_a_replacement_by_its_forms(self) -> None:
        self.story.goods.receive(10)
        made = self.story.judged()
        url = f"/dealers/{made.pk}/"
        client = self.as_person(self.cast.lin)
        assert "先换后退" in client.get(url).content.decode()
        assert client.post(f"{url}advance/", {"way": "call", "said_on": "2026-11-19", "words": ""}).status_code == 422
        assert client.post(f"{url}advance/", {"way": "call", "said_on": "2026-11-19", "words": "急用"}).status_code == 302
        desk.settle_approval(Approval.objects.get(kind="dealers.advance"), True, by=self.cast.bao)
        advance = made.advances.get()
        sending = f"/dealers/advances/{advance.pk}/sending/"
        assert client.post(sending, {"courier": "顺丰", "number": "SF1"}).status_code == 403
        assert self.as_person(self.cast.hu).post(sending, {"courier": "顺丰", "number": "SF1"}).status_code == 404
        assert self.as_person(self.cast.ding).post(sending, {"courier": "顺丰", "number": "SF1"}).status_code == 302
        advance.refresh_from_db()
        assert advance.state == "sent"

    def test_a_late_one_can_only_be_refused(self) -> None:
        made = self.story.apply(reason="wrong", received_on=date(2026, 11, 1))
        page = self.as_person(self.cast.zhou).get(f"/dealers/{made.pk}/").content.decode()
        assert "已过期限" in page
        assert self.as_person(self.cast.zhou).post(f"/dealers/{made.pk}/judgement/", {"judged": "return", "words": "x"}).status_code == 409
        assert self.as_person(self.cast.zhou).post(f"/dealers/{made.pk}/refusal/", {"words": "过了一周"}).status_code == 302
        assert actions.count_sheet(made) == []
