"""Two people at the same leave at the same moment: one of them is told, nothing waits for ever, nothing happens twice."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.desk.actions import settle_approval
from dangban.desk.models import Approval
from dangban.leave import actions
from dangban.leave.actions import ledger
from dangban.leave.models import BalanceEntry, LeaveRequest
from dangban.leave.tests.story import MONDAY, WEDNESDAY, Leaving
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.people.actions import off_board
from dangban.people.models import Person
from dangban.stock.tests.test_races import _together as together
from dangban.testing import pages
from dangban.testing.cast import NOW, Cast
from dangban.workforce.models import DutyPeriod


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Leaving(self.cast)
            self.story.roster()

    def each(self, *acts: Callable[[], object]) -> list[str]:
        """Everybody at once; what they were told."""
        told: list[str] = []
        waiting = iter(acts)

        def attempt() -> None:
            act = next(waiting)
            with clock.frozen(NOW):
                try:
                    act()
                except Said as said:
                    told.append(type(said).__name__)

        together(len(acts), attempt)
        return told

    def test_answered_while_its_person_leaves_nobody_waits_for_ever(self) -> None:
        """The answer holds the approval and goes on to the person; leaving must not hold the person before the approval."""
        with clock.frozen(NOW):
            asked = actions.ask(self.cast.lin, "private", WEDNESDAY, WEDNESDAY, reason="搬家", at=NOW)
        assert asked.approval is not None
        held, waits = threading.Event(), threading.Event()

        def answer() -> None:
            with transaction.atomic():
                approval = Approval.objects.select_for_update(no_key=True).get(pk=asked.approval_id)
                held.set()
                waits.wait(1)
                settle_approval(approval, True, by=self.cast.zhou, at=NOW)

        def close() -> None:
            held.wait(60)
            threading.Timer(0.5, waits.set).start()
            off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)

        assert self.each(answer, close) == []
        asked.refresh_from_db()
        assert (asked.state, Person.objects.get(pk=self.cast.lin.pk).is_active) == ("cancelled", False)

    def test_answered_and_taken_back_at_the_same_moment_it_is_one_of_both(self) -> None:
        for offset in range(3):
            with clock.frozen(NOW):
                asked = actions.ask(self.cast.lin, "private", WEDNESDAY + timedelta(days=offset), WEDNESDAY + timedelta(days=offset), reason="搬家", at=NOW)
            approval = asked.approval
            assert approval is not None
            told = self.each(
                lambda approval=approval: settle_approval(approval, True, by=self.cast.zhou, at=NOW),
                lambda asked=asked: actions.withdraw(asked, by=self.cast.lin, at=NOW),
            )
            asked.refresh_from_db()
            assert told == ["Conflict"]
            assert (asked.state, Approval.objects.get(pk=approval.pk).settled_by is not None) in (("approved", True), ("withdrawn", False))

    def test_two_leaders_find_one_to_stand_in(self) -> None:
        with clock.frozen(NOW):
            asked = actions.ask(self.cast.lin, "private", WEDNESDAY, WEDNESDAY, reason="搬家", at=NOW)
            granted = self.story.answer(asked, self.cast.zhou)
            DutyPeriod.objects.filter(person__in=(self.cast.mei, self.cast.ou), day__gte=MONDAY).exclude(day=MONDAY).delete()
        others = iter((self.cast.mei, self.cast.ou))

        def stand_in() -> object:
            return actions.stand_in(LeaveRequest.objects.get(pk=granted.pk), next(others), WEDNESDAY, by=self.cast.zhou, at=NOW)

        assert self.each(stand_in, stand_in) == ["Conflict"]
        assert DutyPeriod.objects.filter(day=WEDNESDAY, source="stand_in").count() == 1

    def test_days_entered_twice_by_one_impatient_hand_are_entered_once(self) -> None:
        def adjust() -> object:
            return actions.adjust(self.cast.lin, "annual", "", Decimal(2), "旧系统余额", by=self.cast.shen, at=NOW)

        with contextlib.suppress(Said):
            self.each(adjust, adjust, adjust)
        assert BalanceEntry.objects.filter(what="adjusted").count() == 1


class GivenBackTest(pages.CastCase):
    def test_days_that_come_back_after_their_time_is_over_go_as_well_and_nothing_stops(self) -> None:
        lin = self.cast.lin
        ledger.enter(lin, "annual", "2024", "granted", Decimal(5), clock.business_day(NOW), at=NOW)
        assert ledger.expire(lin, clock.business_day(NOW), at=NOW) == 1
        ledger.enter(lin, "annual", "2024", "returned", Decimal(1), clock.business_day(NOW), at=NOW)
        assert ledger.expire(lin, clock.business_day(NOW), at=NOW) == 1
        assert sum(one.days for one in BalanceEntry.objects.filter(person=lin, period="2024")) == 0
        assert ledger.expire(lin, clock.business_day(NOW), at=NOW) == 0
