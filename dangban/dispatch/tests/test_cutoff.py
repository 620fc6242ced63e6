"""The cut-off: what did not leave by its time is noted with its cause, and its buyer has a new promise."""

import pytest

from dangban.desk import days
from dangban.desk.models import Deadline, Notice, Task
from dangban.dispatch import cutoff, day, helping, listing, rules
from dangban.dispatch.actions import auditing, packing, waves
from dangban.dispatch.models import Help, Miss, Preparation
from dangban.dispatch.tests.warehouse import CUT_OFF, DeskCase
from dangban.handbook.loader import preset
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import OrderException
from dangban.people.models import Person
from dangban.shops.models import Profile
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce.models import DutyPeriod

RULES = preset("default").on(TODAY)


def test_the_platforms_limit_comes_first_where_it_is_sooner():
    due = rules.due(at("11-17 17:00"), clock.local(at("11-19 10:00")), None, RULES)
    assert (due.at, due.ship_by) == (at("16:30"), at("11-19 17:00"))
    sooner = rules.due(at("11-17 12:00"), clock.local(at("11-19 10:00")), None, RULES)
    assert sooner.at == at("12:00")


def test_a_late_order_costs_a_tenth_and_at_least_five_yuan_once_the_limit_is_past():
    assert rules.compensation(19900, at("12:00"), at("11:59"), RULES).outcome == "none"
    owed = rules.compensation(19900, at("12:00"), at("12:00"), RULES)
    assert (owed.amount_fen, owed.paths) == (1990, ("shops.late_dispatch.share", "shops.late_dispatch.least"))
    assert rules.compensation(1000, at("12:00"), at("12:00"), RULES).amount_fen == 500


class Missing(DeskCase):
    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.desk.goods.receive(9)

    def test_nothing_is_missed_a_moment_before(self):
        self.desk.order()
        assert cutoff.sweep(at("16:29:59")) == 0
        assert Miss.objects.count() == 0

    def test_each_miss_names_its_cause_its_owner_and_a_new_promise(self):
        held, passed, printed, packed = (self.desk.order() for _one in range(4))
        held.buyer_message = "周末送"
        held.save()
        waiting, short = self.desk.order(), self.desk.order((self.desk.goods.blue, 9))
        auditing.audit([self.desk.row(one).pk for one in (held, passed, printed, packed, short)], by=self.cast.ou)
        waves.make_wave(self.cast.shop, [self.desk.row(one).pk for one in (printed, packed)], by=self.cast.ou)
        slip = packing.begin(packing.find(packed.platform_id, by=self.cast.ding), by=self.cast.ding)
        packing.put_in(slip, "SJT-180-BL", by=self.cast.ding)
        assert cutoff.sweep(CUT_OFF) == 6
        causes = {miss.order_id: (miss.reason, miss.holder) for miss in Miss.objects.select_related("holder")}
        ou, ding = self.cast.ou, self.cast.ding
        assert causes == {
            held.pk: ("held", ou), passed.pk: ("not_printed", ou), printed.pk: ("not_packed", ou), packed.pk: ("not_sent", ding),
            waiting.pk: ("not_audited", None), short.pk: ("out_of_stock", ou),
        }  # fmt: skip
        tomorrow = at("11-20 16:30")
        assert set(Miss.objects.values_list("promised_for", "day")) == {(tomorrow, TODAY)}
        assert self.desk.row(held).due_at == tomorrow
        exception = OrderException.objects.get(order=short)
        assert (exception.kind, exception.reason, exception.promised_for, exception.due_at) == ("late", "out_of_stock", tomorrow, tomorrow)
        told = Task.objects.filter(subject_kind="orders.order", subject_id=held.pk).get()
        assert "11月20日 16:30" in told.body
        assert Entry.objects.filter(verb="dispatch.missed").count() == 6

    def test_what_was_missed_once_is_missed_again_only_after_its_new_time(self):
        order = self.desk.order()
        assert [cutoff.sweep(CUT_OFF), cutoff.sweep(at("18:00")), cutoff.sweep(at("11-20 16:30"))] == [1, 0, 1]
        assert self.desk.row(order).misses == 2
        assert OrderException.objects.filter(order=order).count() == 1

    def test_after_the_platforms_limit_a_compensation_is_owed(self):
        order = self.desk.order(paid_at=at("11-17 12:00"))
        assert cutoff.sweep(at("12:00")) == 1
        miss = Miss.objects.get(order=order)
        assert (miss.compensation_fen, miss.promised_for) == (1990, CUT_OFF)
        assert [one["path"] for one in miss.because][-2:] == ["shops.late_dispatch.share", "shops.late_dispatch.least"]

    def test_a_shops_own_cut_off_counts(self):
        Profile.objects.filter(shop=self.cast.shop).update(cut_off="15:00")
        assert self.desk.row(self.desk.order()).due_at == at("15:00")

    def test_shops_without_any_time_keep_no_place_in_the_row_of_those_that_have_one(self):
        # No handbook is in force on that day yet, and one shop has a cut-off of its own.
        then = at("15:00").replace(year=2009)
        timeless = [self.desk.order(shop=self.cast.second_shop) for _one in range(3)]
        late = self.desk.order()
        Profile.objects.filter(shop=self.cast.shop).update(cut_off="15:00")
        Preparation.objects.update(due_at=then)
        assert [cutoff.sweep(then, most=2), cutoff.sweep(then, most=2)] == [1, 0]
        assert [miss.order for miss in Miss.objects.select_related("order")] == [late]
        assert {self.desk.row(one).misses for one in timeless} == {0}

    def test_what_has_left_is_not_missed(self):
        order = self.desk.order()
        auditing.audit([self.desk.row(order).pk], by=self.cast.ou)
        waves.make_wave(self.cast.shop, [self.desk.row(order).pk], by=self.cast.ou)
        slip = packing.begin(packing.find(order.platform_id, by=self.cast.ding), by=self.cast.ding)
        packing.put_in(slip, "SJT-180-BL", by=self.cast.ding)
        packing.send(slip, "YT1", by=self.cast.ding)
        assert cutoff.sweep(CUT_OFF) == 0
        (standing,) = listing.standings(self.cast.ou, TODAY, self.cast.shop.pk)
        assert (standing.sent, standing.open, standing.missed) == (1, 0, 0)

    def test_somebody_who_knows_says_the_cause(self):
        self.desk.order()
        cutoff.sweep(CUT_OFF)
        miss = cutoff.explain(Miss.objects.get(), "not_sent", "快递没来揽收", by=self.cast.ding, at=CUT_OFF)
        assert (miss.reason, miss.note) == ("not_sent", "快递没来揽收")
        with pytest.raises(BadInput):
            cutoff.explain(miss, "bad luck", "", by=self.cast.ding, at=CUT_OFF)

    def test_the_day_is_not_signed_off_over_orders_in_ones_hands(self):
        auditing.audit([self.desk.row(self.desk.order()).pk], by=self.cast.ou)
        end = days.span(TODAY, NOW)[1]
        (left,) = day.open_orders(self.cast.ou, end, NOW)
        assert left.label == "南风家居旗舰店：您手上还有 1 单今天要发"
        assert day.open_orders(self.cast.ding, end, NOW) == []


class Helping(DeskCase):
    def call(self, by=None, **given):
        values = {"people_wanted": 1, "why": "大促单多", "until": at("18:00"), "by": by or self.cast.ding, "at": NOW}
        return helping.call(self.cast.shop, "warehouse", **(values | given))

    def fresh(self, person):
        return Person.objects.get(pk=person.pk)

    def test_a_call_reaches_who_assigns_and_an_agent_gets_the_permission_for_the_time(self):
        asked = self.call()
        assert set(Notice.objects.values_list("person", flat=True)) == {self.cast.zhou.pk, self.cast.bao.pk}
        assert len(helping.Calls().items(self.cast.zhou, NOW)) == 1
        helping.assign(asked, self.cast.lin, by=self.cast.zhou, at=NOW)
        lin = self.fresh(self.cast.lin)
        assert (lin.can("orders.dispatch", shop=self.cast.shop.pk), lin.can("orders.dispatch", shop=self.cast.second_shop.pk)) == (True, False)
        task = Task.objects.get(owner=lin)
        assert (task.due_at, task.done_at) == (at("18:00"), None)
        assert helping.Calls().items(self.cast.zhou, NOW) == []
        helping.end(asked, by=self.cast.zhou, at=NOW)
        assert not self.fresh(self.cast.lin).can("orders.dispatch", shop=self.cast.shop.pk)
        assert Task.objects.get(owner=lin).done_at == NOW

    def test_only_who_assigns_people_gives_somebody_and_not_more_than_asked_for(self):
        asked = self.call()
        with pytest.raises(NotAllowed):
            helping.assign(asked, self.cast.lin, by=self.cast.ou, at=NOW)
        helping.assign(asked, self.cast.lin, by=self.cast.zhou, at=NOW)
        with pytest.raises(Conflict):
            helping.assign(asked, self.cast.mei, by=self.cast.zhou, at=NOW)
        with pytest.raises(BadInput):
            helping.assign(asked, self.cast.hu, by=self.cast.zhou, at=NOW)

    def test_a_call_needs_a_reason_and_a_time_and_is_made_once(self):
        for wrong in ({"why": " "}, {"until": at("09:00")}, {"people_wanted": 0}):
            with pytest.raises(BadInput):
                self.call(**wrong)
        self.call()
        with pytest.raises(Conflict):
            self.call()
        assert Help.objects.count() == 1

    def test_an_order_agent_stands_in_while_no_keeper_is_on_duty(self):
        with pytest.raises(NotAllowed):
            helping.stand_in(self.cast.shop, until=at("18:00"), why="仓管请假", by=self.cast.lin, at=NOW)
        helping.stand_in(self.cast.shop, until=at("18:00"), why="仓管请假", by=self.cast.ou, at=NOW)
        assert self.fresh(self.cast.ou).can("stock.keep", shop=self.cast.shop.pk)
        assert [one["path"] for one in Help.objects.get().because] == ["orders.stand_in_for_warehouse"]
        assert Entry.objects.get(verb="dispatch.stood_in").change["role"] == self.cast.roles["warehouse"].name

    def test_with_a_keeper_on_duty_nobody_stands_in(self):
        DutyPeriod.objects.create(
            person=self.cast.ding, team=self.cast.team, day=TODAY, name="白班", starts_at=at("09:00"), ends_at=at("18:00")
        )
        with pytest.raises(Refused):
            helping.stand_in(self.cast.shop, until=at("18:00"), why="帮忙", by=self.cast.ou, at=NOW)
        assert not self.fresh(self.cast.ou).can("stock.keep", shop=self.cast.shop.pk)

    def test_a_time_that_is_over_closes_by_itself(self):
        asked = self.call()
        helping.assign(asked, self.cast.lin, by=self.cast.zhou, at=NOW)
        assert [helping.close_over(at("17:59")), helping.close_over(at("18:00"))] == [0, 1]
        assert Help.objects.get().closed_at == at("18:00")
        assert Deadline.objects.count() == 0
