"""A month of pay from opening to closing, what comes after, and what is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from dangban.attendance import queries as attendance
from dangban.attendance.models import MonthClose, Overtime, ShiftRecord
from dangban.desk.models import Deadline, Notice
from dangban.handbook.loader import preset
from dangban.journal.models import Entry
from dangban.leave import actions as leave
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.sealed import seal
from dangban.lib.tables import read
from dangban.pay import actions, exports, queries, simulating
from dangban.pay.actions.accounts import PURPOSE, number_of
from dangban.pay.models import (
    BankExport,
    Computation,
    Correction,
    LineDispute,
    PayAccount,
    PayLine,
    PayMonth,
    Payslip,
)
from dangban.pay.month import compute
from dangban.pay.tests.story import NOVEMBER, OCTOBER, PayCase, card, consequence, wage
from dangban.people.models import OffBoarding, Person
from dangban.performance.models import Card
from dangban.staff.models import Terms
from dangban.testing.cast import NOW, at
from dangban.testing.handbooks import adopt_with


class OpeningTest(PayCase):
    def test_payday_and_the_score_sheet_are_clocks(self) -> None:
        held = actions.open_month(NOVEMBER, by=self.cast.qian, at=NOW)
        clocks = {one.kind: one for one in Deadline.objects.filter(subject_kind="pay.paymonth", subject_id=held.pk)}
        assert {kind: (one.rule, one.due_at.isoformat()) for kind, one in clocks.items() if one.due_at} == {
            "pay.paid": ("pay.paid_by", "2026-12-10T10:00:00+00:00"), "pay.sheet": ("pay.sheet_due_days_before", "2026-12-09T10:00:00+00:00"),
        }  # fmt: skip
        assert {one.owner for one in clocks.values()} == {self.cast.qian}

    def test_a_month_is_opened_once_and_never_ahead(self) -> None:
        first = self.opened()
        assert self.opened().pk == first.pk
        with pytest.raises(Refused):
            actions.open_month(date(2026, 12, 1), by=self.cast.qian, at=NOW)
        assert PayMonth.objects.count() == 1

    def test_only_finance_and_the_manager_open_months(self) -> None:
        for by in (self.cast.lin, self.cast.zhou, self.cast.shen, self.cast.hu):
            with pytest.raises(NotAllowed):
                actions.open_month(OCTOBER, by=by, at=NOW)
        assert not PayMonth.objects.exists()

    def test_later_months_open_by_themselves(self) -> None:
        assert actions.start_due(NOW) == 0
        self.opened(date(2026, 9, 1))
        assert actions.start_due(NOW) == 1
        assert PayMonth.objects.filter(month=OCTOBER).exists()


class ComputingTest(PayCase):
    def test_a_payslip_has_its_lines_and_they_add_up(self) -> None:
        self.computed()
        assert self.amounts(self.cast.lin) == {"base": 300_000, "performance": 90_000, "full_attendance": 0, "rest": 38_710, "tax": 0}
        slip = self.slip_of(self.cast.lin)
        assert slip.net_fen == sum(line.amount_fen for line in slip.lines.all()) == 428_710
        line = slip.lines.get(kind="performance")
        assert (line.url, line.ref) == (f"/performance/cards/{Card.objects.get(person=self.cast.lin).pk}/", f"card:{Card.objects.get(person=self.cast.lin).pk}")
        assert [one["path"] for one in line.because] == ["pay.performance_way", "pay.performance_wage"]

    def test_everybody_employed_has_one(self) -> None:
        held = self.computed()
        assert held.state == "computed"
        assert set(held.slips.values_list("person__username", flat=True)) == {"bao", "zhou", "lin", "mei", "ou", "ding", "qian", "shen", "hu"}

    def test_the_same_again_changes_nothing(self) -> None:
        held = self.computed()
        lines = list(PayLine.objects.order_by("pk").values())
        actions.ask(held, by=self.cast.qian, at=NOW + timedelta(hours=1))
        run = actions.take_up(NOW + timedelta(hours=1))
        assert run is not None
        assert (run.total, run.changed, run.failed) == (9, 0, "")
        assert list(PayLine.objects.order_by("pk").values()) == lines

    def test_what_changed_since_the_last_time_is_shown(self) -> None:
        held = self.computed()
        Card.objects.filter(person=self.cast.lin).update(score=Decimal(80))
        actions.ask(held, by=self.cast.qian, at=NOW)
        run = actions.take_up(NOW)
        assert run is not None
        assert run.changed == 1
        changes = self.slip_of(self.cast.lin).changes
        assert [(one["kind"], one["before"], one["after"]) for one in changes] == [("performance", 90_000, 80_000)]

    def test_one_working_out_at_a_time(self) -> None:
        held = self.opened()
        first = actions.ask(held, by=self.cast.qian, at=NOW)
        assert actions.ask(held, by=self.cast.bao, at=NOW).pk == first.pk
        assert Computation.objects.count() == 1

    def test_whoever_died_over_it_is_followed_by_another(self) -> None:
        actions.ask(self.opened(), by=self.cast.qian, at=NOW)
        Computation.objects.update(started_at=NOW, seen_at=NOW)
        assert actions.take_up(NOW + timedelta(minutes=1)) is None
        assert actions.take_up(NOW + timedelta(minutes=4)) is not None

    def test_joiners_leavers_and_raises_are_paid_by_the_day(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=date(2026, 10, 15))
        OffBoarding.objects.create(person=self.cast.mei, at=NOW.replace(month=10, day=10), by=self.cast.bao, reason="x")
        wage(self.cast.ou, 350_000, date(2026, 10, 11))
        self.computed()
        assert self.amounts(self.cast.lin)["base"] == 164_516
        assert self.amounts(self.cast.mei)["base"] == 96_774
        assert self.amounts(self.cast.ou)["base"] == 333_871

    def test_the_bonus_for_full_attendance_is_what_the_sheet_shows_of_it(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=date(2026, 10, 2))
        day = date(2026, 10, 20)
        for person in (self.cast.lin, self.cast.mei):
            ShiftRecord.objects.create(
                person=person, team=self.cast.team, day=day, name="白班", starts_at=at("10-20 08:00"), ends_at=at("10-20 16:00"),
                closes_at=at("10-20 20:00"), state="judged", minutes=480,
            )  # fmt: skip
        self.computed()
        for person, fen in ((self.cast.lin, 0), (self.cast.mei, 20_000)):
            assert (attendance.month_sheet(person, OCTOBER).bonus_fen, self.amounts(person)["full_attendance"]) == (fen, fen)
        why = [one["path"] for one in self.slip_of(self.cast.lin).lines.get(kind="full_attendance").because]
        assert why[-1] == "pay.full_attendance_whole_month"

    def test_an_agent_without_a_wage_on_file_has_the_handbooks_base_and_it_is_said(self) -> None:
        Terms.objects.filter(person=self.cast.lin).delete()
        held = self.computed()
        assert self.amounts(self.cast.lin)["base"] == 220_000
        assert [one.code for one in queries.missing_of(held)] == ["no_wage"]

    def test_private_leave_absence_and_conduct_come_with_their_sources(self) -> None:
        held = consequence(self.cast.lin)
        consequence(self.cast.mei, state="proposed")
        self.computed()
        line = self.slip_of(self.cast.lin).lines.get(kind="absence")
        assert (line.ref, line.amount_fen) == (f"K{held.pk}", -4_839)
        assert not self.slip_of(self.cast.mei).lines.filter(kind="absence").exists()
        assert ["proposed", "1"] in self.slip_of(self.cast.mei).missing

    def test_a_call_that_stands_as_private_leave_is_a_line_of_its_own(self) -> None:
        day = date(2026, 10, 13)
        adopt_with({"leave.unapproved_is_absence": "is = false"})
        called = leave.call_in(self.cast.lin, "sick", day, day, by=self.cast.zhou, reason="发烧", at=at("10-13 07:30"))
        leave.lapse(called, at=at("10-16 00:30"))
        self.computed()
        line = self.slip_of(self.cast.lin).lines.get(kind="leave")
        # 3000 ÷ 21.75
        assert (line.amount_fen, line.detail, line.url) == (-13_793, "事假 10-13", f"/leave/{called.pk}/")

    def test_a_source_is_used_once_over_all_months(self) -> None:
        held = consequence(self.cast.lin)
        self.released()
        type(held).objects.filter(pk=held.pk).update(month=NOVEMBER)
        self.computed(NOVEMBER)
        assert not self.slip_of(self.cast.lin, NOVEMBER).lines.filter(kind="absence").exists()

    def test_few_queries_however_many_people(self) -> None:
        people = list(Person.objects.filter(hired_on__isnull=False))
        compute(OCTOBER, people[:2])
        with self.assertNumQueries(36):
            compute(OCTOBER, people[:2])
        with self.assertNumQueries(36):
            compute(OCTOBER, people)


class ShiftHoursTest(PayCase):
    """17.2414 an hour: 3,000 by 21.75 days of eight hours."""

    def attended(self, starts: datetime, ends: datetime, come: datetime | None = None, gone: datetime | None = None, **more: object) -> ShiftRecord:
        come, gone = come or starts, gone or ends
        return ShiftRecord.objects.create(
            person=self.cast.lin, day=clock.business_day(starts), name="班", starts_at=starts, ends_at=ends, closes_at=ends, state="judged",
            arrived_at=come, left_at=gone, **({"minutes": (min(gone, ends) - max(come, starts)) // timedelta(minutes=1)} | more),
        )  # fmt: skip

    def overtime(self) -> list[tuple[str, str, int]]:
        self.computed()
        lines = PayLine.objects.filter(payslip=self.slip_of(self.cast.lin), kind="overtime").order_by("detail", "pk")
        return [(line.detail, line.quantity, line.amount_fen) for line in lines]

    def test_shifts_on_statutory_holidays_are_paid_threefold_without_anybody_asking(self) -> None:
        self.attended(at("10-01 09:00"), at("10-01 15:00"))
        self.attended(at("10-05 09:00"), at("10-05 15:00"))
        assert self.overtime() == [("10-01 300%", "6", 31034)]

    def test_a_night_shift_counts_by_the_hours_that_lie_on_the_holiday(self) -> None:
        self.attended(at("10-03 20:00"), at("10-04 02:00"), come=at("10-03 20:30"))
        assert self.overtime() == [("10-03 300%", "3.5", 18103)]

    def test_hours_that_were_granted_as_overtime_are_paid_once(self) -> None:
        self.attended(at("10-01 09:00"), at("10-01 15:00"))
        Overtime.objects.create(
            person=self.cast.lin, day=date(2026, 10, 1), starts_at=at("10-01 09:00"), ends_at=at("10-01 12:00"), minutes=180, number="1", state="granted",
        )  # fmt: skip
        assert self.overtime() == [("10-01 300%", "3", 15517), ("10-01 300%", "3", 15517)]

    def test_who_stays_for_customers_is_paid_for_it(self) -> None:
        self.attended(at("10-12 09:00"), at("10-12 15:00"), minutes=390, extension_minutes=30)
        assert self.overtime() == [("10-12 150%", "0.5", 1293)]


class ReleasingTest(PayCase):
    def test_two_different_people_stand_for_wages(self) -> None:
        held = actions.check(self.computed(), by=self.cast.bao, at=NOW)
        with pytest.raises(NotAllowed):
            actions.release(held, by=self.cast.bao, at=NOW)
        with pytest.raises(NotAllowed):
            actions.release(held, by=self.cast.qian, at=NOW)
        held.refresh_from_db()
        assert held.state == "checked"

    def test_nothing_is_checked_while_figures_are_open(self) -> None:
        Card.objects.filter(person=self.cast.lin).delete()
        MonthClose.objects.all().delete()
        held = self.computed()
        with pytest.raises(Refused) as refused:
            actions.check(held, by=self.cast.qian, at=NOW)
        assert "考核未定稿（1 人）" in str(refused.value.message)
        assert "当月考勤未结" in str(refused.value.message)
        held.refresh_from_db()
        assert held.state == "computed"

    def test_released_everybody_is_told_and_closed_the_clock_is_met(self) -> None:
        held = self.released()
        assert Notice.objects.filter(title="您的 2026-10 工资条已发出").count() == 9
        held = actions.close(held, by=self.cast.qian, at=NOW)
        assert held.state == "closed"
        assert Deadline.objects.get(kind="pay.paid", subject_id=held.pk).met_at == NOW
        assert list(Entry.objects.filter(verb__startswith="pay.").order_by("pk").values_list("verb", flat=True)) == [
            "pay.opened", "pay.computed", "pay.checked", "pay.released", "pay.closed",
        ]  # fmt: skip

    def test_a_check_is_taken_back_with_a_reason(self) -> None:
        held = actions.check(self.computed(), by=self.cast.qian, at=NOW)
        with pytest.raises(BadInput):
            actions.take_back(held, " ", by=self.cast.bao, at=NOW)
        assert actions.take_back(held, "提成有误", by=self.cast.bao, at=NOW).state == "computed"

    def test_months_close_in_their_order(self) -> None:
        self.released()
        november = self.opened(NOVEMBER)
        PayMonth.objects.filter(pk=november.pk).update(state="computed")
        PayMonth.objects.filter(pk=november.pk).update(state="released")
        with pytest.raises(Refused):
            actions.close(november, by=self.cast.qian, at=NOW)

    def test_a_released_month_is_not_worked_out_again(self) -> None:
        held = self.released()
        with pytest.raises(Conflict):
            actions.ask(held, by=self.cast.qian, at=NOW)
        assert Computation.objects.count() == 1

    def test_the_database_itself_keeps_a_released_month(self) -> None:
        held = self.released()
        slip = self.slip_of(self.cast.lin)
        line = slip.lines.first()
        for change in (
            lambda: PayLine.objects.filter(pk=line.pk).update(amount_fen=1), lambda: Payslip.objects.filter(pk=slip.pk).update(net_fen=1),
            lambda: PayLine.objects.filter(pk=line.pk).delete(), lambda: PayMonth.objects.filter(pk=held.pk).update(state="open"),
            lambda: PayLine.objects.create(payslip=slip, position=99, kind="base", group="earned", amount_fen=1, ref="x"),
        ):  # fmt: skip
            with pytest.raises(DatabaseError), transaction.atomic():
                change()
        actions.close(held, by=self.cast.qian, at=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            PayMonth.objects.filter(pk=held.pk).update(version=99)
        assert self.slip_of(self.cast.lin).net_fen == 428_710


class CorrectingTest(PayCase):
    def test_a_late_correction_of_attendance_stands_in_the_next_month(self) -> None:
        """Half a day of absence was closed and paid; the punch is found later: attendance corrects, pay gives it back."""
        wrong = consequence(self.cast.lin)
        held = actions.close(self.released(), by=self.cast.qian, at=NOW)
        before = list(PayLine.objects.order_by("pk").values())
        consequence(self.cast.lin, month=NOVEMBER, days_pay=Decimal("-0.5"), absence_days=Decimal(0), corrects=wrong)
        assert actions.review(held, by=self.cast.qian, at=NOW) == []
        self.computed(NOVEMBER)
        # 3000 ÷ 31 × 0.5: a day of October, by October's days.
        line = self.slip_of(self.cast.lin, NOVEMBER).lines.get(kind="attended")
        assert (line.group, line.amount_fen, line.quantity) == ("earned", 4_839, "0.5")
        assert list(PayLine.objects.filter(payslip__pay_month=held).order_by("pk").values()) == before

    def test_what_is_found_later_becomes_a_correction_once(self) -> None:
        held = actions.close(self.released(), by=self.cast.qian, at=NOW)
        Card.objects.filter(person=self.cast.lin).update(score=Decimal(95))
        found = actions.review(held, by=self.cast.qian, at=NOW)
        assert [(one.person, one.amount_fen, one.reason) for one in found] == [(self.cast.lin, 5_000, "绩效"), (self.cast.lin, 30_000, "突出业绩奖")]
        assert actions.review(held, by=self.cast.qian, at=NOW) == []
        self.computed(NOVEMBER)
        assert self.amounts(self.cast.lin, NOVEMBER)["correction"] == 35_000
        assert self.amounts(self.cast.lin)["performance"] == 90_000
        Card.objects.filter(person=self.cast.lin).update(score=Decimal(94))
        again = actions.review(held, by=self.cast.qian, at=NOW)
        assert sorted(one.amount_fen for one in again) == [-30_000, -1_000]

    def test_nobody_corrects_their_own_nor_a_month_still_open(self) -> None:
        self.released()
        for person, month, amount, wrong in (
            (self.cast.qian, OCTOBER, 100, NotAllowed), (self.cast.lin, NOVEMBER, 100, BadInput), (self.cast.lin, OCTOBER, 0, BadInput),
        ):  # fmt: skip
            with pytest.raises(wrong):
                actions.correct(person, month, amount, "漏计", by=self.cast.qian, at=NOW)
        with pytest.raises(NotAllowed):
            actions.correct(self.cast.lin, OCTOBER, 100, "漏计", by=self.cast.zhou, at=NOW)
        assert not Correction.objects.exists()

    def test_withdrawn_before_it_is_paid_never_after(self) -> None:
        self.released()
        made = actions.correct(self.cast.lin, OCTOBER, 10_000, "漏计夜宵", by=self.cast.qian, at=NOW)
        other = actions.correct(self.cast.lin, OCTOBER, 2_000, "漏计", by=self.cast.qian, at=NOW)
        actions.withdraw(made, by=self.cast.qian, at=NOW)
        card(self.cast.lin, "90", NOVEMBER)
        self.computed(NOVEMBER)
        assert self.amounts(self.cast.lin, NOVEMBER)["correction"] == 2_000
        PayMonth.objects.filter(month=NOVEMBER).update(state="released")
        with pytest.raises(Conflict):
            actions.withdraw(other, by=self.cast.qian, at=NOW)

    def test_what_the_law_kept_back_is_taken_up_by_the_next_month(self) -> None:
        self.released()
        actions.correct(self.cast.lin, OCTOBER, -90_000, "多发", by=self.cast.qian, at=NOW)
        card(self.cast.lin, "90", NOVEMBER)
        held = self.computed(NOVEMBER)
        line = self.slip_of(self.cast.lin, NOVEMBER).lines.get(kind="overpaid")
        # A fifth of 3000 + 900 + 400 for four days of rest.
        assert (line.amount_fen, line.carried_fen, line.limit) == (-86_000, 4_000, "cap")
        PayMonth.objects.filter(pk=held.pk).update(state="released")
        december = PayMonth.objects.create(month=date(2026, 12, 1), opened_at=NOW)
        actions.ask(december, by=self.cast.qian, at=NOW)
        actions.take_up(NOW)
        taken = PayLine.objects.get(payslip__pay_month=december, payslip__person=self.cast.lin, kind="overpaid")
        assert (taken.ref, taken.amount_fen) == (f"carry:{line.pk}", -4_000)


class DisputingTest(PayCase):
    def disputed(self) -> LineDispute:
        self.released()
        return actions.dispute(self.slip_of(self.cast.lin).lines.get(kind="performance"), "少算一分", by=self.cast.lin, at=NOW)

    def test_a_dispute_has_its_clock_and_its_answer_a_correction(self) -> None:
        made = self.disputed()
        clock = Deadline.objects.get(kind="pay.dispute")
        assert (clock.rule, clock.due_at, clock.owner) == ("pay.answered_within", NOW + timedelta(days=3), self.cast.qian)
        held = actions.answer(made, True, "确实漏算", amount_fen=1_000, by=self.cast.qian, at=NOW)
        assert held.correction is not None
        assert held.correction.amount_fen == 1_000
        assert Notice.objects.filter(person=self.cast.lin, title="您的异议已答复：绩效").exists()
        with pytest.raises(Conflict):
            actions.answer(made, False, "x", by=self.cast.qian, at=NOW)

    def test_refused_too_late_with_its_clause_by_others_and_twice(self) -> None:
        self.disputed()
        line = self.slip_of(self.cast.lin).lines.get(kind="base")
        with pytest.raises(Refused) as refused:
            actions.dispute(line, "太晚", by=self.cast.lin, at=NOW + timedelta(days=8))
        assert refused.value.decision.paths == ("pay.disputed_within",)
        with pytest.raises(NotAllowed):
            actions.dispute(line, "别人的", by=self.cast.mei, at=NOW)
        with pytest.raises(Conflict):
            actions.dispute(self.slip_of(self.cast.lin).lines.get(kind="performance"), "再来", by=self.cast.lin, at=NOW)
        assert LineDispute.objects.count() == 1

    def test_what_was_granted_is_not_taken_back_by_working_the_month_out_again(self) -> None:
        actions.answer(self.disputed(), True, "确实漏算", amount_fen=1_000, by=self.cast.qian, at=NOW)
        assert actions.review(PayMonth.objects.get(month=OCTOBER), by=self.cast.qian, at=NOW) == []

    def test_nobody_answers_their_own(self) -> None:
        self.released()
        made = actions.dispute(self.slip_of(self.cast.qian).lines.get(kind="base"), "少了", by=self.cast.qian, at=NOW)
        with pytest.raises(NotAllowed):
            actions.answer(made, True, "是", amount_fen=100, by=self.cast.qian, at=NOW)
        assert not Correction.objects.exists()


class PayingTest(PayCase):
    def kept(self, person: Person, number: str = "6222 0200 1111 2222 333") -> PayAccount:
        return actions.keep_account(person, holder=person.name, bank="工商银行", number=number, city="", special_fen=0, by=self.cast.bao if person == self.cast.qian else self.cast.qian, at=NOW)

    def test_an_account_is_sealed_and_each_look_noted(self) -> None:
        made = self.kept(self.cast.lin)
        assert "6222" not in made.sealed_number
        assert made.tail == "2333"
        assert actions.reveal_account(made, "核对", by=self.cast.qian, at=NOW) == "6222020011112222333"
        assert Entry.objects.get(verb="pay.account_shown").change == {"reason": "核对"}
        for by in (self.cast.bao, self.cast.zhou, self.cast.lin):
            with pytest.raises(NotAllowed):
                actions.reveal_account(made, "核对", by=by, at=NOW)
        kept = actions.keep_account(self.cast.lin, holder="林小雨", bank="招商银行", number="", city="杭州", special_fen=100_000, by=self.cast.qian, at=NOW)
        assert number_of(kept) == "6222020011112222333"

    def test_the_bank_file_waits_for_release_and_for_every_account(self) -> None:
        held = self.computed()
        with pytest.raises(Refused):
            exports.bank(held, by=self.cast.qian, at=NOW)
        held = actions.release(actions.check(held, by=self.cast.qian, at=NOW), by=self.cast.bao, at=NOW)
        self.kept(self.cast.lin)
        with pytest.raises(Refused) as refused:
            exports.bank(held, by=self.cast.qian, at=NOW)
        assert "梅芳" in str(refused.value.message)
        assert "林小雨" not in str(refused.value.message)
        assert not BankExport.objects.exists()

    def test_a_number_that_can_no_longer_be_read_goes_to_no_bank(self) -> None:
        held = self.released()
        for slip in held.slips.select_related("person"):
            PayAccount.objects.create(person=slip.person, holder=slip.person.name, bank="工商银行", sealed_number=seal("62220001234", PURPOSE), tail="1234", at=NOW)
        PayAccount.objects.filter(person=self.cast.mei).update(sealed_number=seal("62220001234", "another.purpose"))
        with pytest.raises(Refused) as refused:
            exports.bank(held, by=self.cast.qian, at=NOW)
        assert "梅芳" in str(refused.value.message)
        assert not BankExport.objects.exists()

    def test_both_files_hold_what_is_paid(self) -> None:
        held = self.released()
        for slip in held.slips.select_related("person"):
            sealed = seal("62220001234", PURPOSE)
            PayAccount.objects.create(person=slip.person, holder=slip.person.name, bank="工商银行", sealed_number=sealed, tail="1234", at=NOW)
        total = queries.totals(held).net_fen
        rows = list(read(exports.bank(held, by=self.cast.qian, at=NOW), "bank.xlsx").rows())
        assert BankExport.objects.get(kind="bank").total_fen == total
        assert len(rows) == 9
        assert "62220001234" in str(rows[0])
        exports.books(held, by=self.cast.qian, at=NOW)
        assert BankExport.objects.get(kind="books").rows == 9


class SimulatingTest(PayCase):
    def test_other_rules_are_tried_and_nothing_is_stored(self) -> None:
        held = self.released()
        before = list(PayLine.objects.order_by("pk").values())
        found = {one.person.username: one for one in simulating.simulate(held, preset("default"))}
        assert found["lin"].before_fen == 428_710
        # By grade the full 800 instead of 900, and no bonus for rest days saved up.
        assert ("绩效", 90_000, 80_000) in found["lin"].lines
        assert list(PayLine.objects.order_by("pk").values()) == before
