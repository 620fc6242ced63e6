"""Goods promised to many at once: all or nothing for each, in the order given."""

from dangban.stock import actions
from dangban.stock.actions.many import Want, reserve_each
from dangban.stock.models import Reservation
from dangban.stock.tests.goods import GoodsCase, sku_of
from dangban.testing.cast import NOW

ORDER = "orders.order"


class ManyPromises(GoodsCase):
    def reserve(self, *wants):
        return reserve_each(ORDER, wants, by=self.cast.ou, at=NOW)

    def test_each_gets_all_or_nothing_in_the_order_given(self):
        self.goods.receive(5)
        self.goods.receive(1, self.goods.grey)
        blue, grey = self.goods.blue.pk, self.goods.grey.pk
        missing = self.reserve(
            Want(1, "a", {blue: 3}), Want(2, "b", {blue: 2, grey: 2}), Want(3, "c", {blue: 2}), Want(4, "d", {grey: 1, blue: 1})
        )
        assert missing == {2: {grey: 1}, 4: {blue: 1}}
        assert self.goods.figures() == (5, 5, 0)
        assert self.goods.figures(self.goods.grey) == (1, 0, 0)
        held = Reservation.objects.order_by("pk").values_list("subject_id", "sku", "wanted", "held")
        assert list(held) == [(1, blue, 3, 3), (3, blue, 2, 2)]

    def test_what_lies_ready_for_a_subject_counts_and_the_same_again_promises_nothing_more(self):
        self.goods.receive(3)
        blue = self.goods.blue.pk
        actions.reserve(self.goods.blue, 2, subject=(ORDER, 7), label="g", by=self.cast.ou, at=NOW)
        assert self.reserve(Want(7, "g", {blue: 2})) == {}
        assert self.goods.figures() == (3, 2, 0)
        assert self.reserve(Want(7, "g", {blue: 3})) == {}
        assert self.goods.figures() == (3, 3, 0)
        assert Reservation.objects.values_list("wanted", "held").get() == (3, 3)

    def test_goods_that_no_warehouse_keeps_are_not_asked_for(self):
        service = sku_of(self.cast.shop, "AZ-1", title="安装服务")
        assert self.reserve(Want(1, "a", {service.pk: 4})) == {}
        assert Reservation.objects.count() == 0

    def test_what_was_promised_is_taken_out_with_the_parcel(self):
        self.goods.receive(2)
        self.reserve(Want(1, "a", {self.goods.blue.pk: 2}))
        actions.take_out(self.goods.blue, 2, by=self.cast.ding, key="p:1", subject=(ORDER, 1), at=NOW)
        assert self.goods.figures() == (0, 0, 0)
        assert Reservation.objects.get().outcome == "taken"
