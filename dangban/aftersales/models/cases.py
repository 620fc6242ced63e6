"""Cases of after-sales (售后单), their lines, how they were assessed, and where they have been."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.customers.models import Customer
from dangban.desk.models import Approval
from dangban.orders.models import Order, OrderLine
from dangban.people.models import Person, Shop
from dangban.shops.models import Batch, Sku

_NARROWED_BY = ("kind", "reason", "owner", "severe")


class Case(models.Model):
    """One request of a customer. Where a platform has its own number for it, it is found by that."""

    class Kind(models.TextChoices):
        REFUND = "refund", pgettext_lazy("case", "Refund only")
        RETURN = "return", pgettext_lazy("case", "Return and refund")
        EXCHANGE = "exchange", pgettext_lazy("case", "Exchange")
        RESHIP = "reship", pgettext_lazy("case", "Reship")
        ADJUST = "adjust", pgettext_lazy("case", "Compensation")
        REPAIR = "repair", pgettext_lazy("case", "Repair")
        REFUSED = "refused", pgettext_lazy("case", "Delivery refused")
        UNDELIVERABLE = "undeliverable", pgettext_lazy("case", "Undeliverable return")
        OVER = "over", pgettext_lazy("case", "Too much sent")

    class Source(models.TextChoices):
        CHAT = "chat", pgettext_lazy("case source", "Chat")
        ORDER = "order", pgettext_lazy("case source", "Order")
        CUSTOMER = "customer", pgettext_lazy("case source", "Customer's own request")
        PLATFORM = "platform", pgettext_lazy("case source", "Platform refund")
        PARCEL = "parcel", pgettext_lazy("case source", "Parcel that came")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    # None where the platform has no refund of its own for it; never the order's number.
    platform_refund_id = models.CharField(max_length=64, null=True)
    platform_state = models.CharField(max_length=40, blank=True)
    # When the platform decides by itself.
    platform_due_at = models.DateTimeField(null=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="cases")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="cases")
    thread_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=14, choices=Kind)
    source = models.CharField(max_length=10, choices=Source)
    # A code of rules.assessment.reasons.
    reason = models.CharField(max_length=12)
    note = models.TextField(blank=True)
    # What was found out for the assessment, by the names of its facts; what the rows say is not kept twice.
    facts = models.JSONField(default=dict)
    asked_fen = models.BigIntegerField(null=True)
    severe = models.BooleanField(default=False)
    # A state of rules.flow, whom it waits for, and the person who sees to it that it moves.
    state = models.CharField(max_length=12)
    waits_for = models.CharField(max_length=10, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="aftersales_cases")
    opened_by_kind = models.CharField(max_length=12)
    opened_by_id = models.BigIntegerField(null=True)
    opened_by_name = models.CharField(max_length=120)
    opened_at = models.DateTimeField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    state_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    solved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Where it stood when the platform was called in; it goes on from there.
    disputed_from = models.CharField(max_length=12, blank=True)
    # What the customer and the agent agreed on: a code of remedies.
    remedy = models.CharField(max_length=12, blank=True)
    approval = models.OneToOneField(Approval, models.PROTECT, null=True, related_name="+")
    # Sums of the settlement ledger, kept with it in one transaction.
    refunded_fen = models.BigIntegerField(default=0)
    cost_fen = models.BigIntegerField(default=0)
    because = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "platform_refund_id"], name="a_refund_is_one_case")]
        # The lists carry what they are narrowed by, and `closed_at` though it is always empty in a partial one:
        # SQLite reads an index alone only if every column it is asked for stands there.
        indexes = [
            models.Index(fields=["shop", "due_at", "id", "closed_at", *_NARROWED_BY], condition=Q(closed_at=None), name="case_open"),
            models.Index(fields=["owner", "due_at", "id", "closed_at", "shop", "waits_for", "state"], condition=Q(closed_at=None), name="case_owner"),
            models.Index(fields=["shop", "waits_for", "due_at", "id", "closed_at", *_NARROWED_BY], condition=Q(closed_at=None), name="case_waits"),
            # What lapses, and what the platform is about to decide, in all shops.
            models.Index(fields=["state", "due_at"], condition=Q(closed_at=None), name="case_lapses"),
            models.Index(fields=["platform_due_at"], condition=Q(closed_at=None, state="returning"), name="case_platform"),
            models.Index(fields=["shop", "-opened_at", "-id", "closed_at", *_NARROWED_BY], name="case_list"),
            models.Index(fields=["customer", "-opened_at", "-id", "shop"], name="case_customer"),
            models.Index(fields=["platform_refund_id"], name="case_refund"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """By which people name it on the phone and on the return card."""
        return f"SH{self.pk:06d}"


class CaseLine(models.Model):
    """So many of one thing that the customer is not content with."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="lines")
    order_line = models.ForeignKey(OrderLine, models.PROTECT, null=True, related_name="case_lines")
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=300)
    variant = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField()
    # What was paid for these pieces, after everything that was taken off.
    paid_fen = models.BigIntegerField(default=0)
    gift = models.BooleanField(default=False)
    # What an exchange sends instead.
    wanted_sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "order_line"], name="an_order_line_once_per_case")]


class Assessment(models.Model):
    """How a case was judged by the rules in force, from which facts. The newest counts."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="assessments")
    outcome = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)
    # rules.assessment.Assessment as plain data, with its reasons.
    result = models.JSONField(default=dict)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    # A refusal somebody with the authority let pass (破例), and why.
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_why = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "-id"], name="assessment_newest")]


class CaseStep(models.Model):
    """A case came into a state by an act, and left it: from these the time in each state is read."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=20)
    before = models.CharField(max_length=12, blank=True)
    state = models.CharField(max_length=12)
    waits_for = models.CharField(max_length=10, blank=True)
    note = models.CharField(max_length=300, blank=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["case", "id"], name="steps_of_case"), models.Index(fields=["state", "at"], name="steps_in_state")]


class CaseContact(models.Model):
    """The customer was told something of the case: how, in which words, and whether it reached them."""

    class Way(models.TextChoices):
        CHAT = "chat", pgettext_lazy("contact", "In the chat here")
        PLATFORM = "platform", pgettext_lazy("contact", "On the platform")
        PHONE = "phone", pgettext_lazy("contact", "By phone")
        SMS = "sms", pgettext_lazy("contact", "Text message")
        PAGE = "page", pgettext_lazy("contact", "On the customer's page")

    case = models.ForeignKey(Case, models.PROTECT, related_name="contacts")
    way = models.CharField(max_length=10, choices=Way)
    text = models.TextField(blank=True)
    # None: nobody knows; a message left is no contact.
    reached = models.BooleanField(null=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("contact of a case")
        indexes = [models.Index(fields=["case", "id"], name="contacts_of_case")]
