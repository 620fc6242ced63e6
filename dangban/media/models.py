"""Stored bytes by their content, and a row for every use."""

from __future__ import annotations

from django.db import models


class Blob(models.Model):
    """Bytes in the store, named by their SHA-256 after re-encoding."""

    sha256 = models.CharField(max_length=64, unique=True)
    mime = models.CharField(max_length=80)
    size = models.BigIntegerField()
    width = models.IntegerField(null=True)
    height = models.IntegerField(null=True)
    created_at = models.DateTimeField()
    # The same picture small, for lists; None for what is small already or no picture.
    small = models.ForeignKey("self", models.PROTECT, null=True, related_name="small_of")

    def __str__(self) -> str:
        return f"{self.mime} {self.sha256[:12]}"


class Use(models.Model):
    """One use of a blob by a subject, under the name its sender gave it.

    Access follows the subject: whoever may see that may fetch this.
    """

    blob = models.ForeignKey(Blob, models.PROTECT, related_name="uses")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    key = models.CharField(max_length=43, unique=True)
    name = models.CharField(max_length=255)
    kind = models.CharField(max_length=12)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject_id"])]
