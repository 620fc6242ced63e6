"""A return is announced, comes, and is told apart from our own parcels that come back; the rules keep the door."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales import inbound
from dangban.aftersales.models import Case, InboundParcel, ParcelItem
from dangban.aftersales.tests.story import Returning, ReturningCase
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.orders.models import Parcel
from dangban.testing.cast import NOW
from dangban.tracking.models import Track

CUSTOMER = Actor("customer", 1, "方静")


class AnnouncingTest(ReturningCase):
    def returning(self, number: str = "8899", quantity: int = 1) -> Case:
        case = self.story.case(order=self.story.order(number=number, quantity=quantity))
        case = self.story.move(case, "assess", "assessed")
        return self.story.move(case, "agree_return", "returning")

    def test_the_case_is_on_its_way_and_its_goods_are_expected(self) -> None:
        case = self.returning(quantity=2)
        parcel = inbound.announce(case, "中通", " zt 100 ", by=CUSTOMER, at=NOW)
        case.refresh_from_db()
        assert (parcel.number, parcel.courier, parcel.state, parcel.shop, parcel.warehouse) == ("ZT100", "中通", "expected", self.cast.shop, self.story.goods.warehouse)
        assert (case.state, case.waits_for, case.due_at) == ("on_way", "courier", parcel.expected_by)
        assert list(ParcelItem.objects.values_list("parcel", "sku", "announced", "counted")) == [(parcel.pk, self.story.blue.pk, 2, None)]

    def test_the_same_number_again_is_the_same_parcel(self) -> None:
        case = self.returning()
        first = inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW)
        again = inbound.announce(case, "中通", "zt100", by=CUSTOMER, at=NOW + timedelta(hours=1))
        assert (again.pk, again.version) == (first.pk, first.version)
        assert InboundParcel.objects.count() == 1

    def test_one_case_over_two_parcels_and_one_parcel_for_two_cases(self) -> None:
        case, other = self.returning(quantity=3), self.returning("7700")
        line = case.lines.get()
        first = inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW, lines={line.pk: 1})
        second = inbound.announce(case, "中通", "ZT200", by=self.cast.mei, at=NOW)
        inbound.announce(other, "中通", "ZT200", by=self.cast.mei, at=NOW)
        assert list(first.items.values_list("announced", flat=True)) == [1]
        assert sorted(second.items.values_list("line__case", "announced")) == sorted([(case.pk, 2), (other.pk, 1)])

    def test_more_than_the_case_is_about_is_not_announced(self) -> None:
        case = self.returning()
        with pytest.raises(BadInput, match="1"):
            inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW, lines={case.lines.get().pk: 2})
        assert not InboundParcel.objects.exists()

    def test_who_does_not_handle_cases_announces_nothing(self) -> None:
        case = self.returning()
        with pytest.raises(NotAllowed):
            inbound.announce(case, "中通", "ZT100", by=self.cast.hu, at=NOW)
        case.refresh_from_db()
        assert (case.state, InboundParcel.objects.count()) == ("returning", 0)

    def test_a_parcel_that_lies_on_the_shelf_is_claimed_by_its_number(self) -> None:
        case = self.returning()
        parcel = inbound.arrive("ZT100", by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse, courier="中通")
        assert (parcel.state, parcel.shop) == ("shelf", None)
        parcel = inbound.announce(case, "中通", "ZT100", by=CUSTOMER, at=NOW + timedelta(hours=1))
        case.refresh_from_db()
        assert (parcel.state, parcel.shop, case.state) == ("arrived", self.cast.shop, "received")

    def test_what_will_not_come_is_called_off_and_its_goods_are_to_be_sent_still(self) -> None:
        case = self.returning()
        parcel = inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW)
        inbound.call_off(parcel, "单号填错", by=self.cast.mei, at=NOW)
        again = inbound.announce(case, "中通", "ZT101", by=self.cast.mei, at=NOW)
        assert (InboundParcel.objects.get(pk=parcel.pk).state, again.items.get().announced) == ("cancelled", 1)


class ArrivingTest(ReturningCase):
    def arrive(self, number: str, **given: object) -> InboundParcel:
        by = given.pop("by", self.cast.ding)
        return inbound.arrive(number, by=by, at=NOW, warehouse=self.story.goods.warehouse, **given)  # type: ignore[arg-type]

    def own(self, number: str, trouble: str = "", quantity: int = 1) -> Parcel:
        order = self.story.order(number=number, signed_at=None, quantity=quantity)
        parcel = Parcel.objects.create(order=order, shop=order.shop, courier="中通", number=f"OUT{number}", sent_at=NOW - timedelta(days=4))
        Track.objects.create(parcel=parcel, shop=order.shop, state="returning", trouble=trouble, moved_at=NOW)
        return parcel

    def test_an_expected_return_is_received_and_its_case_waits_for_the_inspection(self) -> None:
        case = AnnouncingTest.returning(self)  # type: ignore[arg-type]
        inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW)
        parcel = self.arrive("zt100")
        case.refresh_from_db()
        assert (parcel.state, parcel.origin, parcel.received_by, parcel.signed_over_at) == ("arrived", "return", self.cast.ding, NOW)
        assert (case.state, case.waits_for, case.refunded_fen) == ("received", "warehouse", 0)

    def test_scanned_twice_it_came_once(self) -> None:
        first = self.arrive("ZT100", courier="中通")
        again = inbound.arrive("ZT100", by=self.cast.zhou, at=NOW + timedelta(hours=1), warehouse=self.story.goods.warehouse, courier="顺丰")
        assert (again.pk, again.version, again.courier, again.arrived_at) == (first.pk, first.version, "中通", NOW)

    def test_our_own_parcel_that_was_refused_opens_a_case_of_its_own(self) -> None:
        self.own("8899", "refused", quantity=2)
        parcel = self.arrive("OUT8899")
        case = Case.objects.get()
        assert (parcel.origin, parcel.order.platform_id, parcel.state) == ("refused", "8899", "arrived")
        assert (case.kind, case.source, case.state, case.lines.get().quantity) == ("refused", "parcel", "received", 2)

    def test_our_own_parcel_that_nobody_could_deliver_is_told_apart(self) -> None:
        self.own("8899", "undeliverable")
        self.own("7700")
        self.own("6600", "undeliverable")
        assert [self.arrive("OUT8899").origin, self.arrive("OUT7700", origin="refused").origin, self.arrive("OUT6600", origin="refused").origin] == [
            "undeliverable", "refused", "undeliverable",
        ]  # fmt: skip
        assert sorted(Case.objects.values_list("kind", flat=True)) == ["refused", "undeliverable", "undeliverable"]

    def test_it_goes_to_the_open_case_of_its_order(self) -> None:
        own = self.own("8899", "refused")
        case = self.story.case("refused", "dislike", order=own.order)
        parcel = self.arrive("OUT8899")
        assert list(parcel.parcel_cases.values_list("case", flat=True)) == [case.pk]
        assert (Case.objects.count(), parcel.items.get().announced) == (1, 1)

    def test_freight_collect_is_turned_away_and_recorded(self) -> None:
        case = AnnouncingTest.returning(self)  # type: ignore[arg-type]
        inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW)
        parcel = self.arrive("ZT100", collect_fen=1_800)
        case.refresh_from_db()
        assert (parcel.state, parcel.collect_fen, parcel.signed_over_at, case.state) == ("turned_away", 1_800, None, "on_way")
        assert [one["path"] for one in parcel.because] == ["shops.collect_couriers"]

    def test_the_same_parcel_with_its_freight_paid_is_taken_in_later(self) -> None:
        self.arrive("ZT100", collect_fen=1_800, courier="中通")
        parcel = self.arrive("ZT100", courier="中通")
        assert (parcel.state, parcel.collect_fen, InboundParcel.objects.count()) == ("shelf", 0, 1)

    def test_surface_mail_is_turned_away(self) -> None:
        parcel = self.arrive("PY100", surface=True)
        assert (parcel.state, [one["path"] for one in parcel.because]) == ("turned_away", ["aftersales.surface_mail_accepted"])

    def test_who_may_pass_limits_takes_it_in_and_says_why(self) -> None:
        seen = inbound.AtTheDoor("中通", 1_800, despite="客服主管已同意")
        with pytest.raises(NotAllowed):
            self.arrive("ZT100", seen=seen)
        assert not InboundParcel.objects.exists()
        parcel = self.arrive("ZT100", seen=seen, by=self.cast.zhou)
        assert (parcel.state, parcel.note, parcel.collect_fen) == ("shelf", "客服主管已同意", 1_800)

    def test_only_who_receives_takes_parcels_in(self) -> None:
        for person in (self.cast.mei, self.cast.hu, self.cast.qian):
            with pytest.raises(NotAllowed):
                self.arrive("ZT100", by=person)
        assert not InboundParcel.objects.exists()

    def test_a_number_that_is_none_is_refused(self) -> None:
        with pytest.raises(BadInput):
            self.arrive("  ")
        with pytest.raises(BadInput):
            self.arrive("ZT100", collect_fen=-1)
        assert not InboundParcel.objects.exists()

    def test_a_case_that_pays_already_is_not_disturbed_and_its_agent_is_told(self) -> None:
        case = AnnouncingTest.returning(self)  # type: ignore[arg-type]
        inbound.announce(case, "中通", "ZT100", by=self.cast.mei, at=NOW)
        Case.objects.filter(pk=case.pk).update(state="settling", waits_for="finance")
        self.arrive("ZT100")
        case.refresh_from_db()
        assert case.state == "settling"
        assert [notice.title for notice in self.cast.mei.notices.all()] == [f"{case.number}：退件 ZT100 已到仓"]

    def test_an_opened_parcel_takes_no_further_case(self) -> None:
        story: Returning = self.story
        self.arrive("ZT100")
        InboundParcel.objects.update(state="counted")
        with pytest.raises(Refused):
            inbound.announce(story.case(), "中通", "ZT100", by=self.cast.mei, at=NOW)
