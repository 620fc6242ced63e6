"""What was changed here, when the platform's files say otherwise."""

from __future__ import annotations

from dangban.desk.models import Notice
from dangban.orders.changing import standing, steps
from dangban.orders.models import ChangeRequest, Order, OrderChange
from dangban.orders.personal import OrderData
from dangban.orders.tests.stories import TAOBAO, counts
from dangban.orders.tests.test_actions_changing import NEW, ChangeCase
from dangban.shops.models import ImportRun

FIRST = "2201000000000000001"


class StandingTests(ChangeCase):
    """The first order of the file gets another address here; the platform is not told."""

    def setUp(self) -> None:
        super().setUp()
        self.load(TAOBAO, self.cast.shop, self.cast.ou)
        self.known = Order.objects.get(platform_id=FIRST)
        self.request = self.ask(self.known, "address", NEW)

    def file(self, old: str = "", new: str = "") -> ImportRun:
        data = TAOBAO.read_bytes()
        return self.load_bytes(data.replace(old.encode("gbk"), new.encode("gbk")), "later.csv", self.cast.shop, self.cast.ou)

    def paid_again(self) -> ImportRun:
        return self.file("买家已付款，等待卖家发货", "卖家已发货，等待买家确认")

    def test_the_same_file_again_undoes_nothing(self) -> None:
        assert counts(self.file())["unchanged"] == 4
        assert Order.objects.get(pk=self.known.pk).receiver == "方舟"

    def test_a_file_with_the_old_address_takes_its_news_and_leaves_ours(self) -> None:
        run = self.paid_again()
        order = Order.objects.get(pk=self.known.pk)
        assert (order.status, order.receiver, order.address) == ("sent", "方舟", "新开路 9 号 2 单元")
        assert list(OrderChange.objects.values_list("field", flat=True)) == ["status"]
        note = "订单 2201000000000000001：收货人在这里改过，文件里还是旧的，没有覆盖。"
        assert note in run.notes
        assert "方静" not in str(run.notes)

    def test_what_differs_is_shown_with_the_change_masked(self) -> None:
        self.paid_again()
        request = ChangeRequest.objects.get()
        assert request.differs["receiver"] == "方静"
        assert ("收货人", "方*") in standing.shown(request, whole=False)
        assert not Notice.objects.exists()

    def test_what_the_platform_changed_to_something_else_is_taken_and_told(self) -> None:
        self.file("方静", "方小云")
        order = Order.objects.get(pk=self.known.pk)
        assert (order.receiver, order.address) == ("方小云", "新开路 9 号 2 单元")
        assert Notice.objects.get(person=self.cast.lin).title == "平台和这里改的不一致：订单 2201000000000000001"
        self.file("方静", "方小云")
        assert Notice.objects.count() == 1

    def test_an_order_cancelled_here_is_not_opened_again_by_an_older_file(self) -> None:
        request = self.ask(self.known, "cancel", {"note": "拍错了"})
        for step in request.steps.order_by("position"):
            steps.tick(step, by=self.cast.zhou)
        run = self.file("方静", "方小静")
        order = Order.objects.get(pk=self.known.pk)
        assert (order.status, order.refund) == ("closed", "full")
        assert counts(run)["refused"] == 2
        assert ChangeRequest.objects.get(field="cancel").differs["status"] == "paid"

    def test_a_trial_shows_it_and_writes_nothing(self) -> None:
        data = TAOBAO.read_bytes().replace("买家已付款，等待卖家发货".encode("gbk"), "卖家已发货，等待买家确认".encode("gbk"))
        run = self.load_bytes(data, "later.csv", self.cast.shop, self.cast.ou, dry_run=True)
        assert any("没有覆盖" in note for note in run.notes)
        assert ChangeRequest.objects.get().differs == {}

    def test_it_is_handed_out_and_erased_with_the_customer_s_other_data(self) -> None:
        told = OrderData().collect("customers.customer", self.cast.fang.pk)["change_requests"]
        assert told[0]["after"]["receiver"] == "方舟"
        Order.objects.update(status="done")
        OrderData().erase("customers.customer", self.cast.fang.pk, by=self.cast.bao.actor, at=self.request.asked_at)
        erased = ChangeRequest.objects.get()
        assert (erased.before, erased.after, erased.differs) == ({}, {}, {})
        assert ("orders.changerequest", erased.pk) in OrderData().subjects("customers.customer", self.cast.fang.pk)
