"""One person behind many handles."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from dangban.people.models import Person, Shop


class Customer(models.Model):
    """A buyer, or a visitor who may become one. Seen by whoever may see a shop they dealt with."""

    name = models.CharField(max_length=80, blank=True, db_index=True)
    phone = models.CharField(max_length=30, blank=True)
    # Keyed digest of the phone number, for matching without reading it.
    phone_digest = models.CharField(max_length=64, blank=True, db_index=True)
    phone_tail = models.CharField(max_length=4, blank=True, db_index=True)
    credit = models.PositiveSmallIntegerField(default=3)
    created_at = models.DateTimeField()
    # Merged away: this row stays, its handles point at the other until un-merged.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged")
    erased_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class CustomerShop(models.Model):
    """A customer has dealt with a shop; this is what makes them visible to its people."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="shops")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    orders = models.PositiveIntegerField(default=0)
    spent_fen = models.BigIntegerField(default=0)
    last_order_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "shop"], name="customer_shop_once")]


class Handle(models.Model):
    """The name a customer goes by on a platform (旺旺 ID and the like)."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="handles")
    # The customer it belonged to before a merge, so that a merge can be taken back.
    original = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    platform = models.CharField(max_length=12)
    handle = models.CharField(max_length=120, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "handle"], name="a_handle_once")]


class Address(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="addresses")
    receiver = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=30, blank=True)
    province = models.CharField(max_length=30, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)
    detail = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    last_used_at = models.DateTimeField()


class Tag(models.Model):
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="tags")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    text = models.CharField(max_length=30)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["customer", "shop", "text"], name="a_tag_once")]


class RiskMark(models.Model):
    """Somebody marked a customer as a risk: why, on what evidence, until when."""

    customer = models.ForeignKey(Customer, models.PROTECT, related_name="risk_marks")
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    kind = models.CharField(max_length=30)
    evidence = models.TextField()
    confidentiality = models.PositiveSmallIntegerField(default=2)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    expires_on = models.DateField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")


class Merge(models.Model):
    """Two customers turned out to be one; reversible."""

    kept = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    merged = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    # Room → model → ids of the rows that moved, so that exactly these go back.
    moved = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["merged"], condition=Q(undone_at=None), name="merged_once")
        ]
