"""Whoever leaves is planned until the last day of work, and not after it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.desk.models import Notice
from dangban.lib.errors import Refused
from dangban.staff import actions as staff
from dangban.testing.cast import NOW
from dangban.workforce import actions
from dangban.workforce.models import Cell, DutyPeriod
from dangban.workforce.tests.test_actions_rosters import IN_SPITE, MONDAY, RosterCase

WEDNESDAY = MONDAY + timedelta(days=2)


class Leaving(RosterCase):
    def leaves(self) -> None:
        staff.enter_departure(self.cast.lin, "resignation", WEDNESDAY, to=self.cast.mei, by=self.cast.zhou, at=NOW)

    def test_a_draft_bars_the_days_after_the_last_as_not_of_the_team(self) -> None:
        plan = self.plan()
        self.leaves()
        self.write(plan, "lin", 0, 3)
        assert self.breaches(plan, "lin") == [("barred", "team", 1)]

    def test_a_roster_that_has_them_after_it_is_not_published(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 3)
        self.leaves()
        with pytest.raises(Refused):
            actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of=IN_SPITE)
        assert not DutyPeriod.objects.exists()
        Cell.objects.filter(plan=plan, person=self.cast.lin, day__gt=WEDNESDAY).delete()
        actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of=IN_SPITE)
        assert [one.day for one in DutyPeriod.objects.filter(person=self.cast.lin).order_by("day")] == [MONDAY, MONDAY + timedelta(days=1), WEDNESDAY]

    def test_of_a_published_one_their_days_go_and_come_back(self) -> None:
        plan = self.plan()
        self.write(plan, "lin", 0, 4)
        actions.publish(plan, by=self.cast.zhou, at=NOW, in_spite_of=IN_SPITE)
        before = Notice.objects.filter(person=self.cast.lin).count()
        self.leaves()
        assert (DutyPeriod.objects.count(), Cell.objects.exclude(shift="").count()) == (3, 3)
        told = Notice.objects.filter(person=self.cast.lin, at=NOW, title__contains="最后工作日")
        assert (told.count(), Notice.objects.filter(person=self.cast.lin).count() - before) == (1, 1)
        made = self.cast.lin.departures.get()
        staff.withdraw_departure(made, "留下了", by=self.cast.zhou, at=NOW)
        assert (DutyPeriod.objects.count(), Cell.objects.exclude(shift="").count()) == (5, 5)
