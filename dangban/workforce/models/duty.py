"""Who is on duty when. A roster publishes into these rows; until there is one they are entered by hand."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from dangban.people.models import Person, Team
from dangban.workforce.shifts import Shift


class DutyPeriod(models.Model):
    """One person's shift: a half-open span that belongs to the day on which it begins."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="duty_periods")
    team = models.ForeignKey(Team, models.PROTECT, related_name="duty_periods")
    day = models.DateField(db_index=True)
    name = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Set when the person has ended the shift; until then it extends while a customer is served.
    ended_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=20, default="manual")

    @property
    def shift(self) -> Shift:
        return Shift.between(self.name, self.starts_at, self.ends_at)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="duty_ends_after_it_starts"),
            models.UniqueConstraint(fields=["person", "starts_at"], name="one_duty_per_start"),
        ]
        indexes = [models.Index(fields=["starts_at", "ends_at"]), models.Index(fields=["person", "starts_at"])]


class ShiftExtension(models.Model):
    """A shift went on past its end because customers were being served; attendance takes it."""

    duty = models.ForeignKey(DutyPeriod, models.PROTECT, related_name="extensions")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    conversations = models.JSONField(default=list)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["duty"], condition=Q(ended_at=None), name="one_open_extension")
        ]
