"""The pages of parcels: the list, one of them, the panel beside a talk, files, the accounts."""

from __future__ import annotations

import io

from django.core.files.uploadedfile import SimpleUploadedFile

from dangban.lib import excel
from dangban.lib.excel import Column
from dangban.orders.models import Order, Parcel
from dangban.shops.models import ImportRun
from dangban.testing import pages
from dangban.testing.cast import NOW, at
from dangban.tracking import accounts, following, queries
from dangban.tracking.models import Account, Step, Track
from dangban.tracking.tests.stories import ParcelCase


class ParcelPages(ParcelCase):
    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.at = NOW

    def setUp(self) -> None:
        super().setUp()
        self.says("delivering", "11-19 9:00", text="快递员 13812345678 正在派送")


class WorkList(ParcelPages, pages.PageCase):
    queries = 26
    chinese = "派送中"
    english = "Out for delivery"

    def address(self) -> str:
        return "/parcels/"

    def shown(self, query: str, who: str = "lin") -> str:
        return self.as_person(getattr(self.cast, who)).get(self.address() + query).content.decode()

    def test_somebody_of_another_shop_sees_none(self):
        assert "YT1001" not in self.shown("", "hu")
        assert f"/parcels/{self.parcel.pk}/" not in self.shown("?q=YT1001", "hu")

    def test_phone_numbers_of_couriers_are_masked(self):
        assert "13812345678" not in self.shown("")

    def test_the_services_are_offered_to_who_may_open_them(self):
        for who in ("bao", "zhou"):
            offered = 'href="/parcels/services/"' in self.shown("", who)
            opened = self.as_person(getattr(self.cast, who)).get("/parcels/services/").status_code == 200
            assert (who, offered, opened) == (who, who == "bao", who == "bao")

    def test_each_list_and_filter_keeps_what_fits(self):
        kept = {
            query: f'id="parcel-{self.parcel.pk}"' in self.shown(f"?{query}")
            for query in (
                "which=moving", "which=stalled", "which=trouble", "which=over", "state=delivering", "state=moving",
                f"shop={self.sent.shop_id}", "q=YT1001", "q=000009", "q=2209000000000000009", "q=nothing", "which=nonsense",
            )
        }  # fmt: skip
        assert [query for query, fits in kept.items() if fits] == [
            "which=moving", "state=delivering", f"shop={self.sent.shop_id}", "q=YT1001", "q=000009",
            "q=2209000000000000009", "which=nonsense",
        ]  # fmt: skip

    def test_pages_follow_one_another_the_longest_still_first(self):
        for number, sent in (("A00001", "11-17 9:00"), ("A00002", "11-18 9:00"), ("A00003", "11-17 9:00")):
            self.carry(number, sent=sent)
        seen, after = [], ""
        while True:
            page = queries.list_page(self.cast.lin, queries.Filters(), after, size=1)
            seen += [row.track.parcel.number for row in page.rows]
            after = page.next
            if not after:
                break
        assert seen == ["A00001", "A00003", "A00002", "YT1001"]

    def test_the_file_is_for_who_may_take_orders_out(self):
        assert self.as_person(self.cast.lin).get("/parcels/export/").status_code == 403
        response = self.as_person(self.cast.ou).get("/parcels/export/?which=moving")
        assert response["Content-Disposition"].startswith('attachment; filename="parcels-')


class One(ParcelPages, pages.PageCase):
    strangers = ("hu",)
    queries = 24
    chinese = "物流轨迹"

    def address(self) -> str:
        return f"/parcels/{self.parcel.pk}/"

    def test_news_by_hand_are_noted(self):
        sent = {"state": "signed", "text": "快递员说已放门口", "happened_at": "2026-11-19T09:30"}
        response = self.as_person(self.cast.lin).post(self.address() + "steps/", sent)
        assert response.status_code == 302
        assert (Track.objects.get().state, Order.objects.get().status) == ("signed", "signed")

    def test_what_is_missing_is_shown_again(self):
        response = self.as_person(self.cast.lin).post(self.address() + "steps/", {"state": "signed"})
        assert response.status_code == 422
        assert Step.objects.count() == 1

    def test_the_finance_may_look_and_not_note(self):
        assert "记录轨迹" not in self.as_person(self.cast.qian).get(self.address()).content.decode()
        response = self.as_person(self.cast.qian).post(self.address() + "steps/", {"state": "signed", "text": "x"})
        assert response.status_code == 403


class Panel(ParcelPages, pages.PageCase):
    strangers = ("hu",)
    queries = 14
    chinese = "圆通速递 YT1001：派送中"

    def address(self) -> str:
        return f"/parcels/order/{self.sent.pk}/"

    def test_holds_all_parcels_of_the_order_and_one_answer(self):
        self.carry("YT1002")
        page = self.as_person(self.cast.lin).get(self.address()).content.decode()
        assert "亲，您的订单分 2 个包裹发出：" in page
        assert "13812345678" not in page

    def test_costs_the_same_for_many_parcels(self):
        for number in range(8):
            self.carry(f"YT300{number}")
        # Three are of who one is.
        with self.assertNumQueries(6):
            queries.of_order(self.cast.lin, self.sent)


class Files(ParcelPages, pages.PageCase):
    reader = "ou"
    strangers = ("qian",)
    stranger_status = 403
    chinese = "选择快递公司导出的文件"

    def address(self) -> str:
        return "/parcels/import/"

    def file(self, *rows: tuple[str, ...], headers: tuple[str, ...] = ("运单编号", "扫描时间", "扫描类型", "跟踪记录")) -> SimpleUploadedFile:
        return SimpleUploadedFile("轨迹.xlsx", excel.xlsx([Column(one) for one in headers], [list(row) for row in rows]))

    def test_a_couriers_file_is_tried_confirmed_and_the_same_again_changes_nothing(self):
        client = self.as_person(self.cast.ou)
        rows = (("YT1001", "2026-11-19 09:40:00", "签收", "已签收，本人"), ("ZT9", "2026-11-19 09:40:00", "签收", "已签收"), ("YT1001", "昨天", "签收", "x"))
        tried = client.post(self.address(), {"shop": self.cast.shop.pk, "file": self.file(*rows)})
        trial = ImportRun.objects.get(dry_run=True)
        assert (trial.created, trial.refused, Step.objects.count(), Order.objects.get().status) == (1, 2, 1, "sent")
        assert "写入 1 条轨迹" in client.get(tried["Location"]).content.decode()
        client.post(tried["Location"] + "confirmation/")
        assert (Track.objects.get().state, Order.objects.get().status) == ("signed", "signed")
        client.post(self.address(), {"shop": self.cast.shop.pk, "file": self.file(*rows)})
        last = ImportRun.objects.latest("pk")
        assert (last.created, last.unchanged) == (0, 1)

    def test_a_file_without_its_columns_is_refused_with_what_was_seen(self):
        file = self.file(("1", "2"), headers=("订单号", "买家"))
        response = self.as_person(self.cast.ou).post(self.address(), {"shop": self.cast.shop.pk, "file": file})
        assert response.status_code == 422
        assert "文件里没有“运单号、时间、物流状态”这一列。看到的列有：订单号、买家。" in response.content.decode()
        assert not ImportRun.objects.exists()

    def test_our_own_template_is_understood(self):
        data = self.as_person(self.cast.ou).get("/parcels/import/template.xlsx").content
        Parcel.objects.filter(pk=self.parcel.pk).update(number="YT8800123456789")
        self.as_person(self.cast.ou).post(
            self.address(), {"shop": self.cast.shop.pk, "file": SimpleUploadedFile("t.xlsx", io.BytesIO(data).getvalue())}
        )
        run = ImportRun.objects.get()
        assert (run.created + run.refused, run.failed) == (1, "")


class Services(ParcelCase, pages.PageCase):
    reader = "bao"
    strangers = ("lin", "zhou")
    stranger_status = 403
    chinese = "推送地址"

    def address(self) -> str:
        return "/parcels/services/"

    def test_a_key_goes_in_and_never_comes_out(self):
        client = self.as_person(self.cast.bao)
        client.post("/parcels/services/kuaidi100/", {"customer": "C1", "key": "top-secret", "salt": "s1", "asks": "on"})
        account = Account.objects.get()
        assert (account.customer, accounts.key_of(account).key, account.asks) == ("C1", "top-secret", True)
        for page in (self.address(), "/parcels/services/kuaidi100/"):
            assert "top-secret" not in client.get(page).content.decode()
        client.post("/parcels/services/kuaidi100/removal/")
        assert not Account.objects.exists()


class OnTheOrder(ParcelPages):
    def test_the_orders_page_leads_to_its_parcels(self):
        page = self.as_person(self.cast.lin).get(f"/orders/{self.sent.pk}/").content.decode()
        assert f"/parcels/{self.parcel.pk}/" in page

    def test_a_parcel_of_a_closed_order_is_not_waited_for(self):
        order = self.order(platform_id="C1", status="closed")
        parcel = Parcel.objects.create(order=order, shop=order.shop, courier="圆通", number="C00001", sent_at=at("11-18 9:00"))
        following.follow([parcel], NOW)
        assert self.track(parcel).ended_at == NOW
