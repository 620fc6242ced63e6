"""A person's working day, and the sheet that goes from one shift to the next."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Person, Team


class Handover(models.Model):
    """A shift's sheet: drafted from what is open, signed by who leaves, accepted item by item by who comes."""

    from_person = models.ForeignKey(Person, models.PROTECT, related_name="handovers")
    # Nobody named: whoever of the team comes.
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="handovers_to")
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    day = models.DateField()
    begun_at = models.DateTimeField()
    signed_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["from_person"], condition=Q(signed_at=None), name="one_draft_handover")
        ]
        indexes = [
            models.Index(fields=["from_person", "day"]),
            models.Index(fields=["team", "signed_at"]),
            models.Index(fields=["to_person", "signed_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.from_person} {self.day}"


class HandoverItem(models.Model):
    """One thing on a sheet. It stays in sight until it is closed."""

    class State(models.TextChoices):
        OFFERED = "offered", _("to be accepted")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("given back")
        CLOSED = "closed", _("finished")

    handover = models.ForeignKey(Handover, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    # The room that knows of it and its key there (``task:12``); both empty for a line written by hand.
    source = models.CharField(max_length=40, blank=True)
    key = models.CharField(max_length=80, blank=True)
    label = models.CharField(max_length=300)
    url = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=8, choices=State, default=State.OFFERED)
    due_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="handover_items")
    answer = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "key"], condition=~Q(key=""), name="one_line_per_thing")
        ]
        indexes = [models.Index(fields=["state", "handover"], condition=Q(closed_at=None), name="handover_item_open")]

    def __str__(self) -> str:
        return self.label


class WorkDay(models.Model):
    """A person's day: begun, and signed off with what was done and what was handed over."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="work_days")
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    day = models.DateField()
    opened_at = models.DateTimeField()
    signed_off_at = models.DateTimeField(null=True)
    done = models.IntegerField(default=0)
    left = models.IntegerField(default=0)
    # What was handed over, and why, as it stood when the day was signed off.
    handed = models.JSONField(default=list)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_work_day_per_person")]
        indexes = [models.Index(fields=["day", "team"])]


class DayTick(models.Model):
    """A step of the day's beginning or end was done."""

    work_day = models.ForeignKey(WorkDay, models.PROTECT, related_name="ticks")
    moment = models.CharField(max_length=5)
    step = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["work_day", "moment", "step"], name="one_tick_per_step")]


class DaySummary(models.Model):
    """What a leader sums up of a team's day."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="summaries")
    day = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    questions = models.TextField(blank=True)
    not_sold = models.TextField(blank=True)
    aftersales = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "day"], name="one_summary_per_team_and_day")]
