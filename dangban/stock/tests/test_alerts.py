"""Alerts as rows: opened once, over when no longer so; and what other rooms are told of goods."""

from __future__ import annotations

from datetime import date, timedelta

from dangban.shops import ports as shop_ports
from dangban.shops.models import Batch
from dangban.shops.ports import StockNote
from dangban.stock import actions, alerts, ports
from dangban.stock.actions.shortages import Missing
from dangban.stock.models import Alert
from dangban.stock.tests.goods import GoodsCase
from dangban.testing.cast import NOW, TODAY


class AlertsTest(GoodsCase):
    def open_ones(self) -> list[tuple[str, int]]:
        return list(Alert.objects.filter(over_at=None).order_by("kind").values_list("kind", "amount"))

    def test_selling_out_opens_a_reorder_and_an_arrival_ends_it(self) -> None:
        self.goods.receive(20)
        actions.take_out(self.goods.blue, 16, by=self.cast.ding, key="out-1")
        assert self.open_ones() == [("reorder", 4)]
        actions.take_out(self.goods.blue, 2, by=self.cast.ding, key="out-2")
        assert self.open_ones() == [("reorder", 7)]
        actions.expect(self.goods.blue, self.goods.warehouse, 50, TODAY, by=self.cast.ding)
        assert self.open_ones() == []
        assert Alert.objects.get().over_at == NOW

    def test_what_was_paid_for_beyond_stock_is_oversold(self) -> None:
        self.goods.receive(3)
        before = ports._owed[:]
        ports.register_owed(lambda skus: {self.goods.blue.pk: 5})
        try:
            assert alerts.look_round() == 1
        finally:
            ports._owed[:] = before
        assert self.open_ones() == [("oversold", 2)]

    def test_days_that_pass_make_goods_slow_and_batches_old(self) -> None:
        batch = Batch.objects.create(sku=self.goods.blue, number="B1", expires_on=TODAY + timedelta(days=70))
        actions.receive(self.goods.blue, self.goods.good, 3, batch=batch, by=self.cast.ding, key="in-1")
        assert self.open_ones() == []
        alerts.refresh([self.goods.blue.pk], NOW + timedelta(days=61))
        assert self.open_ones() == [("expiring", 9), ("slow", 61)]

    def test_whoever_shows_goods_learns_what_is_free_and_what_comes(self) -> None:
        blue, grey = self.goods.blue, self.goods.grey
        assert shop_ports.stock_of([blue.pk]) == {}
        self.goods.receive(4)
        actions.reserve(blue, 1, subject=("orders.order", 1), label="1", by=self.cast.ding)
        actions.expect(grey, self.goods.warehouse, 6, date(2026, 11, 24), by=self.cast.ding)
        actions.publish(self.goods.warehouse, [Missing(grey, date(2026, 11, 24), "染厂延期")], by=self.cast.ding)
        assert shop_ports.stock_of([blue.pk, grey.pk]) == {
            blue.pk: StockNote(3),
            grey.pk: StockNote(0, 6, date(2026, 11, 24), said_out=True, said="染厂延期"),
        }
