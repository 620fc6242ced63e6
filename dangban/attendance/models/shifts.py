"""A shift as it was attended. A punch belongs to one of these, not to a date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Team
from dangban.workforce.models import DutyPeriod


class ShiftRecord(models.Model):
    """One person's shift, judged once its window is closed; it belongs to the day on which it begins."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("shift record", "Window open")
        JUDGED = "judged", pgettext_lazy("shift record", "Judged")
        UNJUDGED = "unjudged", pgettext_lazy("shift record", "Could not be judged")

    class Source(models.TextChoices):
        ROSTER = "roster", pgettext_lazy("shift record", "Roster")
        DINGTALK = "dingtalk", pgettext_lazy("shift record", "DingTalk")

    class Why(models.TextChoices):
        """Why it could not be judged."""

        ONE_PUNCH = "one_punch", pgettext_lazy("unjudged", "One punch of two is missing")
        NO_HOURS = "no_hours", pgettext_lazy("unjudged", "The shift's hours are not known")
        OVERLAP = "overlap", pgettext_lazy("unjudged", "Two shifts lie over each other")
        NO_RULES = "no_rules", pgettext_lazy("unjudged", "No handbook was in force")
        LEAVE = "leave", pgettext_lazy("unjudged", "Leave for it waits for an answer")

    # Nobody can do anything about these: they keep no month open.
    NEVER = (Why.NO_HOURS, Why.NO_RULES)

    person = models.ForeignKey(Person, models.PROTECT, related_name="shift_records")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="shift_records")
    # A plan that is replaced takes its record along the next time it is judged.
    duty = models.OneToOneField(DutyPeriod, models.SET_NULL, null=True, related_name="record")
    source = models.CharField(max_length=10, choices=Source, default=Source.ROSTER)
    day = models.DateField()
    name = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    why = models.CharField(max_length=12, choices=Why, blank=True)
    judged_at = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    late_minutes = models.IntegerField(default=0)
    early_minutes = models.IntegerField(default=0)
    # Lateness that was told beforehand, or repaired, and follows nothing from it.
    excused = models.BooleanField(default=False)
    missed_arrival = models.BooleanField(default=False)
    missed_departure = models.BooleanField(default=False)
    absence_days = models.DecimalField(max_digits=3, decimal_places=1, default=Decimal(0))
    leave_share = models.DecimalField(max_digits=3, decimal_places=2, default=Decimal(0))
    minutes = models.IntegerField(default=0)
    extension_minutes = models.IntegerField(default=0)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="record_ends_after_it_starts"),
            models.UniqueConstraint(fields=["person", "starts_at"], name="one_record_per_start"),
        ]
        indexes = [
            models.Index(fields=["person", "day"]),
            models.Index(fields=["team", "day"]),
            models.Index(fields=["closes_at"], condition=Q(state="open"), name="records_to_judge"),
            models.Index(fields=["day"], condition=Q(state="unjudged"), name="records_unjudged"),
        ]

    @property
    def month(self) -> date:
        return self.day.replace(day=1)


class Rejudgement(models.Model):
    """A shift was judged anew: by whom it came, why, and what became another. Never changed."""

    record = models.ForeignKey(ShiftRecord, models.PROTECT, related_name="rejudgements")
    at = models.DateTimeField()
    by_id = models.BigIntegerField(default=0)
    by_name = models.CharField(max_length=60)
    why = models.CharField(max_length=200)
    before = models.JSONField()
    after = models.JSONField()
    # After it stood on the published sheet: whoever read that sheet read another figure.
    after_publication = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "pk"]
