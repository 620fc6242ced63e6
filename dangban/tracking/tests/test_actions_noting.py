"""News of a parcel: kept once, added up by time, signed orders, exceptions opened and closed, stalled ones found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.desk.models import Deadline
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, NotAllowed
from dangban.orders import parcels
from dangban.orders.imports.planning import knows_no_signing
from dangban.orders.models import Order, OrderException, Parcel
from dangban.orders.parcel_numbers import bring, split
from dangban.testing.cast import NOW, at
from dangban.tracking import jobs, noting, trouble
from dangban.tracking.models import Step, Track
from dangban.tracking.tests.stories import ParcelCase


class Steps(ParcelCase):
    def test_are_kept_once_whoever_says_them_again(self):
        self.says("moving", "11-19 8:00")
        self.says("moving", "11-19 8:00", text="离开 【杭州转运中心】。")
        assert Step.objects.count() == 1

    def test_count_by_their_time_and_not_by_when_they_come(self):
        self.says("delivering", "11-19 9:00")
        self.says("moving", "11-19 7:00", now="11-19 9:30")
        track = self.track()
        assert (track.state, track.moved_at, track.last_text) == ("delivering", at("11-19 9:00"), "快递员正在派送")

    def test_without_a_known_state_move_the_parcel_all_the_same(self):
        self.says("moving", "11-19 7:00")
        self.says("", "11-19 9:00", text="天气原因")
        track = self.track()
        assert (track.state, track.moved_at) == ("moving", at("11-19 9:00"))

    def test_of_a_clock_far_ahead_are_not_believed(self):
        assert self.says("moving", "11-20 12:00", now="10:00") == []
        assert not Step.objects.exists()

    def test_can_not_be_changed(self):
        step = self.says("moving", "11-19 7:00")[0]
        step = Step.objects.get(pk=step.pk)
        with pytest.raises(TypeError):
            step.save()

    def test_by_hand_are_journalled_and_refused_in_the_time_to_come(self):
        noting.note_by_hand(self.track(), "refused", "快递员来电：客户拒收", by=self.cast.lin, at=NOW)
        assert (self.track().state, self.track().trouble) == ("problem", "refused")
        assert Entry.objects.filter(verb="tracking.noted").count() == 1
        with pytest.raises(BadInput):
            noting.note_by_hand(self.track(), "signed", "签收", by=self.cast.lin, at=NOW, happened_at=at("11:00"))
        with pytest.raises(NotAllowed):
            noting.note_by_hand(self.track(), "signed", "签收", by=self.cast.hu, at=NOW)
        assert Step.objects.count() == 1


class AnotherNumber(ParcelCase):
    def test_what_was_said_of_the_wrong_number_goes_with_it(self):
        self.says("refused", "11-19 8:00")
        assert (self.kinds(), self.track().state) == (["refused"], "problem")
        parcels.renumber(self.parcel, "圆通速递", "YT1009", reason="扫错面单", by=self.cast.ding, at=at("11-19 9:00"))
        track = self.track()
        assert (track.state, track.trouble, track.last_text, track.moved_at) == ("", "", "", at("11-18 18:00"))
        assert (track.asked_at, track.ended_at, track.stalls_at is not None) == (None, None, True)
        assert (self.kinds(), Step.objects.count()) == ([], 0)
        assert not track.tellings.exclude(occasion="dispatched").exists()
        self.says("moving", "11-19 8:30", now="11-19 9:30")
        assert (self.track().state, Step.objects.count()) == ("moving", 1)


    def test_an_order_that_only_the_wrong_number_signed_for_is_on_its_way_again(self):
        self.says("signed", "11-19 8:00")
        assert (Order.objects.get().status, self.track().tellings.filter(occasion="confirm").count()) == ("signed", 1)
        parcels.renumber(self.parcel, "圆通速递", "YT1009", reason="扫错面单", by=self.cast.ding, at=at("11-19 9:00"))
        order, track = Order.objects.get(), self.track()
        assert (order.status, order.signed_at, track.state, track.ended_at) == ("sent", None, "", None)
        assert not track.tellings.filter(occasion__in=("satisfaction", "confirm", "review")).exists()
        taken_back = Entry.objects.get(verb="tracking.signing_taken_back")
        assert taken_back.change == {"status": ["signed", "sent"], "number": "YT1009"}
        self.says("signed", "11-19 9:30", now="11-19 10:00")
        assert (Order.objects.get().status, Order.objects.get().signed_at) == ("signed", at("11-19 9:30"))

    def test_an_order_that_the_platform_signed_for_stays_so(self):
        Order.objects.update(status="signed", signed_at=at("11-19 7:00"))
        parcels.renumber(self.parcel, "圆通速递", "YT1009", reason="扫错面单", by=self.cast.ding, at=at("11-19 9:00"))
        assert (Order.objects.get().status, Order.objects.get().signed_at) == ("signed", at("11-19 7:00"))
        assert not Entry.objects.filter(verb="tracking.signing_taken_back").exists()


class Signing(ParcelCase):
    def test_of_the_last_parcel_signs_the_order(self):
        second = self.carry("YT1002")
        self.says("signed", "11-19 9:00")
        assert Order.objects.get().status == "sent"
        self.says("signed", "11-19 9:40", second)
        order = Order.objects.get()
        assert (order.status, order.signed_at) == ("signed", at("11-19 9:40"))
        assert self.track().ended_at == at("11-19 9:00")

    def test_leaves_a_partly_dispatched_order_as_it_is(self):
        Order.objects.update(status="part")
        self.says("signed", "11-19 9:00")
        assert Order.objects.get().status == "part"

    def test_is_no_older_file_for_the_platform_that_still_says_dispatched(self):
        assert knows_no_signing("signed", "sent")
        assert not knows_no_signing("signed", "paid")


class Trouble(ParcelCase):
    def test_opens_an_exception_with_an_owner_and_its_end_closes_it(self):
        self.says("problem", "11-19 9:00")
        one = OrderException.objects.get()
        assert (one.kind, one.parcel, one.note, one.due_at) == ("problem", self.parcel, "疑难件", at("11-20 9:00"))
        assert Deadline.objects.get(kind="orders.exception").owner == one.owner
        self.says("delivering", "11-19 9:30")
        one.refresh_from_db()
        assert (one.outcome, one.settled_at) == ("by_itself", at("11-19 9:30"))

    def test_each_state_has_its_kind_and_one_gives_way_to_the_next(self):
        for state, hour, kind in (("undeliverable", 9, "undeliverable"), ("refused", 10, "refused"), ("returning", 11, "returning")):
            self.says(state, f"11-19 {hour}:00")
            assert self.kinds() == [kind]
        self.says("", "11-19 12:00", text="退回签收")
        assert (self.track().state, self.kinds()) == ("returned", ["returning"])

    def test_the_same_news_again_opens_no_second_one(self):
        self.says("problem", "11-19 9:00")
        self.says("problem", "11-19 9:00")
        self.says("problem", "11-19 11:00", text="仍为疑难件")
        assert OrderException.objects.count() == 1


class Stalled(ParcelCase):
    def test_parcels_are_found_once_with_the_rule_and_closed_when_they_move(self):
        assert trouble.find_stalled(at("11-20 17:59")) == 0
        assert trouble.find_stalled(at("11-20 18:00")) == 1
        assert trouble.find_stalled(at("11-20 18:01")) == 0
        one = OrderException.objects.get()
        assert (one.kind, self.track().stalled_since) == ("stalled", at("11-20 18:00"))
        assert [reason["path"] for reason in one.because][:2] == ["orders.stalled_after", "tracking.weekends_count"]
        self.says("moving", "11-20 20:00")
        one.refresh_from_db()
        assert (one.outcome, self.track().stalled_since, self.track().stalls_at) == ("by_itself", None, at("11-24 20:00"))

    def test_parcels_to_remote_areas_may_take_longer(self):
        far = self.order(platform_id="7", status="sent", province="西藏自治区", city="拉萨市")
        parcel = self.carry("YT7", far)
        assert (self.track(parcel).remote, self.track(parcel).stalls_at) == (True, at("11-24 18:00"))

    def test_what_has_a_name_already_gets_no_second(self):
        self.says("problem", "11-19 9:00")
        jobs.sweep(at("11-25 9:00"))
        assert self.kinds() == ["problem"]

    def test_what_left_two_months_ago_is_not_waited_for(self):
        old = self.carry("YT0", sent="9-1 10:00")
        assert self.track(old).ended_at == NOW
        assert trouble.find_stalled(NOW) == 0


class Numbers(ParcelCase):
    def test_of_a_cell_are_taken_apart(self):
        assert split("YT100200, yt100201；SF1234567890 / x") == ["YT100200", "YT100201", "SF1234567890"]
        assert split("无") == []

    def test_of_files_make_parcels_in_few_queries(self):
        orders = [self.order(platform_id=f"F{n}", status="sent", tracking_number=f"ZTO00{n},ZTO01{n}", courier="中通") for n in range(8)]
        orders.append(self.order(platform_id="F9", status="paid", tracking_number="ZTO009"))
        with self.assertNumQueries(7):
            assert bring(orders, NOW) == 16
        assert bring(orders, NOW) == 0
        assert Track.objects.filter(parcel__number__startswith="ZTO").count() == 16
        assert Parcel.objects.get(number="ZTO003").courier == "中通"

    def test_a_parcel_that_is_sent_here_is_followed(self):
        order = self.order(platform_id="P1", status="paid", paid_at=NOW)
        parcel = parcels.send(order, "顺丰", "SF7777777", by=self.cast.ding, at=NOW)
        assert self.track(parcel).stalls_at == NOW + timedelta(days=4)
