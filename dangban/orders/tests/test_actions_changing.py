"""Changing orders: at once, by steps, refused; the slower of two; what an import may not undo."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dangban.desk.models import Deadline, Notice, Task
from dangban.handbook.models import StoredDecision
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import events, ports
from dangban.orders.changing import asking, listing, steps, wanted
from dangban.orders.changing.asking import Asked
from dangban.orders.models import ChangeRequest, ChangeStep, Order, Parcel, Remark
from dangban.orders.tests.stories import OrderCase
from dangban.shops.models import Product, Sku
from dangban.testing.cast import NOW, at

NEW = {"address": "浙江省杭州市拱墅区新开路 9 号 2 单元", "phone": "13600000009", "receiver": "方舟"}


@contextmanager
def prepared(how: str) -> Iterator[None]:
    """As if the warehouse had come so far."""
    before = list(ports._preparation)
    ports.register_preparation(lambda ids: dict.fromkeys(ids, how))
    try:
        yield
    finally:
        ports._preparation[:] = before


class ChangeCase(OrderCase):
    def ask(self, order: Order, field: str, typed: dict[str, str], by: Any = None, **more: Any) -> ChangeRequest:
        return asking.ask(order, Asked(field, typed, **more), by=by or self.cast.lin, at=clock.now())

    def tick_all(self, request: ChangeRequest, by: Any) -> ChangeRequest:
        for step in request.steps.filter(done_at=None).order_by("position"):
            steps.tick(step, by=by, at=clock.now())
        return ChangeRequest.objects.get(pk=request.pk)

    def unchanged(self, order: Order) -> bool:
        fresh = Order.objects.get(pk=order.pk)
        names = [one.attname for one in Order._meta.fields]
        same = all(getattr(fresh, name) == getattr(order, name) for name in names)
        return same and not ChangeRequest.objects.filter(order=order).exists() and not Remark.objects.filter(order=order).exists()


class ChangingTests(ChangeCase):
    def test_before_it_is_printed_the_address_is_changed_at_once(self) -> None:
        order = self.order(status="paid")
        heard: list[Any] = []
        events.on_changed(lambda changed, fields, when: heard.append((changed.pk, sorted(fields))))
        request = self.ask(order, "address", NEW)
        events._changed.pop()
        order.refresh_from_db()
        assert (order.receiver, order.phone, order.phone_tail) == ("方舟", "13600000009", "0009")
        assert (order.province, order.city, order.district, order.address) == ("浙江省", "杭州市", "拱墅区", "新开路 9 号 2 单元")
        assert heard == [(order.pk, ["address", "district", "phone", "receiver"])]
        assert (request.stage, request.payer, request.applied_at, request.settled_at) == ("paid", "none", NOW, None)
        assert [step.code for step in request.steps.all()] == ["platform-address"]
        assert order.remarks.get().parts == {"other": "改收货信息：方舟 13600000009 浙江省杭州市拱墅区新开路 9 号 2 单元"}

    def test_the_platform_s_side_is_a_step_to_tick_with_a_clock(self) -> None:
        request = self.ask(self.order(), "address", NEW)
        running = Deadline.objects.get(kind=steps.CLOCK)
        assert (running.owner, running.due_at) == (self.cast.lin, at("10:30"))
        assert running.label == "收货信息，订单 2209000000000000009：在平台后台改好收货信息，与顾客核对一遍"
        done = self.tick_all(request, self.cast.lin)
        assert (done.outcome, done.settled_by_name) == ("done", "林小雨")
        assert Deadline.objects.get(kind=steps.CLOCK).met_at == NOW

    def test_the_journal_keeps_the_address_where_it_can_be_erased(self) -> None:
        order = self.order()
        self.ask(order, "address", NEW)
        told = Entry.objects.get(verb="orders.order_changed")
        assert told.change == {"field": "address"}
        asked = Entry.objects.get(verb="orders.change_asked")
        assert asked.change == {"field": "address", "stage": "paid", "order": order.platform_id, "money_fen": 0}
        assert "新开路" not in str(asked.change) + str(told.change)
        assert StoredDecision.objects.filter(kind="orders.change", outcome="yes").count() == 1

    def test_after_printing_the_order_changes_when_the_slip_is_pulled(self) -> None:
        order = self.order()
        with prepared("printed"):
            request = self.ask(order, "address", NEW)
            assert Order.objects.get(pk=order.pk).receiver == "方静"
            assert listing.held([order.pk]) == {order.pk: [request]}
            pull, platform = request.steps.order_by("position")
            assert Deadline.objects.get(subject_id=pull.pk, kind=steps.CLOCK).owner == self.cast.ding
            steps.tick(pull, by=self.cast.ding)
            assert Order.objects.get(pk=order.pk).receiver == "方静"
            assert Deadline.objects.get(subject_id=platform.pk, kind=steps.CLOCK).owner == self.cast.lin
            steps.tick(platform, by=self.cast.lin)
        assert Order.objects.get(pk=order.pk).receiver == "方舟"
        assert listing.held([order.pk]) == {}
        assert ChangeRequest.objects.get().outcome == "done"

    def test_a_step_is_ticked_by_who_takes_it_or_who_leads_and_once(self) -> None:
        with prepared("printed"):
            request = self.ask(self.order(), "address", NEW)
            pull = request.steps.order_by("position")[0]
            with pytest.raises(NotAllowed):
                steps.tick(pull, by=self.cast.lin)
            assert ChangeStep.objects.get(pk=pull.pk).done_at is None
            steps.tick(pull, by=self.cast.zhou)
            with pytest.raises(Conflict, match="周敏"):
                steps.tick(pull, by=self.cast.ding)

    def test_what_the_stage_does_not_allow_is_refused_with_its_rule_and_changes_nothing(self) -> None:
        order = self.order(status="sent")
        with pytest.raises(Refused) as refusal:
            self.ask(order, "quantity", {"line": "1", "quantity": "3"})
        assert refusal.value.decision.paths == ("orders.changes",)
        assert self.unchanged(order)
        assert not Deadline.objects.exists()

    def test_an_unpaid_order_is_closed_by_its_customer_only(self) -> None:
        order = self.order(status="unpaid", paid_fen=0)
        with pytest.raises(Refused) as refusal:
            self.ask(order, "cancel", {"note": "不要了"})
        assert refusal.value.code == "change-customer"
        assert self.unchanged(order)

    def test_the_freight_of_a_parcel_that_left_is_the_customer_s_if_they_want_the_change(self) -> None:
        order = self.order(status="sent")
        request = self.ask(order, "address", NEW)
        assert (request.payer, [step.code for step in request.steps.all()]) == ("customer", ["intercept"])
        assert self.ask(self.order(status="sent", platform_id="2"), "address", NEW, cause="ours").payer == "shop"

    def test_cancelling_a_paid_order_pays_back_once_its_steps_are_done(self) -> None:
        order = self.order()
        request = self.ask(order, "cancel", {"note": "拍错了"})
        assert (request.money_fen, Order.objects.get(pk=order.pk).status) == (-39800, "paid")
        self.tick_all(request, self.cast.zhou)
        order.refresh_from_db()
        assert (order.status, order.refund, order.refunded_fen, order.close_reason) == ("closed", "full", 39800, "拍错了")

    def test_another_item_settles_the_difference_to_the_fen(self) -> None:
        order = self.order()
        order.lines.update(price_fen=19900)
        product = Product.objects.create(shop=self.cast.shop, platform_id="P", title="南风六件套", price_fen=25990, updated_at=NOW)
        sku = Sku.objects.create(product=product, shop=self.cast.shop, code="NF-6", name="米白 2 米")
        request = self.ask(order, "item", {"line": "1", "sku": "NF-6"})
        assert request.money_fen == 2 * (25990 - 19900)
        self.tick_all(request, self.cast.lin)
        line, order = order.lines.get(), Order.objects.get(pk=order.pk)
        assert (line.sku, line.title, line.variant, line.price_fen, line.quantity) == (sku, "南风六件套", "米白 2 米", 25990, 2)
        assert (order.total_fen, order.quantity) == (39800 + 12180, 2)

    def test_fewer_pieces_never_bring_the_total_below_nothing(self) -> None:
        order = self.order(total_fen=5000, paid_fen=5000)
        order.lines.update(price_fen=19900)
        request = self.ask(order, "quantity", {"line": "1", "quantity": "1"})
        assert request.money_fen == -5000

    def test_what_went_back_for_fewer_pieces_does_not_go_back_again_when_it_is_cancelled(self) -> None:
        order = self.order()
        order.lines.update(price_fen=19900)
        fewer = self.tick_all(self.ask(order, "quantity", {"line": "1", "quantity": "1"}), self.cast.lin)
        order.refresh_from_db()
        assert (fewer.money_fen, order.total_fen, order.refunded_fen, order.refund) == (-19900, 39800, 19900, "partial")
        rest = self.ask(order, "cancel", {"note": "不要了"})
        assert rest.money_fen == -19900
        self.tick_all(rest, self.cast.zhou)
        order.refresh_from_db()
        assert (order.status, order.refund, order.refunded_fen) == ("closed", "full", 39800)

    def test_what_makes_no_sense_is_said_beside_its_field(self) -> None:
        order = self.order()
        wrong = [
            ("address", {"address": "新开路 9 号"}, "address"), ("address", {"phone": "136"}, "phone"),
            ("item", {"line": "1", "sku": "XX"}, "sku"), ("quantity", {"line": "1", "quantity": "0"}, "quantity"),
            ("quantity", {"line": "7", "quantity": "1"}, "line"), ("invoice", {}, "invoice_title"), ("cancel", {}, "note"),
            ("quantity", {"line": "1", "quantity": "2"}, "quantity"),
        ]  # fmt: skip
        for field, typed, where in wrong:
            with pytest.raises(BadInput) as said:
                self.ask(order, field, typed)
            assert list(said.value.fields) == [where], field
        assert self.unchanged(order)

    def test_who_may_not_change_orders_is_refused(self) -> None:
        order = self.order()
        for person in (self.cast.qian, self.cast.ding, self.cast.hu):
            with pytest.raises(NotAllowed):
                self.ask(order, "address", NEW, by=person)
        assert self.unchanged(order)

    def test_the_slower_of_two_sees_the_others_change(self) -> None:
        order = self.order()
        shown = wanted.seen(order, "courier")
        self.ask(order, "courier", {"courier": "顺丰"}, by=self.cast.mei, seen=shown)
        with pytest.raises(Conflict, match="梅芳"):
            self.ask(order, "courier", {"courier": "中通"}, seen=shown)
        assert Order.objects.get(pk=order.pk).courier == "顺丰"

    def test_a_change_under_way_is_not_asked_for_twice(self) -> None:
        order = self.order()
        with prepared("printed"):
            self.ask(order, "address", NEW, by=self.cast.mei)
            with pytest.raises(Conflict, match="梅芳"):
                self.ask(order, "address", NEW | {"receiver": "林"})
        assert ChangeRequest.objects.count() == 1

    def test_what_the_platform_changed_before_the_steps_were_done_is_not_overwritten(self) -> None:
        order = self.order()
        with prepared("printed"):
            request = self.ask(order, "address", NEW)
            Order.objects.filter(pk=order.pk).update(receiver="方小姐")
            first, second = request.steps.order_by("position")
            steps.tick(first, by=self.cast.zhou)
            with pytest.raises(Conflict):
                steps.tick(second, by=self.cast.zhou)
        assert Order.objects.get(pk=order.pk).receiver == "方小姐"
        assert ChangeStep.objects.get(pk=second.pk).done_at is None

    def test_where_the_order_was_packed_meanwhile_other_steps_come(self) -> None:
        order = self.order()
        with prepared("printed"):
            request = self.ask(order, "address", NEW)
        with prepared("packed"):
            pull = request.steps.order_by("position")[0]
            moved = steps.tick(pull, by=self.cast.ding)
        assert (moved.stage, moved.settled_at) == ("packed", None)
        assert list(moved.steps.order_by("position").values_list("code", flat=True)) == ["pull-slip", "pull-parcel", "platform-address"]

    def test_once_the_parcel_has_left_it_may_be_too_late_and_the_agent_is_told(self) -> None:
        order = self.order()
        with prepared("printed"):
            request = self.ask(order, "quantity", {"line": "1", "quantity": "1"})
        Order.objects.filter(pk=order.pk).update(status="sent")
        parcel = Parcel.objects.create(order=order, shop=order.shop, courier="中通", number="75300000000001", sent_at=NOW)
        events.left(parcel, NOW)
        request.refresh_from_db()
        assert (request.outcome, request.applied_at) == ("overtaken", None)
        assert Order.objects.get(pk=order.pk).quantity == 2
        assert Task.objects.get().owner == self.cast.lin
        assert not Deadline.objects.filter(kind=steps.CLOCK, met_at=None, cancelled_at=None).exists()

    def test_a_slip_that_is_gone_gives_the_change_back_to_the_agent(self) -> None:
        order = self.order()
        with prepared("printed"):
            request = self.ask(order, "address", NEW)
            asking.turn_back(request, why="面单找不到，底单显示已发", courier="中通", number="75300000000001", by=self.cast.ding)
        request.refresh_from_db()
        order.refresh_from_db()
        assert (request.outcome, request.answer, order.receiver) == ("turned_back", "面单找不到，底单显示已发", "方静")
        assert (order.status, order.tracking_number) == ("sent", "75300000000001")
        assert Notice.objects.filter(person=self.cast.lin).count() == 1

    def test_the_customer_thinks_better_of_it(self) -> None:
        with prepared("printed"):
            request = self.ask(self.order(), "address", NEW)
            with pytest.raises(NotAllowed):
                asking.withdraw(request, why="不改了", by=self.cast.mei)
            asking.withdraw(request, why="不改了", by=self.cast.lin)
            with pytest.raises(Conflict, match="林小雨"):
                steps.tick(request.steps.order_by("position")[0], by=self.cast.ding)
        assert Order.objects.get().receiver == "方静"
