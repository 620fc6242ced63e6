"""Arrivals, promises and dispatches at the same moment, on a server that lets them: nothing below zero, nothing twice."""

from __future__ import annotations

import contextlib
from functools import partial

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import TransactionTestCase

from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.stock import actions
from dangban.stock.models import Allotment, Balance, Level, Movement, Reservation
from dangban.stock.tests.goods import Goods, sku_of
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.goods = Goods(self.cast)
        self.ding, self.blue = self.cast.ding, self.goods.blue

    def agrees(self) -> None:
        """Balances are the sums of the ledger, levels those of the balances, promises those of the allotments."""
        for sku in Balance.objects.values_list("sku", flat=True).distinct():
            for balance in Balance.objects.filter(sku=sku):
                lines = Movement.objects.filter(sku=sku)
                came = lines.filter(target=balance.zone).aggregate(n=Sum("quantity"))["n"] or 0
                went = lines.filter(source=balance.zone).aggregate(n=Sum("quantity"))["n"] or 0
                assert balance.quantity == came - went
            for level in Level.objects.filter(sku=sku):
                held = Allotment.objects.filter(level=level).aggregate(n=Sum("quantity"))["n"] or 0
                lying = Balance.objects.filter(sku=sku, zone__warehouse=level.warehouse_id, zone__status="good")
                assert (level.reserved, level.good) == (held, lying.aggregate(n=Sum("quantity"))["n"] or 0)
                assert 0 <= level.reserved <= level.good

    def test_eight_who_take_the_last_five_get_five(self) -> None:
        with clock.frozen(NOW):
            self.goods.receive(5)
        takes = [partial(actions.take_out, self.blue, 1, by=self.ding, key=f"out-{number}", at=NOW) for number in range(8)]
        assert sorted(told(*takes, now=NOW)) == ["Refused"] * 3 + ["done"] * 5
        assert self.goods.figures() == (0, 0, 0)
        self.agrees()

    def test_arrivals_and_promises_at_once_promise_each_piece_once(self) -> None:
        def promise(number: int) -> None:
            actions.reserve(self.blue, 2, subject=("orders.order", number), label=str(number), by=self.ding, at=NOW)

        def receive(number: int) -> None:
            actions.receive(self.blue, self.goods.good, 3, by=self.ding, key=f"in-{number}", at=NOW)

        at_once(*(partial(act, number) for number in range(1, 7) for act in (promise, receive)), now=NOW)
        held = Reservation.objects.aggregate(held=Sum("held"), wanted=Sum("wanted"))
        assert held == {"held": 12, "wanted": 12}
        assert self.goods.figures() == (18, 12, 0)
        self.agrees()

    def test_one_delivery_booked_by_six_at_once_is_booked_once(self) -> None:
        def receive() -> int:
            return actions.receive(self.blue, self.goods.good, 7, by=self.ding, key="slip-1", at=NOW).pk

        assert len(set(at_once(*[receive] * 6, now=NOW))) == 1
        assert self.goods.figures() == (7, 0, 0)
        self.agrees()

    def test_who_lets_go_of_two_kinds_and_who_takes_them_do_not_wait_for_each_other(self) -> None:
        second = sku_of(self.cast.shop, "XX-1")
        with clock.frozen(NOW):
            self.goods.receive(50)
            self.goods.receive(50, sku=second)

        def promise_and_let_go(number: int) -> None:
            for sku in (second, self.blue) if number % 2 else (self.blue, second):
                actions.reserve(sku, 1, subject=("orders.order", number), label="x", by=self.ding, at=NOW)
            actions.release_all(("orders.order", number), by=self.ding, at=NOW)

        def move(number: int) -> None:
            for sku in (self.blue, second):
                actions.move(sku, self.goods.good, self.goods.pending, 1, by=self.ding, key=f"m-{sku.pk}-{number}", at=NOW)

        at_once(*(partial(act, number) for number in range(1, 5) for act in (promise_and_let_go, move)), now=NOW)
        assert (self.goods.figures(), self.goods.figures(second)) == ((46, 0, 4), (46, 0, 4))
        self.agrees()

    def test_promises_kept_counted_and_received_at_once_agree_in_the_end(self) -> None:
        with clock.frozen(NOW):
            self.goods.receive(20)

        def promise_and_send(number: int) -> None:
            actions.reserve(self.blue, 2, subject=("orders.order", number), label="x", by=self.ding, at=NOW)
            with contextlib.suppress(Refused):
                actions.take_out(self.blue, 2, subject=("orders.order", number), by=self.ding, key=f"out-{number}", at=NOW)

        def find_eight(number: int) -> None:
            actions.count(self.blue, self.goods.good, 8, by=self.ding, key=f"count-{number}", at=NOW)

        def receive(number: int) -> None:
            actions.receive(self.blue, self.goods.good, 1, by=self.ding, key=f"in-{number}", at=NOW)

        at_once(*(partial(act, number) for number in range(1, 5) for act in (promise_and_send, find_eight, receive)), now=NOW)
        self.agrees()
