"""Two people at the same leave at the same moment: one of them is told, nothing waits for ever, nothing happens twice."""

from __future__ import annotations

import threading
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
from dangban.people.actions import off_board
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW, Cast
from dangban.testing.races import at_once, told
from dangban.workforce.models import DutyPeriod


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def setUp(self) -> None:
        with clock.frozen(NOW):
            self.cast = Cast()
            self.story = Leaving(self.cast)
            self.story.roster()

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

        at_once(answer, close, now=NOW)
        asked.refresh_from_db()
        assert (asked.state, Person.objects.get(pk=self.cast.lin.pk).is_active) == ("cancelled", False)

    def test_answered_and_taken_back_at_the_same_moment_it_is_one_of_both(self) -> None:
        for offset in range(3):
            with clock.frozen(NOW):
                asked = actions.ask(self.cast.lin, "private", WEDNESDAY + timedelta(days=offset), WEDNESDAY + timedelta(days=offset), reason="搬家", at=NOW)
            approval = asked.approval
            assert approval is not None
            said = told(
                lambda approval=approval: settle_approval(approval, True, by=self.cast.zhou, at=NOW),
                lambda asked=asked: actions.withdraw(asked, by=self.cast.lin, at=NOW),
                now=NOW,
            )
            asked.refresh_from_db()
            assert (said, asked.state, Approval.objects.get(pk=approval.pk).settled_by is not None) in (
                (["done", "Conflict"], "approved", True),
                (["Conflict", "done"], "withdrawn", False),
            )

    def test_two_leaders_find_one_to_stand_in(self) -> None:
        with clock.frozen(NOW):
            asked = actions.ask(self.cast.lin, "private", WEDNESDAY, WEDNESDAY, reason="搬家", at=NOW)
            granted = self.story.answer(asked, self.cast.zhou)
            DutyPeriod.objects.filter(person__in=(self.cast.mei, self.cast.ou), day__gte=MONDAY).exclude(day=MONDAY).delete()
        said = told(
            *[lambda other=other: actions.stand_in(LeaveRequest.objects.get(pk=granted.pk), other, WEDNESDAY, by=self.cast.zhou, at=NOW) for other in (self.cast.mei, self.cast.ou)],
            now=NOW,
        )  # fmt: skip
        assert sorted(said) == ["Conflict", "done"]
        assert DutyPeriod.objects.filter(day=WEDNESDAY, source="stand_in").count() == 1

    def test_days_entered_twice_by_one_impatient_hand_are_entered_once(self) -> None:
        def adjust() -> BalanceEntry:
            return actions.adjust(self.cast.lin, "annual", "", Decimal(2), "旧系统余额", by=self.cast.shen, at=NOW)

        entries = at_once(adjust, adjust, adjust, now=NOW)
        assert len({one.pk for one in entries}) == 1
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
