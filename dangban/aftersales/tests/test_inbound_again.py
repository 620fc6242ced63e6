"""Sent again by another courier, by whose money; goods for a supplier, chased until they have left; holidays are no working days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dangban.aftersales import calendar, inbound
from dangban.aftersales.inbound import resending, supplying
from dangban.aftersales.models import InboundParcel, Resend, Settlement
from dangban.aftersales.tests.test_inbound_inspecting import InspectingCase
from dangban.desk.models import Task
from dangban.lib.days import working_day_after
from dangban.lib.errors import Conflict, NotAllowed, Refused
from dangban.orders.models import Parcel
from dangban.people.models import Person
from dangban.testing.cast import NOW
from dangban.workforce.models import Holiday


class ResendingTest(InspectingCase):
    def undelivered(self, number: str = "8899") -> InboundParcel:
        """Our own parcel of an order stands at the door again."""
        order = self.story.order(number=number, signed_at=None)
        Parcel.objects.create(order=order, shop=order.shop, courier="圆通", number=f"YT{number}", sent_at=NOW)
        return inbound.arrive(f"YT{number}", by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)

    def resend(self, parcel: InboundParcel, surcharge_fen: int = 800, by: Person | None = None) -> Resend:
        return resending.resend(parcel, "顺丰", surcharge_fen, "乡镇不派送", by=by or self.cast.mei, at=NOW)

    def test_the_first_time_is_ours_and_the_next_the_customers(self) -> None:
        self.story.goods.receive(4)
        first = self.resend(self.undelivered())
        assert (first.borne_by, first.earlier, first.new_order.platform_id) == ("seller", 0, f"{first.case.number}-1")
        assert not Settlement.objects.exists()
        second = self.resend(self.undelivered("8900"))
        assert (second.borne_by, second.earlier) == ("buyer", 1)
        assert Settlement.objects.values_list("kind", "amount_fen").get() == ("topup", 800)

    def test_the_same_again_is_the_same(self) -> None:
        self.story.goods.receive(4)
        parcel = self.undelivered()
        assert self.resend(parcel) == self.resend(parcel, 1_200)
        assert Resend.objects.get().surcharge_fen == 800

    def test_a_customers_return_is_not_sent_again_and_the_keeper_sends_nothing(self) -> None:
        _case, parcel = self.returned()
        with pytest.raises(Refused):
            self.resend(parcel)
        with pytest.raises(NotAllowed):
            self.resend(self.undelivered("8901"), by=self.cast.ding)
        assert not Resend.objects.exists()

    def test_the_old_slip_is_changed_for_the_new_one_once_there_is_one(self) -> None:
        self.story.goods.receive(4)
        made = self.resend(self.undelivered())
        with pytest.raises(Conflict):
            resending.swap_slip(made, by=self.cast.qian, at=NOW)
        Parcel.objects.create(order=made.new_order, shop=made.new_order.shop, courier="顺丰", number="SF9", sent_at=NOW)
        made = resending.swap_slip(made, by=self.cast.qian, at=NOW)
        assert (made.swapped_by, resending.swap_slip(made, by=self.cast.qian, at=NOW + timedelta(days=1)).swapped_at) == (self.cast.qian, NOW)

    def test_its_case_is_seen_to_by_an_agent_and_not_by_a_manager(self) -> None:
        case = self.undelivered().parcel_cases.get().case
        assert (case.source, case.owner) == ("parcel", self.cast.mei)


class ReminderTest(InspectingCase):
    def test_purchasing_is_pressed_each_time_the_rule_says_until_the_goods_have_left(self) -> None:
        _case, parcel = self.returned()
        self.inspect(self.count(parcel, 2), (2, "defective", "supplier", "production"))
        assert supplying.remind(NOW + timedelta(hours=1)) == 0
        later = NOW + timedelta(days=40)
        assert (supplying.remind(later), supplying.remind(later + timedelta(minutes=10))) == (1, 0)
        assert Task.objects.filter(subject_kind="people.shop").get().owner == self.cast.ding
        slip = supplying.make_slip(list(supplying.waiting(self.cast.ding)), "南通纺织", by=self.cast.ding, at=later)
        supplying.send_slip(slip, "SF2", by=self.cast.ding, at=later)
        assert supplying.remind(later + timedelta(days=400)) == 0


class HolidayTest(InspectingCase):
    def test_a_holiday_is_no_working_day_and_the_weekend_worked_for_it_is_one(self) -> None:
        Holiday.objects.all().delete()
        Holiday.objects.create(day=date(2026, 10, 1), kind="statutory", name="国庆节")
        Holiday.objects.create(day=date(2026, 10, 10), kind="workday", name="国庆节")
        moved = calendar.moved(date(2026, 9, 30), 30)
        assert moved == [date(2026, 10, 1), date(2026, 10, 10)]
        assert working_day_after(date(2026, 9, 30), 1, moved) == date(2026, 10, 2)
        assert working_day_after(date(2026, 10, 9), 1, moved) == date(2026, 10, 10)
        assert working_day_after(date(2026, 10, 9), 1) == date(2026, 10, 12)
