"""Two at one order in the same moment, on a server that lets them: one is first, the other is told."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.desk import actions as desk
from dangban.handbook import actions as handbook
from dangban.lib import clock
from dangban.orders import ports
from dangban.orders.changing import asking, steps, wanted
from dangban.orders.changing.asking import Asked
from dangban.orders.models import ChangeRequest, Order, PriceOffer, Requirement
from dangban.orders.pricing import actions as pricing
from dangban.orders.pricing.actions import Ask
from dangban.orders.tests.stories import OrderCase
from dangban.orders.tests.test_actions_changing import NEW, prepared
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            handbook.adopt_preset("default")

    def order(self, **given: Any) -> Order:
        with clock.frozen(NOW):
            return OrderCase.order.__func__(self, **given)  # type: ignore[attr-defined]

    def test_of_two_who_change_the_courier_one_is_told_of_the_other(self) -> None:
        order = self.order()
        order.refresh_from_db()
        seen = wanted.seen(order, "courier")
        wishes = {"顺丰": self.cast.lin, "中通": self.cast.mei}
        said = told(
            *[lambda name=name, by=by: asking.ask(order, Asked("courier", {"courier": name}, seen=seen), by=by, at=NOW) for name, by in wishes.items()], now=NOW
        )
        assert sorted(said) == ["Conflict", "done"]
        assert Order.objects.get(pk=order.pk).courier == list(wishes)[said.index("done")]
        assert ChangeRequest.objects.count() == 1

    def test_a_step_that_two_tick_is_done_once_and_the_order_changed_once(self) -> None:
        order = self.order()
        with prepared("printed"), clock.frozen(NOW):
            request = asking.ask(order, Asked("address", NEW), by=self.cast.lin, at=NOW)
            pull, platform = request.steps.order_by("position")
            steps.tick(pull, by=self.cast.ding, at=NOW)
            said = told(*[lambda: steps.tick(platform, by=self.cast.zhou, at=NOW)] * 3, now=NOW)
        assert sorted(said) == ["Conflict", "Conflict", "done"]
        order.refresh_from_db()
        assert (order.receiver, ChangeRequest.objects.get().outcome) == ("方舟", "done")

    def test_a_change_waits_for_who_packs_under_the_order_s_lock(self) -> None:
        """Packing holds the order's row while it looks at the slip: the change then finds it packed."""
        order = self.order()
        packed = threading.Event()
        state = {"how": "printed"}

        def pack() -> None:
            with transaction.atomic():
                asking.lock(order.pk)
                packed.set()
                # The change has begun to wait for the row meanwhile.
                time.sleep(0.3)
                state["how"] = "packed"

        def change() -> Any:
            packed.wait(60)
            return asking.ask(order, Asked("quantity", {"line": "1", "quantity": "1"}), by=self.cast.lin, at=NOW)

        before = list(ports._preparation)
        ports.register_preparation(lambda ids: dict.fromkeys(ids, state["how"]))  # type: ignore[arg-type]
        try:
            at_once(pack, change, now=NOW)
        finally:
            ports._preparation[:] = before
        request = ChangeRequest.objects.get()
        assert (request.stage, Order.objects.get(pk=order.pk).quantity) == ("packed", 2)
        assert "unpack" in request.steps.values_list("code", flat=True)

    def test_two_approvers_and_a_lapse_give_a_discount_once_or_not_at_all(self) -> None:
        order = self.order(status="unpaid", paid_fen=0, total_fen=20000)
        with clock.frozen(NOW):
            made = pricing.discount(order, Ask(5000, reason="老顾客", gift="眼罩"), by=self.cast.lin, at=NOW)
        late = made.answer_by
        said = told(
            lambda: desk.settle_approval(made.approval, True, by=self.cast.zhou, at=NOW),
            lambda: desk.settle_approval(made.approval, True, by=self.cast.bao, at=NOW),
            lambda: pricing.expire(late),
            now=NOW,
        )
        made = PriceOffer.objects.get()
        order.refresh_from_db()
        # One of the approvers, or the lapse and neither.
        assert (sorted(said[:2]), said[2], made.state, order.total_fen) in (
            (["Conflict", "done"], "done", "used", 15000),
            (["Conflict", "Conflict"], "done", "expired", 20000),
        )
        assert ChangeRequest.objects.count() == Requirement.objects.count() == (1 if made.state == "used" else 0)

    def test_an_offer_is_used_on_one_of_two_orders(self) -> None:
        first, second = (self.order(status="unpaid", paid_fen=0, total_fen=20000, platform_id=str(n)) for n in (1, 2))
        made = PriceOffer.objects.create(
            shop=self.cast.shop, customer=self.cast.fang, list_fen=20000, before_fen=20000, off_fen=300, price_fen=19700, reason="首单",
            asked_by=self.cast.lin, asked_at=NOW, authority="own", state="open",
        )  # fmt: skip
        said = told(*[lambda order=order: pricing.use(made, order, by=self.cast.mei, at=NOW) for order in (first, second)], now=NOW)
        assert sorted(said) == ["Conflict", "done"]
        assert sorted(Order.objects.values_list("total_fen", flat=True)) == [19700, 20000]
