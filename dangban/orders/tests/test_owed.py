"""What stock is told of orders: pieces that were paid for and have not left."""

from __future__ import annotations

from dangban.orders.models import Order
from dangban.stock import alerts, ports
from dangban.stock.models import Alert
from dangban.stock.tests.goods import GoodsCase
from dangban.testing.cast import NOW, TODAY


class OwedTest(GoodsCase):
    def order(self, number: str, status: str, pieces: int, refund: str = "none") -> None:
        order = Order.objects.create(
            shop=self.cast.shop, platform_id=number, customer=self.cast.fang, status=status, refund=refund, total_fen=1,
            created_at=NOW, business_day=TODAY, imported_at=NOW,
        )  # fmt: skip
        order.lines.create(position=1, title="四件套", quantity=pieces, sku=self.goods.blue)

    def test_only_what_awaits_dispatch_is_owed(self) -> None:
        self.order("1", "paid", 4)
        self.order("2", "paid", 1)
        self.order("3", "unpaid", 9)
        self.order("4", "sent", 9)
        self.order("5", "paid", 9, refund="full")
        assert ports.owed([self.goods.blue.pk, self.goods.grey.pk]) == {self.goods.blue.pk: 5}

    def test_more_owed_than_there_is_counts_as_oversold(self) -> None:
        self.goods.receive(3)
        self.order("1", "paid", 4)
        alerts.look_round()
        assert list(Alert.objects.filter(over_at=None).values_list("kind", "amount")) == [("oversold", 1)]
