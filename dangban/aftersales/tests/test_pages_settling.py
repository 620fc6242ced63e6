"""The pages of settling: for whom they are, what can be done on them, with how few queries."""

from __future__ import annotations

import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook
from PIL import Image

from dangban.aftersales.models import Case, CaseOrder, Evidence, LedgerEntry, RetentionOffer, Settlement
from dangban.aftersales.settling import paying
from dangban.aftersales.settling.proposing import Payee
from dangban.aftersales.tests.settled import SettlingCase
from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.journal.models import Entry
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW


class Pages(SettlingCase):
    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.case = cls.story.case(order=cls.story.order(quantity=3))
        cls.story.came_back(cls.case)
        cls.row = cls.story.propose(cls.case, 19_900)

    def post(self, name: str, by: Person, /, *args: int, **data: Any) -> Any:
        return self.as_person(by).post(reverse(f"aftersales:{name}", args=args), data)

    def get(self, name: str, by: Person, /, *args: int, **query: Any) -> str:
        response = self.as_person(by).get(reverse(f"aftersales:{name}", args=args), query)
        assert response.status_code == 200, response.content[:300]
        return response.content.decode()


class CaseMoney(Pages, pages.PageCase):
    reader, strangers, stranger_status = "mei", ("hu",), 404
    chinese, english, queries = "最多可退", "How much may be paid back", 75

    def address(self) -> str:
        return reverse("aftersales:money", args=[self.case.pk])

    def test_every_step_of_the_reckoning_is_shown(self) -> None:
        page = self.get("money", self.cast.mei, self.case.pk)
        for said in ("¥597.00", "-¥199.00", "¥398.00", "加厚四件套 ×3"):
            assert said in page

    def test_a_payment_is_proposed_once_however_often_the_button_is_pressed(self) -> None:
        given = {"kind": "refund", "amount": "100.00", "way": "platform", "key": "once"}
        for _again in range(2):
            assert self.post("propose", self.cast.mei, self.case.pk, **given).status_code == 302
        assert Settlement.objects.filter(amount_fen=10_000).count() == 1

    def test_beyond_the_ceiling_comes_back_with_the_reason_and_changes_nothing(self) -> None:
        response = self.post("propose", self.cast.mei, self.case.pk, kind="refund", amount="500.00", way="platform", key="k")
        assert response.status_code == 409 or response.status_code == 422
        assert "¥398.00" in response.content.decode()
        assert Settlement.objects.count() == 1

    def test_what_is_typed_wrongly_comes_back_at_its_field(self) -> None:
        response = self.post("propose", self.cast.mei, self.case.pk, kind="refund", amount="1.00", way="alipay", payee="方静", account="12", key="k")
        assert response.status_code == 422
        assert "支付宝账号" in response.content.decode()

    def test_goods_are_ordered_and_called_off(self) -> None:
        line = self.case.lines.get()
        given = {"kind": "reship", "line": line.pk, "sku": "SJT-180-GR", "quantity": 1, "key": "g"}
        assert self.post("goods", self.cast.mei, self.case.pk, **given).status_code == 302
        made = CaseOrder.objects.get()
        assert made.order.platform_id in self.get("money", self.cast.mei, self.case.pk)
        assert self.post("goods-off", self.cast.mei, self.case.pk, made.pk, why="不用了").status_code == 302
        assert Order.objects.get(pk=made.order_id).status == "closed"
        assert self.post("goods", self.cast.mei, self.case.pk, **{**given, "sku": "NIX", "key": "h"}).status_code == 422

    def test_what_the_customer_paid_is_noted(self) -> None:
        assert self.post("topup", self.cast.mei, self.case.pk, amount="12.00", way="cash", key="t").status_code == 302
        assert LedgerEntry.objects.get(account="seller").amount_fen == 1_200

    def test_an_offer_is_noted_and_answered(self) -> None:
        case = self.story.case(order=self.story.order(number="7711"))
        assert self.post("offer", self.cast.mei, case.pk, kind="compensate", amount="30.00").status_code == 302
        assert self.post("offer", self.cast.mei, case.pk, kind="compensate", amount="30.01").status_code in (409, 422)
        made = RetentionOffer.objects.get()
        assert self.post("offer-answer", self.cast.mei, case.pk, made.pk, kept="yes").status_code == 302
        made.refresh_from_db()
        assert (made.result, made.amount_fen) == ("kept", 3_000)
        assert self.post("offer-answer", self.cast.mei, case.pk, made.pk, kept="no").status_code == 409
        page = self.get("offers", self.cast.zhou)
        assert "梅芳" in page
        assert "100.0%" in page

    def test_stock_is_set_right(self) -> None:
        self.story.goods.receive(2, self.story.grey)
        response = self.post("stock", self.cast.mei, self.case.pk, sent="SJT-180-GR", quantity=1)
        assert response.status_code == 302
        assert self.story.goods.figures(self.story.grey)[0] == 1

    def test_finance_reads_it_and_can_not_send_goods(self) -> None:
        assert self.get("money", self.cast.qian, self.case.pk)
        line = self.case.lines.get()
        assert self.post("goods", self.cast.qian, self.case.pk, kind="reship", line=line.pk, sku="SJT-180-GR", quantity=1, key="g").status_code == 403
        assert not CaseOrder.objects.exists()

    def test_no_door_of_it_opens_to_a_stranger(self) -> None:
        for name in ("propose", "topup", "credit", "goods", "stock", "offer"):
            assert self.post(name, self.cast.hu, self.case.pk).status_code == 404, name
        assert (Settlement.objects.count(), CaseOrder.objects.count()) == (1, 0)


class CaseSums(Pages, pages.PageCase):
    reader, strangers, stranger_status = "mei", ("hu",), 404
    chinese, english, queries = "最多可退", "How much may be paid back", 60

    def address(self) -> str:
        return reverse("aftersales:money-sums", args=[self.case.pk])


class Payments(Pages, pages.PageCase):
    reader, strangers, stranger_status = "qian", (), 403
    chinese, english, queries = "待付款", "what was promised first", 40

    def address(self) -> str:
        return reverse("aftersales:payments")

    def test_others_see_the_list_of_their_shops_only(self) -> None:
        assert self.case.number in self.get("payments", self.cast.mei)
        assert self.case.number not in self.get("payments", self.cast.hu)

    def test_what_the_platform_paid_by_itself_stands_among_what_was_paid(self) -> None:
        Settlement.objects.create(
            case=self.case, shop=self.case.shop, kind="refund", way="platform", state="paid", amount_fen=19_900, key="auto", proposed_by=self.cast.mei, proposed_at=NOW, paid_at=NOW
        )
        page = self.as_person(self.cast.qian).get(reverse("aftersales:payments", query={"which": "paid"})).content.decode()
        assert "¥199.00" in page
        assert "平台" in page

    def test_chosen_ones_are_marked_as_paid_and_the_others_say_why_not(self) -> None:
        own = self.story.propose(self.case, 500, "goodwill", by=self.cast.qian)
        page = self.post("pay-chosen", self.cast.qian, payment=[self.row.pk, own.pk]).content.decode()
        assert "¥199.00" in page
        assert "提出付款的人" in page
        assert list(Settlement.objects.order_by("pk").values_list("state", flat=True)) == ["paid", "ready"]

    def test_nothing_chosen_is_said_and_who_may_not_pay_pays_nothing(self) -> None:
        assert self.post("pay-chosen", self.cast.qian).status_code == 422
        assert "¥199.00" not in self.post("pay-chosen", self.cast.mei, payment=[self.row.pk]).content.decode().partition("没有付")[0]
        self.row.refresh_from_db()
        assert self.row.state == "ready"

    def test_a_page_ends_and_the_next_begins_after_it(self) -> None:
        made = Settlement.objects.bulk_create(
            Settlement(
                case=self.case, shop=self.case.shop, kind="goodwill", way="platform", state="ready", amount_fen=100, key=f"many{number}",
                proposed_by=self.cast.mei, proposed_at=NOW, promised_for=NOW,
            )
            for number in range(60)
        )  # fmt: skip
        first = self.get("payments", self.cast.qian)
        after = first.split("after=")[1].split('"')[0].split("&")[0]
        second = self.get("payments", self.cast.qian, after=after)
        assert (first.count('id="payment-'), second.count('id="payment-')) == (50, 11)
        assert f'id="payment-{made[0].pk}"' in first
        assert f'id="payment-{self.row.pk}"' in second

    def test_each_state_has_its_list(self) -> None:
        for which in ("proposed", "topup", "paid", "ended", "nonsense"):
            self.get("payments", self.cast.qian, which=which, after="x-y")


class OnePayment(Pages, pages.PageCase):
    reader, strangers, stranger_status = "qian", ("hu",), 404
    chinese, english, queries = "标记已付", "Mark as paid", 40

    def address(self) -> str:
        return reverse("aftersales:payment", args=[self.row.pk])

    def test_it_is_paid_proved_and_the_customer_is_told(self) -> None:
        thread = chat.open_thread(self.cast.shop, customer=self.cast.fang, channel=Thread.Channel.WIDGET, at=NOW)
        row = self.story.propose(self.case, 1_000, "refund", "alipay", payee=Payee("方静", "13800001234"))
        Case.objects.filter(pk=self.case.pk).update(thread_id=thread.pk)
        assert self.post("pay", self.cast.qian, row.pk, reference="2026111900", seen=row.version).status_code == 302
        picture = io.BytesIO()
        Image.new("RGB", (40, 30), "navy").save(picture, "PNG")
        sent = SimpleUploadedFile("转账.png", picture.getvalue(), "image/png")
        assert self.post("payment-proof", self.cast.qian, row.pk, file=sent).status_code == 302
        row.refresh_from_db()
        assert (row.state, row.reference) == ("paid", "2026111900")
        assert row.proof is not None
        assert (row.proof.kind, Evidence.objects.filter(case=self.case).count()) == ("transfer", 1)
        assert [one.kind for one in Message.objects.filter(thread=thread).order_by("seq")] == ["text", "image"]

    def test_a_proof_that_is_none_is_refused(self) -> None:
        paying.release(self.row, by=self.cast.qian, at=NOW)
        sent = SimpleUploadedFile("x.png", b"MZ no picture", "image/png")
        assert self.post("payment-proof", self.cast.qian, self.row.pk, file=sent).status_code == 422
        assert self.post("payment-proof", self.cast.qian, self.row.pk).status_code == 422
        assert not Evidence.objects.exists()

    def test_it_is_cancelled_with_a_reason(self) -> None:
        assert self.post("payment-cancel", self.cast.mei, self.row.pk).status_code == 422
        assert self.post("payment-cancel", self.cast.mei, self.row.pk, why="顾客不退了").status_code == 302
        self.row.refresh_from_db()
        assert (self.row.state, self.row.ended_why) == ("cancelled", "顾客不退了")

    def test_what_was_paid_wrongly_is_entered_against(self) -> None:
        paying.release(self.row, by=self.cast.qian, at=NOW)
        assert self.post("payment-against", self.cast.qian, self.row.pk, why="付错").status_code == 302
        assert sum(LedgerEntry.objects.values_list("amount_fen", flat=True)) == 0
        assert "付错" in self.get("payment", self.cast.qian, self.row.pk)

    def test_an_old_page_pays_nothing(self) -> None:
        assert self.post("pay", self.cast.qian, self.row.pk, seen=99).status_code == 409
        assert not LedgerEntry.objects.exists()

    def test_no_door_of_it_opens_to_a_stranger_or_an_agent(self) -> None:
        for name in ("pay", "payment-cancel", "payment-against", "payment-proof"):
            assert self.post(name, self.cast.hu, self.row.pk, why="x").status_code == 404, name
        assert self.post("pay", self.cast.lin, self.row.pk).status_code == 403
        self.row.refresh_from_db()
        assert self.row.state == "ready"


class Month(Pages, pages.PageCase):
    reader, strangers, stranger_status = "qian", ("lin", "hu"), 403
    chinese, english, queries = "结算明细账", "After-sales ledger", 40

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        paying.release(cls.row, by=cls.cast.qian, reference="2200", at=NOW)

    def address(self) -> str:
        return reverse("aftersales:month")

    def test_another_month_is_empty_and_nonsense_is_this_one(self) -> None:
        assert self.case.number in self.get("month", self.cast.qian, month="x")
        assert self.case.number not in self.get("month", self.cast.qian, month="2026-10")

    def test_the_workbook_holds_every_entry_and_the_journal_who_took_it(self) -> None:
        response = self.as_person(self.cast.qian).get(reverse("aftersales:month-export"), {"month": "2026-11"})
        rows = list(load_workbook(io.BytesIO(response.content)).active.values)
        assert len(rows) == 3
        assert sorted(row[7] for row in rows[1:]) == [-199.0, 199.0]
        assert {row[8] for row in rows[1:]} == {"2200"}
        assert Entry.objects.filter(verb="aftersales.ledger_exported").get().change["rows"] == 2
        assert self.as_person(self.cast.mei).get(reverse("aftersales:month-export")).status_code == 403


class Agreeing(Pages, pages.PageCase):
    reader, strangers, stranger_status = "qian", ("lin", "hu"), 403
    chinese, english, queries = "分毫不差", "to the cent", 40

    def address(self) -> str:
        return reverse("aftersales:reconcile")

    def test_a_difference_is_listed(self) -> None:
        Case.objects.filter(pk=self.case.pk).update(refunded_fen=5)
        page = self.get("reconcile", self.cast.qian)
        assert self.case.number in page
        assert "¥0.05" in page


class Offers(Pages, pages.PageCase):
    reader, strangers, stranger_status = "zhou", (), 403
    chinese, english, queries = "挽留", "Goods kept", 30

    def address(self) -> str:
        return reverse("aftersales:offers")
