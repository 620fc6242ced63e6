"""Money that could go out twice: corrections entered twice, withdrawn while a month is checked, months worked out by two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.lib.errors import Conflict, Refused
from dangban.pay import actions
from dangban.pay.actions import computing
from dangban.pay.models import Computation, Correction, PayMonth, Payslip
from dangban.pay.tests.story import NOVEMBER, OCTOBER, PayCase
from dangban.testing.cast import NOW


class Corrections(PayCase):
    def test_entered_twice_by_one_impatient_hand_it_is_one(self) -> None:
        self.released()
        for _time in range(2):
            actions.correct(self.cast.lin, NOVEMBER.replace(month=10), 5_000, "少算一天", by=self.cast.qian, at=NOW)
        assert Correction.objects.count() == 1

    def test_a_correction_that_was_withdrawn_is_not_paid(self) -> None:
        self.released()
        made = actions.correct(self.cast.lin, NOVEMBER.replace(month=10), 5_000, "少算一天", by=self.cast.qian, at=NOW)
        month = self.computed(NOVEMBER)
        actions.withdraw(made, by=self.cast.qian, at=NOW)
        with pytest.raises(Refused) as said:
            actions.check(month, by=self.cast.qian, at=NOW)
        assert said.value.code == "stale"

    def test_a_correction_in_a_month_that_is_checked_stays(self) -> None:
        self.released()
        made = actions.correct(self.cast.lin, NOVEMBER.replace(month=10), 5_000, "少算一天", by=self.cast.qian, at=NOW)
        month = self.computed(NOVEMBER)
        type(month).objects.filter(pk=month.pk).update(state="checked", checked_by=self.cast.qian)
        with pytest.raises(Conflict):
            actions.withdraw(made, by=self.cast.qian, at=NOW)
        made.refresh_from_db()
        assert made.withdrawn_at is None


class TwoServers(PayCase):
    def test_whoever_was_silent_too_long_changes_nothing_any_more(self) -> None:
        """One server stalls in its work, another takes the month up; the first wakes and finds that it is not its any more."""
        run = actions.ask(self.opened(), by=self.cast.qian, at=NOW)
        Computation.objects.update(started_at=NOW, seen_at=NOW)
        run.refresh_from_db()
        actions.take_up(NOW + timedelta(minutes=4))
        made = list(Payslip.objects.order_by("pk").values())
        with pytest.raises(computing.TakenOver):
            computing._work(run, NOW + timedelta(minutes=5))
        computing._end(run, NOW + timedelta(minutes=5), failed="x")
        kept = Computation.objects.get()
        assert (kept.finished_at, kept.failed, kept.total) == (NOW + timedelta(minutes=4), "", 9)
        assert list(Payslip.objects.order_by("pk").values()) == made

    def test_while_it_works_it_gives_signs_of_life(self) -> None:
        run = actions.ask(self.opened(), by=self.cast.qian, at=NOW)
        Computation.objects.update(started_at=NOW, seen_at=NOW)
        run.refresh_from_db()
        computing._alive(run, NOW + timedelta(minutes=2))
        assert Computation.objects.get().seen_at == NOW + timedelta(minutes=2)
        assert actions.take_up(NOW + timedelta(minutes=4)) is None


class InTheirOrder(PayCase):
    def test_a_month_is_not_checked_before_the_one_before_it_is_out(self) -> None:
        self.computed()
        november = self.computed(NOVEMBER)
        with pytest.raises(Refused) as said:
            actions.check(november, by=self.cast.qian, at=NOW)
        assert said.value.code == "order"
        november.refresh_from_db()
        assert november.state == "computed"

    def test_a_month_worked_out_before_the_earlier_one_was_out_is_worked_out_again(self) -> None:
        self.computed()
        november = self.computed(NOVEMBER)
        held = actions.check(PayMonth.objects.get(month=OCTOBER), by=self.cast.qian, at=NOW)
        actions.release(held, by=self.cast.bao, at=NOW + timedelta(hours=1))
        with pytest.raises(Refused) as said:
            actions.check(november, by=self.cast.qian, at=NOW + timedelta(hours=2))
        assert said.value.code == "stale"
