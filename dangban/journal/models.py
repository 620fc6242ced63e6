"""The journal: rows are only ever added; a sealer gives each its place in the chain."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class AppendOnly(Exception):
    """Somebody tried to change or delete what is written in the journal: always a bug."""


class Entry(models.Model):
    """One thing that somebody did.

    Written unsealed in the transaction of the change itself; `position` and `hash` are given
    shortly afterwards by one sealer, in one chain for the whole company.
    """

    at = models.DateTimeField(db_index=True)
    verb = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    # Who may read an entry follows from its shop; entries without one are the department's.
    shop_id = models.BigIntegerField(null=True)
    change = models.JSONField(default=dict)
    because = models.JSONField(default=list)
    personal_digest = models.CharField(max_length=64, blank=True)
    position = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"]),
            models.Index(fields=["shop_id", "id"]),
            models.Index(fields=["actor_kind", "actor_id", "id"]),
            models.Index(fields=["verb", "id"]),
            models.Index(fields=["id"], condition=Q(position=None), name="journal_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind}:{self.subject_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnly(f"{self} is written; record another entry instead")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise AppendOnly(f"{self} is written; nothing is deleted from the journal")


class PersonalPayload(models.Model):
    """Personal values of an entry, apart from it so that they can be erased.

    The entry keeps only the salted digest, which is in the chain: erasing this row leaves the
    chain verifiable.
    """

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="personal")
    salt = models.CharField(max_length=32)
    values = models.JSONField()


class Cursor(models.Model):
    """How far a subscriber has read the sealed journal."""

    subscriber = models.CharField(max_length=80, unique=True)
    position = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField()


class SealLease(models.Model):
    """Which process seals at present; whoever holds an unexpired lease is the one sealer."""

    name = models.CharField(max_length=20, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()
