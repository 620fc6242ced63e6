"""What was punched, what was announced, and what was repaired on somebody's word."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person

from .shifts import ShiftRecord


class Punch(models.Model):
    """Somebody was there at this instant. Never changed; one that doesn't count, by DingTalk's latest word, says why not."""

    class Source(models.TextChoices):
        WEB = "web", pgettext_lazy("punch", "Web")
        DINGTALK = "dingtalk", pgettext_lazy("punch", "DingTalk")
        REPAIR = "repair", pgettext_lazy("punch", "Repaired")

    person = models.ForeignKey(Person, models.PROTECT, related_name="punches")
    at = models.DateTimeField()
    source = models.CharField(max_length=10, choices=Source)
    # The network address it came from (web), or the device's kind (DingTalk).
    place = models.CharField(max_length=120, blank=True)
    counts = models.BooleanField(default=True)
    said = models.CharField(max_length=120, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "at", "source"], name="punch_once")]
        indexes = [models.Index(fields=["person", "at"])]


class LateNotice(models.Model):
    """Somebody said beforehand that they would be late; its time is the proof."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="late_notices")
    day = models.DateField()
    said = models.CharField(max_length=200)
    expected_minutes = models.IntegerField(null=True)
    at = models.DateTimeField()
    # Told by telephone: who wrote it down.
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index(fields=["person", "day"])]


class PunchRepair(models.Model):
    """A punch that was forgotten, put in on the word of somebody who answers for it."""

    class Side(models.TextChoices):
        ARRIVAL = "arrival", pgettext_lazy("punch repair", "Arrival")
        DEPARTURE = "departure", pgettext_lazy("punch repair", "Departure")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("punch repair", "Waits for a word")
        GRANTED = "granted", pgettext_lazy("punch repair", "Vouched for")
        REFUSED = "refused", pgettext_lazy("punch repair", "Refused")

    record = models.ForeignKey(ShiftRecord, models.PROTECT, related_name="repairs")
    side = models.CharField(max_length=10, choices=Side)
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    voucher = models.ForeignKey(Person, models.PROTECT, null=True, related_name="vouched_repairs")
    voucher_answers = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)
    word = models.CharField(max_length=300, blank=True)
    # Which of the month's repairs it is, counted when it was granted.
    nth = models.IntegerField(default=0)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "side"], condition=~Q(state="refused"), name="one_repair_per_side"
            )
        ]
