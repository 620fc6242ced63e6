"""What happens elsewhere to the order, customer, shop or people of a case that is under way."""

from __future__ import annotations

import pytest

from dangban.aftersales import actions
from dangban.aftersales.actions import Wanted, deciding, open_case
from dangban.aftersales.inbound import resending
from dangban.aftersales.models import Case, CaseLine, CourierClaim, Resend, Settlement
from dangban.aftersales.settling import ordering, paying, receiving
from dangban.aftersales.settling.proposing import Payee
from dangban.aftersales.tests.settled import SettlingCase
from dangban.customers.actions import merge
from dangban.customers.models import Customer
from dangban.desk.models import Deadline, Task
from dangban.lib.errors import Refused
from dangban.orders.changing import asking
from dangban.orders.models import Order
from dangban.orders.tests import stories
from dangban.people.models import Shop
from dangban.shops.models import ImportRun
from dangban.testing.cast import NOW


class ChangedOrderTests(stories.OrderCase):
    def load_taobao(self, titles: str) -> ImportRun:
        data = stories.TAOBAO.read_bytes().replace("南风四件套 深蓝，南风枕芯".encode("gbk"), titles.encode("gbk"))
        return self.load_bytes(data, "later.csv", self.cast.shop, self.cast.ou)

    def test_goods_a_case_is_about_stay_with_their_order_although_the_platform_s_file_has_dropped_them(self) -> None:
        self.load_taobao("南风四件套 深蓝，南风枕芯")
        order = Order.objects.get(platform_id="2201000000000000001")
        pillow = order.lines.get(title="南风枕芯")
        open_case(self.cast.shop, "refund", "dislike", by=self.cast.mei, source="order", order=order, lines=[Wanted(pillow, 1, 9_900)], at=NOW)
        run = self.load_taobao("南风四件套 深蓝")
        assert stories.counts(run) == {"rows": 6, "created": 0, "updated": 1, "unchanged": 3, "refused": 2}
        assert list(order.lines.order_by("position").values_list("title", flat=True)) == ["南风四件套 深蓝", "南风枕芯"]
        assert CaseLine.objects.get().order_line == pillow


class MovedTests(SettlingCase):
    def test_how_often_parcels_were_sent_again_counts_on_after_two_customers_turn_out_to_be_one(self) -> None:
        twin = Customer.objects.create(name="方静的另一个号", created_at=NOW)
        before = self.story.case("undeliverable", "dislike", order=self.story.order(number="6601", customer=twin))
        Resend.objects.create(
            case=before, order=before.order, customer=twin, old_number="A1", old_courier="中通", courier="顺丰", why="改寄", earlier=0, surcharge_fen=0,
            borne_by="seller", by=self.cast.mei, at=NOW,
        )  # fmt: skip
        now = self.story.case("undeliverable", "dislike", order=self.story.order(number="6602"))
        assert resending._earlier(now) == 0
        merge(self.cast.fang, twin, by=self.cast.bao, reason="同一个人", at=NOW)
        assert resending._earlier(now) == 1

    def test_a_claim_s_clock_goes_along_with_the_case_that_is_handed_on(self) -> None:
        order = self.story.order(number="6603", signed_at=None)
        case = self.story.case("reship", "lost", order=order)
        deciding.assess(case, {"loss_confirmed": True}, by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        actions.hand_to(case, self.cast.lin, by=self.cast.mei, at=NOW)
        owners = Deadline.objects.filter(kind="aftersales.claim", subject_id=CourierClaim.objects.get().pk, met_at=None, cancelled_at=None)
        assert [one.owner for one in owners] == [self.cast.lin]

    def test_what_a_courier_granted_to_a_shop_that_has_closed_is_still_set_off(self) -> None:
        case = self.story.case("reship", "lost", order=self.story.order(number="6604", signed_at=None))
        CourierClaim.objects.create(
            shop=case.shop, case=case, order=case.order, courier="中通", number="ZT1", kind="lost", state="granted", reckoned_fen=5_000, amount_fen=5_000,
            granted_fen=4_321, at=NOW, answered_at=NOW,
        )  # fmt: skip
        Shop.objects.filter(pk=case.shop_id).update(closed_on=NOW.date())
        page = self.as_person(self.cast.qian).post("/aftersales/registers/claims/months/", {"courier": "中通", "bill": f"{NOW:%Y-%m}"}).content.decode()
        assert "¥43.21" in page
        assert CourierClaim.objects.get().paid_fen == 4_321


class PaidAndGoneTests(SettlingCase):
    def closed_and_paid(self) -> Settlement:
        case = self.story.case()
        self.story.came_back(case)
        row = self.story.propose(case, 10_000, way="alipay", payee=Payee("方静", "13800001234"))
        paying.release(row, by=self.cast.qian, at=NOW)
        Case.objects.filter(pk=case.pk).update(state="closed", waits_for="", closed_at=NOW)
        return row

    def test_what_came_back_after_the_case_was_closed_is_paid_again_and_no_more(self) -> None:
        row = self.closed_and_paid()
        with pytest.raises(Refused):
            self.story.propose(row.case, 5_000, way="alipay", payee=Payee("方静", "13800001234"))
        paying.enter_against(row, "账户已注销，退回", by=self.cast.qian, at=NOW)
        task = Task.objects.get(subject_kind="aftersales.case", subject_id=row.case_id)
        assert (task.owner, "¥100.00" in task.title, "账户已注销，退回" in task.body) == (row.case.owner, True, True)
        again = self.story.propose(Case.objects.get(pk=row.case_id), 10_000, way="alipay", payee=Payee("方静", "13800009999"))
        paying.release(again, by=self.cast.qian, at=NOW)
        case = Case.objects.get(pk=row.case_id)
        assert (case.state, case.refunded_fen) == ("closed", 10_000)
        with pytest.raises(Refused):
            self.story.propose(case, 100, way="alipay", payee=Payee("方静", "13800009999"))
        assert case.settlements.count() == 2

    def dearer(self) -> Case:
        """An exchange for something 30.00 dearer, which the customer has paid."""
        case = self.story.case("exchange", "quality", order=self.story.order(number="6605"))
        self.story.came_back(case)
        Case.objects.filter(pk=case.pk).update(state="inspected", waits_for="agent")
        ordering.order_goods(case, "exchange", [ordering.Sending(self.story.grey, 1, 22_900, case.lines.get())], by=self.cast.zhou, key="g", at=NOW)
        receiving.paid_up(case, 3_000, "platform", by=self.cast.mei, key="t", at=NOW)
        return Case.objects.get(pk=case.pk)

    def test_what_the_customer_paid_for_goods_that_are_called_off_is_not_forgotten(self) -> None:
        case = self.dearer()
        assert ordering.overpaid_fen(case) == 0
        ordering.call_off(case.case_orders.get(), "顾客改主意了", by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        assert ordering.overpaid_fen(case) == 3_000
        task = Task.objects.get(subject_kind="aftersales.case", subject_id=case.pk)
        assert "¥30.00" in task.title
        with pytest.raises(Refused, match=r"30\.00"):
            deciding.withdraw(case, "不换了", by=self.cast.mei, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "inspected"
        assert "顾客多付" in self.as_person(self.cast.qian).get(f"/aftersales/{case.pk}/money/").content.decode()
        paying.enter_against(case.settlements.get(kind="topup"), "原路退回", by=self.cast.qian, at=NOW)
        assert ordering.overpaid_fen(case) == 0
        deciding.withdraw(Case.objects.get(pk=case.pk), "不换了", by=self.cast.mei, at=NOW)
        assert Case.objects.get(pk=case.pk).state == "withdrawn"

    def test_a_payment_of_the_customer_that_bounced_is_told_before_the_goods_have_left(self) -> None:
        case = self.dearer()
        paying.enter_against(case.settlements.get(kind="topup"), "顾客付款被退回", by=self.cast.qian, at=NOW)
        task = Task.objects.get(subject_kind="aftersales.case", subject_id=case.pk)
        assert (task.title, task.owner) == (f"{case.number}：顾客的补款 ¥30.00 已冲正，还差 ¥30.00", case.owner)

    def test_goods_of_a_case_are_called_off_on_the_case_and_not_by_a_change_of_their_order(self) -> None:
        order = self.dearer().case_orders.get().order
        for field, typed in (("cancel", {"note": "不要了"}), ("quantity", {}), ("price", {"off": "5.00"})):
            with pytest.raises(Refused, match="售后单"):
                asking.ask(order, asking.Asked(field, typed, note="不要了"), by=self.cast.ou, at=NOW)
        order.refresh_from_db()
        assert (order.status, order.total_fen, order.change_requests.count()) == ("paid", 3_000, 0)
