"""What tests of leave share: a handbook in force, a roster of a few days, people with files."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from dangban.desk.actions import settle_approval
from dangban.handbook.actions import adopt_preset, forget, lift_bound
from dangban.leave.models import LeaveRequest
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person
from dangban.staff.actions import open_file
from dangban.testing.cast import LONG_AGO, NOW, Cast
from dangban.workforce.actions import set_duty
from dangban.workforce.queries import shifts

MONDAY = date(2026, 11, 23)
WEDNESDAY = date(2026, 11, 25)
REST, PRIVATE_MONTH = "leave.rest_days_a_month", "leave.private_month"


class Leaving:
    """The home team on the brand group's two shifts; Lin and Mei by day, Ou in the evening; two days of rest a month, none
    after too much private leave."""

    def __init__(self, cast: Cast, handbook: str = "brand-group") -> None:
        self.cast = cast
        forget()
        adopt_preset(handbook)
        if handbook == "brand-group":
            for path in (REST, PRIVATE_MONTH):
                lift_bound(path, by=SYSTEM, reason="test", at=LONG_AGO)
        self.day_shift, self.evening = shifts(NOW)[:2]
        for person in (cast.lin, cast.mei, cast.ou, cast.ding, cast.zhou):
            open_file(person, 310_000 if handbook != "brand-group" else 220_000, insurance_fen=100_000, by=SYSTEM, at=NOW)

    def roster(self, first: date = MONDAY, days: int = 5) -> None:
        for offset in range(days):
            day = first + timedelta(days=offset)
            for person, shift in ((self.cast.lin, self.day_shift), (self.cast.mei, self.day_shift), (self.cast.ou, self.evening)):
                set_duty(person, self.cast.team, day, shift, by=SYSTEM, at=NOW)

    def answer(self, request: LeaveRequest, by: Person, granted: bool = True, answer: str = "", at: datetime = NOW) -> LeaveRequest:
        assert request.approval is not None
        settle_approval(request.approval, granted, by=by, answer=answer, at=at)
        return LeaveRequest.objects.get(pk=request.pk)
