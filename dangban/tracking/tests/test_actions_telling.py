"""Customers are told unasked: once for each occasion, by the handbook's list, not in the night, not when it is old."""

from __future__ import annotations

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.orders import parcels
from dangban.orders.models import Order
from dangban.testing.cast import NOW, at
from dangban.tracking import telling, wording
from dangban.tracking.models import Step, Telling
from dangban.tracking.tests.stories import ParcelCase


class TellingCase(ParcelCase):
    def setUp(self) -> None:
        super().setUp()
        self.thread = chat.open_thread(self.cast.shop, customer=self.cast.fang)

    def lines(self) -> list[str]:
        return list(Message.objects.filter(thread=self.thread).order_by("seq").values_list("body", flat=True))

    def ways(self) -> dict[str, str]:
        return dict(Telling.objects.order_by("pk").values_list("occasion", "way"))


class Unasked(TellingCase):
    def test_a_delivery_is_told_once_in_the_chat(self):
        self.says("delivering", "11-19 9:00")
        self.says("moving", "11-19 9:05")
        self.says("delivering", "11-19 9:10", text="再次派送")
        telling.tell_due(at("11-19 9:11"))
        telling.tell_due(at("11-19 9:12"))
        assert self.lines() == ["亲，您的包裹 YT1001（圆通速递）正在派送，请保持电话畅通，收货时先验货再签收哦。"]
        assert Message.objects.get().author == "auto"

    def test_nothing_is_said_in_the_night_but_in_the_morning_if_it_still_holds(self):
        self.says("problem", "11-19 23:00")
        assert telling.tell_due(at("11-19 23:30")) == 0
        assert Telling.objects.get(occasion="problem").due_at == at("11-20 8:30")
        self.says("moving", "11-20 7:00")
        telling.tell_due(at("11-20 8:30"))
        assert (self.lines(), self.ways()) == ([], {"problem": "past"})

    def test_who_has_no_chat_here_is_not_told(self):
        self.sent.customer = self.cast.customer("nobody_1", "无名", self.cast.shop)
        self.sent.save()
        self.says("delivering", "11-19 9:00")
        telling.tell_due(at("11-19 9:01"))
        assert (self.lines(), self.ways()) == ([], {"delivering": "no_chat"})

    def test_a_parcel_that_leaves_here_is_told_of(self):
        order = self.order(platform_id="P1", status="paid", paid_at=NOW)
        parcels.send(order, "顺丰", "SF7777777", by=self.cast.ding, at=NOW)
        telling.tell_due(NOW)
        assert self.lines() == ["亲，您的订单 P1 已发出，顺丰，运单号 SF7777777。"]

    def test_nobody_is_told_what_the_list_of_the_handbook_does_not_name(self):
        self.says("signed", "11-19 9:00")
        assert "signed" not in self.ways()


class AfterSigning(TellingCase):
    def test_reminders_come_in_their_time_and_end_with_the_order(self):
        self.says("signed", "11-19 9:00")
        assert dict(Telling.objects.values_list("occasion", "due_at")) == {
            "satisfaction": at("11-20 9:00"), "confirm": at("11-22 9:00"), "review": at("11-24 9:00"),
        }  # fmt: skip
        telling.tell_due(at("11-20 9:00"))
        Order.objects.update(status="done")
        telling.tell_due(at("11-22 9:00"))
        telling.tell_due(at("11-24 9:00"))
        assert self.ways() == {"satisfaction": "chat", "confirm": "past", "review": "chat"}
        assert len(self.lines()) == 2

    def test_who_wants_the_money_back_is_not_asked_for_a_review(self):
        self.says("signed", "11-19 9:00")
        Order.objects.update(refund="asked")
        telling.tell_due(at("11-26 9:00"))
        assert set(self.ways().values()) == {"past"}


class TheAnswer(ParcelCase):
    def answer(self) -> str:
        last = Step.objects.filter(track=self.parcel.pk).order_by("-at").first()
        return wording.answer([(self.track(), last)])

    def test_is_honest_where_nobody_has_reported(self):
        assert self.answer() == "圆通速递 YT1001：已交给快递，快递公司还没有更新轨迹。"
        assert wording.answer([]) == "亲，您的订单还没有发出，发出后第一时间告诉您。"

    def test_says_the_last_step_without_phone_numbers(self):
        self.says("delivering", "11-19 9:00", text="快递员 13812345678 正在派送")
        assert self.answer() == "圆通速递 YT1001：派送中。11-19 09:00 快递员 138****5678 正在派送"
