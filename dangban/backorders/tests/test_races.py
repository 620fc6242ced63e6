"""Arrivals, wishes, cancellations and purchases at the same moment: no piece is promised twice."""

from __future__ import annotations

import contextlib
from functools import partial
from itertools import count

import pytest
from django.db import connection
from django.db.models import Sum
from django.test import TransactionTestCase

from dangban.backorders import actions, jobs
from dangban.backorders.actions import Wish
from dangban.backorders.models import Attempt, Wait
from dangban.backorders.tests.story import Waiting
from dangban.chat.models import Message
from dangban.customers.models import Customer
from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.stock import actions as stock
from dangban.stock.models import Allotment, Level, Reservation
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Waiting(self.cast)
            self.customers = [self.story.customer(f"customer-{number}") for number in range(12)]
        self.blue, self.numbers = self.story.blue, count(1)

    def register_all(self, quantity: int = 1) -> list[Wait]:
        with clock.frozen(NOW):
            return [self.story.wait(one, quantity) for one in self.customers]

    def receive(self, pieces: int) -> None:
        stock.receive(self.blue, self.story.goods.good, pieces, by=self.cast.ding, key=f"in-{next(self.numbers)}", at=NOW)

    def agrees(self) -> None:
        """Each wait says what the stock keeps for it; all together never more than lies there."""
        for wait in Wait.objects.all():
            held = Reservation.objects.filter(subject_kind="backorders.wait", subject_id=wait.pk, outcome="").aggregate(n=Sum("held"))["n"]
            assert wait.ready == (held or 0), wait.state
            assert (wait.state in Wait.HELD) == (wait.is_open and not wait.missing)
        level = Level.objects.get(sku=self.blue)
        promised = Allotment.objects.filter(level=level).aggregate(n=Sum("quantity"))["n"] or 0
        assert (level.reserved, promised <= level.good) == (promised, True)

    def test_two_arrivals_at_once_serve_whoever_came_first(self) -> None:
        waits = self.register_all()
        at_once(*[lambda: self.receive(1)] * 6, now=NOW)
        assert [Wait.objects.get(pk=wait.pk).state for wait in waits] == ["ready"] * 6 + ["waiting"] * 6
        self.agrees()

    def test_an_arrival_and_cancellations_at_once_promise_no_piece_twice(self) -> None:
        waits = self.register_all()
        leave = partial(actions.withdraw, by=self.cast.lin, why="不要了", at=NOW)
        at_once(*(act for wait in waits[:4] for act in (partial(self.receive, 2), partial(leave, wait))), now=NOW)
        states = [Wait.objects.get(pk=wait.pk).state for wait in waits]
        assert states == ["withdrawn"] * 4 + ["ready"] * 8
        assert self.story.goods.figures() == (8, 8, 0)
        self.agrees()

    def test_wishes_arrivals_and_counts_at_once_agree_in_the_end(self) -> None:
        def wish(customer: Customer) -> None:
            # Where enough lies there already it can be sold, and nobody has to wait.
            with contextlib.suppress(Refused):
                actions.register(customer, Wish(self.blue, 2), by=self.cast.lin, at=NOW)

        def find() -> None:
            stock.count(self.blue, self.story.goods.good, 3, by=self.cast.ding, key=f"count-{next(self.numbers)}", at=NOW)

        at_once(*(act for one in self.customers[:4] for act in (partial(wish, one), partial(self.receive, 3), find)), now=NOW)
        self.agrees()

    def test_one_wish_sent_by_two_at_once_is_registered_once(self) -> None:
        said = told(*[lambda: self.story.wait(self.customers[0])] * 6, now=NOW)
        assert sorted(said) == ["Conflict"] * 5 + ["done"]
        assert Wait.objects.count() == 1

    def test_goods_kept_for_who_buys_and_who_cancels_at_once_go_to_one(self) -> None:
        wait, second = self.register_all()[:2]
        with clock.frozen(NOW):
            self.receive(1)
            order = self.story.order(self.customers[0], self.blue, at=NOW)

        said = told(lambda: actions.withdraw(wait, by=self.cast.lin, why="不要了", at=NOW), lambda: actions.settle_ordered(NOW), now=NOW)
        wait.refresh_from_db()
        second.refresh_from_db()
        for_order = Reservation.objects.filter(subject_kind="orders.order", subject_id=order.pk, outcome="").count()
        assert (wait.state, for_order, second.ready) in (("bought", 1, 0), ("withdrawn", 0, 1))
        assert said == ["done" if wait.state == "withdrawn" else "Conflict", "done"]
        self.agrees()

    def test_six_sweeps_at_once_tell_everybody_once(self) -> None:
        with clock.frozen(NOW):
            for customer in self.customers:
                self.story.thread(customer)
        self.register_all()
        with clock.frozen(NOW):
            self.receive(12)
        at_once(*[lambda: jobs.sweep(NOW)] * 6, now=NOW)
        jobs.sweep(NOW)
        assert Message.objects.filter(author="auto").count() == 12
        assert Attempt.objects.count() == 12
        assert set(Wait.objects.values_list("state", flat=True)) == {"told"}
