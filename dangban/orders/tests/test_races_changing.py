"""Two at one order in the same moment, on a server that lets them: one is first, the other is told."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.desk import actions as desk
from dangban.handbook import actions as handbook
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.orders.changing import asking, steps, wanted
from dangban.orders.changing.asking import Asked
from dangban.orders.models import ChangeRequest, Order, PriceOffer, Requirement
from dangban.orders.pricing import actions as pricing
from dangban.orders.pricing.actions import Ask
from dangban.orders.tests.stories import OrderCase
from dangban.orders.tests.test_actions_changing import NEW, prepared
from dangban.testing.cast import NOW, Cast


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
        people, names = [self.cast.lin, self.cast.mei], ["顺丰", "中通"]

        def ask(number: int) -> Any:
            return asking.ask(order, Asked("courier", {"courier": names[number]}, seen=seen), by=people[number], at=NOW)

        said = _together(2, ask)
        assert sorted(isinstance(one, ChangeRequest) for one in said) == [False, True]
        assert {type(one).__name__ for one in said} == {"ChangeRequest", "Conflict"}
        assert Order.objects.get(pk=order.pk).courier in names
        assert ChangeRequest.objects.count() == 1

    def test_a_step_that_two_tick_is_done_once_and_the_order_changed_once(self) -> None:
        order = self.order()
        with prepared("printed"), clock.frozen(NOW):
            request = asking.ask(order, Asked("address", NEW), by=self.cast.lin, at=NOW)
            pull, platform = request.steps.order_by("position")
            steps.tick(pull, by=self.cast.ding, at=NOW)
            said = _together(3, lambda _number: steps.tick(platform, by=self.cast.zhou, at=NOW))
        assert sorted(type(one).__name__ for one in said) == ["ChangeRequest", "Conflict", "Conflict"]
        order.refresh_from_db()
        assert (order.receiver, ChangeRequest.objects.get().outcome) == ("方舟", "done")

    def test_a_change_waits_for_who_packs_under_the_order_s_lock(self) -> None:
        """Packing holds the order's row while it looks at the slip: the change then finds it packed."""
        order = self.order()
        packed = threading.Event()
        state = {"how": "printed"}

        def pack() -> None:
            from django.db import transaction

            with transaction.atomic():
                asking.lock(order.pk)
                packed.set()
                # The change has begun to wait for the row meanwhile.
                threading.Event().wait(0.3)
                state["how"] = "packed"

        def change() -> Any:
            packed.wait(60)
            return asking.ask(order, Asked("quantity", {"line": "1", "quantity": "1"}), by=self.cast.lin, at=NOW)

        from dangban.orders import ports

        before = list(ports._preparation)
        ports.register_preparation(lambda ids: dict.fromkeys(ids, state["how"]))  # type: ignore[arg-type]
        try:
            _pair(pack, change)
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
        people = [self.cast.zhou, self.cast.bao]

        def act(number: int) -> Any:
            if number == 2:
                return pricing.expire(late)
            return desk.settle_approval(made.approval, True, by=people[number], at=NOW)

        _together(3, act)
        made = PriceOffer.objects.get()
        order.refresh_from_db()
        assert (made.state, order.total_fen) in (("used", 15000), ("expired", 20000))
        assert ChangeRequest.objects.count() == Requirement.objects.count() == (1 if made.state == "used" else 0)

    def test_an_offer_is_used_on_one_of_two_orders(self) -> None:
        first, second = (self.order(status="unpaid", paid_fen=0, total_fen=20000, platform_id=str(n)) for n in (1, 2))
        made = PriceOffer.objects.create(
            shop=self.cast.shop, customer=self.cast.fang, list_fen=20000, before_fen=20000, off_fen=300, price_fen=19700, reason="首单",
            asked_by=self.cast.lin, asked_at=NOW, authority="own", state="open",
        )  # fmt: skip
        said = _together(2, lambda number: pricing.use(made, (first, second)[number], by=self.cast.mei, at=NOW))
        assert sorted(type(one).__name__ for one in said) == ["Conflict", "PriceOffer"]
        assert sorted(Order.objects.values_list("total_fen", flat=True)) == [19700, 20000]


def _together(many: int, act: Callable[[int], Any]) -> list[Any]:
    """What each returned, or how it was refused, all begun at once."""
    gate, said = threading.Barrier(many), [None] * many

    def run(number: int) -> None:
        try:
            with clock.frozen(NOW):
                gate.wait(60)
                said[number] = act(number)
        except Said as no:
            said[number] = no  # type: ignore[call-overload]
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return said


def _pair(one: Callable[[], Any], other: Callable[[], Any]) -> None:
    _together(2, lambda number: (one, other)[number]())
