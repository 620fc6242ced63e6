"""What becomes of who waits: they buy, the day passes, or the goods were kept long enough."""

from __future__ import annotations

from dangban.backorders import actions
from dangban.backorders.actions import Said
from dangban.backorders.models import Ordered, Wait
from dangban.backorders.tests.story import WEEK, WaitingCase
from dangban.stock.models import Reservation
from dangban.testing.cast import NOW, at


class BuyingTest(WaitingCase):
    def test_who_buys_is_credited_to_who_registered_them_and_the_order_has_the_goods(self) -> None:
        wait, second = self.story.wait(quantity=2), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(2)
        actions.hand_on(wait, self.cast.mei, by=self.cast.zhou)
        order = self.story.order(self.cast.fang, self.story.blue, 2, at=at("11:00"))
        self.story.sweep(at("11:00"))
        assert (self.held(wait)[0], wait.bought, wait.recovered_fen, wait.registered_by) == ("bought", order, 39_800, self.cast.lin)
        promised = Reservation.objects.get(subject_kind="orders.order", subject_id=order.pk)
        assert (promised.wanted, promised.held, promised.label) == (2, 2, "8899")
        assert self.held(second) == ("waiting", 0)
        self.story.sweep(at("11:01"))
        assert self.verbs(wait)[-1] == "recovered"
        assert self.verbs(wait).count("recovered") == 1

    def test_who_buys_fewer_leaves_the_rest_to_the_next(self) -> None:
        wait, second = self.story.wait(quantity=2), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(2)
        self.story.order(self.cast.fang, self.story.blue, 1, at=at("11:00"))
        self.story.sweep(at("11:00"))
        assert (self.held(wait), wait.recovered_fen, self.held(second)) == (("bought", 0), 19_900, ("ready", 1))

    def test_an_order_that_awaits_payment_holds_the_goods_and_is_no_sale_yet(self) -> None:
        wait = self.story.wait()
        self.story.goods.receive(1)
        order = self.story.order(self.cast.fang, self.story.blue, at=at("11:00"), status="unpaid")
        self.story.sweep(at("11-22 11:00"))
        assert self.held(wait) == ("told" if wait.told_at else "ready", 1)
        order.status, order.paid_at, order.paid_fen = "paid", at("11-22 12:00"), 19_900
        order.save()
        self.story.came(order, at("11-22 12:00"))
        self.story.sweep(at("11-22 12:01"))
        assert (self.held(wait)[0], wait.closed_at) == ("bought", at("11-22 12:00"))

    def test_an_unpaid_order_that_is_closed_lets_the_time_run_on(self) -> None:
        wait = self.story.wait()
        self.story.goods.receive(1)
        order = self.story.order(self.cast.fang, self.story.blue, at=at("11:00"), status="unpaid")
        order.status = "closed"
        order.save()
        self.story.came(order, at("11-22 11:00"))
        self.story.sweep(at("11-22 11:00"))
        assert Ordered.objects.get().settled_at == at("11-22 11:00")
        assert self.held(wait)[0] == "lapsed"

    def test_an_order_of_before_or_of_other_goods_is_no_recovered_sale(self) -> None:
        self.story.order(self.cast.fang, self.story.blue, at=at("9:00"), number="1")
        wait = self.story.wait(at=at("9:30"))
        self.story.order(self.cast.fang, self.story.grey, at=at("11:00"), number="2")
        self.story.order(self.story.customer("yu"), self.story.blue, at=at("11:00"), number="3")
        self.story.sweep(at("11:00"))
        assert (self.held(wait), Ordered.objects.count()) == (("waiting", 0), 0)

    def test_a_refund_takes_the_credit_back_and_frees_the_goods(self) -> None:
        wait, second = self.story.wait(), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(1)
        order = self.story.order(self.cast.fang, self.story.blue, at=at("11:00"))
        self.story.sweep(at("11:00"))
        order.refund, order.status = "full", "closed"
        order.save()
        self.story.came(order, at("12:00"))
        self.story.sweep(at("12:00"))
        assert (self.held(wait)[0], wait.recovered_fen, wait.why) == ("withdrawn", 0, "已退款")
        assert self.held(second)[1] == 1

    def test_without_prices_the_pieces_share_of_the_order_is_credited(self) -> None:
        wait = self.story.wait()
        self.story.order(self.cast.fang, self.story.blue, 3, at=at("11:00"), price_fen=None)
        self.story.sweep(at("11:00"))
        wait.refresh_from_db()
        assert wait.recovered_fen == 59_700


class TimeTest(WaitingCase):
    def test_who_waited_in_vain_is_told_and_leaves(self) -> None:
        thread = self.story.thread(self.cast.fang)
        wait = self.story.wait(until=WEEK)
        self.story.sweep(at("11-26 23:59"))
        assert self.held(wait) == ("waiting", 0)
        self.story.sweep(at("11-27 00:10"))
        assert (self.held(wait), wait.why, self.lines(thread)) == (("expired", 0), "等到 2026-11-26 仍未到货", [])
        assert self.promised(wait) == []
        self.story.sweep(at("11-27 08:30"))
        assert self.lines(thread) == [
            "方静您好，您登记的加厚四件套 深蓝 1.8 米到约定的日期还没有到货，这次登记先结束了。需要继续等，或者看看相近的款式，随时告诉我们。"
        ]
        assert self.held(wait) == ("expired", 0)

    def test_without_a_chat_an_agent_is_asked_to_tell_them(self) -> None:
        self.story.wait(until=WEEK)
        self.story.sweep(at("11-27 09:00"))
        assert self.heard(self.cast.lin) == ["请告诉等货的顾客：到期未到货"]

    def test_goods_kept_long_enough_go_to_the_next(self) -> None:
        wait, second = self.story.wait(), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(1)
        actions.contact(wait, Said("phone", answered=True), by=self.cast.lin, at=at("12:00"))
        self.story.sweep(at("11-21 11:59"))
        assert self.held(wait) == ("reached", 1)
        self.story.sweep(at("11-21 12:00"))
        assert (self.held(wait), wait.why) == (("lapsed", 0), "留货到期，顾客未拍")
        assert self.held(second) == ("ready", 1)
        assert self.heard(self.cast.lin) == ["不再留货：加厚四件套 深蓝 1.8 米"]

    def test_a_late_arrival_is_not_for_who_has_left(self) -> None:
        wait = self.story.wait(until=WEEK)
        self.story.sweep(at("11-27 09:00"))
        self.story.goods.receive(1)
        assert self.held(wait) == ("expired", 0)
        assert self.story.goods.figures() == (1, 0, 0)
        assert Wait.objects.get().registered_at == NOW
