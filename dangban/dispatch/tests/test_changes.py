"""An order is changed after its slip was printed: the slip is pulled, the old one can't be packed, the new one can."""

import pytest

from dangban.dispatch.actions import auditing, packing, waves
from dangban.dispatch.models import Slip
from dangban.dispatch.tests.warehouse import DeskCase
from dangban.lib.errors import Refused
from dangban.orders import events
from dangban.orders.changing import asking, steps
from dangban.orders.changing.asking import Asked
from dangban.orders.models import ChangeRequest, Order
from dangban.testing.cast import NOW

TO = {"receiver": "方静", "phone": "13500000005", "address": "浙江省杭州市滨江区江边路9号"}


class AddressAfterPrinting(DeskCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.desk.goods.receive(5)
        cls.order = cls.desk.order()
        auditing.audit([cls.desk.row(cls.order).pk], by=cls.cast.ou, at=NOW)
        cls.print_it()

    @classmethod
    def print_it(cls):
        wave = waves.make_wave(cls.cast.shop, [cls.desk.row(cls.order).pk], by=cls.cast.ou, at=NOW)
        waves.note_printed(wave, "labels", list(wave.slips.values_list("pk", flat=True)), by=cls.cast.ou, at=NOW)

    def test_from_the_asking_to_the_parcel(self):
        old = Slip.objects.get()
        ding, ou = self.cast.ding, self.cast.ou
        request = asking.ask(Order.objects.get(pk=self.order.pk), Asked("address", TO), by=self.cast.lin, at=NOW)
        assert request.stage == "printed"
        with pytest.raises(Refused) as waiting:
            packing.begin(packing.find(old.number, by=ding), by=ding)
        assert waiting.value.code == "change"
        doers = {"warehouse": ding, "order": ou, "agent": self.cast.lin}
        for step in list(request.steps.order_by("position")):
            steps.tick(step, by=doers[step.who], at=NOW)
        assert ChangeRequest.objects.get().applied_at == NOW
        old.refresh_from_db()
        assert (old.void_at, self.desk.row(self.order).stage) == (NOW, "waiting")
        with pytest.raises(Refused) as void:
            packing.begin(packing.find(old.number, by=ding), by=ding)
        assert void.value.code == "void"
        waves.pull(old, by=ding, at=NOW)
        auditing.audit([self.desk.row(self.order).pk], by=ou, at=NOW)
        row = self.desk.row(self.order)
        assert [hold["code"] for hold in row.holds] == ["remark"]
        auditing.release(row, [row.holds[0]["digest"]], by=ou, at=NOW)
        self.print_it()
        fresh = packing.begin(packing.find(self.order.platform_id, by=ding), by=ding)
        assert fresh.pk != old.pk
        packing.put_in(fresh, "SJT-180-BL", by=ding)
        packing.send(fresh, "YT1001", by=ding)
        order = Order.objects.get(pk=self.order.pk)
        assert (order.status, order.district, order.tracking_number) == ("sent", "滨江区", "YT1001")

    def test_a_cancelled_order_is_not_sent(self):
        Order.objects.filter(pk=self.order.pk).update(refund="asked")
        events.came([Order.objects.get(pk=self.order.pk)], NOW)
        assert Slip.objects.get().void_at == NOW
        auditing.audit([self.desk.row(self.order).pk], by=self.cast.ou)
        assert [hold["code"] for hold in self.desk.row(self.order).holds] == ["refund"]
