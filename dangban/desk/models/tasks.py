"""What belongs to a task: its steps, what is said about it, an objection; and the rule by which it comes again."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Person, Shop, Team


class TaskStep(models.Model):
    """One line of a task's checklist."""

    task = models.ForeignKey("desk.Task", models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "position"], name="one_step_per_position")]


class TaskComment(models.Model):
    """A word about a task; whoever is mentioned is told and may see the task from then on."""

    task = models.ForeignKey("desk.Task", models.PROTECT, related_name="comments")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    body = models.TextField()
    at = models.DateTimeField()
    mentioned: models.ManyToManyField[Person, models.Model] = models.ManyToManyField(Person, related_name="mentions")


class TaskObjection(models.Model):
    """Whoever is to do a task says why not; who gave it answers."""

    task = models.ForeignKey("desk.Task", models.PROTECT, related_name="objections")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=500, blank=True)
    # Upheld: the task was taken back.
    upheld = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task"], condition=Q(answered_at=None), name="one_open_objection")
        ]


class Recurrence(models.Model):
    """A task that comes again: each day, on days of the week, or on a day of the month, at a time of the day."""

    class Every(models.TextChoices):
        DAY = "day", _("every day")
        WEEK = "week", _("every week")
        MONTH = "month", _("every month")

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    steps = models.JSONField(default=list)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    every = models.CharField(max_length=5, choices=Every, default=Every.DAY)
    # Monday is 0.
    weekdays = models.JSONField(default=list)
    day_of_month = models.PositiveSmallIntegerField(null=True)
    appears_at = models.TimeField()
    due_by = models.TimeField(null=True)
    next_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["next_at"], condition=Q(ended_at=None), name="recurrence_next")]

    def __str__(self) -> str:
        return self.title
