"""What somebody took off, or asked to."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.customers.models import Customer
from dangban.desk.models import Approval
from dangban.orders.changing.models import ChangeRequest
from dangban.people.models import Person, Shop


class PriceOffer(models.Model):
    """A discount (改价): on an order, or offered to a customer who has not ordered yet."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("offer", "Waits for the answer")
        OPEN = "open", pgettext_lazy("offer", "Holds")
        USED = "used", pgettext_lazy("offer", "Given")
        REFUSED = "refused", pgettext_lazy("offer", "Refused")
        EXPIRED = "expired", pgettext_lazy("offer", "Lapsed")
        WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    # The order it is for; of an offer, the order it was used on.
    order = models.ForeignKey("orders.Order", models.PROTECT, null=True, related_name="price_offers")
    # What was offered before there was an order: goods, pieces, prices.
    basket = models.JSONField(default=list)
    list_fen = models.BigIntegerField()
    before_fen = models.BigIntegerField()
    off_fen = models.BigIntegerField(default=0)
    freight_free = models.BooleanField(default=False)
    freight_fen = models.BigIntegerField(default=0)
    gift = models.CharField(max_length=100, blank=True)
    gift_fen = models.BigIntegerField(default=0)
    price_fen = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    because = models.JSONField(default=list)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Whose authority it takes: "own" for the asker's, else the level that was asked.
    authority = models.CharField(max_length=12)
    approval = models.OneToOneField(Approval, models.PROTECT, null=True, related_name="+")
    answer_by = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=State)
    holds_until = models.DateTimeField(null=True)
    # The change by which it was carried out: at most one, ever.
    change = models.OneToOneField(ChangeRequest, models.PROTECT, null=True, related_name="offer")
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(price_fen__gte=0), name="offer_not_below_zero"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="asked"), name="one_discount_asked_an_order"),
        ]
        indexes = [
            models.Index(fields=["shop", "-asked_at", "-id"], name="offer_list"),
            models.Index(fields=["customer", "shop"], condition=Q(state="open"), name="offer_holding"),
            models.Index(fields=["answer_by"], condition=Q(state="asked"), name="offer_waiting"),
            models.Index(fields=["holds_until"], condition=Q(state="open"), name="offer_ending"),
        ]
