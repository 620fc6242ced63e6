"""Figures from rows: the platforms' own examples, whose sale it is, what never counts, and when a figure stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from dangban.attendance.models import ShiftRecord
from dangban.handbook.actions import adopt, forget
from dangban.lib.actor import SYSTEM
from dangban.orders.models import Contact, FollowUp
from dangban.people.models import Person
from dangban.performance import queries
from dangban.performance.facts import build
from dangban.performance.jobs import make_one
from dangban.performance.models import Asking, BuiltDay, Deal, Nick, PersonDay
from dangban.performance.queries import drill
from dangban.performance.queries.values import by_day
from dangban.performance.tests.story import StoryCase
from dangban.testing.cast import NOW, TODAY
from dangban.testing.handbooks import adopt_with, handbook_with

DAY = TODAY - timedelta(days=1)


def on(text: str, day: date = DAY) -> datetime:
    hour, minute, second = (int(part) for part in f"{text}:00".split(":")[:3])
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


class PlatformExamplesCase(StoryCase):
    def rate(self, code: str, person: Person) -> tuple[int | None, int | None]:
        build(DAY, DAY)
        found = queries.value(code, person, DAY, DAY)
        return found.numerator, found.denominator

    def test_a_question_repeated_runs_from_its_first_line(self) -> None:
        # Asked 10:10:15 and again 10:15:20, answered 10:18:10: one round, not within three minutes.
        self.talk(self.cast.lin, [(on("10:10:15"), on("10:18:10"))], self.cast.fang)
        assert self.rate("taobao_rate", self.cast.lin) == (0, 1)

    def test_the_next_question_is_the_next_round(self) -> None:
        self.talk(self.cast.lin, [(on("10:10:15"), on("10:18:10")), (on("10:18:30"), on("10:19:00"))], self.cast.fang)
        assert self.rate("taobao_rate", self.cast.lin) == (1, 2)

    def test_ten_questions_unanswered_to_the_end_of_the_day_are_one_round_missed(self) -> None:
        self.talk(self.cast.lin, [(on("10:10:15"), None)], self.cast.fang)
        assert self.rate("taobao_rate", self.cast.lin) == (0, 1)
        assert self.rate("reply_rate", self.cast.lin) == (0, 1)
        assert self.rate("unanswered", self.cast.lin) == (1, None)

    def test_each_platform_has_its_hours_and_seconds(self) -> None:
        self.talk(self.cast.lin, [(on("08:30"), on("08:30:40"))], self.customer("a"))
        self.talk(self.cast.lin, [(on("09:30"), on("09:30:30"))], self.customer("b"))
        self.talk(self.cast.lin, [(on("22:59:59"), on("23:03:00"))], self.customer("c"))
        self.talk(self.cast.lin, [(on("23:00"), on("23:00:05"))], self.customer("d"))
        assert self.rate("taobao_rate", self.cast.lin) == (2, 3)
        assert self.rate("jd_rate", self.cast.lin) == (1, 2)
        assert self.rate("pdd_rate", self.cast.lin) == (2, 3)

    def test_one_question_over_an_hour_voids_the_customers_day_at_pdd(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:01")), (on("11:00"), on("12:00:01"))], self.cast.fang)
        self.talk(self.cast.lin, [(on("10:00"), on("11:00"))], self.customer("b"))
        assert self.rate("pdd_effective", self.cast.lin) == (1, 2)

    def test_behind_the_first_response_stand_first_answers_only(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:00:10")), (on("10:05"), on("10:05:20")), (on("10:06"), None)], self.cast.fang)
        counted = [len(drill.behind(code, DAY, DAY, self.cast.lin.pk, None).rows) for code in ("first_response", "response", "rounds")]
        assert counted == [1, 2, 3]

    def test_averages_are_sums_over_sums(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:00:10")), (on("10:05"), on("10:05:20")), (on("10:06"), on("10:06:30"))], self.cast.fang)
        self.talk(self.cast.lin, [(on("10:00", TODAY), on("10:01:40", TODAY))], self.cast.fang)
        build(DAY, TODAY)
        found = queries.value("response", self.cast.lin, DAY, TODAY)
        assert (found.numerator, found.denominator, found.value) == (160_000, 4, Decimal("40.00"))


class AttributionCase(StoryCase):
    """Lin before the order, Mei before the payment."""

    @classmethod
    def set_up_facts(cls) -> None:
        cls.talk(cls.cast.lin, [(on("10:00"), on("10:01"))], cls.cast.fang)
        cls.talk(cls.cast.mei, [(on("11:00"), on("11:01"))], cls.cast.fang)
        cls.order("A1", cls.cast.fang, on("10:30"), on("11:30"), 300)
        silent = cls.customer("silent")
        cls.order("A2", silent, on("09:00"), on("12:30"), 50)
        cls.talk(cls.cast.mei, [(on("12:00"), on("12:01"))], silent)
        cls.order("A3", cls.customer("nobody"), on("09:00"), on("09:01"), 80)
        build(DAY, TODAY)

    def sales(self, person: Person) -> list[Decimal | None]:
        codes = ["sales", "sales_order", "sales_payment", "sales_order_first"]
        return [queries.value(code, person, DAY, DAY).value for code in codes]

    def test_all_three_rules_are_kept_and_one_deal_is_one_persons(self) -> None:
        assert self.sales(self.cast.lin) == [Decimal("300.00"), Decimal("300.00"), Decimal("0.00"), Decimal("300.00")]
        assert self.sales(self.cast.mei) == [Decimal("50.00"), Decimal("0.00"), Decimal("350.00"), Decimal("50.00")]

    def test_silent_sales_are_the_shops_less_those_of_people(self) -> None:
        shop = queries.shop_values(["sales", "deals"], DAY, DAY, [self.cast.shop.pk])
        assert (shop["sales"].value, shop["deals"].value) == (Decimal("430.00"), Decimal(3))

    def test_who_only_helped_is_told_apart(self) -> None:
        assert queries.value("assisted_sales", self.cast.mei, DAY, DAY).value == Decimal("300.00")

    def test_what_stands_behind_a_figure_is_what_was_counted(self) -> None:
        def behind(code: str, person: Person) -> list[str]:
            return [one.title for one in drill.behind(code, DAY, DAY, person.pk, None).rows]

        assert (behind("sales", self.cast.lin), behind("assisted", self.cast.mei), behind("assisted", self.cast.lin)) == (["A1"], ["A1"], [])
        ShiftRecord.objects.create(person=self.cast.lin, day=DAY, name="早班", starts_at=on("09:00"), ends_at=on("17:00"), closes_at=on("19:00"), state="judged", late_minutes=12)
        assert [one.counted for one in drill.behind("lates", DAY, DAY, self.cast.lin.pk, [self.cast.shop.pk]).rows] == ["迟到 12 分钟，早退 0 分钟"]
        assert (behind("absences", self.cast.lin), behind("lates", self.cast.mei), behind("recovered", self.cast.lin), behind("transferred_out", self.cast.lin)) == ([], [], [], [])
        assert len(behind("direct", self.cast.mei)) == 2

    def test_basket_ratio_is_against_the_shops_served(self) -> None:
        # Lin 300 a buyer; the shop 430 over 3 buyers.
        found = queries.value("basket_ratio", self.cast.lin, DAY, DAY)
        assert (found.numerator, found.denominator) == (30_000 * 3, 1 * 43_000)
        assert found.value == Decimal("2.0930")
        # A quotient of own sums would be none.
        assert by_day(["basket_ratio"], DAY, DAY, [self.cast.lin.pk])[DAY]["basket_ratio"].value is None

    def test_who_has_no_rows_has_no_figure_rather_than_zero(self) -> None:
        found = queries.value("sales", self.cast.ou, DAY, DAY)
        assert (found.value, found.numerator) == (None, None)

    def test_conversion_counts_the_enquiry_of_whose_sale_it_is(self) -> None:
        assert queries.value("conversion", self.cast.lin, DAY, DAY).value == Decimal("100.00")
        mei = queries.value("conversion", self.cast.mei, DAY, DAY)
        assert (mei.numerator, mei.denominator, mei.value) == (1, 2, Decimal("50.00"))

    def test_the_same_again_changes_nothing(self) -> None:
        before = (list(PersonDay.objects.order_by("day", "shop_id", "person_id").values_list("person_id", "r_fen", "asked")), Deal.objects.count(), Asking.objects.count())
        build(DAY, TODAY)
        after = (list(PersonDay.objects.order_by("day", "shop_id", "person_id").values_list("person_id", "r_fen", "asked")), Deal.objects.count(), Asking.objects.count())
        assert before == after

    def test_a_refund_lowers_what_stays_and_is_told(self) -> None:
        Deal.objects.get(order__platform_id="A1").order.__class__.objects.filter(platform_id="A1").update(refunded_fen=10_000)
        build(DAY, DAY)
        assert queries.value("net_sales", self.cast.lin, DAY, DAY).value == Decimal("200.00")
        assert queries.value("refund_rate", self.cast.lin, DAY, DAY).value == Decimal("33.33")
        assert queries.sales_fen(self.cast.lin, DAY) == 20_000


class WindowsCase(StoryCase):
    rules = {"performance.void_flags": 'list = ["v"]', "performance.brushed_flags": 'list = ["b"]', "performance.sales_flag": 'is = "s"'}

    def test_an_order_of_the_next_day_counts_in_the_end_and_not_the_same_day(self) -> None:
        day = DAY - timedelta(days=1)
        self.talk(self.cast.lin, [(on("23:00", day), on("23:01", day))], self.cast.fang)
        self.order("B1", self.cast.fang, on("09:00"), on("09:05"))
        self.talk(self.cast.lin, [(on("10:00", day), on("10:01", day))], self.customer("lost"))
        build(day, TODAY)
        found = queries.values(["ordered_same", "ordered_final", "conversion", "lost"], day, day, [self.cast.lin.pk])[self.cast.lin.pk]
        assert [(one.numerator, one.denominator) for one in found.values()] == [(0, 2), (1, 2), (1, 2), (1, None)]
        assert not found["conversion"].provisional

    def test_an_order_two_days_later_comes_too_late(self) -> None:
        day = DAY - timedelta(days=1)
        self.talk(self.cast.lin, [(on("10:00", day), on("10:01", day))], self.cast.fang)
        self.order("B1", self.cast.fang, on("09:00", TODAY), on("09:05", TODAY))
        build(day, TODAY)
        assert queries.value("conversion", self.cast.lin, day, day).value == Decimal("0.00")

    def test_yesterdays_enquiries_are_provisional_and_todays_service_too(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.cast.fang)
        self.talk(self.cast.lin, [(on("09:00", TODAY), on("09:01", TODAY))], self.cast.fang)
        build(DAY - timedelta(days=20), TODAY)
        found = queries.values(["conversion", "response", "sales"], DAY, DAY, [self.cast.lin.pk])[self.cast.lin.pk]
        assert [found[code].provisional for code in ("conversion", "response", "sales")] == [True, False, True]
        assert queries.value("response", self.cast.lin, TODAY, TODAY).provisional
        old = BuiltDay.objects.get(day=DAY - timedelta(days=20))
        assert (old.service_final, old.sales_final, old.refunds_final) == (True, True, True)

    def test_a_day_that_was_not_made_keeps_the_range_provisional(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.cast.fang)
        build(DAY, DAY)
        assert queries.value("response", self.cast.lin, DAY - timedelta(days=1), DAY).provisional

    def test_flags_take_a_sale_from_the_person_or_from_everybody(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.cast.fang)
        self.order("B1", self.cast.fang, on("10:30"), on("10:35"), 100, flag="v")
        self.order("B2", self.cast.fang, on("10:31"), on("10:36"), 200, flag="b")
        self.order("B3", self.cast.fang, on("10:32"), on("10:37"), 400)
        self.order("B4", self.cast.fang, on("10:33"), None, 800, status="closed")
        build(DAY, DAY)
        assert queries.value("sales", self.cast.lin, DAY, DAY).value == Decimal("400.00")
        assert queries.shop_values(["sales"], DAY, DAY, None)["sales"].value == Decimal("500.00")
        rate = queries.value("pay_rate", self.cast.lin, DAY, DAY)
        assert (rate.numerator, rate.denominator) == (2, 3)

    def test_sales_by_the_staff_number_take_the_flag_and_the_number(self) -> None:
        Nick.objects.create(kind="number", name="08", person=self.cast.mei, since=DAY)
        self.order("B1", self.cast.fang, on("10:30"), on("10:35"), 100, flag="s", platform_remark="已核对 08")
        self.order("B2", self.cast.fang, on("10:31"), on("10:36"), 200, flag="s", platform_remark="1080")
        self.order("B3", self.cast.fang, on("10:32"), on("10:37"), 400, platform_remark="08")
        build(DAY, DAY)
        assert queries.value("tagged_sales", self.cast.mei, DAY, DAY).value == Decimal("100.00")

    def test_a_staff_number_that_went_to_somebody_else_stays_whose_it_was_on_older_orders(self) -> None:
        Nick.objects.create(kind="number", name="08", person=self.cast.mei, since=DAY - timedelta(days=9), until=TODAY)
        Nick.objects.create(kind="number", name="08", person=self.cast.lin, since=TODAY)
        self.order("B1", self.cast.fang, on("10:30"), on("10:35"), 100, flag="s", platform_remark="08")
        self.order("B2", self.cast.fang, on("08:30", TODAY), on("08:35", TODAY), 200, flag="s", platform_remark="08")
        build(DAY, TODAY)
        assert [queries.value("tagged_sales", who, DAY, TODAY).value for who in (self.cast.mei, self.cast.lin)] == [Decimal("100.00"), Decimal("200.00")]

    def test_the_last_day_of_a_stretch_knows_the_orders_of_the_day_after(self) -> None:
        """Many days at once are made in stretches: an enquiry at the end of one is paid in the next."""
        day = DAY - timedelta(days=1)
        self.talk(self.cast.lin, [(on("23:00", day), on("23:01", day))], self.cast.fang)
        self.order("B1", self.cast.fang, on("09:00"), on("09:05"))
        build(day - timedelta(days=6), DAY)
        found = queries.value("conversion", self.cast.lin, day, day)
        assert (found.numerator, found.denominator) == (1, 1)

    def test_a_day_whose_making_was_killed_is_made_again_soon(self) -> None:
        build(DAY - timedelta(days=60), TODAY, NOW - timedelta(hours=12))
        assert make_one(NOW)
        killed = BuiltDay.objects.exclude(built_at=NOW).order_by("day").first()
        assert killed is not None
        BuiltDay.objects.filter(day=DAY).update(built_at=NOW, version=0)
        while make_one(NOW + timedelta(minutes=5)):
            pass
        assert not BuiltDay.objects.get(day=DAY).version
        while make_one(NOW + timedelta(minutes=11)):
            pass
        assert BuiltDay.objects.get(day=DAY).version

    def test_a_silent_order_paid_at_once_owes_nothing_to_a_reminder(self) -> None:
        for number, minutes in (("B1", 9), ("B2", 40)):
            order = self.order(number, self.customer(number), on("10:00"), on("10:00") + timedelta(minutes=minutes))
            kept = FollowUp.objects.create(order=order, shop=self.cast.shop, placed_at=order.created_at, contacts=1)
            Contact.objects.create(
                follow_up=kept, shop=self.cast.shop, ordinal=1, person=self.cast.lin, way="phone", reason="unknown", at=on("10:05"), paid_at=order.paid_at, paid_fen=order.paid_fen
            )
        build(DAY, DAY)
        assert queries.value("chased", self.cast.lin, DAY, DAY).value == Decimal(1)

    def test_talks_after_the_sale_and_passed_on_ones_are_no_enquiries(self) -> None:
        from dangban.conversations.models import Transfer

        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.customer("after"), stage="aftersale")
        passed = self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.customer("passed"), lines=2)
        Transfer.objects.create(
            conversation=passed, ordinal=1, from_person=self.cast.lin, to_person=self.cast.mei, note="x", state="accepted", at=on("10:02"), business_day=DAY
        )
        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.customer("asked"))
        build(DAY, DAY)
        assert queries.value("enquiries", self.cast.lin, DAY, DAY).value == Decimal(1)
        assert queries.shop_values(["enquiries"], DAY, DAY, None)["enquiries"].value == Decimal(2)

    def test_the_sweep_makes_what_may_have_changed_and_leaves_what_stands(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.cast.fang)
        made = 0
        while make_one(NOW):
            made += 1
        # The first of October to today: days that were never made are made, however old.
        assert made == BuiltDay.objects.count() == 50
        assert queries.value("response", self.cast.lin, DAY, DAY).value == Decimal("60.00")
        later = NOW + timedelta(minutes=11)
        assert make_one(later)
        assert not make_one(later)
        assert list(BuiltDay.objects.filter(built_at=later).values_list("day", flat=True)) == [TODAY]

    def test_a_clock_that_changes_in_mid_month_counts_from_its_day(self) -> None:
        written = 'is = 180\n[[figures.platform_within.value]]\nsince = 2026-11-19\nclause = "practice: shorter"\nis = 60'
        adopt_with({"conversations.figures.platform_within": written})
        for day in (DAY, TODAY):
            self.talk(self.cast.lin, [(on("09:00", day), on("09:02", day))], self.customer(f"c{day}"))
        build(DAY, TODAY, NOW)
        found = queries.value("taobao_rate", self.cast.lin, DAY, TODAY)
        assert (found.numerator, found.denominator) == (1, 2)


class FirstDaysCase(StoryCase):
    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt(handbook_with({}), by=SYSTEM, reason="test", effective_on=DAY, backdating_confirmed=True)

    def test_a_department_that_begins_is_counted_from_the_day_of_its_first_handbook(self) -> None:
        self.talk(self.cast.lin, [(on("10:00"), on("10:01"))], self.cast.fang)
        assert make_one(NOW)
        assert make_one(NOW)
        assert not make_one(NOW)
        assert list(BuiltDay.objects.order_by("day").values_list("day", flat=True)) == [DAY, TODAY]
        assert queries.value("response", self.cast.lin, DAY, DAY).value == Decimal("60.00")
        assert not queries.value("response", self.cast.lin, DAY - timedelta(days=9), DAY).provisional
        assert queries.value("response", self.cast.lin, DAY - timedelta(days=9), DAY - timedelta(days=1)).provisional
