"""Arrivals, promises and dispatches at the same moment, on a server that lets them: nothing below zero, nothing twice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from itertools import count
from typing import Any

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

LATER = NOW


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
        keys = count()

        def take() -> bool:
            try:
                actions.take_out(self.blue, 1, by=self.ding, key=f"out-{next(keys)}", at=NOW)
            except Refused:
                return False
            return True

        assert sorted(_together(8, take)) == [False] * 3 + [True] * 5
        assert self.goods.figures() == (0, 0, 0)
        self.agrees()

    def test_arrivals_and_promises_at_once_promise_each_piece_once(self) -> None:
        numbers = count(1)

        def promise() -> None:
            number = next(numbers)
            actions.reserve(self.blue, 2, subject=("orders.order", number), label=str(number), by=self.ding, at=NOW)

        def receive() -> None:
            actions.receive(self.blue, self.goods.good, 3, by=self.ding, key=f"in-{next(numbers)}", at=NOW)

        _together(12, promise, receive)
        held = Reservation.objects.aggregate(held=Sum("held"), wanted=Sum("wanted"))
        assert held == {"held": 12, "wanted": 12}
        assert self.goods.figures() == (18, 12, 0)
        self.agrees()

    def test_one_delivery_booked_by_six_at_once_is_booked_once(self) -> None:
        def receive() -> int:
            return actions.receive(self.blue, self.goods.good, 7, by=self.ding, key="slip-1", at=NOW).pk

        assert len(set(_together(6, receive))) == 1
        assert self.goods.figures() == (7, 0, 0)
        self.agrees()

    def test_who_lets_go_of_two_kinds_and_who_takes_them_do_not_wait_for_each_other(self) -> None:
        second = sku_of(self.cast.shop, "XX-1")
        with clock.frozen(NOW):
            self.goods.receive(50)
            self.goods.receive(50, sku=second)
        numbers = count(1)

        def promise_and_let_go() -> None:
            number = next(numbers)
            for sku in (second, self.blue) if number % 2 else (self.blue, second):
                actions.reserve(sku, 1, subject=("orders.order", number), label="x", by=self.ding, at=NOW)
            actions.release_all(("orders.order", number), by=self.ding, at=NOW)

        def move() -> None:
            for sku in (self.blue, second):
                actions.move(sku, self.goods.good, self.goods.pending, 1, by=self.ding, key=f"m-{sku.pk}-{next(numbers)}", at=NOW)

        _together(8, promise_and_let_go, move)
        assert (self.goods.figures(), self.goods.figures(second)) == ((46, 0, 4), (46, 0, 4))
        self.agrees()

    def test_promises_kept_counted_and_received_at_once_agree_in_the_end(self) -> None:
        with clock.frozen(NOW):
            self.goods.receive(20)
        numbers = count(1)

        def promise_and_send() -> None:
            number = next(numbers)
            actions.reserve(self.blue, 2, subject=("orders.order", number), label="x", by=self.ding, at=NOW)
            with contextlib.suppress(Refused):
                actions.take_out(self.blue, 2, subject=("orders.order", number), by=self.ding, key=f"out-{number}", at=NOW)

        def find_eight() -> None:
            actions.count(self.blue, self.goods.good, 8, by=self.ding, key=f"count-{next(numbers)}", at=NOW)

        def receive() -> None:
            actions.receive(self.blue, self.goods.good, 1, by=self.ding, key=f"in-{next(numbers)}", at=NOW)

        _together(12, promise_and_send, find_eight, receive)
        self.agrees()


def _together(workers: int, *acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in turn, each in a thread of its own, beginning at the same moment; what fails, fails the test."""
    barrier = threading.Barrier(workers)
    results: list[Any] = []
    faults: list[BaseException] = []

    def run(act: Callable[[], Any]) -> None:
        try:
            barrier.wait(60)
            with clock.frozen(LATER):
                results.append(act())
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(acts[number % len(acts)],)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert faults == []
    return results
