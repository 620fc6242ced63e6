"""Pick-ups: couriers are asked to come for what stands ready; and somebody keeps the warehouse while its keeper is away."""

from datetime import timedelta

import pytest
from django.urls import reverse

from dangban.desk.models import Deadline, Task
from dangban.dispatch import collecting, helping, rules
from dangban.dispatch.actions import auditing, packing, pickups, waves
from dangban.dispatch.models import Help, Pickup, Slip
from dangban.dispatch.tests.warehouse import CUT_OFF, DeskCase
from dangban.handbook.loader import preset
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import Parcel
from dangban.people.models import Person, RoleGrant
from dangban.shops.models import Profile
from dangban.testing import pages
from dangban.testing.cast import LONG_AGO, NOW, TODAY, at
from dangban.tracking import noting
from dangban.tracking.models import Track

RULES = preset("default").on(TODAY)


def test_a_pick_up_is_settled_an_hour_before_the_cut_off():
    booking = rules.pickup_by(CUT_OFF, RULES)
    assert (booking.by, [one.path for one in booking.because]) == (at("15:30"), ["dispatch.pickup_lead"])


class Yard(DeskCase):
    """Three parcels for 圆通: one has its number, two are printed."""

    @classmethod
    def set_up_story(cls):
        super().set_up_story()
        cls.desk.goods.receive(20)
        cls.orders = [cls.desk.order() for _one in range(3)]
        auditing.audit([cls.desk.row(one).pk for one in cls.orders], by=cls.cast.ou)
        waves.make_wave(cls.cast.shop, [cls.desk.row(one).pk for one in cls.orders], by=cls.cast.ou)
        cls.main = cls.desk.goods.warehouse
        cls.send(cls.orders[0], "YT1")

    @classmethod
    def send(cls, order, number):
        slip = packing.begin(packing.find(order.platform_id, by=cls.cast.ding), by=cls.cast.ding)
        packing.put_in(slip, "SJT-180-BL", by=cls.cast.ding)
        packing.send(slip, number, by=cls.cast.ding)

    def book(self, **given):
        values = {"count": 3, "comes_at": at("16:00"), "by": self.cast.ding, "at": NOW} | given
        return pickups.book(self.main, "圆通速递", **values)

    def pile(self):
        (found,) = collecting.piles([self.cast.shop], NOW)
        return (found.courier, found.ready, found.to_pack, found.booked, found.uncovered)


class Booking(Yard):
    def test_parcels_are_counted_by_warehouse_and_courier_and_stand_uncovered(self):
        assert self.pile() == ("圆通速递", 1, 2, 0, 3)
        (item,) = collecting.Uncovered().items(self.cast.ding, NOW)
        assert (item.label, item.due_at) == ("圆通速递还有 3 件没约取件", at("15:30"))
        assert [list(collecting.Uncovered().items(one, NOW)) for one in (self.cast.zhou, self.cast.ou, self.cast.hu)] == [[], [], []]

    def test_a_courier_is_asked_and_has_to_say_yes_before_the_cut_off(self):
        made = self.book()
        assert (made.state, made.due_at, self.pile()) == ("booked", at("15:30"), ("圆通速递", 1, 2, 3, 0))
        deadline = Deadline.objects.get(kind="dispatch.pickup")
        assert (deadline.due_at, deadline.owner, deadline.rule, deadline.met_at) == (at("15:30"), self.cast.ding, "dispatch.pickup_lead", None)
        pickups.confirm(made, number="QJ-778", driver="吴师傅", phone="13700000001", comes_at=at("16:10"), by=self.cast.ding, at=at("10:20"))
        made.refresh_from_db()
        assert (made.state, made.number, made.driver, made.comes_at, made.confirmed_at) == ("confirmed", "QJ-778", "吴师傅", at("16:10"), at("10:20"))
        deadline.refresh_from_db()
        assert deadline.met_at == at("10:20")
        assert list(Entry.objects.filter(verb__startswith="dispatch.pickup_").order_by("pk").values_list("verb", flat=True)) == [
            "dispatch.pickup_booked", "dispatch.pickup_confirmed",
        ]  # fmt: skip

    def test_a_shops_own_cut_off_comes_first_and_what_is_past_it_is_due_when_the_courier_comes(self):
        Profile.objects.filter(shop=self.cast.shop).update(cut_off="15:00")
        assert self.book().due_at == at("14:00")
        Pickup.objects.all().delete()
        assert self.book(at=at("15:00")).due_at == at("16:00")

    def test_a_booking_needs_parcels_and_a_time_ahead_and_nobody_asks_twice(self):
        for wrong in ({"count": 0}, {"comes_at": NOW}, {"comes_at": NOW + timedelta(days=8)}):
            with pytest.raises(BadInput):
                self.book(**wrong)
        for stranger in (self.cast.ou, self.cast.lin, self.cast.hu):
            with pytest.raises(NotAllowed):
                self.book(by=stranger)
        assert (Pickup.objects.count(), Deadline.objects.count()) == (0, 0)
        self.book()
        with pytest.raises(Conflict):
            self.book(count=5)
        assert Pickup.objects.get().parcels == 3

    def test_more_parcels_are_asked_for_anew(self):
        made = self.book(count=1)
        pickups.confirm(made, number="QJ-1", comes_at=made.comes_at, by=self.cast.ding, at=NOW)
        assert self.pile()[-1] == 2
        pickups.alter(made, 3, at("16:20"), by=self.cast.ding, at=at("11:00"))
        made.refresh_from_db()
        assert (made.state, made.parcels, self.pile()[-1]) == ("booked", 3, 0)
        assert Deadline.objects.filter(kind="dispatch.pickup", met_at=None, cancelled_at=None).get().due_at == at("15:30")
        entries = Entry.objects.filter(verb="dispatch.pickup_changed").count()
        pickups.alter(made, 3, at("16:20"), by=self.cast.ding, at=at("11:01"))
        assert Entry.objects.filter(verb="dispatch.pickup_changed").count() == entries

    def test_a_yes_without_a_number_or_a_name_is_none(self):
        made = self.book()
        for wrong in ({}, {"driver": "吴师傅", "phone": "晚点打"}):
            with pytest.raises(BadInput):
                pickups.confirm(made, comes_at=made.comes_at, by=self.cast.ding, at=NOW, **wrong)
        assert Pickup.objects.get().state == "booked"

    def test_one_that_is_called_off_leaves_its_parcels_uncovered(self):
        made = self.book()
        with pytest.raises(BadInput):
            pickups.call_off(made, " ", by=self.cast.ding, at=NOW)
        pickups.call_off(made, "快递爆仓来不了", by=self.cast.ding, at=NOW)
        assert (self.pile(), Deadline.objects.get(kind="dispatch.pickup").cancelled_at) == (("圆通速递", 1, 2, 0, 3), NOW)
        with pytest.raises(Conflict):
            pickups.call_off(made, "再来一次", by=self.cast.ding, at=NOW)


class Collecting(Yard):
    def test_what_stood_ready_is_handed_over_and_what_stayed_is_named(self):
        self.send(self.orders[1], "YT2")
        made = self.book()
        with pytest.raises(BadInput) as said:
            pickups.collect(made, left_behind="yt2, YT9", by=self.cast.ding, at=at("16:05"))
        assert "YT9" in str(said.value)
        pickups.collect(made, left_behind="yt2", by=self.cast.ding, at=at("16:05"))
        made.refresh_from_db()
        assert (made.state, made.parcels, made.closed_by, made.closed_at) == ("collected", 1, self.cast.ding, at("16:05"))
        assert list(Slip.objects.exclude(tracking_number="").order_by("tracking_number").values_list("tracking_number", "stands", "pickup")) == [
            ("YT1", False, made.pk), ("YT2", True, None),
        ]  # fmt: skip
        assert self.pile() == ("圆通速递", 1, 1, 0, 2)

    def test_nothing_is_collected_where_nothing_stands_ready(self):
        Slip.objects.update(stands=False)
        made = self.book()
        with pytest.raises(Refused):
            pickups.collect(made, by=self.cast.ding, at=at("16:05"))
        assert Pickup.objects.get().state == "booked"

    def test_a_courier_who_comes_unasked_takes_what_is_there(self):
        with pytest.raises(NotAllowed):
            pickups.collect_unasked(self.main, "圆通速递", by=self.cast.ou, at=NOW)
        made = pickups.collect_unasked(self.main, "圆通速递", by=self.cast.ding, at=NOW)
        assert (made.state, made.parcels, made.due_at, self.pile()) == ("collected", 1, None, ("圆通速递", 0, 2, 0, 2))
        self.book()
        with pytest.raises(Conflict):
            pickups.collect_unasked(self.main, "圆通速递", by=self.cast.ding, at=NOW)

    def test_what_the_courier_tells_of_stands_here_no_longer(self):
        track = Track.objects.get(parcel=Parcel.objects.get(number="YT1"))
        noting.note_by_hand(track, "picked", "网点已揽收", by=self.cast.mei, at=at("12:00"))
        assert self.pile() == ("圆通速递", 0, 2, 0, 2)


class StandingIn(Yard):
    def name(self, by=None, person=None, **given):
        values = {"until": at("11-21 18:00"), "why": "仓管请假两天", "by": by or self.cast.zhou, "at": NOW} | given
        return helping.name_stand_in(self.cast.shop, person or self.cast.ou, **values)

    def test_an_order_agent_keeps_the_warehouse_for_the_time_and_books_couriers(self):
        helper = self.name()
        ou = Person.objects.get(pk=self.cast.ou.pk)
        assert [ou.can(one, shop=self.cast.shop.pk) for one in ("stock.keep", "orders.dispatch")] == [True, True]
        assert not ou.can("stock.keep", shop=self.cast.second_shop.pk)
        assert RoleGrant.objects.get(pk=helper.grant_id).until == at("11-21 18:00")
        task = Task.objects.get(owner=ou)
        assert (task.title, task.due_at) == ("您暂代南风家居旗舰店的仓管，到 11-21 18:00", at("11-21 18:00"))
        assert Entry.objects.get(verb="dispatch.stood_in").actor_name == "周敏"
        assert self.book(by=ou).by == ou
        with clock.frozen(at("11-21 18:00")):
            later = Person.objects.get(pk=ou.pk)
            assert not later.can("stock.keep", shop=self.cast.shop.pk)
            assert helping.close_over(at("11-21 18:00")) == 1

    def test_the_keeper_names_somebody_but_who_stands_in_does_not_pass_it_on(self):
        RoleGrant.objects.create(person=self.cast.mei, role=self.cast.roles["order-agent"], shop=self.cast.shop, since=NOW)
        self.name(by=self.cast.ding)
        with pytest.raises(NotAllowed):
            self.name(by=Person.objects.get(pk=self.cast.ou.pk), person=self.cast.mei)
        assert Help.objects.count() == 1

    def test_only_order_agents_of_the_shop_are_named_for_at_most_a_month_with_a_reason(self):
        for wrong in ({"person": self.cast.lin}, {"person": self.cast.zhou}, {"why": ""}, {"until": NOW + timedelta(days=32)}):
            with pytest.raises(BadInput):
                self.name(**wrong)
        for stranger in (self.cast.lin, self.cast.mei, self.cast.hu):
            with pytest.raises(NotAllowed):
                self.name(by=stranger)
        assert (Help.objects.count(), Task.objects.count()) == (0, 0)
        self.name()
        with pytest.raises(Conflict):
            self.name()

    def test_who_stands_in_may_end_it(self):
        helper = self.name()
        with pytest.raises(NotAllowed):
            helping.end(helper.help, by=self.cast.lin, at=NOW)
        helping.end(helper.help, by=Person.objects.get(pk=self.cast.ou.pk), at=NOW)
        assert not Person.objects.get(pk=self.cast.ou.pk).can("stock.keep", shop=self.cast.shop.pk)
        assert Task.objects.get(owner=self.cast.ou).done_at == NOW

    def test_the_person_and_whoever_manages_people_read_until_when(self):
        self.name()
        for reader, address in ((self.cast.ou, reverse("account")), (self.cast.bao, reverse("person", args=[self.cast.ou.pk]))):
            page = self.as_person(reader).get(address).content.decode()
            assert ("仓管" in page, "11-21 18:00" in page) == (True, True)


class PickupsPage(Yard, pages.PageCase):
    reader, strangers, stranger_status = "ding", ("lin",), 403
    chinese, english, queries = "哪家快递来取", "which courier is to come", 44

    def address(self):
        return reverse("dispatch:pickups")

    def post(self, name, by, /, *args, **data):
        return self.as_person(by).post(reverse(f"dispatch:{name}", args=args), data)

    def test_a_pick_up_is_booked_confirmed_and_collected_on_the_page(self):
        given = {"warehouse": self.main.pk, "courier": "圆通速递", "parcels": 3, "comes_at": "2026-11-19T16:00"}
        assert "没约取件" in self.as_person(self.cast.ou).get(reverse("dispatch:cut-off")).content.decode()
        assert self.post("pickups", self.cast.ding, **given).status_code == 302
        made = Pickup.objects.get()
        assert "没约取件" not in self.as_person(self.cast.ou).get(reverse("dispatch:cut-off")).content.decode()
        assert self.post("pickup-confirm", self.cast.ding, made.pk, driver="吴师傅", comes_at="2026-11-19T16:10").status_code == 302
        assert "吴师傅" in self.as_person(self.cast.ding).get(self.address()).content.decode()
        assert self.post("pickup-alter", self.cast.ding, made.pk, parcels=4, comes_at="2026-11-19T16:10").status_code == 302
        assert self.post("pickup-collect", self.cast.ding, made.pk).status_code == 302
        made.refresh_from_db()
        assert (made.state, made.parcels) == ("collected", 1)
        assert self.post("pickup-call-off", self.cast.ding, made.pk, why="晚了").status_code == 409

    def test_who_may_not_books_nothing_and_who_sees_nothing_finds_nothing(self):
        given = {"warehouse": self.main.pk, "courier": "圆通速递", "parcels": 3, "comes_at": "2026-11-19T16:00"}
        assert [self.post("pickups", one, **given).status_code for one in (self.cast.ou, self.cast.lin)] == [403, 403]
        assert self.post("pickups", self.cast.ding, **(given | {"warehouse": 999})).status_code == 404
        assert [self.post("pickups", self.cast.ding, **(given | wrong)).status_code for wrong in ({"comes_at": "soon"}, {"parcels": "x"})] == [422, 422]
        assert Pickup.objects.count() == 0

    def test_a_courier_who_came_unasked_and_a_booking_called_off(self):
        assert self.post("pickup-unasked", self.cast.ding, warehouse=self.main.pk, courier="圆通速递").status_code == 302
        made = self.book()
        assert self.post("pickup-call-off", self.cast.ding, made.pk, why="改约明天").status_code == 302
        page = self.as_person(self.cast.ding).get(self.address()).content.decode()
        assert ("改约明天" in page, "已取走" in page) == (True, True)

    def test_the_warehouse_is_given_to_somebody_on_the_page_of_help(self):
        assert "仓管不在" in self.as_person(self.cast.zhou).get(reverse("dispatch:help")).content.decode()
        given = {"shop": self.cast.shop.pk, "person": self.cast.ou.pk, "until": "2026-11-21T18:00", "why": "仓管请假"}
        assert self.post("stand-in-named", self.cast.zhou, **given).status_code == 302
        assert self.as_person(self.cast.ou).get(reverse("dispatch:pack")).status_code == 200
        assert self.post("stand-in-named", self.cast.lin, **given).status_code == 403

    def test_a_leader_gives_the_warehouse_of_their_own_shop_only(self):
        RoleGrant.objects.create(person=self.cast.ou, role=self.cast.roles["order-agent"], shop=self.cast.other_shop, since=LONG_AGO)
        given = {"person": self.cast.ou.pk, "until": "2026-11-21T18:00", "why": "仓管请假"}
        page = self.as_person(self.cast.hu).get(reverse("dispatch:help")).content.decode()
        assert ("仓管不在" in page, "北禾零食店" in page, "南风家居旗舰店" in page) == (True, True, False)
        assert self.post("stand-in-named", self.cast.hu, shop=self.cast.shop.pk, **given).status_code == 422
        assert Help.objects.count() == 0
        assert self.post("stand-in-named", self.cast.hu, shop=self.cast.other_shop.pk, **given).status_code == 302
        assert Help.objects.get().shop == self.cast.other_shop
