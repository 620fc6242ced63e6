"""What was done wrong and what followed, what was done well, and the purse of collected fines."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Shop


class Offence(models.Model):
    """Something not allowed that a person is said to have done, until it is settled."""

    class State(models.TextChoices):
        HEARING = "hearing", pgettext_lazy("offence", "Person to be heard")
        HEARD = "heard", pgettext_lazy("offence", "To be decided")
        DECIDED = "decided", pgettext_lazy("offence", "Person told")
        APPEALED = "appealed", pgettext_lazy("offence", "Appealed against")
        FINAL = "final", pgettext_lazy("offence", "Final")
        DROPPED = "dropped", pgettext_lazy("offence", "Dropped")

    OPEN = (State.HEARING, State.HEARD, State.DECIDED, State.APPEALED)

    person = models.ForeignKey(Person, models.PROTECT, related_name="offences")
    offence = models.CharField(max_length=20)
    state = models.CharField(max_length=10, choices=State, default=State.HEARING)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+")
    happened_on = models.DateField()
    facts = models.CharField(max_length=1000)
    # Where it shows: a conversation, a case, an order.
    url = models.CharField(max_length=200, blank=True)
    reported_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reported_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    heard_words = models.CharField(max_length=1000, blank=True)

    consequence = models.CharField(max_length=10, blank=True)
    amount_fen = models.BigIntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_words = models.CharField(max_length=500, blank=True)
    because = models.JSONField(default=list)
    expires_on = models.DateField(null=True)

    appeal_by = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    appeal_words = models.CharField(max_length=1000, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer_words = models.CharField(max_length=500, blank=True)
    final_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["person", "-id"]),
            models.Index(fields=["state", "-id"]),
            models.Index(fields=["final_at"], condition=Q(state="final"), name="offence_final"),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def taken_fen(self) -> int:
        """What it costs the person before the share of the wage is looked at."""
        return self.amount_fen + self.loss_fen


class Commendation(models.Model):
    """Something done well, seen by all."""

    class Kind(models.TextChoices):
        PRAISE = "praise", pgettext_lazy("commendation", "Praise by a customer")
        SAVED = "saved", pgettext_lazy("commendation", "Order saved")
        PAGE_FAULT = "page_fault", pgettext_lazy("commendation", "Fault found on a page")
        IDEA = "idea", pgettext_lazy("commendation", "Idea taken up")
        PROGRESS = "progress", pgettext_lazy("commendation", "Typing faster")

    person = models.ForeignKey(Person, models.PROTECT, related_name="commendations")
    kind = models.CharField(max_length=10, choices=Kind)
    words = models.CharField(max_length=500)
    url = models.CharField(max_length=200, blank=True)
    # What it was found by, so that the same praise is not counted twice; empty where somebody wrote it.
    source = models.CharField(max_length=60, blank=True)
    day = models.DateField(db_index=True)
    bounty_fen = models.BigIntegerField(default=0)
    because = models.JSONField(default=list)
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["person", "-day"])]
        constraints = [models.UniqueConstraint(fields=["source"], condition=~Q(source=""), name="commended_once_for_it")]


class FundEntry(models.Model):
    """The purse of collected fines: what came in, what it was spent on. Only ever added to."""

    amount_fen = models.BigIntegerField()
    what = models.CharField(max_length=200)
    offence = models.OneToOneField(Offence, models.PROTECT, null=True, related_name="received")
    day = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="fund_entry_moves_something")]
