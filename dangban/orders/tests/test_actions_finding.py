"""Late and oversold orders are found, closed when they are over, and gone through on the day of the sweep."""

from __future__ import annotations

from typing import Any

from dangban.desk.models import Task
from dangban.lib.actor import SYSTEM
from dangban.orders import exceptions, parcels
from dangban.orders.exceptions import finding
from dangban.orders.models import ExceptionSweep, Order, OrderException, Parcel
from dangban.orders.tests.stories import OrderCase
from dangban.stock import alerts
from dangban.stock.tests.goods import GoodsCase
from dangban.testing.cast import NOW, TODAY, at


class LateCase(OrderCase):
    def late(self, number: str, paid: str = "11-17 9:00", title: str = "", **given: Any) -> Order:
        values = {"platform_id": number, "number_tail": number, "created_at": at(paid), "paid_at": at(paid)}
        order = self.order(**(values | given))
        if title:
            order.lines.update(title=title)
        return order

    def found(self) -> dict[str, str]:
        rows = OrderException.objects.filter(settled_at=None)
        return dict(rows.order_by("order__platform_id").values_list("order__platform_id", "reason"))


class Late(LateCase):
    def test_orders_paid_two_days_ago_are_opened_with_the_likeliest_cause(self):
        self.late("1")
        self.late("2", "11-17 10:01")
        self.late("3", title="预售 羽绒被")
        sent = self.late("4")
        Parcel.objects.create(order=sent, shop=sent.shop, courier="圆通", number="YT1", sent_at=NOW)
        self.late("5", status="part")
        self.late("6", refund="full")
        self.late("7", "10-1 9:00")
        self.late("8", status="sent")
        assert finding.find_late(NOW) == 4
        assert finding.find_late(NOW) == 0
        assert self.found() == {"1": "not_downloaded", "3": "presale", "4": "not_marked", "5": "not_downloaded"}
        one = OrderException.objects.get(order__platform_id="1")
        assert [reason["path"] for reason in one.because] == ["orders.ship_within", "orders.exception_within"]

    def test_what_was_settled_is_looked_at_again_two_days_later(self):
        self.late("1")
        finding.find_late(NOW)
        exceptions.settle(OrderException.objects.get(), "told", by=self.cast.ou, at=NOW)
        assert finding.find_late(at("11-21 9:59")) == 0
        assert finding.find_late(at("11-21 10:01")) == 1

    def test_they_are_closed_when_the_order_leaves(self):
        order = self.late("1")
        finding.find_late(NOW)
        parcels.send(order, "圆通", "YT100", by=SYSTEM, at=at("11:00"))
        one = OrderException.objects.get()
        assert (one.outcome, one.settled_at, one.settled_by_kind) == ("sent", at("11:00"), "system")

    def test_they_are_closed_when_the_money_went_back(self):
        self.late("1")
        finding.find_late(NOW)
        Order.objects.update(refund="full")
        finding.close_gone(NOW)
        assert OrderException.objects.get().outcome == "by_itself"


class TheSweep(LateCase):
    def test_on_thursday_the_order_desk_gets_a_task_with_the_list_once(self):
        self.late("1")
        self.late("2", title="预售 羽绒被")
        finding.sweep(NOW)
        finding.sweep(NOW)
        task = Task.objects.get()
        assert (task.owner, task.due_at) == (self.cast.ou, at("11-20 4:00"))
        assert sorted(step.text for step in task.steps.all()) == ["1 系统没下载", "2 预售"]
        assert ExceptionSweep.objects.get().found == 2

    def test_on_friday_nobody_is_asked(self):
        self.late("1")
        finding.sweep(at("11-20 10:00"))
        assert OrderException.objects.count() == 1
        assert not Task.objects.exists()


class Oversold(GoodsCase):
    def order(self, number: str, paid: str, pieces: int) -> Order:
        order = Order.objects.create(
            shop=self.cast.shop, platform_id=number, customer=self.cast.fang, status="paid", total_fen=1,
            created_at=at(paid), paid_at=at(paid), business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        order.lines.create(position=1, title="四件套", quantity=pieces, sku=self.goods.blue)
        return order

    def test_the_last_to_pay_go_without_and_are_over_when_goods_come(self):
        self.goods.receive(3)
        for number, paid in (("1", "9:00"), ("2", "9:10"), ("3", "9:20")):
            self.order(number, paid, 2)
        alerts.look_round()
        finding.find_oversold(NOW)
        finding.find_oversold(NOW)
        rows = OrderException.objects.order_by("order__platform_id")
        assert [(one.order.platform_id, one.facts["missing"]) for one in rows] == [("2", 1), ("3", 2)]
        self.goods.receive(3)
        alerts.look_round()
        finding.close_gone(NOW)
        assert not OrderException.objects.filter(settled_at=None).exists()
