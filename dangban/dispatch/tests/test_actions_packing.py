"""Packing: the right goods, once, by one; the parcel leaves and so do its goods."""

import pytest

from dangban.dispatch import keeping
from dangban.dispatch.actions import auditing, packing, waves
from dangban.dispatch.models import Slip
from dangban.dispatch.tests.warehouse import DeskCase
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import events, ports
from dangban.orders.models import Order, Parcel, ParcelLine
from dangban.testing.cast import NOW


class Packing(DeskCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        goods = cls.desk.goods
        goods.receive(20)
        goods.receive(20, goods.grey)
        cls.order = cls.desk.order((goods.blue, 2), (goods.grey, 1))
        auditing.audit([cls.desk.row(cls.order).pk], by=cls.cast.ou)
        waves.make_wave(cls.cast.shop, [cls.desk.row(cls.order).pk], by=cls.cast.ou)

    def setUp(self):
        super().setUp()
        self.ding = self.cast.ding
        self.slip = Slip.objects.get()

    def take(self, by=None):
        return packing.begin(packing.find(self.slip.number, by=by or self.ding), by=by or self.ding)

    def fill(self):
        slip = self.take()
        for code in ("2*SJT-180-BL", "sjt-180-gr"):
            packing.put_in(slip, code, by=self.ding)
        return slip

    def fresh(self):
        return Order.objects.get(pk=self.order.pk)

    def test_slip_goods_tracking_number_and_the_parcel_has_left(self):
        slip = self.fill()
        assert (self.desk.row(self.order).stage, Slip.objects.get().packed_at) == ("packed", NOW)
        (parcel,) = packing.send(slip, "yt 1001", by=self.ding)
        assert (parcel.number, parcel.courier, self.fresh().status) == ("YT1001", "圆通速递", "sent")
        assert (self.desk.goods.figures(), self.desk.goods.figures(self.desk.goods.grey)) == ((18, 0, 0), (19, 0, 0))
        row = self.desk.row(self.order)
        assert (row.stage, row.closed_at) == ("sent", NOW)
        assert Entry.objects.get(verb="dispatch.sent").change == {
            "slip": slip.number, "courier": "圆通速递", "number": "YT1001", "part": False,
        }  # fmt: skip

    def test_the_order_number_finds_the_slip_as_well(self):
        assert packing.find(self.order.platform_id, by=self.ding) == self.slip
        with pytest.raises(Refused):
            packing.find("999", by=self.ding)
        with pytest.raises(Refused):
            packing.find(self.slip.number, by=self.cast.hu)

    def test_wrong_goods_and_too_many_are_caught_and_nothing_is_counted(self):
        slip = self.take()
        with pytest.raises(Refused) as wrong:
            packing.put_in(slip, "SJT-999", by=self.ding)
        assert (wrong.value.code, len(wrong.value.details)) == ("wrong-sku", 2)
        with pytest.raises(Refused) as many:
            packing.put_in(slip, "3*SJT-180-BL", by=self.ding)
        assert many.value.code == "too-many"
        assert packing.standing(slip).packed == 0

    def test_of_two_who_scan_the_same_slip_one_packs_it(self):
        self.take()
        with pytest.raises(Conflict, match="丁大力"):
            self.take(self.cast.zhou)
        with pytest.raises(Conflict):
            packing.put_in(self.slip, "SJT-180-BL", by=self.cast.zhou)
        packing.put_down(self.slip, by=self.ding)
        assert self.take(self.cast.zhou).packer == self.cast.zhou

    def test_a_parcel_that_is_not_full_leaves_only_as_a_part(self):
        slip = self.take()
        packing.put_in(slip, "2*SJT-180-BL", by=self.ding)
        with pytest.raises(Refused) as missing:
            packing.send(slip, "YT1001", by=self.ding)
        assert missing.value.code == "not-full"
        assert (self.fresh().status, self.desk.goods.figures()) == ("paid", (20, 2, 0))
        packing.send(slip, "YT1001", part=True, by=self.ding)
        assert (self.fresh().status, self.desk.row(self.order).stage) == ("part", "waiting")
        assert list(ParcelLine.objects.values_list("line__sku_code", "quantity")) == [("SJT-180-BL", 2)]
        auditing.audit([self.desk.row(self.order).pk], by=self.cast.ou)
        waves.make_wave(self.cast.shop, [self.desk.row(self.order).pk], by=self.cast.ou)
        rest = packing.begin(packing.find(self.order.platform_id, by=self.ding), by=self.ding)
        assert [(line.code, line.quantity) for line in packing.standing(rest).lines] == [("SJT-180-GR", 1)]
        packing.put_in(rest, "SJT-180-GR", by=self.ding)
        packing.send(rest, "YT1002", by=self.ding)
        assert (self.fresh().status, self.fresh().tracking_number) == ("sent", "YT1001,YT1002")
        assert self.desk.goods.figures(self.desk.goods.grey) == (19, 0, 0)

    def test_a_void_slip_cannot_be_taken_nor_sent(self):
        slip = self.fill()
        events.changed(self.fresh(), ["address"], NOW)
        for refused in (lambda: packing.send(slip, "YT1", by=self.ding), self.take):
            with pytest.raises(Refused) as void:
                refused()
            assert void.value.code == "void"
        assert (Parcel.objects.count(), self.desk.goods.figures()[0]) == (0, 20)

    def test_a_change_that_nobody_told_of_makes_the_slip_void_when_it_is_scanned(self):
        Order.objects.filter(pk=self.order.pk).update(address="别处9号")
        with pytest.raises(Refused) as void:
            self.take()
        assert void.value.code == "void"
        assert (Slip.objects.get().void_reason, self.desk.row(self.order).stage) == ("digest", "waiting")

    def test_the_slips_own_barcode_is_no_tracking_number(self):
        slip = self.fill()
        for wrong in (slip.number, "SJT-180-GR"):
            with pytest.raises(BadInput):
                packing.send(slip, wrong, by=self.ding)
        assert Parcel.objects.count() == 0

    def test_a_wrong_tracking_number_is_corrected_after_the_parcel_left(self):
        slip = self.fill()
        packing.send(slip, "YT1001", by=self.ding)
        packing.renumber(Slip.objects.get(), "YT1002", reason="扫错面单", by=self.ding)
        assert (Parcel.objects.get().number, self.fresh().tracking_number) == ("YT1002", "YT1002")
        assert Slip.objects.get().tracking_number == "YT1002"

    def test_who_may_not_pack_takes_no_slip(self):
        for person in (self.cast.ou, self.cast.lin):
            with pytest.raises(NotAllowed):
                packing.begin(self.slip, by=person)
        assert Slip.objects.get().packer is None

    def test_joined_orders_leave_with_one_number(self):
        place = {"address": "同一地址1号"}
        one, other = self.desk.order(**place), self.desk.order(**place)
        auditing.audit([self.desk.row(order).pk for order in (one, other)], by=self.cast.ou)
        auditing.join(self.desk.row(one), [self.desk.row(other)], by=self.cast.ou)
        waves.make_wave(self.cast.shop, [self.desk.row(one).pk], by=self.cast.ou)
        slip = packing.begin(packing.find(other.platform_id, by=self.ding), by=self.ding)
        packing.put_in(slip, "2*SJT-180-BL", by=self.ding)
        packing.send(slip, "YT7", by=self.ding)
        numbers = Order.objects.filter(pk__in=[one.pk, other.pk]).values_list("status", "tracking_number")
        assert list(numbers) == [("sent", "YT7"), ("sent", "YT7")]
        assert self.desk.goods.figures()[0] == 18

    def test_a_part_of_joined_orders_takes_each_piece_once_and_closes_what_is_whole(self):
        place = {"address": "同一地址1号"}
        goods = self.desk.goods
        one, other = self.desk.order(**place), self.desk.order((goods.grey, 1), **place)
        auditing.audit([self.desk.row(order).pk for order in (one, other)], by=self.cast.ou)
        auditing.join(self.desk.row(one), [self.desk.row(other)], by=self.cast.ou)
        waves.make_wave(self.cast.shop, [self.desk.row(one).pk], by=self.cast.ou)
        slip = packing.begin(packing.find(other.platform_id, by=self.ding), by=self.ding)
        packing.put_in(slip, "SJT-180-BL", by=self.ding)
        packing.send(slip, "YT7", part=True, by=self.ding)
        assert (goods.figures(), goods.figures(goods.grey)) == ((19, 2, 0), (20, 2, 0))
        gone, left = self.desk.row(one), self.desk.row(other)
        assert (gone.stage, gone.closed_at) == ("sent", NOW)
        assert (left.stage, left.closed_at, left.joined_to) == ("waiting", None, None)
        assert list(Order.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk").values_list("status", flat=True)) == ["sent", "paid"]

    def test_other_rooms_learn_how_far_the_warehouse_is(self):
        unprinted = self.desk.order()
        pks = [self.order.pk, unprinted.pk]
        assert ports.preparation(pks) == {self.order.pk: "printed"}
        self.fill()
        assert ports.preparation(pks) == {self.order.pk: "packed"}
        events.changed(self.fresh(), ["address"], NOW)
        assert ports.preparation(pks) == {}

    def test_what_is_sent_with_other_tools_ends_here_too(self):
        Order.objects.filter(pk=self.order.pk).update(status="sent")
        keeping.turned([self.fresh()], NOW)
        assert (self.desk.row(self.order).stage, Slip.objects.get().void_reason) == ("sent", "left")
        assert self.desk.goods.figures() == (18, 0, 0)
