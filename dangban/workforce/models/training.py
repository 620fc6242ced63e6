"""Trainings of a team, and what those who rested that day make up for."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from dangban.desk.models import Task
from dangban.lib import clock
from dangban.people.models import Person, Team


class Training(models.Model):
    """Everybody of a team is trained at a time of a day."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="+")
    title = models.CharField(max_length=120)
    note = models.TextField(blank=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # When those who rested were given their task, and when it was entered who came.
    settled_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    @property
    def day(self) -> date:
        return clock.business_day(self.starts_at)

    def __str__(self) -> str:
        return self.title

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="training_ends_after_it_starts")]
        indexes = [models.Index(fields=["team", "starts_at"], name="trainings_of_a_team")]


class MakeUp(models.Model):
    """Somebody was not at a training and makes up for it: a task of theirs, done when they say so."""

    training = models.ForeignKey(Training, models.PROTECT, related_name="make_ups")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    task = models.OneToOneField(Task, models.PROTECT, related_name="+")
    rested = models.BooleanField(default=True)
    # Once it is done, it is entered in the file.
    noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["training", "person"], name="made_up_once")]
        indexes = [models.Index(fields=["task"], condition=Q(noted_at=None), name="make_ups_to_note")]
