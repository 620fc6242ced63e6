"""How many customers came, half an hour by half an hour, counted once from the log of messages."""

from __future__ import annotations

from django.db import models

from dangban.people.models import Shop


class Arrivals(models.Model):
    """A shop's day: customers who began to talk, the lines they wrote and the seconds it took, per half hour."""

    shop = models.ForeignKey(Shop, models.CASCADE, related_name="+")
    day = models.DateField()
    # 48 numbers each.
    talks = models.JSONField(default=list)
    lines = models.JSONField(default=list)
    seconds = models.JSONField(default=list)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "day"], name="one_count_of_a_shops_day")]
        indexes = [models.Index(fields=["day"])]


class Counting(models.Model):
    """How far the log has been counted, in the order in which lines were written down. One row."""

    last_message = models.BigIntegerField(default=0)
