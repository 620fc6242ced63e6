"""Evidence: what the customer or the agent shows for a case, with its hash and time."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models.cases import Case
from dangban.customers.models import Customer
from dangban.orders.models import Order
from dangban.people.models import Shop
from dangban.shops.models import Batch, Sku


class Evidence(models.Model):
    """A picture, an excerpt of a talk, a weight, a proof; filed under case, order and customer."""

    class Kind(models.TextChoices):
        PHOTO = "photo", pgettext_lazy("evidence", "Photo")
        VIDEO = "video", pgettext_lazy("evidence", "Video")
        TALK = "talk", pgettext_lazy("evidence", "Talk")
        WEIGHT = "weight", pgettext_lazy("evidence", "Weight")
        SIGNED = "signed", pgettext_lazy("evidence", "Proof of signing")
        TRANSFER = "transfer", pgettext_lazy("evidence", "Proof of payment")
        PURCHASE = "purchase", pgettext_lazy("evidence", "Proof of purchase")
        AUTHORISATION = "authorisation", pgettext_lazy("evidence", "Brand authorisation")
        STUB = "stub", pgettext_lazy("evidence", "Courier's stub")
        OTHER = "other", pgettext_lazy("evidence", "Other proof")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="evidence")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=14, choices=Kind)
    # The file in the store, by the key of its use; its hash stays here even when the file is erased.
    media_key = models.CharField(max_length=43, blank=True)
    sha256 = models.CharField(max_length=64)
    text = models.TextField(blank=True)
    # Where it was said, for what came from a chat.
    thread_id = models.BigIntegerField(null=True)
    message_seq = models.BigIntegerField(null=True)
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    # A code of rules.assessment.reasons.
    problem = models.CharField(max_length=12, blank=True)
    taken_at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "thread_id", "message_seq", "kind"], name="a_message_once_per_case"),
        ]
        indexes = [
            models.Index(fields=["shop", "-at", "-id"], name="evidence_list"),
            models.Index(fields=["sku", "-at"], name="evidence_sku"),
        ]
