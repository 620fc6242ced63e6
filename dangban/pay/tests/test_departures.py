"""Whoever leaves is paid to their last day, with annual leave not taken; what comes later is taxed with the year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from dangban.attendance.models import MonthClose
from dangban.handbook.actions import adopt, forget
from dangban.leave.actions import ledger
from dangban.lib.actor import SYSTEM
from dangban.pay import actions
from dangban.pay.models import PayLine, PayMonth, Payslip
from dangban.pay.tests.story import NOVEMBER, OCTOBER, PayCase, wage
from dangban.people.actions import off_board
from dangban.people.models import OffBoarding, Person
from dangban.staff import actions as staff
from dangban.staff.models import Departure, StaffFile
from dangban.testing.cast import NOW, at
from dangban.testing.handbooks import LONG_AGO, adopt_with, handbook_with


class LastDay(PayCase):
    def leaves(self, person: Person, day: date) -> None:
        """Entered on the first of October, carried out on the day after the last."""
        staff.enter_departure(person, "resignation", day, to=self.cast.mei, by=self.cast.zhou, at=at("10-01 09:00"))
        staff.carry_out_due(NOW)

    def test_the_base_goes_to_the_last_day_and_not_to_the_day_on_which_the_account_closed(self) -> None:
        self.leaves(self.cast.lin, date(2026, 10, 20))
        assert OffBoarding.objects.get().last_day == date(2026, 10, 20)
        self.computed()
        # 3000 × 20 ÷ 31
        assert self.amounts(self.cast.lin)["base"] == 193_548

    def test_before_the_account_is_closed_it_is_the_same(self) -> None:
        Departure.objects.create(person=self.cast.lin, kind="dismissal", last_day=date(2026, 10, 20), entered_by=self.cast.zhou, entered_at=at("10-01 09:00"))
        self.computed()
        assert self.amounts(self.cast.lin)["base"] == 193_548

    def test_withdrawn_the_whole_month_is_paid(self) -> None:
        made = staff.enter_departure(self.cast.lin, "resignation", date(2026, 10, 20), by=self.cast.zhou, at=at("10-01 09:00"))
        staff.withdraw_departure(made, "留下了", by=self.cast.zhou, at=at("10-02 09:00"))
        staff.carry_out_due(NOW)
        self.computed()
        assert self.amounts(self.cast.lin)["base"] == 300_000
        assert "annual" not in self.amounts(self.cast.lin)

    def test_the_month_after_has_no_payslip(self) -> None:
        self.leaves(self.cast.lin, date(2026, 10, 31))
        self.released()
        self.computed(NOVEMBER)
        assert not Payslip.objects.filter(person=self.cast.lin, pay_month__month=NOVEMBER).exists()

    def test_an_account_that_is_closed_late_is_paid_to_the_day_that_is_named(self) -> None:
        off_board(self.cast.lin, self.cast.mei, reason="自离", by=self.cast.bao, at=at("10-25 10:00"), last_day=date(2026, 10, 10))
        self.computed()
        assert self.amounts(self.cast.lin)["base"] == 96_774


class AnnualLeave(PayCase):
    """Lin, here since March 2025, has five days a year from March 2026 on: by 20 October 5 × 234 ÷ 365 = 3 whole days."""

    def leaves(self, day: date = date(2026, 10, 20)) -> None:
        Departure.objects.create(person=self.cast.lin, kind="resignation", last_day=day, entered_by=self.cast.zhou, entered_at=at("10-01 09:00"))

    def line(self) -> tuple[str, int]:
        found = self.slip_of(self.cast.lin).lines.get(kind="annual")
        return found.quantity, found.amount_fen

    def test_days_not_taken_bring_twice_the_daily_wage_beside_the_normal_pay(self) -> None:
        self.leaves()
        self.computed()
        # 3000 ÷ 21.75 × 200 % × 3
        assert self.line() == ("3", 82_759)
        because = self.slip_of(self.cast.lin).lines.get(kind="annual").because
        assert [one["path"] for one in because] == ["leave.annual", "pay.annual_unused"]

    def test_days_taken_go_off(self) -> None:
        self.leaves()
        ledger.enter(self.cast.lin, "annual", "2026", "taken", Decimal("-1.5"), date(2026, 6, 1), at=NOW)
        self.computed()
        assert self.line() == ("1.5", 41_379)

    def test_what_was_taken_too_many_is_not_asked_back(self) -> None:
        self.leaves()
        ledger.enter(self.cast.lin, "annual", "2026", "taken", Decimal(-4), date(2026, 6, 1), at=NOW)
        self.computed()
        assert "annual" not in self.amounts(self.cast.lin)
        assert self.amounts(self.cast.lin)["base"] == 193_548

    def test_days_of_last_year_that_are_still_good_are_paid_too(self) -> None:
        StaffFile.objects.create(person=self.cast.lin, experience_months=24, opened_at=NOW)
        adopt_with({"leave.annual_carried": "is = 12"})
        ledger.enter(self.cast.lin, "annual", "2025", "granted", Decimal(4), date(2025, 3, 1), at=NOW)
        ledger.enter(self.cast.lin, "annual", "2025", "taken", Decimal(-2), date(2025, 8, 1), at=NOW)
        self.leaves()
        self.computed()
        # Of this year 5 × 293 ÷ 365 = 4, of the last 2.
        assert self.line() == ("6", 165_517)

    def test_a_handbook_may_pay_more(self) -> None:
        adopt_with({"pay.annual_unused": "is = 300"})
        self.leaves()
        self.computed()
        assert self.line() == ("3", 124_138)

    def test_a_handbook_that_says_nothing_leaves_it_to_the_law(self) -> None:
        default = handbook_with({})
        silent = replace(default, records={path: one for path, one in default.records.items() if path != "pay.annual_unused"})
        forget()
        adopt(silent, by=SYSTEM, reason="test", effective_on=LONG_AGO, backdating_confirmed=True)
        self.leaves()
        self.computed()
        assert self.line() == ("3", 82_759)

    def test_the_average_of_the_last_months_without_overtime_counts_where_it_is_higher(self) -> None:
        for month, wage_fen in ((9, 400_000), (8, 500_001), (3, 300_000)):
            held = PayMonth.objects.create(month=date(2026, month, 1), opened_at=NOW)
            slip = Payslip.objects.create(pay_month=held, person=self.cast.lin, wage_fen=wage_fen, net_fen=wage_fen, taxable_fen=0, computed_at=NOW)
            if month == 8:
                PayLine.objects.create(payslip=slip, position=0, kind="overtime", group="earned", amount_fen=50_001, ref="overtime:1")
        PayMonth.objects.update(state="closed")
        self.leaves()
        self.computed()
        # (4000 + 4500 + 3000) ÷ 3 ÷ 21.75 × 200 % × 3
        assert self.line() == ("3", 105_747)

    def test_who_stays_has_no_such_line(self) -> None:
        self.computed()
        assert "annual" not in self.amounts(self.cast.lin)


class Later(PayCase):
    """Something comes to light after somebody has left: it is taxed with what they earned in the year."""

    def corrected(self, amount: int) -> dict[str, int]:
        OffBoarding.objects.create(person=self.cast.lin, at=at("10-20 18:00"), by=self.cast.bao, reason="合同到期")
        self.released()
        actions.correct(self.cast.lin, OCTOBER, amount, "漏发提成", by=self.cast.qian, at=NOW)
        self.computed(NOVEMBER)
        return self.amounts(self.cast.lin, NOVEMBER)

    def test_what_stays_below_the_allowance_of_the_year_is_paid_in_full(self) -> None:
        assert self.corrected(100_000) == {"correction": 100_000, "tax": 0}

    def test_it_does_not_keep_the_month_from_being_checked(self) -> None:
        self.corrected(100_000)
        MonthClose.objects.create(month=NOVEMBER, at=NOW, by=self.cast.bao, by_name=self.cast.bao.name)
        self.computed(NOVEMBER)
        assert self.slip_of(self.cast.lin, NOVEMBER).missing == []

    def test_above_it_tax_is_withheld_and_no_month_is_added_to_the_allowance(self) -> None:
        wage(self.cast.lin, 3_000_000, date(2026, 10, 1))
        amounts = self.corrected(1_000_000)
        october = self.slip_of(self.cast.lin, OCTOBER)
        # One month of employment in the tax year: allowance 5000 once; the rate goes by the year so far.
        taxable = october.taxable_fen + 1_000_000 - 500_000
        assert amounts["tax"] == -(round(taxable * 3 / 100) - october.tax_fen)
        slip = self.slip_of(self.cast.lin, NOVEMBER)
        assert (slip.net_fen, slip.tax_fen) == (1_000_000 + amounts["tax"], -amounts["tax"])

    def test_what_they_owe_still_waits_and_is_not_taxed(self) -> None:
        assert self.corrected(-20_000) == {"overpaid": 0}


class Once(PayCase):
    def test_a_month_that_is_out_finds_nothing_more_when_the_account_is_closed(self) -> None:
        Departure.objects.create(person=self.cast.lin, kind="mutual", last_day=date(2026, 10, 20), entered_by=self.cast.zhou, entered_at=NOW)
        month = self.released()
        before = list(Payslip.objects.order_by("pk").values())
        assert staff.carry_out_due(NOW) == 1
        assert actions.review(month, by=self.cast.bao, at=NOW) == []
        assert list(Payslip.objects.order_by("pk").values()) == before
