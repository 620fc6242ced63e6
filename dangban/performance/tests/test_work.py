"""Attendance and conduct among the figures."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from dangban.attendance.models import ShiftRecord
from dangban.performance import queries
from dangban.performance.facts import build
from dangban.performance.tests.story import StoryCase
from dangban.performance.tests.test_facts import DAY, on
from dangban.quality.models import Commendation
from dangban.testing.cast import NOW


class WorkCase(StoryCase):
    def record(self, hour: str, **more: object) -> None:
        fields = {"day": DAY, "name": "白班", "state": "judged", "ends_at": on(hour) + timedelta(hours=3), "closes_at": on(hour) + timedelta(hours=5)} | more
        ShiftRecord.objects.create(person=self.cast.lin, starts_at=on(hour), **fields)

    def test_lateness_absence_and_leave_are_told_apart(self) -> None:
        self.record("00:00", late_minutes=12)
        self.record("04:00", late_minutes=3, excused=True)
        self.record("08:00", absence_days=Decimal("0.5"))
        self.record("12:00", leave_share=Decimal(1))
        self.record("16:00", state="unjudged")
        build(DAY, DAY, NOW)
        found = queries.values(["shifts", "attended", "lates", "absences", "attendance"], DAY, DAY, [self.cast.lin.pk, self.cast.mei.pk])
        assert [one.value for one in found[self.cast.lin.pk].values()] == [Decimal(3), Decimal(2), Decimal(1), Decimal(1), Decimal("66.67")]
        assert [one.value for one in found[self.cast.mei.pk].values()] == [None] * 5

    def test_praise_counts_until_it_is_withdrawn(self) -> None:
        for number, withdrawn in enumerate((None, NOW)):
            Commendation.objects.create(
                person=self.cast.lin, kind="page_fault", words="x", source=str(number), day=DAY, given_by=self.cast.zhou, given_at=NOW, withdrawn_at=withdrawn
            )
        build(DAY, DAY, NOW)
        assert queries.value("commendations", self.cast.lin, DAY, DAY).value == Decimal(1)
        assert queries.value("anomalies", self.cast.lin, DAY, DAY).value == Decimal(1)
