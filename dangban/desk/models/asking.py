"""What was not known, what could not be solved at once, and what one department asks of another."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dangban.people.models import Department, Person, Shop


class Question(models.Model):
    """Something an agent did not know: answered by who leads or by the expert who was asked, then told to the customer."""

    text = models.CharField(max_length=500)
    context = models.TextField(blank=True)
    url = models.CharField(max_length=200, blank=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="questions")
    asked_at = models.DateTimeField()
    expert = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # Whether a customer waits for the answer.
    for_customer = models.BooleanField(default=True)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["asked_at"], condition=Q(answered_at=None), name="question_open"),
            models.Index(fields=["asked_by", "asked_at"]),
            models.Index(fields=["answered_by", "answered_at"]),
        ]

    def __str__(self) -> str:
        return self.text


class Incident(models.Model):
    """A customer's problem that could not be solved at once, with what the handbook wants noted."""

    shop = models.ForeignKey(Shop, models.PROTECT)
    facts = models.JSONField(default=dict)
    title = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="incidents")
    next_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["owner", "next_at"], condition=Q(settled_at=None), name="incident_open"),
            models.Index(fields=["shop", "at"]),
        ]

    def __str__(self) -> str:
        return self.title


class DepartmentRequest(models.Model):
    """What one department asks of another: received by somebody, done or declined, with a clock."""

    kind = models.CharField(max_length=60)
    department = models.ForeignKey(Department, models.PROTECT, related_name="requests")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=200, blank=True)
    incident = models.ForeignKey(Incident, models.PROTECT, null=True, related_name="requests")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="requests")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    done = models.BooleanField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["department", "due_at"], condition=Q(settled_at=None), name="request_open"),
            models.Index(fields=["asked_by", "asked_at"]),
            models.Index(fields=["subject_kind", "subject_id"], name="request_subject"),
        ]

    def __str__(self) -> str:
        return self.title
