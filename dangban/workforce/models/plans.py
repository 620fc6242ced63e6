"""Rosters while they are made: plans, their cells, wishes, what was published and who has seen it, swaps."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.desk.models import Approval
from dangban.people.models import Person, Team


class Plan(models.Model):
    """The roster of a team for some weeks from a Monday on."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("roster", "Draft")
        PUBLISHED = "published", pgettext_lazy("roster", "Published")
        DROPPED = "dropped", pgettext_lazy("roster", "Dropped")

    team = models.ForeignKey(Team, models.PROTECT, related_name="plans")
    first_day = models.DateField()
    weeks = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # How many people each shift needs on each day where that differs from the handbook: {"2026-11-23": {"白班": 3}}.
    cover = models.JSONField(default=dict)
    # Of these, how many of a skill, by its code: {"2026-11-23": {"白班": {"stage:aftersale": 1}}}.
    skilled = models.JSONField(default=dict)
    # Raised with every change of a cell, so that two who edit don't overwrite each other unseen.
    version = models.PositiveIntegerField(default=1)
    made_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["team", "first_day"], condition=~Q(state="dropped"), name="one_plan_of_a_team_per_start"
            ),
            models.CheckConstraint(condition=Q(weeks__gte=1, weeks__lte=5), name="plan_of_one_to_five_weeks"),
        ]

    @property
    def days(self) -> list[date]:
        return [self.first_day + timedelta(days=offset) for offset in range(self.weeks * 7)]

    @property
    def last_day(self) -> date:
        return self.first_day + timedelta(days=self.weeks * 7 - 1)


class Cell(models.Model):
    """One person's shift on one day of a plan. `is_fixed` was set by hand: a computed roster keeps it.

    A fixed cell without a name is a day of rest that somebody promised.
    """

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="cells")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    day = models.DateField()
    shift = models.CharField(max_length=20, blank=True)
    # As written: 08:30-17:30; the handbook's shifts may change after the plan was made.
    hours = models.CharField(max_length=11, blank=True)
    is_fixed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "person", "day"], name="one_cell_of_a_plan")]


class Wish(models.Model):
    """What somebody would like on a day: to rest, or a shift."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="wishes")
    day = models.DateField()
    # Empty: a day of rest.
    shift = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="one_wish_a_day")]


class Published(models.Model):
    """What a plan said when it was published, or changed afterwards: {person: {day: "白班 08:30-17:30"}}."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="published")
    number = models.PositiveIntegerField()
    cells = models.JSONField()
    changes = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="plan_published_once_per_number")]


class Receipt(models.Model):
    """Somebody was told their roster, and has said that they know it."""

    published = models.ForeignKey(Published, models.PROTECT, related_name="receipts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="roster_receipts")
    acknowledged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["published", "person"], name="told_once_per_roster")]
        indexes = [models.Index(fields=["person"], condition=Q(acknowledged_at=None), name="receipts_waiting")]


class Swap(models.Model):
    """Two exchange their shifts of a day, or one takes another's (`other_day` is empty)."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("swap", "Waits for the colleague")
        AGREED = "agreed", pgettext_lazy("swap", "Waits for approval")
        DONE = "done", pgettext_lazy("swap", "Done")
        DECLINED = "declined", pgettext_lazy("swap", "Declined by the colleague")
        REFUSED = "refused", pgettext_lazy("swap", "Not approved")
        WITHDRAWN = "withdrawn", pgettext_lazy("swap", "Withdrawn")
        LAPSED = "lapsed", pgettext_lazy("swap", "Came to nothing")

    team = models.ForeignKey(Team, models.PROTECT, related_name="swaps")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="swaps_asked")
    day = models.DateField()
    shift = models.CharField(max_length=32)
    with_person = models.ForeignKey(Person, models.PROTECT, related_name="swaps_offered")
    other_day = models.DateField(null=True)
    other_shift = models.CharField(max_length=32, blank=True)
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    because = models.JSONField(default=list)
    asked_at = models.DateTimeField()
    agreed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "day"], condition=Q(state__in=["asked", "agreed"]), name="one_open_swap_per_shift"
            )
        ]
        indexes = [models.Index(fields=["team", "day"])]


class Generation(models.Model):
    """A roster that is being computed, or was: for its plan, or as a trial of `absent` ("what if")."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("roster", "Waiting")
        RUNNING = "running", pgettext_lazy("roster", "Computing")
        DONE = "done", pgettext_lazy("roster", "Computed")
        FAILED = "failed", pgettext_lazy("roster", "Failed")
        CANCELLED = "cancelled", pgettext_lazy("roster", "Cancelled")

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="generations")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    seconds = models.PositiveSmallIntegerField(default=30)
    # What if these people were away: [[person, first day, last day], …]; such a trial is not taken over by itself.
    absent = models.JSONField(default=list)
    progress = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # While it runs, the server that computes it says so every few seconds.
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["waiting", "running"]), name="one_generation_at_a_time"
            )
        ]
