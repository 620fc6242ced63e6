"""Orders that are paid and lack goods: flagged, told to who sold them in time, settled with the customer."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.backorders import actions, ports
from dangban.backorders.actions import Chosen
from dangban.backorders.models import Shortfall
from dangban.backorders.tests.story import WaitingCase
from dangban.desk.models import Deadline, Notice
from dangban.handbook import actions as handbook
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import FlagChange, Order, OrderException
from dangban.stock import actions as stock
from dangban.stock.models import Reservation
from dangban.testing.cast import NOW, TODAY, at


class ShortCase(WaitingCase):
    def setUp(self) -> None:
        super().setUp()
        self.order = self.story.order(self.cast.fang, self.story.blue, 2, at=at("9:00"), number="700800900")
        before = ports._seller[:]
        ports.register_seller(lambda order: self.cast.lin)
        self.addCleanup(lambda: ports._seller.__setitem__(slice(None), before))

    def report(self, **given: object) -> Shortfall:
        return actions.report_short(self.order, self.story.blue, by=self.cast.ou, at=NOW, **given)  # type: ignore[arg-type]

    def clock_of_seller(self, made: Shortfall) -> Deadline:
        return Deadline.objects.get(kind="backorders.seller", subject_id=made.pk)

    def promised_to_order(self) -> list[tuple[str, int, int]]:
        rows = Reservation.objects.filter(subject_kind="orders.order", subject_id=self.order.pk, outcome="")
        return list(rows.values_list("sku__code", "wanted", "held"))


class ReportingTest(ShortCase):
    def test_it_gets_flag_remark_owner_place_in_the_queue_and_the_seller_is_told(self) -> None:
        self.story.on_duty()
        stock.expect(self.story.blue, self.story.goods.warehouse, 20, TODAY + timedelta(days=3), by=self.cast.ding)
        made = self.report()
        self.order.refresh_from_db()
        assert self.order.flag == "4"
        assert self.order.remarks.get().text == "SJT-180-BL，2，2026-11-22，区志文，11.19 10:00"
        assert (made.quantity, made.expected_on, made.seller, made.exception.owner) == (2, TODAY + timedelta(days=3), self.cast.lin, self.cast.lin)
        assert (made.exception.kind, made.exception.reason) == ("out_of_stock", "short")
        assert self.promised_to_order() == [("SJT-180-BL", 2, 0)]
        assert Notice.objects.get(person=self.cast.lin).title == "缺货发不了：订单 700800900"
        running = self.clock_of_seller(made)
        assert (running.owner, running.due_at, running.rule) == (self.cast.lin, at("18:00"), "orders.out_of_stock_same_day")

    def test_in_the_shop_handbook_it_is_the_red_flag_with_code_and_day(self) -> None:
        handbook.adopt_preset("taobao-shop", at=NOW - timedelta(minutes=1))
        self.report(expected_on=TODAY + timedelta(days=5))
        self.order.refresh_from_db()
        assert FlagChange.objects.get(order=self.order).flag == "1"
        assert self.order.remarks.get().text.startswith("SJT-180-BL")
        assert "2026-11-24" in self.order.remarks.get().text

    def test_without_a_shift_the_seller_has_until_the_day_is_over(self) -> None:
        assert self.clock_of_seller(self.report()).due_at == at("23:59")

    def test_the_same_report_again_is_the_same(self) -> None:
        first = self.report()
        assert self.report(quantity=1) == first
        assert (Shortfall.objects.count(), OrderException.objects.count(), self.order.remarks.count()) == (1, 1, 1)

    def test_only_what_awaits_dispatch_lacks_what_it_holds(self) -> None:
        with pytest.raises(BadInput):
            actions.report_short(self.order, self.story.grey, by=self.cast.ou)
        with pytest.raises(BadInput):
            self.report(quantity=3)
        Order.objects.filter(pk=self.order.pk).update(status="sent")
        with pytest.raises(Refused):
            self.report()
        with pytest.raises(NotAllowed):
            actions.report_short(self.order, self.story.blue, by=self.cast.hu)
        assert (Shortfall.objects.count(), OrderException.objects.count()) == (0, 0)

    def test_who_has_read_it_stops_the_clock(self) -> None:
        made = self.report()
        actions.know(made, by=self.cast.lin, at=at("11:00"))
        made.refresh_from_db()
        assert (made.known_by, made.known_at, self.clock_of_seller(made).met_at) == (self.cast.lin, at("11:00"), at("11:00"))


class ChoosingTest(ShortCase):
    def setUp(self) -> None:
        super().setUp()
        self.made = self.report(expected_on=TODAY + timedelta(days=4))

    def choose(self, choice: str, **given: object) -> Shortfall:
        return actions.choose(self.made, Chosen(choice, **given), by=self.cast.lin, at=at("11:00"))  # type: ignore[arg-type]

    def test_another_style_asks_for_the_change_and_is_kept_instead(self) -> None:
        self.choose("exchange", other="sjt-180-gr")
        self.made.refresh_from_db()
        assert (self.made.choice, self.made.other, self.made.over_at) == ("exchange", self.story.grey, at("11:00"))
        change = self.order.change_requests.get()
        assert (change.field, change.cause, change.after["lines"][0][2]) == ("item", "ours", "SJT-180-GR")
        assert self.promised_to_order() == [("SJT-180-GR", 2, 0)]
        settled = OrderException.objects.get(pk=self.made.exception_id)
        assert (settled.outcome, settled.answer, settled.settled_at) == ("substituted", "SJT-180-GR", at("11:00"))

    def test_who_waits_is_promised_the_day_and_told(self) -> None:
        thread = self.story.thread(self.cast.fang)
        self.choose("wait")
        held = OrderException.objects.get(pk=self.made.exception_id)
        assert (held.promised_for, held.settled_at, self.promised_to_order()) == (at("11-23 23:59"), None, [("SJT-180-BL", 2, 0)])
        said = thread.messages.order_by("-seq").values_list("body", flat=True).first()
        assert said == "感谢您的等待，加厚四件套预计 11-23 前到货，一到就为您发出。"

    def test_a_compensation_is_the_share_of_the_price_and_the_least_in_any_case(self) -> None:
        self.choose("compensation")
        self.made.refresh_from_db()
        assert self.made.compensation_fen == 3_980
        assert [reason["path"] for reason in self.made.because] == ["shops.late_dispatch.share", "shops.late_dispatch.least"]

    def test_money_back_asks_for_the_order_to_be_cancelled(self) -> None:
        self.choose("refund")
        self.made.refresh_from_db()
        self.order.refresh_from_db()
        assert (self.made.exception.outcome, self.made.over_at, self.promised_to_order()) == ("refunded", at("11:00"), [])
        assert self.order.change_requests.get().field == "cancel"

    def test_what_makes_no_sense_changes_nothing(self) -> None:
        for given, field in (
            ({"choice": "gift"}, "choice"),
            ({"choice": ""}, "choice"),
            ({"choice": "exchange", "other": "NIX"}, "other"),
            ({"choice": "exchange", "other": "SJT-180-BL"}, "other"),
            ({"choice": "wait", "until": TODAY - timedelta(days=1)}, "until"),
        ):
            with pytest.raises(BadInput) as wrong:
                self.choose(**given)  # type: ignore[arg-type]
            assert list(wrong.value.fields) == [field]
        with pytest.raises(Conflict):
            self.choose("wait", seen=99)
        self.made.refresh_from_db()
        assert (self.made.choice, self.made.exception.settled_at, self.promised_to_order()) == ("", None, [("SJT-180-BL", 2, 0)])

    def test_what_has_come_mends_it_and_everybody_hears_of_it(self) -> None:
        self.story.goods.receive(1)
        self.story.sweep(at("12:00"))
        assert Shortfall.objects.get().over_at is None
        with clock.frozen(at("12:30")):
            self.story.goods.receive(1)
        self.story.sweep(at("12:30"))
        self.made.refresh_from_db()
        self.order.refresh_from_db()
        assert (self.made.over_at, self.made.exception.outcome, self.order.flag) == (at("12:30"), "by_itself", "")
        assert self.promised_to_order() == [("SJT-180-BL", 2, 2)]
        assert Notice.objects.filter(person=self.cast.lin).latest("pk").title == "货到了：订单 700800900 可以发"

    def test_an_order_that_was_sent_all_the_same_lacks_nothing(self) -> None:
        Order.objects.filter(pk=self.order.pk).update(status="sent")
        self.story.sweep(at("12:00"))
        self.made.refresh_from_db()
        assert (self.made.over_at, self.made.exception.outcome) == (at("12:00"), "by_itself")
        with pytest.raises(Conflict):
            self.choose("wait")
