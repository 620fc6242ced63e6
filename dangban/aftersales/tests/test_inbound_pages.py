"""Pages of what comes back: who sees them, what they say, what they cost; strangers find nothing."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from dangban.aftersales import access, inbound
from dangban.aftersales.inbound import shelving
from dangban.aftersales.models import Case, Finding, InboundParcel, SupplierSlip
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.tests.story import Returning
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.journal.models import Entry
from dangban.lib.errors import Conflict, Refused
from dangban.media.models import Use
from dangban.stock.models import Movement
from dangban.testing import pages
from dangban.testing.cast import NOW


class InboundStory(pages.CastCase):
    """A return that is expected, one that came, one on the shelf."""

    story: ClassVar[Returning]
    case: ClassVar[Case]
    parcel: ClassVar[InboundParcel]
    lying: ClassVar[InboundParcel]
    expected: ClassVar[InboundParcel]

    @classmethod
    def set_up_story(cls) -> None:
        story = cls.story = Returning(cls.cast)
        cls.case = story.case(order=story.order(number="812233448899", quantity=2))
        story.move(story.move(cls.case, "assess", "assessed"), "agree_return", "returning")
        other = story.case(order=story.order(story.grey, number="812233447700"))
        story.move(story.move(other, "assess", "assessed"), "agree_return", "returning")
        inbound.announce(cls.case, "中通", "ZT100", by=cls.cast.mei, at=NOW)
        cls.expected = inbound.announce(other, "圆通", "YT200", by=cls.cast.mei, at=NOW)
        cls.parcel = inbound.arrive("ZT100", by=cls.cast.ding, at=NOW, warehouse=story.goods.warehouse)
        cls.lying = inbound.arrive("SF300", by=cls.cast.ding, at=NOW, warehouse=story.goods.warehouse, courier="顺丰")

    def counted(self) -> InboundParcel:
        return inbound.count(self.parcel, {self.parcel.items.get().pk: 2}, by=self.cast.ding, at=NOW)

    def post(self, name: str, *args: Any, by: str = "ding", **data: Any) -> Any:
        return self.as_person(getattr(self.cast, by)).post(reverse(f"aftersales:{name}", args=args), data)


class ReceivingPageTest(InboundStory, pages.PageCase):
    reader = "ding"
    strangers = ("lin", "qian", "hu")
    stranger_status = 403
    queries = 22
    chinese, english = "收退件", "Receiving returns"

    def address(self) -> str:
        return "/aftersales/receiving/"

    def test_a_scan_takes_the_parcel_in_and_says_whose_it_is(self) -> None:
        response = self.post("receiving", number="yt200")
        assert response.status_code == 302
        page = self.as_person(self.cast.ding).get(response["Location"]).content.decode()
        assert "客户自退件" in page
        assert "拆包清点" in page
        self.expected.refresh_from_db()
        assert (self.expected.state, self.expected.received_by) == ("arrived", self.cast.ding)

    def test_freight_collect_is_turned_away_in_large_letters(self) -> None:
        response = self.post("receiving", number="YT200", collect="18", courier="圆通")
        page = self.as_person(self.cast.ding).get(response["Location"]).content.decode()
        assert "拒收：到付 ¥18.00" in page
        assert InboundParcel.objects.get(number="YT200").state == "turned_away"

    def test_an_agent_scans_nothing(self) -> None:
        assert self.post("receiving", number="NEW1", by="mei").status_code == 403
        assert not InboundParcel.objects.filter(number="NEW1").exists()

    def test_what_is_to_be_counted_stands_below(self) -> None:
        page = self.as_person(self.cast.ding).get(self.address()).content.decode()
        assert "ZT100" in page
        assert "YT200" not in page
        assert "ZT100" in self.as_person(self.cast.ding).get(f"{self.address()}?q={self.case.number}", HTTP_HX_REQUEST="true").content.decode()


class ShelfPageTest(InboundStory, pages.PageCase):
    reader = "mei"
    strangers = ("qian",)
    queries = 16
    chinese, english = "无主件", "Unclaimed parcels"

    def address(self) -> str:
        return "/aftersales/shelf/"

    def test_strangers_do_not(self) -> None:
        """Finance sees the page of its room, without what is nobody's yet."""
        assert "SF300" in self._get("mei").content.decode()
        assert "SF300" not in self._get("qian").content.decode()

    def test_it_is_chased_by_rule(self) -> None:
        InboundParcel.objects.filter(pk=self.lying.pk).update(arrived_at=NOW - timedelta(days=8))
        assert "该催办" in self._get("ding").content.decode()


class ExpectedPageTest(InboundStory, pages.PageCase):
    reader = "qian"
    strangers = ()
    queries = 16
    chinese, english = "退货记录表", "Expected returns"

    def address(self) -> str:
        return "/aftersales/expected/"

    def test_what_was_handed_over_is_struck_out(self) -> None:
        page = self._get("qian").content.decode()
        assert page.count('class="inbound-struck"') == 1
        assert page.index("inbound-struck") < page.index("ZT100")

    def test_a_stranger_reads_none_of_it(self) -> None:
        assert "ZT100" not in self._get("hu").content.decode()

    def test_it_is_taken_out_as_excel(self) -> None:
        response = self.as_person(self.cast.qian).get("/aftersales/expected/?format=xlsx")
        rows = list(load_workbook(io.BytesIO(response.content)).active.values)
        assert [row[0] for row in rows[1:]] == ["ZT100", "YT200"]
        assert rows[1][3] == self.case.number

        assert Entry.objects.get(verb="aftersales.register_exported").change["rows"] == 2

    def test_who_may_not_take_lists_out_gets_no_file(self) -> None:
        assert "format=xlsx" not in self._get("ding").content.decode()
        assert self.as_person(self.cast.ding).get("/aftersales/expected/?format=xlsx").status_code == 403
        assert not Entry.objects.filter(verb="aftersales.register_exported").exists()

    def test_it_is_printed(self) -> None:
        response = self.as_person(self.cast.ding).get("/aftersales/expected/sheet/")
        assert (response.status_code, response["Content-Type"], response.content[:4]) == (200, "application/pdf", b"%PDF")


class ParcelPageTest(InboundStory, pages.PageCase):
    reader = "ding"
    strangers = ("hu",)
    queries = 26
    chinese, english = "清点", "Count what lies in it"

    def address(self) -> str:
        return f"/aftersales/parcels/{self.parcel.pk}/"

    def test_counting_and_inspecting_on_the_page(self) -> None:
        item = self.parcel.items.get()
        response = self.post("parcel-counting", self.parcel.pk, **{f"count-{item.pk}": "2", "card": "yes", "seen": self.parcel.version})
        assert response.status_code == 302
        self.parcel.refresh_from_db()
        name = f"find-{item.pk}"
        rows = {
            f"{name}-0-quantity": "1", f"{name}-0-condition": "good", f"{name}-0-disposal": "stock",
            f"{name}-1-quantity": "1", f"{name}-1-condition": "defective", f"{name}-1-disposal": "supplier",
            f"{name}-1-responsibility": "production", f"{name}-1-loss": "12.50", f"{name}-1-note": "开线", "seen": self.parcel.version,
        }  # fmt: skip
        assert self.post("parcel-inspection", self.parcel.pk, **rows).status_code == 302
        assert list(Finding.objects.order_by("pk").values_list("quantity", "disposal", "loss_fen")) == [(1, "stock", 0), (1, "supplier", 1_250)]
        assert self.story.goods.figures() == (1, 0, 1)

    def test_what_is_wrong_stands_at_its_line_and_keeps_what_was_typed(self) -> None:
        self.counted()
        item = self.parcel.items.get()
        rows = {f"find-{item.pk}-0-quantity": "1", f"find-{item.pk}-0-condition": "good", f"find-{item.pk}-0-disposal": "stock", f"find-{item.pk}-0-note": "只写了一件"}
        response = self.post("parcel-inspection", self.parcel.pk, **rows)
        assert response.status_code == 422
        assert "只写了一件" in response.content.decode()
        assert not Finding.objects.exists()

    def test_an_old_page_is_told(self) -> None:
        self.counted()
        item = self.parcel.items.get()
        response = self.post("parcel-counting", self.parcel.pk, **{f"count-{item.pk}": "1", "card": "", "seen": 1})
        assert response.status_code == 409
        assert self.story.goods.figures() == (0, 0, 2)

    def test_the_agent_sees_it_and_has_no_count_to_make(self) -> None:
        page = self._get("mei").content.decode()
        assert "ZT100" in page
        assert "parcel-counting" not in page
        assert "count-" not in page

    def test_photos_are_kept_and_what_is_none_is_refused(self) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), "white").save(picture, "JPEG")
        good = SimpleUploadedFile("label.jpg", picture.getvalue(), "image/jpeg")
        assert self.post("parcel-photo", self.parcel.pk, photo=good).status_code == 302
        bad = SimpleUploadedFile("label.jpg", b"MZ not a picture", "image/jpeg")
        assert self.post("parcel-photo", self.parcel.pk, photo=bad).status_code == 422
        assert Use.objects.filter(subject_kind="aftersales.inboundparcel", subject_id=self.parcel.pk).count() == 1

    def test_whoever_receives_for_the_whole_company_sees_claimed_and_unclaimed_parcels(self) -> None:
        nobodys = inbound.arrive("SF770", by=self.cast.ding, warehouse=self.parcel.warehouse)
        assert nobodys.shop is None
        seen = [set(access.visible_parcels(one).values_list("pk", flat=True)) >= {self.parcel.pk, nobodys.pk} for one in (self.cast.ding, self.cast.bao)]
        assert seen == [True, True]
        assert self.as_person(self.cast.bao).get(self.address()).status_code == 200

    def test_its_facts_alone_are_for_those_who_see_it(self) -> None:
        assert self.as_person(self.cast.mei).get(f"{self.address()}facts/").status_code == 200
        assert self.as_person(self.cast.hu).get(f"{self.address()}facts/").status_code == 404


class MatchingPageTest(InboundStory):
    def described(self) -> None:
        data = {"sender": "方静", "phone_tail": "13800001234", "label_text": "订单 812233447700 退货", "goods": "SJT-180-GR", "weight_g": "", "shelf": "A-3"}
        assert self.post("parcel-description", self.lying.pk, **data).status_code == 302

    def test_the_guesses_say_why(self) -> None:
        self.described()
        page = self.as_person(self.cast.ding).get(f"/aftersales/parcels/{self.lying.pk}/").content.decode()
        assert "订单号 +60" in page
        assert 'data-key="1"' in page

    def test_one_key_matches_it_and_its_case_goes_on(self) -> None:
        self.described()
        other = Case.objects.exclude(pk=self.case.pk).get()
        assert self.post("parcel-match", self.lying.pk, owner=f"case:{other.pk}").status_code == 302
        self.lying.refresh_from_db()
        other.refresh_from_db()
        assert (self.lying.state, self.lying.shop, other.state) == ("arrived", self.cast.shop, "received")

    def test_an_order_without_a_case_gets_one(self) -> None:
        self.story.order(number="812233446600")
        assert self.post("parcel-match", self.lying.pk, owner="812233446600").status_code == 302
        case = Case.objects.get(order__platform_id="812233446600")
        assert (case.source, case.state, case.kind, case.lines.count()) == ("parcel", "received", "return", 1)

    def test_an_agent_matches_too_and_a_stranger_does_not(self) -> None:
        assert self.post("parcel-match", self.lying.pk, owner=f"case:{self.case.pk}", by="hu").status_code == 422
        assert self.post("parcel-match", self.lying.pk, owner=self.case.number, by="qian").status_code == 404
        assert self.post("parcel-match", self.lying.pk, owner=self.case.number, by="mei").status_code == 302

    def test_a_wrong_match_goes_back(self) -> None:
        self.post("parcel-match", self.lying.pk, owner=self.case.number)
        assert self.post("parcel-back", self.lying.pk, why="不是她的").status_code == 302
        self.lying.refresh_from_db()
        assert (self.lying.state, self.lying.items.count()) == ("shelf", 0)

    def test_it_is_given_up_by_rule_and_approval_only(self) -> None:
        assert self.post("parcel-disposal", self.lying.pk, why="捐赠").status_code == 409
        InboundParcel.objects.filter(pk=self.lying.pk).update(arrived_at=NOW - timedelta(days=91))
        assert self.post("parcel-disposal", self.lying.pk, why="捐赠").status_code == 302
        self.lying.refresh_from_db()
        assert self.lying.state == "shelf"
        from dangban.desk import actions as desk
        from dangban.desk.models import Approval

        desk.settle_approval(Approval.objects.get(), True, by=self.cast.zhou, at=NOW)
        self.lying.refresh_from_db()
        assert (self.lying.state, self.lying.note) == ("given_up", "捐赠")


class SupplierPageTest(InboundStory, pages.PageCase):
    reader = "ding"
    strangers = ()
    queries = 16
    chinese, english = "退厂", "Back to suppliers"

    def address(self) -> str:
        return "/aftersales/suppliers/"

    def test_a_slip_takes_the_goods_off_the_books_once(self) -> None:
        parcel = self.counted()
        inbound.inspect(parcel, [Found(parcel.items.get().pk, 2, "defective", "supplier", True, "production", note="开线")], by=self.cast.ding, at=NOW)
        finding = Finding.objects.get()
        assert "开线" in self._get("ding").content.decode()
        assert self.post("suppliers", finding=[finding.pk], supplier="锦绣纺织").status_code == 302
        assert self.post("suppliers", finding=[finding.pk], supplier="锦绣纺织").status_code == 409
        slip = SupplierSlip.objects.get()
        for _again in range(2):
            assert self.post("slip-leaving", slip.pk, reference="德邦 D1").status_code == 302
        assert (self.story.goods.figures(), Movement.objects.filter(kind="scrap").count()) == ((0, 0, 0), 1)
        assert self.as_person(self.cast.hu).get(f"/aftersales/suppliers/{slip.pk}/sheet/").status_code == 404
        assert self.as_person(self.cast.ding).get(f"/aftersales/suppliers/{slip.pk}/sheet/").content[:4] == b"%PDF"


class ReturnCardTest(InboundStory):
    def test_the_card_of_a_case_is_printed_for_those_who_see_it(self) -> None:
        address = f"/aftersales/{self.case.pk}/return-card/"
        assert self.as_person(self.cast.mei).get(address).content[:4] == b"%PDF"
        assert self.as_person(self.cast.hu).get(address).status_code == 404


class GivenUpTest(InboundStory):
    def asked(self) -> Approval:
        InboundParcel.objects.filter(pk=self.lying.pk).update(arrived_at=NOW - timedelta(days=400))
        return shelving.ask_disposal(self.lying, "捐给仓库旁的小学", by=self.cast.ding, at=NOW)

    def test_it_is_kept_for_its_time_and_asked_about_once(self) -> None:
        with pytest.raises(Refused):
            shelving.ask_disposal(self.lying, "捐掉", by=self.cast.ding, at=NOW)
        approval = self.asked()
        with pytest.raises(Conflict):
            shelving.ask_disposal(self.lying, "扔掉", by=self.cast.ding, at=NOW)
        desk.settle_approval(approval, True, by=self.cast.zhou, at=NOW)
        self.lying.refresh_from_db()
        assert (self.lying.state, self.lying.note) == ("given_up", "捐给仓库旁的小学")

    def test_whoever_claims_it_meanwhile_ends_the_question(self) -> None:
        approval = self.asked()
        inbound.claim(self.lying, [self.case], by=self.cast.ding, at=NOW)
        approval.refresh_from_db()
        self.lying.refresh_from_db()
        assert (self.lying.state, approval.granted) == ("arrived", False)
