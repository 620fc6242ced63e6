"""Goods in, out and within: exact figures, and refusals that change nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.shops.models import Batch
from dangban.stock import actions
from dangban.stock.models import Balance, Expected, Level, Movement, Zone
from dangban.stock.tests.goods import GoodsCase, sku_of
from dangban.testing.cast import TODAY, at


class MovingTest(GoodsCase):
    def setUp(self) -> None:
        super().setUp()
        self.ding, self.blue = self.cast.ding, self.goods.blue

    def test_what_is_received_lies_there_and_is_free(self) -> None:
        movement = self.goods.receive(12)
        assert self.goods.figures() == (12, 0, 0)
        assert self.goods.lying(self.goods.good) == 12
        assert (movement.kind, movement.by_name, movement.business_day) == ("receipt", "丁大力", TODAY)
        entry = Entry.objects.get(verb="stock.moved")
        assert entry.change == {"sku": "SJT-180-BL", "kind": "receipt", "quantity": 12, "to": "主仓 良品"}

    def test_the_same_key_again_is_the_same_receipt(self) -> None:
        first = actions.receive(self.blue, self.goods.good, 5, by=self.ding, key="slip-1")
        again = actions.receive(self.blue, self.goods.good, 5, by=self.ding, key="slip-1")
        assert again.pk == first.pk
        assert self.goods.figures() == (5, 0, 0)

    def test_the_same_key_with_other_figures_is_refused(self) -> None:
        actions.receive(self.blue, self.goods.good, 5, by=self.ding, key="slip-1")
        with pytest.raises(Conflict):
            actions.receive(self.blue, self.goods.good, 6, by=self.ding, key="slip-1")
        assert self.goods.figures() == (5, 0, 0)

    def test_what_awaits_a_check_can_be_neither_dispatched_nor_reserved(self) -> None:
        self.goods.receive(4, zone=self.goods.pending)
        with pytest.raises(Refused, match="SJT-180-BL"):
            actions.take_out(self.blue, 1, by=self.ding, key="out-1")
        held = actions.reserve(self.blue, 1, subject=("orders.order", 1), label="1", by=self.ding)
        assert (held.held, held.missing) == (0, 1)
        assert self.goods.figures() == (0, 0, 4)

    def test_a_release_after_the_check_serves_who_waits(self) -> None:
        self.goods.receive(4, zone=self.goods.pending)
        held = actions.reserve(self.blue, 3, subject=("orders.order", 1), label="1", by=self.ding)
        actions.move(self.blue, self.goods.pending, self.goods.good, 2, by=self.ding, key="ok-1")
        held.refresh_from_db()
        assert (held.held, held.missing) == (2, 1)
        assert self.goods.figures() == (2, 2, 2)

    def test_a_return_goes_not_into_the_good_ones_unchecked(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.return_in(self.blue, self.goods.good, 1, by=self.ding, key="back-1")
        assert refused.value.decision.paths == ("stock.returns_checked",)
        assert not Movement.objects.exists()
        actions.return_in(self.blue, self.goods.zones["returns"], 1, by=self.ding, key="back-1")
        assert self.goods.figures() == (0, 0, 1)

    def test_more_than_there_is_does_not_leave(self) -> None:
        self.goods.receive(2)
        with pytest.raises(Refused):
            actions.take_out(self.blue, 3, by=self.ding, key="out-1")
        assert self.goods.figures() == (2, 0, 0)
        assert Movement.objects.count() == 1

    def test_what_is_reserved_for_another_does_not_leave(self) -> None:
        self.goods.receive(3)
        actions.reserve(self.blue, 2, subject=("orders.order", 1), label="1", by=self.ding)
        with pytest.raises(Refused):
            actions.take_out(self.blue, 2, subject=("orders.order", 2), by=self.ding, key="out-1")
        with pytest.raises(Refused):
            actions.scrap(self.blue, self.goods.good, 2, reason="破损", by=self.ding, key="scrap-1")
        assert self.goods.figures() == (3, 2, 0)

    def test_what_expires_first_leaves_first(self) -> None:
        early = Batch.objects.create(sku=self.blue, number="B2", expires_on=date(2026, 12, 20))
        late = Batch.objects.create(sku=self.blue, number="B1", expires_on=date(2027, 6, 1))
        actions.receive(self.blue, self.goods.good, 3, batch=late, by=self.ding, key="in-1")
        actions.receive(self.blue, self.goods.good, 2, batch=early, by=self.ding, key="in-2")
        self.goods.receive(4)
        lines = actions.take_out(self.blue, 6, by=self.ding, key="out-1")
        assert [(one.batch.number if one.batch else "", one.quantity) for one in lines] == [("B2", 2), ("B1", 3), ("", 1)]
        assert actions.take_out(self.blue, 6, by=self.ding, key="out-1") == lines
        assert self.goods.figures() == (3, 0, 0)

    def test_scrapping_wants_a_reason(self) -> None:
        self.goods.receive(2)
        with pytest.raises(BadInput):
            actions.scrap(self.blue, self.goods.good, 1, reason=" ", by=self.ding, key="scrap-1")
        actions.scrap(self.blue, self.goods.good, 1, reason="水渍", by=self.ding, key="scrap-1")
        assert self.goods.figures() == (1, 0, 0)

    def test_a_count_moves_the_difference(self) -> None:
        self.goods.receive(10)
        more = actions.count(self.blue, self.goods.good, 12, by=self.ding, key="count-1")
        less = actions.count(self.blue, self.goods.good, 7, by=self.ding, key="count-2")
        same = actions.count(self.blue, self.goods.good, 7, by=self.ding, key="count-3")
        assert [(one.quantity, one.counted, one.source_id, one.target_id) for one in (more, less, same)] == [
            (2, 12, None, self.goods.good.pk), (5, 7, self.goods.good.pk, None), (0, 7, None, self.goods.good.pk),
        ]  # fmt: skip
        assert self.goods.figures() == (7, 0, 0)

    def test_a_count_that_finds_less_than_was_promised_lets_the_youngest_wait_again(self) -> None:
        self.goods.receive(5)
        first = actions.reserve(self.blue, 3, subject=("orders.order", 1), label="1", by=self.ding, at=at("09:00"))
        second = actions.reserve(self.blue, 2, subject=("orders.order", 2), label="2", by=self.ding, at=at("09:05"))
        actions.count(self.blue, self.goods.good, 4, by=self.ding, key="count-1")
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.held, second.held, second.missing) == (3, 1, 1)
        assert self.goods.figures() == (4, 4, 0)

    def test_a_mistake_is_taken_back_by_a_further_line_once(self) -> None:
        wrong = self.goods.receive(50)
        taken_back = actions.correct(wrong, reason="多打一个零", by=self.ding)
        assert (taken_back.kind, taken_back.quantity, taken_back.source_id) == ("correction", 50, self.goods.good.pk)
        with pytest.raises(Conflict):
            actions.correct(wrong, reason="再来", by=self.ding)
        with pytest.raises(Refused):
            actions.correct(taken_back, reason="再来", by=self.ding)
        assert self.goods.figures() == (0, 0, 0)
        assert Movement.objects.count() == 2

    def test_what_has_left_meanwhile_is_not_taken_back(self) -> None:
        wrong = self.goods.receive(5)
        actions.take_out(self.blue, 3, by=self.ding, key="out-1")
        with pytest.raises(Refused):
            actions.correct(wrong, reason="错了", by=self.ding)
        assert self.goods.figures() == (2, 0, 0)

    def test_the_ledger_itself_refuses_changes(self) -> None:
        movement = self.goods.receive(5)
        with pytest.raises(TypeError):
            movement.save()
        for change in ("update", "delete"):
            rows = Movement.objects.filter(pk=movement.pk)
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(quantity=1) if change == "update" else rows._raw_delete(rows.db)
        assert Movement.objects.get().quantity == 5

    def test_the_tables_refuse_a_balance_below_zero(self) -> None:
        self.goods.receive(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Balance.objects.update(quantity=-1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Level.objects.update(good=-1)
        with pytest.raises(IntegrityError), transaction.atomic():
            Level.objects.update(reserved=2)

    def test_who_sells_does_not_move_goods(self) -> None:
        with pytest.raises(NotAllowed):
            actions.receive(self.blue, self.goods.good, 5, by=self.cast.lin, key="in-1")
        assert not Movement.objects.exists()

    def test_a_batch_of_other_goods_is_refused(self) -> None:
        batch = Batch.objects.create(sku=self.goods.grey, number="G1")
        with pytest.raises(BadInput):
            actions.receive(self.blue, self.goods.good, 5, batch=batch, by=self.ding, key="in-1")
        assert not Movement.objects.exists()


class PromisingTest(GoodsCase):
    def setUp(self) -> None:
        super().setUp()
        self.ding, self.blue = self.cast.ding, self.goods.blue

    def reserve(self, number: int, quantity: int, when: str = "09:00") -> object:
        return actions.reserve(
            self.blue, quantity, subject=("orders.order", number), label=str(number), by=self.ding, at=at(when)
        )

    def test_an_arrival_serves_those_who_wait_in_the_order_they_came(self) -> None:
        rows = [self.reserve(number, 2, f"09:0{number}") for number in (1, 2, 3)]
        self.goods.receive(3)
        for row in rows:
            row.refresh_from_db()
        assert [row.held for row in rows] == [2, 1, 0]
        self.goods.receive(3)
        for row in rows:
            row.refresh_from_db()
        assert [row.held for row in rows] == [2, 2, 2]
        assert self.goods.figures() == (6, 6, 0)

    def test_what_is_released_goes_to_the_next(self) -> None:
        self.goods.receive(2)
        first, second = self.reserve(1, 2, "09:01"), self.reserve(2, 1, "09:02")
        actions.release(first, by=self.ding, why="取消")
        second.refresh_from_db()
        assert second.held == 1
        assert self.goods.figures() == (2, 1, 0)
        with pytest.raises(Conflict):
            actions.release(first, by=self.ding)

    def test_the_same_subject_reserves_once(self) -> None:
        self.goods.receive(5)
        assert self.reserve(1, 2).pk == self.reserve(1, 2).pk
        assert self.goods.figures() == (5, 2, 0)
        with pytest.raises(Conflict):
            self.reserve(1, 3)

    def test_all_or_nothing_where_nobody_waits(self) -> None:
        self.goods.receive(1)
        with pytest.raises(Refused):
            actions.reserve(self.blue, 2, subject=("orders.order", 9), label="9", by=self.ding, wait=False)
        assert self.goods.figures() == (1, 0, 0)

    def test_a_dispatch_keeps_its_own_promise(self) -> None:
        self.goods.receive(5)
        mine, others = self.reserve(1, 3, "09:01"), self.reserve(2, 2, "09:02")
        actions.take_out(self.blue, 3, subject=("orders.order", 1), by=self.ding, key="out-1")
        mine.refresh_from_db()
        others.refresh_from_db()
        assert (mine.outcome, mine.held, mine.taken) == ("taken", 0, 3)
        assert others.held == 2
        assert self.goods.figures() == (2, 2, 0)

    def test_a_dispatch_in_parts_leaves_the_rest_promised(self) -> None:
        self.goods.receive(5)
        mine = self.reserve(1, 3)
        actions.take_out(self.blue, 1, subject=("orders.order", 1), by=self.ding, key="out-1")
        mine.refresh_from_db()
        assert (mine.outcome, mine.held, mine.taken) == ("", 2, 1)
        assert self.goods.figures() == (4, 2, 0)

    def test_more_than_was_promised_comes_out_of_what_is_free(self) -> None:
        self.goods.receive(5)
        self.reserve(1, 2, "09:01")
        self.reserve(2, 2, "09:02")
        with pytest.raises(Refused):
            actions.take_out(self.blue, 4, subject=("orders.order", 1), by=self.ding, key="out-1")
        assert self.goods.figures() == (5, 4, 0)
        actions.take_out(self.blue, 3, subject=("orders.order", 1), by=self.ding, key="out-2")
        assert self.goods.figures() == (2, 2, 0)

    def test_what_waits_is_sent_from_the_warehouse_that_has_it(self) -> None:
        second = actions.open_warehouse("south", "南仓", [self.cast.shop], by=self.cast.bao)
        there = Zone.objects.get(warehouse=second, status="good")
        self.goods.receive(1)
        actions.receive(self.blue, there, 2, by=self.ding, key="south-1")
        mine = self.reserve(1, 3)
        assert mine.held == 3
        lines = actions.take_out(self.blue, 3, subject=("orders.order", 1), by=self.ding, key="out-1")
        assert [(one.source.warehouse.name, one.quantity) for one in lines] == [("主仓", 1), ("南仓", 2)]
        assert (self.goods.figures(), self.goods.level(warehouse=second).good) == ((0, 0, 0), 0)

    def test_everything_of_a_subject_is_let_go_together(self) -> None:
        self.goods.receive(2)
        self.goods.receive(2, sku=self.goods.grey)
        self.reserve(1, 2)
        actions.reserve(self.goods.grey, 1, subject=("orders.order", 1), label="1", by=self.ding)
        assert actions.release_all(("orders.order", 1), by=self.ding, why="取消") == 3
        assert (self.goods.figures(), self.goods.figures(self.goods.grey)) == ((2, 0, 0), (2, 0, 0))


class ExpectingTest(GoodsCase):
    def setUp(self) -> None:
        super().setUp()
        self.ding, self.blue = self.cast.ding, self.goods.blue
        self.coming = actions.expect(self.blue, self.goods.warehouse, 10, date(2026, 11, 25), by=self.ding)

    def receive(self, quantity: int, key: str) -> Movement:
        return actions.receive(self.blue, self.goods.good, quantity, by=self.ding, key=key, expected=self.coming)

    def test_it_comes_in_parts_until_it_is_all_there(self) -> None:
        self.receive(4, "in-1")
        self.coming.refresh_from_db()
        assert (self.coming.received, self.coming.outstanding, self.coming.is_open) == (4, 6, True)
        self.receive(6, "in-2")
        self.coming.refresh_from_db()
        assert (self.coming.closed, self.coming.outstanding) == ("complete", 0)
        with pytest.raises(Conflict):
            self.receive(1, "in-3")
        assert self.goods.figures() == (10, 0, 0)

    def test_a_receipt_that_is_taken_back_is_expected_again(self) -> None:
        movement = self.receive(10, "in-1")
        actions.correct(movement, reason="点错", by=self.ding)
        self.coming.refresh_from_db()
        assert (self.coming.received, self.coming.is_open) == (0, True)

    def test_who_moves_a_date_that_was_moved_meanwhile_is_told(self) -> None:
        actions.postpone(self.coming, date(2026, 11, 28), was=date(2026, 11, 25), by=self.ding)
        with pytest.raises(Conflict):
            actions.postpone(self.coming, date(2026, 12, 1), was=date(2026, 11, 25), by=self.cast.zhou)
        kept = Expected.objects.get()
        assert (kept.expected_on, kept.first_expected_on) == (date(2026, 11, 28), date(2026, 11, 25))

    def test_what_is_called_off_says_why_and_comes_no_more(self) -> None:
        with pytest.raises(BadInput):
            actions.cancel_expected(self.coming, reason="", by=self.ding)
        actions.cancel_expected(self.coming, reason="厂家停产", by=self.ding)
        with pytest.raises(Conflict):
            self.receive(1, "in-1")

    def test_other_goods_are_not_received_on_it(self) -> None:
        other = sku_of(self.cast.shop, "X-1")
        with pytest.raises(BadInput):
            actions.receive(other, self.goods.good, 1, by=self.ding, key="in-1", expected=self.coming)
        assert not Movement.objects.exists()


