"""A week of shifts and punches of Lin's, under a handbook of one's choosing."""

from __future__ import annotations

from datetime import date

from dangban.attendance.models import Punch, ShiftRecord
from dangban.handbook import actions
from dangban.handbook.actions import forget
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person, Team
from dangban.testing import pages
from dangban.testing.cast import at
from dangban.workforce.models import DutyPeriod

LONG_AGO = date(2020, 1, 1)
# The one day in the roster of a MissedCase.
DAY = date(2026, 11, 17)


class MissedCase(pages.CastCase):
    """Lin has a shift on one day and no punch; Mei's punches say that the clock worked all the time."""

    def setUp(self) -> None:
        super().setUp()
        adopt_preset("default")
        self.lin, self.zhou, self.bao = self.cast.lin, self.cast.zhou, self.cast.bao
        punches(self.cast.mei, "11-12 07:58", "11-18 22:00")
        shift(self.lin, self.cast.team, "11-17 08:00", "11-17 16:00")


def adopt_preset(name: str, *lifted: str) -> None:
    """This handbook has long been in force; the bounds named were lifted by somebody."""
    forget()
    actions.adopt_preset(name, effective_on=LONG_AGO)
    for path in lifted:
        actions.lift_bound(path, by=SYSTEM, reason="test", at=at("01-01 00:00"))
    forget()


def shift(person: Person, team: Team, begins: str, ends: str, name: str = "白班") -> DutyPeriod:
    """A shift of the roster, from ``11-16 08:30`` to ``11-16 17:30``."""
    start, end = at(begins), at(ends)
    return DutyPeriod.objects.create(
        person=person, team=team, day=clock.business_day(start), name=name, starts_at=start, ends_at=end
    )


def punches(person: Person, *written: str, source: str = Punch.Source.WEB) -> None:
    for one in written:
        Punch.objects.create(person=person, at=at(one), source=source, made_at=at(one))


def record_of(person: Person, day: str) -> ShiftRecord:
    return ShiftRecord.objects.get(person=person, day=clock.business_day(at(f"{day} 12:00")))

