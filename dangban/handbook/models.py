"""Adopted versions, lifted legal bounds, and the decisions that were bound by them."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q

from dangban.lib.actor import Actor

from .decisions import Because, Decision


class Unchangeable(TypeError):
    """Something tried to change or remove a row that must stay as it was written."""


class WrittenOnce(models.QuerySet[Any]):
    def update(self, **values: Any) -> NoReturn:
        raise Unchangeable(f"{self.model.__name__} rows are never changed")

    def delete(self) -> NoReturn:
        raise Unchangeable(f"{self.model.__name__} rows are never removed")


class Immutable(models.Model):
    """A row that is written once."""

    objects = WrittenOnce.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise Unchangeable(f"{type(self).__name__} rows are never changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unchangeable(f"{type(self).__name__} rows are never removed")


class Version(Immutable):
    """A handbook as it was adopted: its whole text, from which day, by whom, why."""

    name = models.CharField(max_length=60)
    title = models.JSONField()
    content_hash = models.CharField(max_length=64, db_index=True)
    effective_on = models.DateField()
    adopted_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    # [{"name": …, "files": {file name: text}}, …]: the handbook's own files, then what it extends.
    source = models.JSONField()
    # [{"path": …, "name": …}, …]: values beyond the law, and who said that they were meant.
    acknowledged = models.JSONField(default=list)

    class Meta:
        indexes = [models.Index(fields=["effective_on", "id"])]

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def adopter(self) -> Actor:
        return Actor(self.actor_kind, self.actor_id, self.actor_name)  # type: ignore[arg-type]


class BoundLift(models.Model):
    """The law's bound on one rule was lifted by name; while it is, that rule is not capped."""

    path = models.CharField(max_length=120)
    reason = models.CharField(max_length=500)
    lifted_at = models.DateTimeField()
    lifted_by = models.CharField(max_length=120)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path"], condition=Q(ended_at=None), name="a_bound_lifted_once")
        ]

    def __str__(self) -> str:
        return self.path


class Stamp(models.Model):
    """One row whose number grows with every adoption and lift, so that processes notice cheaply."""

    number = models.BigIntegerField(default=0)


class StoredDecision(Immutable):
    """A decision that binds somebody, with the version and the rules it rests on."""

    kind = models.CharField(max_length=80)
    outcome = models.CharField(max_length=80)
    amount_fen = models.BigIntegerField(null=True)
    version = models.ForeignKey(Version, models.PROTECT, related_name="decisions")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    # Who may read it follows from its shop, as in the journal.
    shop_id = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=120)
    because = models.JSONField()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-id"]),
            models.Index(fields=["kind", "-decided_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.outcome}"

    @property
    def decision(self) -> Decision:
        """The decision as it was made."""
        because = tuple(Because.from_data(reason) for reason in self.because)
        return Decision(self.kind, self.outcome, self.amount_fen, because)


class DecisionRule(Immutable):
    """One rule that a stored decision rests on."""

    decision = models.ForeignKey(StoredDecision, models.PROTECT, related_name="rules")
    path = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["path", "-decision"])]
