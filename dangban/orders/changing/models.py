"""What was to become another on an order: who asked, which steps it takes, what came of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Shop


class ChangeRequest(models.Model):
    """A change of an order (改单). Applied at once, or when its steps are done, as the handbook says."""

    class Field(models.TextChoices):
        ADDRESS = "address", pgettext_lazy("change", "Delivery details")
        ITEM = "item", pgettext_lazy("change", "Other item")
        QUANTITY = "quantity", pgettext_lazy("change", "Pieces")
        PRICE = "price", pgettext_lazy("change", "Price")
        COURIER = "courier", pgettext_lazy("change", "Courier")
        INVOICE = "invoice", pgettext_lazy("change", "Invoice")
        CANCEL = "cancel", pgettext_lazy("change", "Cancel the order")

    class Cause(models.TextChoices):
        WISH = "wish", _("The customer wants it")
        OURS = "ours", _("Our own mistake")

    class Payer(models.TextChoices):
        NONE = "none", pgettext_lazy("freight", "no freight")
        CUSTOMER = "customer", pgettext_lazy("freight", "the customer pays")
        SHOP = "shop", pgettext_lazy("freight", "the shop pays")

    class Outcome(models.TextChoices):
        DONE = "done", pgettext_lazy("change", "Changed")
        TURNED_BACK = "turned_back", pgettext_lazy("change", "Given back")
        WITHDRAWN = "withdrawn", pgettext_lazy("change", "Withdrawn")
        OVERTAKEN = "overtaken", pgettext_lazy("change", "Too late")

    order = models.ForeignKey("orders.Order", models.PROTECT, related_name="change_requests")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    field = models.CharField(max_length=10, choices=Field)
    cause = models.CharField(max_length=6, choices=Cause, default=Cause.WISH)
    # How far the order was when the steps were laid down.
    stage = models.CharField(max_length=12)
    payer = models.CharField(max_length=8, choices=Payer, default=Payer.NONE)
    # Columns of the order, and its lines, as they were and as they are to be.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # What the customer has still to pay for it, or (below zero) gets back.
    money_fen = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    # Who sees to the agent's steps and tells the customer.
    follower = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_by_kind = models.CharField(max_length=12)
    asked_by_id = models.BigIntegerField(null=True)
    asked_by_name = models.CharField(max_length=120)
    asked_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_kind = models.CharField(max_length=12, blank=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_by_name = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    answer = models.CharField(max_length=200, blank=True)
    # What the platform's file said otherwise after it was applied here: field → its value.
    differs = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "field"], condition=Q(settled_at=None), name="one_open_change_a_field"),
        ]
        indexes = [
            models.Index(fields=["shop", "asked_at", "id"], condition=Q(settled_at=None), name="change_open"),
            models.Index(fields=["shop", "-asked_at", "-id"], name="change_list"),
        ]

    def __str__(self) -> str:
        return f"{self.get_field_display()} {self.order_id}"


class ChangeStep(models.Model):
    """One step of a change and who takes it; ticked once."""

    class Who(models.TextChoices):
        AGENT = "agent", pgettext_lazy("step", "The agent")
        ORDER = "order", pgettext_lazy("step", "The order desk")
        WAREHOUSE = "warehouse", pgettext_lazy("step", "The warehouse")
        LEADER = "leader", pgettext_lazy("step", "The leader")
        FINANCE = "finance", pgettext_lazy("step", "Finance")

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    who = models.CharField(max_length=10, choices=Who)
    # In both languages, as the handbook said it then.
    what = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "position"], name="change_step_position")]
