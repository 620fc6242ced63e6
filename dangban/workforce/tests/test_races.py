"""Swaps at the same moment: one of both happens, nobody waits for ever, a shift is asked for once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import connection
from django.test import TransactionTestCase

from dangban.desk.actions import settle_approval
from dangban.handbook.actions import adopt_preset, forget
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import told
from dangban.workforce import actions
from dangban.workforce.models import Swap
from dangban.workforce.shifts import Shift

MONDAY = date(2026, 11, 23)
DAY = Shift("白班", time(8), time(16))


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            forget()
            adopt_preset("default", by=SYSTEM, at=NOW)
            for offset in range(4):
                actions.set_duty(self.cast.lin, self.cast.team, MONDAY + timedelta(days=offset), DAY, by=SYSTEM, at=NOW)

    def test_approved_and_withdrawn_at_the_same_moment_it_is_one_of_both(self) -> None:
        for offset in range(3):
            day = MONDAY + timedelta(days=offset)
            with clock.frozen(NOW):
                swap = actions.agree_swap(actions.ask_swap(day, self.cast.mei, "看病", by=self.cast.lin, at=NOW), by=self.cast.mei, at=NOW)
            approval = swap.approval
            assert approval is not None
            said = told(
                lambda approval=approval: settle_approval(approval, True, by=self.cast.zhou, at=NOW),
                lambda swap=swap: actions.withdraw_swap(swap, by=self.cast.lin, at=NOW),
                now=NOW,
            )
            assert (Swap.objects.get(pk=swap.pk).state, said) in (("done", ["done", "Conflict"]), ("withdrawn", ["Conflict", "done"]))

    def test_one_shift_is_asked_for_once(self) -> None:
        def ask() -> object:
            return actions.ask_swap(MONDAY, self.cast.mei, "看病", by=self.cast.lin, at=NOW)

        assert sorted(told(ask, ask, ask, now=NOW)) == ["Conflict", "Conflict", "done"]
        assert Swap.objects.count() == 1
