"""Figures that another tool counted: for shops whose chats are elsewhere."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dangban.people.models import Person, Shop


class Nick(models.Model):
    """A name under which somebody appears elsewhere: a platform account, a staff number in remarks."""

    class Kind(models.TextChoices):
        ACCOUNT = "account", "account"
        NUMBER = "number", "number"

    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=80)
    person = models.ForeignKey(Person, models.PROTECT, related_name="nicks")
    since = models.DateField()
    until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "name"], condition=Q(until=None), name="a_nick_is_one_person"),
        ]


class FigureImport(models.Model):
    """A file of figures that was taken over, and can be taken back."""

    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    tool = models.CharField(max_length=12)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    first = models.DateField()
    last = models.DateField()
    rows = models.PositiveIntegerField()
    # The file itself, between the trial and its taking.
    content = models.BinaryField(null=True)
    taken_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["digest", "shop"], condition=Q(undone_at=None), name="a_file_of_figures_once"),
        ]


class ImportedFigure(models.Model):
    """One figure of one person over some days as the other tool gave it; what a rate was made of, where the file says so."""

    run = models.ForeignKey(FigureImport, models.CASCADE, related_name="figures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    first = models.DateField()
    last = models.DateField()
    measure = models.CharField(max_length=30)
    numerator = models.BigIntegerField(null=True)
    denominator = models.BigIntegerField(null=True)
    value = models.DecimalField(max_digits=20, decimal_places=4)
    line = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["person", "measure", "first"]), models.Index(fields=["measure", "first"])]
