"""Disputes: the platform was called in (平台介入), answered, and ruled."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models.cases import Case
from dangban.people.models import Person, Shop


class Dispute(models.Model):
    """A case before the platform, with its clock, what was shown, how it ended, and what is learnt of it."""

    class About(models.TextChoices):
        FAKE = "fake", pgettext_lazy("dispute", "Counterfeit")
        QUALITY = "quality", pgettext_lazy("dispute", "Quality")
        NOT_RECEIVED = "not_received", pgettext_lazy("dispute", "Not received")
        MISSING = "missing", pgettext_lazy("dispute", "Missing goods")
        SURPLUS = "surplus", pgettext_lazy("dispute", "Too much sent")
        REFUND = "refund", pgettext_lazy("dispute", "Refund")

    class Result(models.TextChoices):
        WON = "won", pgettext_lazy("dispute", "For us")
        PARTLY = "partly", pgettext_lazy("dispute", "Partly for the customer")
        LOST = "lost", pgettext_lazy("dispute", "For the customer")
        SETTLED = "settled", pgettext_lazy("dispute", "Agreed before the ruling")

    case = models.ForeignKey(Case, models.PROTECT, related_name="disputes")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    about = models.CharField(max_length=14, choices=About)
    platform_number = models.CharField(max_length=64, blank=True)
    claim = models.TextField(blank=True)
    asked_fen = models.BigIntegerField(null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # By when the platform wants the answer.
    due_at = models.DateTimeField(null=True)
    # Materials that can't be had, and why: by code.
    waived = models.JSONField(default=dict)
    answer = models.TextField(blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=8, choices=Result, blank=True)
    ruled_fen = models.BigIntegerField(null=True)
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=300, blank=True)
    lesson = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case"], condition=Q(ruled_at=None), name="one_open_dispute_a_case")]
        indexes = [
            models.Index(fields=["shop", "due_at", "id"], condition=Q(ruled_at=None), name="dispute_open"),
            models.Index(fields=["shop", "-opened_at", "-id"], name="dispute_list"),
        ]

    def __str__(self) -> str:
        return f"JF{self.pk:06d}"

    @property
    def waits_for_us(self) -> bool:
        """The platform waits for our evidence; else for nothing of ours but the ruling to be entered."""
        return self.ruled_at is None and self.case.state == "disputed"
