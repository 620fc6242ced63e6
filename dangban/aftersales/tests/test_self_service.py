"""The customer's own request by the link to their order: asked, shown, judged, sent back, followed, taken back."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from dangban.aftersales.models import Case, CaseLine, CaseStep, Evidence, InboundParcel
from dangban.aftersales.settling import ordering
from dangban.aftersales.tests.story import ReturningCase
from dangban.lib import clock
from dangban.media.models import Blob
from dangban.orders.models import Order
from dangban.orders.self_service import links
from dangban.testing.cast import NOW


def photo(name: str = "坏了.jpg", size: tuple[int, int] = (900, 600)) -> SimpleUploadedFile:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (30.0, 15.0, 0.0)}
    Image.new("RGB", size, (120, 40, 40)).save(out, "JPEG", exif=exif)
    return SimpleUploadedFile(name, out.getvalue(), "image/jpeg")


class OwnReturnCase(ReturningCase):
    def address(self, order: Order, what: str = "return/") -> str:
        return f"/o/{links.token(order, self.cast.mei, clock.now())}/{what}"

    def seen(self, order: Order) -> Client:
        client = Client()
        assert client.post(self.address(order, "check/"), {"tail": order.phone_tail}).status_code == 302
        return client

    def ask(self, order: Order, client: Client | None = None, files: tuple[Any, ...] = (), **changed: Any) -> Any:
        line = order.lines.get()
        typed = {f"pieces-{line.pk}": "1", "reason": "dislike", "wanted": "return", "note": "和想的不一样", "files": list(files)}
        return (client or self.seen(order)).post(self.address(order), typed | changed)


class AskingTests(OwnReturnCase):
    def test_a_customer_asks_on_the_order_s_page_and_sees_what_comes_next(self) -> None:
        order = self.story.order()
        client = self.seen(order)
        assert "申请退换或售后" in client.get(self.address(order, "")).content.decode()
        answer = self.ask(order, client, (photo(),), reason="quality", condition=["washed"])
        case = Case.objects.get()
        assert answer["Location"].endswith(f"/return/{case.pk}/?done=asked")
        assert (case.source, case.kind, case.reason, case.owner, case.opened_by_kind) == ("customer", "return", "quality", self.cast.mei, "customer")
        assert case.facts == {"washed": True}
        assert [(line.quantity, line.paid_fen) for line in CaseLine.objects.all()] == [(1, 19_900)]
        page = client.get(answer["Location"]).content.decode()
        for shown in (case.number, "下一步", "和想的不一样", "&amp;small=1"):
            assert shown in page, shown

    def test_photos_are_drawn_anew_without_their_place_and_small_ones_beside_them(self) -> None:
        order = self.story.order()
        sent = photo()
        original = sent.read()
        sent.seek(0)
        self.ask(order, files=(sent,), reason="quality")
        filed = Evidence.objects.get()
        assert (filed.kind, filed.by_kind, filed.order, filed.problem) == ("photo", "customer", order, "quality")
        blob = Blob.objects.get(sha256=filed.sha256)
        assert blob.small is not None
        from dangban.media.storage import storage

        with storage().open(filed.sha256) as file:
            kept = file.read()
        assert kept != original
        assert not Image.open(io.BytesIO(kept)).getexif()

    def test_what_is_no_photo_is_refused_kindly_and_nothing_is_kept(self) -> None:
        order = self.story.order()
        for wrong in (
            SimpleUploadedFile("病毒.exe", b"MZ" + b"\0" * 200),
            SimpleUploadedFile("假的.jpg", b"not a picture"),
            SimpleUploadedFile("表.txt", b"words"),
        ):
            answer = self.ask(order, files=(photo(), wrong), reason="quality")
            assert answer.status_code == 422
            assert "请发图片、视频或 PDF" in answer.content.decode()
        assert (Case.objects.count(), Evidence.objects.count()) == (0, 0)

    def test_ten_megabytes_are_taken_and_more_are_refused_kindly(self) -> None:
        order = self.story.order()
        padded = photo().read()
        fits = SimpleUploadedFile("大.jpg", padded + b"\0" * (10 * 1024 * 1024 - len(padded)), "image/jpeg")
        assert self.ask(order, files=(fits,), reason="quality").status_code == 302
        other = self.story.order(number="7788")
        large = SimpleUploadedFile("太大.jpg", padded + b"\0" * (11 * 1024 * 1024), "image/jpeg")
        answer = self.ask(other, files=(large,), reason="quality")
        assert answer.status_code == 422
        assert "最多 10 MB" in answer.content.decode()
        assert Case.objects.count() == 1

    def test_the_same_pieces_are_asked_for_once(self) -> None:
        order = self.story.order(quantity=2)
        client = self.seen(order)
        line = order.lines.get()
        assert self.ask(order, client).status_code == 302
        answer = self.ask(order, client, **{f"pieces-{line.pk}": "2"})
        assert answer.status_code == 422
        assert Case.objects.count() == 1
        assert self.ask(order, client).status_code == 302
        assert CaseLine.objects.filter(order_line=line).count() == 2
        assert "申请退换或售后" not in client.get(self.address(order, "")).content.decode()

    def test_without_goods_without_a_reason_or_wish_nothing_is_opened(self) -> None:
        order = self.story.order()
        line = order.lines.get()
        for changed in ({f"pieces-{line.pk}": "0"}, {"reason": ""}, {"reason": "service"}, {"wanted": "over"}, {f"pieces-{line.pk}": "9"}):
            assert self.ask(order, **changed).status_code == 422, changed
        assert not Case.objects.exists()

    def test_an_exchange_says_what_is_sent_instead(self) -> None:
        order = self.story.order()
        line = order.lines.get()
        from dangban.shops.models import Sku

        other = Sku.objects.create(product=self.story.blue.product, shop=order.shop, code="SJT-200-BL", name="深蓝 2.0 米")
        self.ask(order, wanted="exchange", reason="size", **{f"instead-{line.pk}": str(other.pk)})
        assert CaseLine.objects.get().wanted_sku == other

    def test_what_has_not_left_can_t_be_sent_back(self) -> None:
        order = self.story.order(signed_at=None)
        Order.objects.filter(pk=order.pk).update(status="paid")
        order.refresh_from_db()
        assert self.ask(order).status_code == 422
        assert not Case.objects.exists()

    def test_without_the_end_of_the_phone_nothing_is_shown_or_opened(self) -> None:
        order = self.story.order()
        case = self.story.case(order=order)
        for what in ("return/", f"return/{case.pk}/", f"return/{case.pk}/card/"):
            answer = Client().get(self.address(order, what))
            assert answer.status_code == 302, what
            assert answer["Location"].endswith(f"{links.token(order, self.cast.mei, NOW)}/")
        for what in ("return/", *(f"return/{case.pk}/{act}/" for act in ("evidence", "parcel", "withdrawal"))):
            assert Client().post(self.address(order, what)).status_code == 302, what
        assert Case.objects.count() == 1
        assert Case.objects.get().state == "opened"

    def test_a_case_of_another_order_is_not_found(self) -> None:
        order, other = self.story.order(), self.story.order(number="4455")
        theirs = self.story.case(order=other)
        client = self.seen(order)
        assert client.get(self.address(order, f"return/{theirs.pk}/")).status_code == 404
        assert client.post(self.address(order, f"return/{theirs.pk}/withdrawal/")).status_code == 404
        theirs.refresh_from_db()
        assert theirs.state == "opened"

    def test_more_than_an_hour_allows_is_told_so(self) -> None:
        order = self.story.order()
        case = self.story.case(order=order)
        client = self.seen(order)
        for _time in range(10):
            assert client.post(self.address(order, f"return/{case.pk}/evidence/"), {"files": [photo()]}).status_code == 302
        assert client.post(self.address(order, f"return/{case.pk}/evidence/"), {"files": [photo()]}).status_code == 429
        assert Evidence.objects.count() == 10

    def test_nothing_of_it_is_kept_by_browsers_and_no_script_runs(self) -> None:
        order = self.story.order()
        case = self.story.case(order=order)
        client = self.seen(order)
        for what in ("return/", f"return/{case.pk}/", f"return/{case.pk}/card/"):
            answer = client.get(self.address(order, what))
            assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
            assert "<script" not in answer.content.decode()


class GoingOnTests(OwnReturnCase):
    def returning(self, order: Order) -> Case:
        case = self.story.case(order=order)
        self.story.move(case, "assess", "assessed")
        case.remedy = "return"
        Case.objects.filter(pk=case.pk).update(remedy="return")
        return self.story.move(case, "agree_return", "returning")

    def test_nothing_is_said_of_the_verdict_before_it_is_agreed(self) -> None:
        order = self.story.order()
        self.ask(order, reason="dislike", condition=["washed"])
        case = Case.objects.get()
        assert case.assessments.get().outcome == "refused"
        assert case.state == "assessed"
        page = self.seen(order).get(self.address(order, f"return/{case.pk}/")).content.decode()
        assert "我们正在核实" in page
        assert "不能再次销售" not in page

    def test_the_parcel_s_number_is_told_once_the_return_is_agreed(self) -> None:
        order = self.story.order()
        case = self.story.case(order=order)
        client = self.seen(order)
        typed = {"courier": "圆通", "number": "yt 8800"}
        assert client.post(self.address(order, f"return/{case.pk}/parcel/"), typed).status_code == 409
        assert not InboundParcel.objects.exists()
        self.story.move(case, "assess", "assessed")
        self.story.move(case, "agree_return", "returning")
        assert "登记寄回单号" in client.get(self.address(order, f"return/{case.pk}/")).content.decode()
        assert client.post(self.address(order, f"return/{case.pk}/parcel/"), typed).status_code == 302
        case.refresh_from_db()
        parcel = InboundParcel.objects.get()
        assert (case.state, parcel.number, parcel.courier) == ("on_way", "YT8800", "圆通")
        assert "YT8800" in client.get(self.address(order, f"return/{case.pk}/")).content.decode()

    def test_photos_that_were_asked_for_bring_it_on(self) -> None:
        order = self.story.order()
        case = self.story.case(order=order)
        self.story.move(case, "ask_evidence", "evidence")
        client = self.seen(order)
        assert client.post(self.address(order, f"return/{case.pk}/evidence/"), {"files": [photo()]}).status_code == 302
        case.refresh_from_db()
        assert case.state != "evidence"
        assert "evidence_came" in CaseStep.objects.filter(case=case).values_list("act", flat=True)

    def test_the_customer_takes_it_back_until_the_parcel_is_on_its_way(self) -> None:
        order = self.story.order()
        case = self.returning(order)
        client = self.seen(order)
        assert client.post(self.address(order, f"return/{case.pk}/withdrawal/")).status_code == 302
        case.refresh_from_db()
        assert (case.state, case.steps.last().by_kind) == ("withdrawn", "customer")
        again = self.returning(self.story.order(number="3344"))
        assert again.order is not None
        other = self.seen(again.order)
        other.post(self.address(again.order, f"return/{again.pk}/parcel/"), {"courier": "圆通", "number": "YT1"})
        assert other.post(self.address(again.order, f"return/{again.pk}/withdrawal/")).status_code == 409
        again.refresh_from_db()
        assert again.state == "on_way"

    def test_the_return_card_names_who_sends_what_and_why(self) -> None:
        order = self.story.order()
        case = self.returning(order)
        page = self.seen(order).get(self.address(order, f"return/{case.pk}/card/")).content.decode()
        for shown in (case.number, order.platform_id, "方静", "13800001234", "质量问题", "加厚四件套", "data:image/png"):
            assert shown in page, shown

    def test_a_promise_that_was_missed_is_not_repeated(self) -> None:
        order = self.story.order()
        self.ask(order)
        case = Case.objects.get()
        assert case.due_at is not None
        address = self.address(order, f"return/{case.pk}/")
        with clock.frozen(case.due_at + timedelta(minutes=1)):
            client = self.seen(order)
            assert "比我们说的要久一些" in client.get(address).content.decode()

    def test_somebody_who_may_not_handle_cases_passes_it_to_who_may(self) -> None:
        order = self.story.order()
        client = Client()
        token = links.token(order, self.cast.ding, NOW)
        client.post(f"/o/{token}/check/", {"tail": order.phone_tail})
        with mock.patch.object(self, "address", lambda _order, what="return/": f"/o/{token}/{what}"):
            assert self.ask(order, client).status_code == 302
        assert Case.objects.get().owner.can("aftersales.handle", shop=order.shop_id)


class BetweenUsTests(OwnReturnCase):
    def test_what_an_agent_wrote_down_is_not_shown_to_the_customer(self) -> None:
        order = self.story.order()
        client = self.seen(order)
        self.ask(order, client)
        own = Case.objects.get()
        ours = self.story.case("adjust", "service", order=order, note="顾客很急，先稳住")
        for case, shown in ((own, "和想的不一样"), (ours, "")):
            for what in ("", "card/"):
                page = client.get(self.address(order, f"return/{case.pk}/{what}")).content.decode()
                assert case.number in page
                assert (shown in page, "先稳住" in page) == (True, False)

    def test_goods_that_have_left_keep_the_customer_from_taking_the_request_back(self) -> None:
        order = self.story.order()
        client = self.seen(order)
        self.ask(order, client, wanted="reship", reason="missing")
        case = Case.objects.get()
        made = ordering.order_goods(case, "reship", None, by=self.cast.mei, key="g1", at=NOW)
        Order.objects.filter(pk=made.order_id).update(status="sent")
        assert client.post(self.address(order, f"return/{case.pk}/withdrawal/")).status_code == 409
        assert Case.objects.get().state != "withdrawn"
