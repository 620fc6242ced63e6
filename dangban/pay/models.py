"""Months of pay, payslips line by line, corrections, disputes, and where wages are sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person


class PayMonth(models.Model):
    """The wages of one month. Once released nothing of it changes; what is found later is corrected in the next open one."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("pay month", "Open")
        COMPUTED = "computed", pgettext_lazy("pay month", "Computed")
        CHECKED = "checked", pgettext_lazy("pay month", "Checked")
        RELEASED = "released", pgettext_lazy("pay month", "Released")
        CLOSED = "closed", pgettext_lazy("pay month", "Closed")

    # Its first day.
    month = models.DateField(unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # Until when a payslip may be disputed.
    dispute_by = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-month"]
        constraints = [
            models.CheckConstraint(
                condition=Q(released_by=None) | (Q(checked_by__isnull=False) & ~Q(released_by=models.F("checked_by"))),
                name="released_by_another_than_checked",
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Computation(models.Model):
    """One working out of a month: asked for, under way, done; and how many payslips it changed."""

    pay_month = models.ForeignKey(PayMonth, models.CASCADE, related_name="computations")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["pay_month"], condition=Q(finished_at=None), name="one_computation_at_a_time"),
        ]


class Payslip(models.Model):
    """What one person is paid for a month. Its lines add up to `net_fen`."""

    pay_month = models.ForeignKey(PayMonth, models.PROTECT, related_name="slips")
    person = models.ForeignKey(Person, models.PROTECT, related_name="payslips")
    wage_fen = models.BigIntegerField(default=0)
    net_fen = models.BigIntegerField(default=0)
    taxable_fen = models.BigIntegerField(default=0)
    tax_fen = models.BigIntegerField(default=0)
    insurance_fen = models.BigIntegerField(default=0)
    insurance_company_fen = models.BigIntegerField(default=0)
    special_fen = models.BigIntegerField(default=0)
    # The sales that commission was paid on, and later refunds of earlier months that were taken off: {"2026-09": fen}.
    sales_fen = models.BigIntegerField(null=True)
    later = models.JSONField(default=dict)
    missing = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    # What the last working out changed: [{kind, detail, before, after}].
    changes = models.JSONField(default=list)
    computed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pay_month", "person"], name="one_payslip_a_month"),
            models.CheckConstraint(condition=Q(net_fen__gte=0), name="nobody_pays_to_work"),
        ]

    def __str__(self) -> str:
        return f"{self.pay_month} {self.person}"


class PayLine(models.Model):
    """One line: what it is, from what it was worked out, and by which clauses. A source is used once over all months."""

    payslip = models.ForeignKey(Payslip, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    group = models.CharField(max_length=10)
    amount_fen = models.BigIntegerField()
    ref = models.CharField(max_length=80, unique=True)
    detail = models.CharField(max_length=200, blank=True)
    quantity = models.CharField(max_length=40, blank=True)
    rate = models.CharField(max_length=40, blank=True)
    url = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    asked_fen = models.BigIntegerField(null=True)
    carried_fen = models.BigIntegerField(default=0)
    limit = models.CharField(max_length=10, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["payslip", "position"], name="pay_line_position")]
        indexes = [models.Index(fields=["carried_fen"], condition=Q(carried_fen__gt=0), name="pay_line_carried")]


class Correction(models.Model):
    """Something of an earlier month was wrong: added to, or taken from, the next month that is open."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="pay_corrections")
    concerns = models.DateField()
    amount_fen = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    # What it corrects, where the program found it: the ref of the line.
    corrects = models.CharField(max_length=80, blank=True)
    because = models.JSONField(default=list)
    url = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(amount_fen=0), name="a_correction_is_some_money")]
        indexes = [models.Index(fields=["person", "withdrawn_at"])]


class LineDispute(models.Model):
    """Somebody says that a line of their payslip is wrong; whoever keeps pay answers, perhaps with a correction."""

    line = models.ForeignKey(PayLine, models.PROTECT, related_name="disputes")
    person = models.ForeignKey(Person, models.PROTECT, related_name="pay_disputes")
    said = models.CharField(max_length=500)
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    because = models.JSONField(default=list)
    upheld = models.BooleanField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    correction = models.OneToOneField(Correction, models.PROTECT, null=True, related_name="dispute")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["line"], condition=Q(answered_at=None), name="one_open_dispute_of_a_line")]


class PayAccount(models.Model):
    """Where wages go: the number is kept sealed. The city decides the minimum wage."""

    person = models.OneToOneField(Person, models.PROTECT, related_name="pay_account")
    holder = models.CharField(max_length=60)
    bank = models.CharField(max_length=60)
    sealed_number = models.TextField(blank=True)
    tail = models.CharField(max_length=4, blank=True)
    city = models.CharField(max_length=20, blank=True)
    # What the person may deduct before tax each month beside insurance (专项附加扣除).
    special_fen = models.BigIntegerField(default=0)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(special_fen__gte=0), name="special_deduction_is_none_or_some")]


class BankExport(models.Model):
    """A file that went to the bank or to the books: how many rows, how much, by whom."""

    class Kind(models.TextChoices):
        BANK = "bank", pgettext_lazy("pay file", "Bank file")
        BOOKS = "books", pgettext_lazy("pay file", "For the books")

    pay_month = models.ForeignKey(PayMonth, models.PROTECT, related_name="exports")
    kind = models.CharField(max_length=8, choices=Kind)
    rows = models.PositiveIntegerField()
    total_fen = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
