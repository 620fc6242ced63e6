"""The audit: what is clean passes with its goods promised, everything else says why and what to do."""

import pytest

from dangban.customers.models import RiskMark
from dangban.dispatch import jobs, keeping
from dangban.dispatch.actions import auditing
from dangban.dispatch.models import AuditRun, Preparation, Release
from dangban.dispatch.tests.warehouse import CUT_OFF, DeskCase
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders import actions as orders
from dangban.orders import events
from dangban.orders.models import Order, OrderChange
from dangban.shops.models import CourierArea
from dangban.stock.models import Reservation
from dangban.testing.cast import NOW, at


class Coming(DeskCase):
    def test_a_paid_order_waits_for_its_audit_until_the_next_cut_off(self):
        row = self.desk.row(self.desk.order())
        assert (row.stage, row.due_at, row.ship_by) == ("waiting", CUT_OFF, at("11-21 10:00"))
        assert [one["path"] for one in row.because] == ["orders.cut_off", "orders.ship_within"]

    def test_after_the_cut_off_it_is_the_next_days(self):
        order = self.desk.order(status=Order.Status.UNPAID)
        assert not Preparation.objects.filter(order=order).exists()
        order.status = Order.Status.PAID
        keeping.turned([order], at("16:30"))
        assert self.desk.row(order).due_at == at("11-20 16:30")

    def test_what_was_loaded_late_has_not_been_late_before(self):
        row = self.desk.row(self.desk.order(paid_at=at("11-10 10:00")))
        assert (row.due_at, row.ship_by) == (CUT_OFF, at("11-12 10:00"))

    def test_an_order_that_is_refunded_closed_or_sent_elsewhere_is_done_with(self):
        for values, stage in (({"refund": "full"}, "ended"), ({"status": "closed"}, "ended"), ({"status": "sent"}, "sent")):
            order = self.desk.order()
            Order.objects.filter(pk=order.pk).update(**values)
            keeping.sweep(NOW)
            row = self.desk.row(order)
            assert (row.stage, row.closed_at) == (stage, NOW)

    def test_the_sweep_takes_up_what_no_import_told_of(self):
        order = self.desk.order()
        Preparation.objects.filter(order=order).delete()
        keeping.sweep(NOW)
        assert self.desk.row(order).stage == "waiting"


class Auditing(DeskCase):
    def audit(self, *orders, by=None):
        return auditing.audit([self.desk.row(order).pk for order in orders], by=by or self.cast.ou)

    def codes(self, order):
        return [hold["code"] for hold in self.desk.row(order).holds]

    def test_a_clean_order_passes_and_its_goods_lie_ready(self):
        self.desk.goods.receive(5)
        order = self.desk.order((self.desk.goods.blue, 2))
        outcome = self.audit(order)
        row = self.desk.row(order)
        assert outcome.passed == [row.pk]
        assert (row.stage, row.courier, row.holder, row.audited_at) == ("passed", "圆通速递", self.cast.ou, NOW)
        assert self.desk.goods.figures() == (5, 2, 0)
        assert Entry.objects.get(verb="dispatch.audited").change == {"outcome": "passed", "reasons": []}

    def test_each_thing_in_the_way_is_named(self):
        self.desk.goods.receive(50)
        blue = self.desk.goods.blue
        CourierArea.objects.create(courier=self.desk.yuantong, province="新疆", reaches=False)
        twins = {"address": "同一地址1号"}
        orders_ = {
            "message": self.desk.order(buyer_message="周末送"),
            "remark": self.desk.order(platform_remark="补发螺丝"),
            "address": self.desk.order(phone="", city=""),
            "many": self.desk.order((blue, 20)),
            "refund": self.desk.order(refund="asked"),
            "refunded": self.desk.order(refund="partial"),
            "remote": self.desk.order(province="新疆维吾尔自治区", city="喀什地区"),
            "unreachable": self.desk.order(province="新疆维吾尔自治区", city="和田地区", courier="圆通速递"),
            "twins": self.desk.order(**twins),
        }
        self.desk.order(**twins)
        self.audit(*orders_.values())
        assert {code: self.codes(order) for code, order in orders_.items()} == {
            **{code: [code] for code in orders_}, "unreachable": ["unreachable", "remote"],
        }  # fmt: skip
        assert self.desk.row(orders_["address"]).holds[0]["facts"] == {"missing": ["phone", "city"]}
        assert [one["path"] for one in self.desk.row(orders_["many"]).holds[0]["because"]] == ["dispatch.many_pieces"]
        assert Reservation.objects.count() == 0

    def test_a_wish_holds_the_order_until_it_is_ticked(self):
        self.desk.goods.receive(5)
        order = self.desk.order()
        wish = orders.put_requirement(order, "gift", "写张贺卡", by=self.cast.lin)
        self.audit(order)
        assert self.codes(order) == ["wish"]
        with pytest.raises(Refused):
            auditing.release(self.desk.row(order), [self.desk.row(order).holds[0]["digest"]], why="算了", by=self.cast.ou)
        orders.settle_requirement(wish, fulfilled=True, by=self.cast.ou)
        self.audit(order)
        assert self.desk.row(order).stage == "passed"

    def test_a_customer_marked_as_a_risk_and_a_price_changed_after_payment_are_looked_at(self):
        self.desk.goods.receive(5)
        order = self.desk.order()
        RiskMark.objects.create(customer=self.cast.fang, kind="malicious", evidence="-", by=self.cast.zhou, at=NOW, expires_on="2027-01-01")
        OrderChange.objects.create(order=order, field="total_fen", before="19900", after="9900", at=at("10:30"))
        self.audit(order)
        assert self.codes(order) == ["risk", "price"]

    def test_missing_goods_hold_the_order_and_their_arrival_lets_it_be_audited_again(self):
        order = self.desk.order((self.desk.goods.blue, 2))
        self.desk.goods.receive(1)
        self.audit(order)
        assert self.desk.row(order).holds[0]["facts"] == {"missing": {"SJT-180-BL": 1}}
        assert Reservation.objects.values_list("wanted", "held").get() == (2, 1)
        with self.captureOnCommitCallbacks(execute=True):
            self.desk.goods.receive(1)
        assert self.desk.row(order).stage == "waiting"
        self.audit(order)
        assert (self.desk.row(order).stage, self.desk.goods.figures()) == ("passed", (2, 2, 0))

    def test_the_first_to_leave_get_the_last_goods(self):
        self.desk.goods.receive(1)
        later, sooner = self.desk.order(), self.desk.order()
        Preparation.objects.filter(order=later).update(due_at=at("11-20 16:30"))
        self.audit(later, sooner)
        assert (self.desk.row(sooner).stage, self.desk.row(later).stage) == ("passed", "held")

    def test_a_message_that_was_read_lets_the_order_pass_and_a_new_one_holds_it_again(self):
        self.desk.goods.receive(5)
        order = self.desk.order(buyer_message="周末送")
        self.audit(order)
        row = self.desk.row(order)
        auditing.release(row, [row.holds[0]["digest"]], by=self.cast.ou)
        assert self.desk.row(order).stage == "passed"
        assert Release.objects.values_list("code", "by__name").get() == ("message", "区志文")
        Order.objects.filter(pk=order.pk).update(buyer_message="还是周一送")
        events.changed(order, ["address"], NOW)
        self.audit(order)
        assert self.codes(order) == ["message"]

    def test_a_large_order_is_released_with_a_reason_only(self):
        self.desk.goods.receive(50)
        order = self.desk.order((self.desk.goods.blue, 20))
        self.audit(order)
        row = self.desk.row(order)
        digest = row.holds[0]["digest"]
        with pytest.raises(BadInput):
            auditing.release(row, [digest], by=self.cast.ou)
        with pytest.raises(Conflict):
            auditing.release(row, ["0" * 32], why="电话核实", by=self.cast.ou)
        assert self.desk.row(order).stage == "held"
        auditing.release(row, [digest], why="电话核实", by=self.cast.ou)
        assert self.desk.row(order).stage == "passed"

    def test_who_may_not_audit_changes_nothing(self):
        order = self.desk.order()
        for person in (self.cast.lin, self.cast.ding, self.cast.hu):
            with pytest.raises(NotAllowed):
                self.audit(order, by=person)
        assert self.desk.row(order).stage == "waiting"

    def test_another_courier_that_goes_there_lets_an_order_pass(self):
        self.desk.goods.receive(5)
        CourierArea.objects.create(courier=self.desk.yuantong, province="浙江", reaches=False)
        order = self.desk.order(courier="圆通速递")
        self.audit(order)
        assert self.codes(order) == ["unreachable"]
        auditing.choose_courier(self.desk.row(order), "顺丰速运", by=self.cast.ou)
        row = self.desk.row(order)
        assert row.holds == []
        assert (row.stage, row.courier) == ("passed", "顺丰速运")

    def test_two_orders_to_one_place_are_joined_and_parted(self):
        self.desk.goods.receive(5)
        place = {"address": "同一地址1号"}
        one, other, stranger = self.desk.order(**place), self.desk.order(**place), self.desk.order()
        self.audit(one, other)
        assert self.codes(one) == ["twins"]
        with pytest.raises(Refused):
            auditing.join(self.desk.row(one), [self.desk.row(stranger)], by=self.cast.ou)
        auditing.join(self.desk.row(one), [self.desk.row(other)], by=self.cast.ou)
        assert [self.desk.row(order).stage for order in (one, other)] == ["passed", "passed"]
        assert self.desk.row(other).joined_to == self.desk.row(one)
        auditing.part(self.desk.row(other), by=self.cast.ou)
        assert (self.desk.row(other).joined_to, self.desk.row(other).stage) == (None, "waiting")

    def test_a_change_after_the_audit_takes_the_order_back(self):
        self.desk.goods.receive(5)
        order = self.desk.order()
        self.audit(order)
        order.lines.update(quantity=3)
        events.changed(order, ["lines"], NOW)
        assert (self.desk.row(order).stage, self.desk.goods.figures()) == ("waiting", (5, 0, 0))


class Runs(DeskCase):
    def test_one_action_audits_all_and_says_how_many_passed(self):
        self.desk.goods.receive(70)
        orders_ = [self.desk.order() for _one in range(70)]
        Order.objects.filter(pk__in=[order.pk for order in orders_[:5]]).update(buyer_message="请尽快")
        run = jobs.begin(self.cast.ou)
        done = jobs.carry_on(run.pk)
        assert (done.total, done.done, done.passed, done.held) == (70, 70, 65, 5)
        assert Entry.objects.get(verb="dispatch.run_finished").change == {"passed": 65, "held": 5}
        assert self.desk.goods.figures() == (70, 65, 0)

    def test_a_run_whose_process_is_gone_is_gone_on_with(self):
        self.desk.goods.receive(60)
        for _one in range(60):
            self.desk.order()
        run = jobs.begin(self.cast.ou)
        jobs._next(run)
        AuditRun.objects.update(moved_at=at("09:00"))
        jobs.go_on(NOW)
        done = AuditRun.objects.get()
        assert (done.done, done.passed, done.held, done.finished_at) == (60, 60, 0, NOW)

    def test_where_nothing_waits_no_run_begins(self):
        with pytest.raises(Refused):
            jobs.begin(self.cast.ou)
        assert AuditRun.objects.count() == 0
