"""What is paid, by whom, to whom; and the ledger in which every cent of a case stands."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models.cases import Case
from dangban.aftersales.models.evidence import Evidence
from dangban.desk.models import Approval
from dangban.orders.models import Order
from dangban.people.models import Person, Shop


class Settlement(models.Model):
    """One payment of a case, from its proposal until the money has moved; each once by its key."""

    class Kind(models.TextChoices):
        REFUND = "refund", pgettext_lazy("settlement", "Refund of goods")
        FREIGHT = "freight", pgettext_lazy("settlement", "Freight paid back")
        DIFFERENCE = "difference", pgettext_lazy("settlement", "Price difference")
        COMPENSATION = "compensation", pgettext_lazy("settlement", "Compensation")
        GOODWILL = "goodwill", pgettext_lazy("settlement", "Goodwill")
        TOPUP = "topup", pgettext_lazy("settlement", "Payment from the customer")

    class Way(models.TextChoices):
        PLATFORM = "platform", pgettext_lazy("settlement", "Through the platform's refund")
        ALIPAY = "alipay", pgettext_lazy("settlement", "Alipay")
        WECHAT = "wechat", pgettext_lazy("settlement", "WeChat")
        BANK = "bank", pgettext_lazy("settlement", "Bank transfer")
        COUPON = "coupon", pgettext_lazy("settlement", "Coupon")
        CREDIT = "credit", pgettext_lazy("settlement", "Kept as credit")
        CASH = "cash", pgettext_lazy("settlement", "Cash in the parcel")

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("settlement", "Waiting for approval")
        READY = "ready", pgettext_lazy("settlement", "To be paid")
        PAID = "paid", pgettext_lazy("settlement", "Paid")
        CANCELLED = "cancelled", pgettext_lazy("settlement", "Cancelled")
        REVERSED = "reversed", pgettext_lazy("settlement", "Entered against")

    case = models.ForeignKey(Case, models.PROTECT, related_name="settlements")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind)
    way = models.CharField(max_length=10, choices=Way)
    state = models.CharField(max_length=10, choices=State)
    # Above zero also for what the customer pays; the kind says which way it goes.
    amount_fen = models.BigIntegerField()
    key = models.CharField(max_length=80, unique=True)
    # To whom, where it does not go back the way it came.
    payee = models.CharField(max_length=60, blank=True)
    account = models.CharField(max_length=80, blank=True)
    # How the customer agreed to another payee, or to have it kept as credit.
    consent = models.CharField(max_length=200, blank=True)
    note = models.CharField(max_length=300, blank=True)
    because = models.JSONField(default=list)
    # Beyond the computed ceiling: who let it pass, by which clause, why.
    beyond_fen = models.BigIntegerField(default=0)
    beyond_clause = models.CharField(max_length=120, blank=True)
    beyond_why = models.CharField(max_length=300, blank=True)
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    approval = models.OneToOneField(Approval, models.PROTECT, null=True, related_name="+")
    promised_for = models.DateTimeField(null=True)
    paid_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    paid_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=80, blank=True)
    proof = models.ForeignKey(Evidence, models.PROTECT, null=True, related_name="+")
    # When the customer was sent the proof of the payment.
    told_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    # Why it was cancelled, or entered against.
    ended_why = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gt=0), name="a_settlement_moves_money")]
        indexes = [
            models.Index(fields=["shop", "state", "proposed_at", "id"], name="settlement_state"),
            models.Index(fields=["shop", "-paid_at", "-id"], name="settlement_paid"),
            models.Index(fields=["-paid_at", "-id"], name="settlement_paid_all"),
            models.Index(fields=["shop", "promised_for", "id"], condition=Q(state="ready"), name="settlement_to_pay"),
        ]


class LedgerEntry(models.Model):
    """Money of a case that moved, on one account. Never changed; what was wrong is entered against."""

    class Account(models.TextChoices):
        BUYER = "buyer", pgettext_lazy("ledger", "Buyer")
        SELLER = "seller", pgettext_lazy("ledger", "Shop")
        COURIER = "courier", pgettext_lazy("ledger", "Courier")
        AGENT = "agent", pgettext_lazy("ledger", "Agent")
        WAREHOUSE = "warehouse", pgettext_lazy("ledger", "Warehouse")
        CREDIT = "credit", pgettext_lazy("ledger", "Customer's credit")

    case = models.ForeignKey(Case, models.PROTECT, related_name="entries")
    settlement = models.ForeignKey(Settlement, models.PROTECT, null=True, related_name="entries")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    account = models.CharField(max_length=10, choices=Account)
    # Above zero: this account got it; below: it bore it. The entries of one key add up to zero.
    amount_fen = models.BigIntegerField()
    kind = models.CharField(max_length=12)
    memo = models.CharField(max_length=200, blank=True)
    key = models.CharField(max_length=80)
    business_day = models.DateField()
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "account"], name="a_ledger_key_once_per_account")]
        indexes = [
            models.Index(fields=["shop", "business_day", "id"], name="ledger_month"),
            models.Index(fields=["business_day", "id"], name="ledger_month_all"),
            models.Index(fields=["case", "id"], name="ledger_of_case"),
        ]


class CaseOrder(models.Model):
    """An order of our own that sends goods for a case: an exchange, a reshipment, goods sent back."""

    class Kind(models.TextChoices):
        EXCHANGE = "exchange", pgettext_lazy("case order", "Exchange")
        RESHIP = "reship", pgettext_lazy("case order", "Reshipment")
        SEND_BACK = "send_back", pgettext_lazy("case order", "Goods back to the customer")

    case = models.ForeignKey(Case, models.PROTECT, related_name="case_orders")
    order = models.OneToOneField(Order, models.PROTECT, related_name="case_order")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=80, unique=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class RetentionOffer(models.Model):
    """Something was offered so that the customer keeps the goods (挽留), and what came of it."""

    class Kind(models.TextChoices):
        HELP = "help", pgettext_lazy("retention", "Help with using it")
        EXCHANGE = "exchange", pgettext_lazy("retention", "Exchange")
        COMPENSATE = "compensate", pgettext_lazy("retention", "Compensation")
        COUPON = "coupon", pgettext_lazy("retention", "Coupon")

    class Result(models.TextChoices):
        OPEN = "open", pgettext_lazy("retention", "No answer yet")
        KEPT = "kept", pgettext_lazy("retention", "Keeps the goods")
        DECLINED = "declined", pgettext_lazy("retention", "Declined")

    case = models.ForeignKey(Case, models.PROTECT, related_name="retention_offers")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    amount_fen = models.BigIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    result = models.CharField(max_length=10, choices=Result, default=Result.OPEN)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind"], condition=Q(result="open"), name="an_offer_once_at_a_time")]
        indexes = [models.Index(fields=["shop", "at", "id"], name="retention_report")]
