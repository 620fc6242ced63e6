"""Scorecards of a month, targets, and what leaders note beside them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Shop, Team


class Card(models.Model):
    """One person's scorecard of one month. Final cards never change; a correction belongs to the month in which it is found."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("scorecard", "Draft")
        CONFIRMED = "confirmed", pgettext_lazy("scorecard", "Confirmed")
        DISPUTED = "disputed", pgettext_lazy("scorecard", "Disputed")
        FINAL = "final", pgettext_lazy("scorecard", "Final")

    person = models.ForeignKey(Person, models.PROTECT, related_name="scorecards")
    # Its first day.
    month = models.DateField()
    code = models.CharField(max_length=12)
    name = models.JSONField(default=dict)
    work = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    # Nothing while an item can't be scored yet.
    score = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    grade = models.CharField(max_length=12, blank=True)
    # Of the performance wage, in hundredths of a percent; the grade's bonus.
    share_points = models.IntegerField(null=True)
    bonus_fen = models.BigIntegerField(null=True)
    source = models.CharField(max_length=8)
    provisional = models.BooleanField(default=True)
    because = models.JSONField(default=list)
    drafted_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)
    final_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "month"], name="one_card_a_month")]
        indexes = [models.Index(fields=["month", "state"])]


class CardLine(models.Model):
    """One item: its figure as it was taken, with source and definition, and the points it brought."""

    card = models.ForeignKey(Card, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    measure = models.CharField(max_length=30)
    weight = models.DecimalField(max_digits=5, decimal_places=2)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    value = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    points = models.DecimalField(max_digits=7, decimal_places=2, null=True)
    # Weight times points, over a hundred.
    scored = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    source = models.CharField(max_length=8)
    definition = models.PositiveSmallIntegerField()
    provisional = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    given_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["card", "position"], name="card_line_position")]


class Objection(models.Model):
    """The person disputes a card; somebody answers."""

    card = models.ForeignKey(Card, models.PROTECT, related_name="objections")
    measure = models.CharField(max_length=30, blank=True)
    text = models.CharField(max_length=500)
    at = models.DateTimeField()
    answer = models.CharField(max_length=500, blank=True)
    upheld = models.BooleanField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["card"], condition=Q(answered_at=None), name="one_open_objection_to_a_card"),
        ]


class Target(models.Model):
    """What a person, a team or a shop is to reach in a month; weeks and days are parts of it."""

    month = models.DateField()
    measure = models.CharField(max_length=30)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="targets")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    # Fen, or a count.
    amount = models.BigIntegerField()
    set_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["month", "measure", "person"], condition=Q(person__isnull=False), name="target_of_person"),
            models.UniqueConstraint(fields=["month", "measure", "team"], condition=Q(team__isnull=False), name="target_of_team"),
            models.UniqueConstraint(fields=["month", "measure", "shop"], condition=Q(shop__isnull=False), name="target_of_shop"),
        ]


class CoachingNote(models.Model):
    """What a leader agreed with a person about their figures."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="coaching_notes")
    month = models.DateField()
    measure = models.CharField(max_length=30, blank=True)
    text = models.CharField(max_length=1000)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
