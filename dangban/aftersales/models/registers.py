"""Registers that fill themselves: what went wrong on our side, claims on couriers, faults that repeat."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models.cases import Case
from dangban.handbook.models import StoredDecision
from dangban.orders.models import Order, OrderException
from dangban.people.models import Person, Shop
from dangban.shops.models import Batch, Product, Sku


class Mistake(models.Model):
    """Something that went wrong on our side (差错), with who bears its freight and by which rule."""

    class Kind(models.TextChoices):
        WRONG = "wrong", pgettext_lazy("mistake", "Wrong goods")
        MISSING = "missing", pgettext_lazy("mistake", "Missing goods")
        OVER = "over", pgettext_lazy("mistake", "Too much sent")
        LATE = "late", pgettext_lazy("mistake", "Dispatched late")
        SERVICE = "service", pgettext_lazy("mistake", "Mistaken service")

    class BorneBy(models.TextChoices):
        AGENT = "agent", pgettext_lazy("borne by", "Agent")
        WAREHOUSE = "warehouse", pgettext_lazy("borne by", "Warehouse")
        COMPANY = "company", pgettext_lazy("borne by", "Company")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="mistakes")
    # An order that left too late is in the register although nobody complained.
    exception = models.ForeignKey(OrderException, models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    goods = models.CharField(max_length=300, blank=True)
    pieces = models.PositiveIntegerField(default=0)
    borne_by = models.CharField(max_length=10, choices=BorneBy)
    # The agent who is meant, or who is told.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    packed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    remarked_by = models.CharField(max_length=120, blank=True)
    freight_fen = models.BigIntegerField(default=0)
    because = models.JSONField(default=list)
    decision = models.ForeignKey(StoredDecision, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)
    # Somebody with the authority said otherwise, and why.
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField(null=True)
    changed_why = models.CharField(max_length=300, blank=True)
    # The case was taken back, or is about something else after all.
    void_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], name="a_mistake_once_per_case"),
            models.UniqueConstraint(fields=["exception"], name="a_mistake_once_per_exception"),
        ]
        indexes = [
            models.Index(fields=["shop", "-at", "-id"], name="mistake_list"),
            models.Index(fields=["shop", "kind", "-at", "-id"], name="mistake_kind"),
            models.Index(fields=["person", "-at"], name="mistake_person"),
        ]

    def __str__(self) -> str:
        return f"CC{self.pk:06d}"


class ClaimTemplate(models.Model):
    """What a courier wants to see of a lost or damaged parcel, by when, and how much it pays at most."""

    class Kind(models.TextChoices):
        LOST = "lost", pgettext_lazy("claim", "Lost")
        DAMAGED = "damaged", pgettext_lazy("claim", "Damaged")

    courier = models.CharField(max_length=40)
    kind = models.CharField(max_length=8, choices=Kind)
    # Codes of kinds of evidence.
    materials = models.JSONField(default=list)
    within_days = models.PositiveSmallIntegerField(null=True)
    most_fen = models.BigIntegerField(null=True)
    contact = models.CharField(max_length=200, blank=True)
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["courier", "kind"], name="a_claim_template_once")]


class CourierClaim(models.Model):
    """What a courier is to pay for a lost or damaged parcel (快递理赔), from its draft until the money is here."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("claim", "To be filed")
        FILED = "filed", pgettext_lazy("claim", "Filed")
        GRANTED = "granted", pgettext_lazy("claim", "Granted")
        PAID = "paid", pgettext_lazy("claim", "Paid")
        REFUSED = "refused", pgettext_lazy("claim", "Refused")
        DROPPED = "dropped", pgettext_lazy("claim", "Dropped")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="claims")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    courier = models.CharField(max_length=40)
    number = models.CharField(max_length=60, blank=True)
    kind = models.CharField(max_length=8, choices=ClaimTemplate.Kind)
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT)
    # By the rule, and what was asked for in the end.
    reckoned_fen = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    because = models.JSONField(default=list)
    at = models.DateTimeField()
    # By when it is to be filed, then by when it is chased.
    due_at = models.DateTimeField(null=True)
    filed_at = models.DateTimeField(null=True)
    filed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=80, blank=True)
    chased = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    granted_fen = models.BigIntegerField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid_fen = models.BigIntegerField(null=True)
    # The courier's monthly bill it was set off against, as 2026-11; empty where it was transferred.
    bill = models.CharField(max_length=7, blank=True)
    note = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="a_claim_once_per_parcel")]
        indexes = [
            models.Index(fields=["shop", "state", "at", "id"], name="claim_state"),
            models.Index(fields=["shop", "-at", "-id"], name="claim_list"),
            models.Index(fields=["courier", "bill"], condition=~Q(bill=""), name="claim_bill"),
        ]

    def __str__(self) -> str:
        return f"LP{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.DRAFT, self.State.FILED, self.State.GRANTED)


class QualityNote(models.Model):
    """A customer found this fault in these goods (质量反馈)."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="quality_notes")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+", db_index=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    # A code of rules.assessment.reasons, and the fault more closely, in the agent's words.
    reason = models.CharField(max_length=12)
    fault = models.CharField(max_length=40, blank=True)
    pieces = models.PositiveIntegerField()
    # What the inspector found of it; None as long as nobody has looked.
    confirmed = models.BooleanField(null=True)
    at = models.DateTimeField()
    void_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "sku"], name="a_fault_once_per_case")]
        indexes = [
            models.Index(fields=["shop", "-at", "-id"], name="quality_list"),
            models.Index(fields=["product", "-at", "-id"], name="quality_product"),
        ]


class QualityAlarm(models.Model):
    """The same fault of the same goods came so often in so many days that somebody has to look into it."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=12)
    fault = models.CharField(max_length=40, blank=True)
    # How many there were, and since when.
    times = models.PositiveIntegerField()
    since = models.DateTimeField()
    because = models.JSONField(default=list)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["product", "reason", "fault"], condition=Q(ended_at=None), name="an_alarm_once_at_a_time")]
        indexes = [models.Index(fields=["shop", "-raised_at", "-id"], name="alarm_list")]
