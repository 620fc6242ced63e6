"""What follows from lateness and absence, how it is disputed, and when it was made known."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Team

from .punches import PunchRepair
from .shifts import ShiftRecord


class Consequence(models.Model):
    """What the handbook lets follow: proposed by the program, confirmed by a second person, open to dispute."""

    class Kind(models.TextChoices):
        LATENESS = "lateness", pgettext_lazy("consequence", "Lateness")
        EARLY = "early", pgettext_lazy("consequence", "Leaving early")
        ABSENCE = "absence", pgettext_lazy("consequence", "Absence")
        MISSED = "missed", pgettext_lazy("consequence", "Missed departure punch")

    class Way(models.TextChoices):
        BONUS = "bonus", pgettext_lazy("consequence", "Bonus not earned")
        FINE = "fine", pgettext_lazy("consequence", "Fine")
        PACKETS = "packets", pgettext_lazy("consequence", "Red packets")
        DAYS = "days", pgettext_lazy("consequence", "Time not paid")

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("consequence", "Proposed")
        CONFIRMED = "confirmed", pgettext_lazy("consequence", "Confirmed")
        DISPUTED = "disputed", pgettext_lazy("consequence", "Disputed")
        WITHDRAWN = "withdrawn", pgettext_lazy("consequence", "Withdrawn")
        SETTLED = "settled", pgettext_lazy("consequence", "Settled")

    person = models.ForeignKey(Person, models.PROTECT, related_name="attendance_consequences")
    record = models.ForeignKey(ShiftRecord, models.PROTECT, null=True, related_name="consequences")
    repair = models.ForeignKey(PunchRepair, models.PROTECT, null=True, related_name="consequences")
    # The month it counts in; a correction of a closed month counts in the next open one.
    month = models.DateField()
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=Kind)
    way = models.CharField(max_length=10, choices=Way)
    minutes = models.IntegerField(default=0)
    # What the handbook states, and what remains of it under the law.
    stated_fen = models.BigIntegerField(default=0)
    amount_fen = models.BigIntegerField(default=0)
    packets = models.IntegerField(null=True)
    absence_days = models.DecimalField(max_digits=4, decimal_places=1, default=Decimal(0))
    stated_days = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(0))
    days_pay = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal(0))
    notice = models.BooleanField(default=False)
    dismissal = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    because = models.JSONField(default=list)
    proposed_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="confirmed_consequences")
    # Until when packets are to be sent (the next publication), and whether they were.
    due_at = models.DateTimeField(null=True)
    doubled_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    own_taken = models.BooleanField(default=False)
    settled_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record", "kind"],
                condition=~Q(state="withdrawn") & Q(corrects=None) & Q(record__isnull=False),
                name="one_consequence_per_kind",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "month"]),
            models.Index(fields=["state", "day"]),
            models.Index(fields=["due_at"], condition=Q(way="packets", sent_at=None), name="packets_to_send"),
        ]


class Dispute(models.Model):
    """Somebody says that a consequence of their own is wrong; another than who confirmed it answers."""

    # The clock of its answer.
    DEADLINE = "attendance.dispute"

    class Outcome(models.TextChoices):
        UPHELD = "upheld", pgettext_lazy("dispute of attendance", "Stays as it is")
        WITHDRAWN = "withdrawn", pgettext_lazy("dispute of attendance", "Withdrawn")

    consequence = models.ForeignKey(Consequence, models.PROTECT, related_name="disputes")
    said = models.TextField()
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="answered_disputes")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consequence"], condition=Q(answered_at=None), name="one_open_dispute")
        ]


class Publication(models.Model):
    """The sheet of a team's days as it was made known, kept as it then read."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="attendance_publications")
    first_day = models.DateField()
    last_day = models.DateField()
    at = models.DateTimeField()
    notice_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=60)
    lines = models.JSONField(default=list)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["team", "first_day"], name="published_once")]


class MonthClose(models.Model):
    """From now on a month's attendance stands; what is found later is corrected in the next open month."""

    month = models.DateField(unique=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
