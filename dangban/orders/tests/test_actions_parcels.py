"""Parcels leave: whole, in parts, once, with the right number."""

import pytest

from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import events, parcels
from dangban.orders.models import Order, Parcel, ParcelLine
from dangban.orders.tests.stories import OrderCase
from dangban.testing.cast import NOW


class Parcels(OrderCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.fangs = cls.order()
        cls.line = cls.fangs.lines.get()

    def fresh(self):
        return Order.objects.get(pk=self.fangs.pk)

    def test_a_parcel_takes_all_and_the_order_is_dispatched(self):
        parcel = parcels.send(self.fangs, "顺丰速运", " sf10 20 ", by=self.cast.ding)
        order = self.fresh()
        assert (parcel.number, parcel.shop_id, parcel.sent_at) == ("SF1020", self.cast.shop.pk, NOW)
        assert (order.status, order.dispatched_at, order.courier, order.tracking_number) == ("sent", NOW, "顺丰速运", "SF1020")
        assert order.version == 2
        change = Entry.objects.get(verb="orders.parcel_sent").change
        assert change == {"courier": "顺丰速运", "number": "SF1020", "pieces": 2, "status": ["paid", "sent"]}

    def test_the_same_again_is_the_same_parcel(self):
        first = parcels.send(self.fangs, "顺丰速运", "SF1020", by=self.cast.ding)
        assert parcels.send(self.fangs, "顺丰速运", "SF1020", by=self.cast.ding) == first
        assert Entry.objects.filter(verb="orders.parcel_sent").count() == 1
        assert self.fresh().version == 2

    def test_pieces_leave_in_two_parcels(self):
        parcels.send(self.fangs, "顺丰速运", "SF1", lines={self.line.pk: 1}, by=self.cast.ding)
        assert (self.fresh().status, self.fresh().dispatched_at) == ("part", None)
        assert parcels.still_to_go(self.fangs) == {self.line.pk: 1}
        parcels.send(self.fangs, "圆通速递", "YT2", by=self.cast.ding)
        order = self.fresh()
        assert (order.status, order.dispatched_at, order.courier, order.tracking_number) == ("sent", NOW, "圆通速递", "SF1,YT2")
        assert list(ParcelLine.objects.order_by("pk").values_list("parcel__number", "quantity")) == [("SF1", 1), ("YT2", 1)]

    def test_more_than_is_to_go_the_same_number_with_other_pieces_and_an_empty_parcel_are_refused(self):
        with pytest.raises(Conflict):
            parcels.send(self.fangs, "顺丰速运", "SF1", lines={self.line.pk: 3}, by=self.cast.ding)
        with pytest.raises(BadInput):
            parcels.send(self.fangs, "顺丰速运", "SF1", lines={self.line.pk: 0}, by=self.cast.ding)
        assert (Parcel.objects.count(), self.fresh().status) == (0, "paid")
        parcels.send(self.fangs, "顺丰速运", "SF1", lines={self.line.pk: 1}, by=self.cast.ding)
        with pytest.raises(Conflict):
            parcels.send(self.fangs, "顺丰速运", "SF1", lines={self.line.pk: 2}, by=self.cast.ding)
        assert Parcel.objects.count() == 1

    def test_what_is_unpaid_gone_closed_or_refunded_does_not_leave(self):
        for values in ({"status": "unpaid"}, {"status": "sent"}, {"status": "closed"}, {"status": "paid", "refund": "full"}):
            Order.objects.filter(pk=self.fangs.pk).update(**values)
            with pytest.raises(Refused):
                parcels.send(self.fangs, "顺丰速运", "SF1", by=self.cast.ding)
        assert Parcel.objects.count() == 0

    def test_without_courier_or_number_nothing_leaves(self):
        for courier, number in (("", "SF1"), ("顺丰速运", " "), ("顺丰速运", "9" * 61)):
            with pytest.raises(BadInput):
                parcels.send(self.fangs, courier, number, by=self.cast.ding)
        assert self.fresh().status == "paid"

    def test_who_may_not_dispatch_sends_nothing(self):
        for person in (self.cast.lin, self.cast.qian, self.cast.hu):
            with pytest.raises(NotAllowed):
                parcels.send(self.fangs, "顺丰速运", "SF1", by=person)
        assert Parcel.objects.count() == 0

    def test_others_hear_of_it_inside_the_transaction_and_may_refuse(self):
        def refuse(parcel, at):
            raise Refused(parcel.number)

        events.on_left(refuse)
        try:
            with pytest.raises(Refused, match="SF1"):
                parcels.send(self.fangs, "顺丰速运", "SF1", by=self.cast.ding)
        finally:
            events._left.remove(refuse)
        assert (Parcel.objects.count(), self.fresh().status) == (0, "paid")

    def test_a_mistyped_number_is_corrected_with_a_reason(self):
        parcel = parcels.send(self.fangs, "顺丰速运", "SF1", by=self.cast.ding)
        with pytest.raises(BadInput):
            parcels.renumber(parcel, "顺丰速运", "SF2", reason=" ", by=self.cast.ding)
        parcels.renumber(parcel, "顺丰速运", "SF2", reason="扫错单", by=self.cast.ding)
        assert (self.fresh().tracking_number, Parcel.objects.get().number) == ("SF2", "SF2")
        change = Entry.objects.get(verb="orders.parcel_renumbered").change
        assert change == {"courier": ["顺丰速运", "顺丰速运"], "number": ["SF1", "SF2"], "reason": "扫错单"}
        with pytest.raises(Conflict):
            parcels.renumber(parcel, "顺丰速运", "SF3", reason="又错", by=self.cast.ding)

    def test_a_platforms_word_for_a_parcel_is_kept_once_and_leaves_the_stage_alone(self):
        first = parcels.note(self.fangs, "顺丰速运", "SF9", at=NOW)
        assert parcels.note(self.fangs, "顺丰速运", "SF9", at=NOW) == first
        assert (Parcel.objects.count(), self.fresh().status) == (1, "paid")
