"""The pages of dispatch: for whom they are, what they show, what can be done on them, with how few queries."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from dangban.dispatch import jobs
from dangban.dispatch.actions import auditing, waves
from dangban.dispatch.models import AuditRun, Help, Preparation, Slip
from dangban.dispatch.tests.warehouse import Desk
from dangban.journal.models import Entry
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.testing import pages


class Room(pages.CastCase):
    desk: Desk

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.desk = Desk(cls.cast)
        cls.desk.goods.receive(80)
        cls.orders = [cls.desk.order() for _one in range(12)]
        cls.loud = cls.desk.order(buyer_message="周末送 13812345678")
        auditing.audit([cls.desk.row(one).pk for one in (*cls.orders[:6], cls.loud)], by=cls.cast.ou)

    def row(self, order: Order) -> Preparation:
        return self.desk.row(order)

    def post(self, name: str, by: Person, /, *args: int | str, **data: Any) -> Any:
        return self.as_person(by).post(reverse(f"dispatch:{name}", args=args), data)

    def wave(self, *orders: Order) -> Slip:
        waves.make_wave(self.cast.shop, [self.row(one).pk for one in orders], by=self.cast.ou)
        return Slip.objects.order_by("-pk")[0]


class AuditList(Room, pages.PageCase):
    reader, strangers, stranger_status = "ou", ("lin",), 403
    chinese, english, queries = "待审单", "Audit of orders", 40

    def address(self) -> str:
        return reverse("dispatch:audit")

    def test_the_leader_of_another_shop_sees_nothing_of_it(self) -> None:
        page = self.as_person(self.cast.hu).get(self.address() + "?stage=waiting").content.decode()
        assert (self.orders[6].platform_id in page, "待审单" in page) == (False, True)

    def test_chosen_orders_are_audited(self) -> None:
        chosen = [self.row(order).pk for order in self.orders[6:8]]
        assert self.post("audit-chosen", self.cast.ou, order=chosen).status_code == 302
        assert [self.row(order).stage for order in self.orders[6:9]] == ["passed", "passed", "waiting"]
        assert self.post("audit-chosen", self.cast.ding, order=[self.row(self.orders[8]).pk]).status_code == 403
        assert self.post("audit-chosen", self.cast.ou).status_code == 422

    def test_a_page_ends_and_the_next_begins_after_it(self) -> None:
        for _one in range(50):
            self.desk.order()
        client = self.as_person(self.cast.ou)
        first = client.get(self.address()).content.decode()
        following = client.get("/dispatch/?stage=waiting&after=" + first.split("after=")[1].split('"')[0]).content.decode()
        shown = [sum(f'id="preparation-{row.pk}"' in page for row in Preparation.objects.all()) for page in (first, following)]
        assert shown == [50, 6]

    def test_it_opens_on_the_first_stage_at_which_orders_stand(self) -> None:
        client = self.as_person(self.cast.ou)
        shown = []
        for gone in ((), ("waiting",), ("waiting", "held")):
            Preparation.objects.filter(stage__in=gone).update(stage="ended")
            page = client.get(self.address()).content.decode()
            shown.append([one.order.platform_id in page for one in Preparation.objects.filter(order__in=[self.orders[-1], self.loud, self.orders[0]]).order_by("pk")])
        assert shown == [[False, True, False], [False, False, True], [True, False, False]]
        assert self.loud.platform_id not in client.get("/dispatch/?stage=waiting").content.decode()

    def test_everything_is_audited_by_a_run_whose_page_tells_how_far_it_is(self) -> None:
        run = jobs.begin(self.cast.ou)
        address = reverse("dispatch:run", args=[run.pk])
        client = self.as_person(self.cast.ou)
        assert "every 1s" in client.get(address).content.decode()
        jobs.carry_on(run.pk)
        done = client.get(address, headers={"HX-Request": "true"}).content.decode()
        assert ("every 1s" in done, "6 单通过" in done) == (False, True)
        assert self.as_person(self.cast.lin).get(address).status_code == 403
        assert self.as_person(self.cast.hu).get(address).status_code == 404
        assert AuditRun.objects.get().passed == 6

    def test_held_orders_say_why(self) -> None:
        page = self.as_person(self.cast.ou).get("/dispatch/?stage=held").content.decode()
        assert "买家留言" in page
        assert self.loud.platform_id in page


class OrderPage(Room, pages.PageCase):
    reader, strangers = "ou", ()
    chinese, english, queries = "卡在哪里", "What stands in the way", 60

    def address(self) -> str:
        return reverse("dispatch:order", args=[self.row(self.loud).pk])

    def test_a_message_is_shown_without_its_phone_number_and_read(self) -> None:
        page = self.as_person(self.cast.ou).get(self.address()).content.decode()
        assert ("周末送" in page, "13812345678" in page) == (True, False)
        digest = self.row(self.loud).holds[0]["digest"]
        assert self.post("release", self.cast.ou, self.row(self.loud).pk, hold=digest).status_code == 302
        assert self.row(self.loud).stage == "passed"

    def test_the_courier_is_changed(self) -> None:
        assert self.post("courier", self.cast.ou, self.row(self.orders[0]).pk, courier="顺丰速运").status_code == 302
        assert self.row(self.orders[0]).courier == "顺丰速运"


class WavesPage(Room, pages.PageCase):
    reader, strangers, stranger_status = "ding", ("lin",), 403
    chinese, english, queries = "待打单", "Audited, to be printed", 40

    def address(self) -> str:
        return reverse("dispatch:waves")

    def test_a_wave_is_made_looked_at_and_its_slip_made_void(self) -> None:
        made = self.post("waves", self.cast.ou, order=[self.row(order).pk for order in self.orders[:2]])
        slip = Slip.objects.order_by("pk")[0]
        page = self.as_person(self.cast.ding).get(made["Location"]).content.decode()
        assert slip.number in page
        assert self.post("voiding", self.cast.ding, slip.pk, reason="打印机卡纸").status_code == 302
        assert Slip.objects.get(pk=slip.pk).void_reason == "打印机卡纸"

    def test_labels_come_as_pdf_and_are_kept_nowhere(self) -> None:
        slip = self.wave(self.orders[0])
        response = self.as_person(self.cast.ding).post(reverse("dispatch:sheet", args=[slip.wave_id, "labels"]))
        assert (response.status_code, response["Content-Type"], response["Cache-Control"]) == (200, "application/pdf", "no-store")
        assert response.content.startswith(b"%PDF")
        assert Slip.objects.get(pk=slip.pk).prints == 1
        refused = self.as_person(self.cast.ding).post(reverse("dispatch:sheet", args=[slip.wave_id, "finance"]))
        assert refused.status_code == 403

    def test_one_slip_of_a_wave_is_printed_alone(self) -> None:
        other = self.wave(*self.orders[:2])
        first = Slip.objects.exclude(pk=other.pk).get()
        assert self.post("sheet", self.cast.ding, other.wave_id, "labels", slip=first.pk).status_code == 200
        assert [Slip.objects.get(pk=one.pk).prints for one in (first, other)] == [1, 0]
        for strange in ("0", "999999", "all"):
            assert self.post("sheet", self.cast.ding, other.wave_id, "labels", slip=strange).status_code == 404
        assert [Slip.objects.get(pk=one.pk).prints for one in (first, other)] == [1, 0]

    def test_reading_the_address_of_a_sheet_neither_prints_nor_makes_a_stale_slip_void(self) -> None:
        slip = self.wave(self.orders[0])
        Order.objects.filter(pk=self.orders[0].pk).update(address="别处9号")
        before = Entry.objects.count()
        address = reverse("dispatch:sheet", args=[slip.wave_id, "labels"])
        client = self.as_person(self.cast.ding)
        assert [client.get(address).status_code, client.head(address).status_code] == [405, 405]
        slip.refresh_from_db()
        assert (slip.printed_at, slip.prints, slip.void_at, Entry.objects.count()) == (None, 0, None, before)
        assert client.post(address).status_code == 409
        assert Slip.objects.get(pk=slip.pk).void_reason == "digest"

    def test_a_wave_is_printed_by_one_key(self) -> None:
        slip = self.wave(self.orders[0])
        page = self.as_person(self.cast.ding).get(reverse("dispatch:wave", args=[slip.wave_id])).content.decode()
        address = reverse("dispatch:sheet", args=[slip.wave_id, "labels"])
        assert f'formaction="{address}" data-key="p"' in page
        assert f'href="{address}' not in page

    def test_a_slip_is_printed_first_and_then_printed_again(self) -> None:
        slip = self.wave(self.orders[0])
        client, address = self.as_person(self.cast.ding), reverse("dispatch:wave", args=[slip.wave_id])
        said = []
        for _time in range(2):
            page = client.get(address).content.decode()
            said.append(page.split(f'name="slip" value="{slip.pk}">')[1].split("<")[0])
            waves.note_printed(slip.wave, "labels", [slip.pk], by=self.cast.ou)
        assert said == ["打印", "重新打印"]

    def test_a_void_slip_strikes_itself_out_and_not_its_reason(self) -> None:
        slip = self.wave(self.orders[0])
        waves.void(slip, "打印机卡纸", by=self.cast.ou)
        page = self.as_person(self.cast.ding).get(reverse("dispatch:wave", args=[slip.wave_id])).content.decode()
        reason = next(cell for cell in page.split("<td") if "打印机卡纸" in cell)
        assert ('<tr class="stock-undone">' in page, "stock-undone__why" in reason) == (True, True)

    def test_void_slips_are_pulled(self) -> None:
        slip = self.wave(self.orders[0])
        waves.note_printed(slip.wave, "labels", [slip.pk], by=self.cast.ou)
        waves.void(slip, "换快递", by=self.cast.ou)
        client = self.as_person(self.cast.ding)
        assert slip.number in client.get(reverse("dispatch:void")).content.decode()
        assert self.post("pulling", self.cast.ding, slip.pk).status_code == 302
        assert slip.number not in client.get(reverse("dispatch:void")).content.decode()


class PackPage(Room, pages.PageCase):
    reader, strangers, stranger_status = "ding", ("lin", "ou"), 403
    chinese, english, queries = "请扫面单", "Scan a slip", 34

    def address(self) -> str:
        return reverse("dispatch:pack")

    def test_with_nothing_but_scans_a_parcel_leaves(self) -> None:
        slip = self.wave(self.orders[0])
        begun = self.post("pack", self.cast.ding, scan=slip.number)
        assert begun["Location"] == reverse("dispatch:pack-slip", args=[slip.pk])
        wrong = self.post("scan", self.cast.ding, slip.pk, scan="SJT-180-GR")
        assert (wrong.status_code, "货不对" in wrong.content.decode()) == (409, True)
        assert self.post("scan", self.cast.ding, slip.pk, scan="SJT-180-BL").status_code == 302
        assert "请扫运单号" in self.as_person(self.cast.ding).get(begun["Location"]).content.decode()
        assert self.post("scan", self.cast.ding, slip.pk, scan="YT1001").status_code == 302
        assert Order.objects.get(pk=self.orders[0].pk).tracking_number == "YT1001"
        assert "YT1001" in self.as_person(self.cast.ding).get(begun["Location"]).content.decode()

    def test_an_unknown_number_and_a_void_slip_are_said_large_and_red(self) -> None:
        slip = self.wave(self.orders[0])
        waves.void(slip, "换快递", by=self.cast.ou)
        for scanned, word in (("999", "没有"), (slip.number, "作废面单")):
            said = self.post("pack", self.cast.ding, scan=scanned)
            assert (said.status_code, "pack__state--bad" in said.content.decode()) == (409, True)
            assert word in said.content.decode()

    def test_a_parcel_is_put_down(self) -> None:
        slip = self.wave(self.orders[0])
        self.post("pack", self.cast.ding, scan=slip.number)
        assert self.post("put-down", self.cast.ding, slip.pk).status_code == 302
        assert Slip.objects.get(pk=slip.pk).packer is None


class CutOffPage(Room, pages.PageCase):
    reader, strangers, stranger_status = "ou", ("lin",), 403
    chinese, english, queries = "截单", "what is to leave today", 50

    def address(self) -> str:
        return reverse("dispatch:cut-off")

    def test_it_counts_what_is_open_by_how_far_and_with_whom(self) -> None:
        page = self.as_person(self.cast.ou).get(self.address()).content.decode()
        assert "区志文 7" in page
        assert "还没人接手 6" in page


class HelpPage(Room, pages.PageCase):
    reader, strangers, stranger_status = "zhou", ("lin",), 403
    chinese, english, queries = "呼叫支援", "Call for help", 44

    def address(self) -> str:
        return reverse("dispatch:help")

    def test_help_is_called_assigned_and_ended(self) -> None:
        given = {"shop": self.cast.shop.pk, "place": "warehouse", "people": 1, "until": "18:00", "why": "大促"}
        assert self.post("help-call", self.cast.ding, **given).status_code == 302
        call = Help.objects.get()
        assert "林小雨" in self.as_person(self.cast.zhou).get(self.address()).content.decode()
        assert self.post("help-assign", self.cast.zhou, call.pk, person=self.cast.lin.pk).status_code == 302
        assert self.as_person(self.cast.lin).get(reverse("dispatch:pack")).status_code == 200
        assert self.post("help-end", self.cast.zhou, call.pk).status_code == 302
        assert self.as_person(self.cast.lin).get(reverse("dispatch:pack")).status_code == 403
