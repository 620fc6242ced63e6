"""Leave: what was asked and answered, the days it takes, and the ledger of balances."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk.models import Approval
from dangban.people.models import Person, Team


class Kind(models.TextChoices):
    REST = "rest", _("Rest day")
    PRIVATE = "private", _("Private leave")
    SICK = "sick", _("Sick leave")
    ANNUAL = "annual", _("Annual leave")
    IN_LIEU = "in_lieu", _("Time in lieu")
    MARRIAGE = "marriage", _("Marriage leave")
    BEREAVEMENT = "bereavement", _("Bereavement leave")
    MATERNITY = "maternity", _("Maternity leave")
    PATERNITY = "paternity", _("Paternity leave")
    CHILDCARE = "childcare", _("Childcare leave")
    INJURY = "injury", _("Work injury leave")


class Part(models.TextChoices):
    DAY = "day", _("Whole day")
    MORNING = "first", _("First half of the shift")
    EVENING = "second", _("Second half of the shift")


class LeaveRequest(models.Model):
    """Somebody asks to be away on some days."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("leave", "Waits for an answer")
        # By phone: away already, to be put in writing within the days the handbook gives.
        CALLED = "called", pgettext_lazy("leave", "By phone, to be put in writing")
        APPROVED = "approved", pgettext_lazy("leave", "Approved")
        REFUSED = "refused", pgettext_lazy("leave", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("leave", "Withdrawn")
        CANCELLED = "cancelled", pgettext_lazy("leave", "Cancelled")
        LAPSED = "lapsed", pgettext_lazy("leave", "Not put in writing in time")

    person = models.ForeignKey(Person, models.PROTECT, related_name="leave_requests")
    # Whose duty it concerns; none for people who are in no team.
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    first_day = models.DateField()
    last_day = models.DateField()
    part = models.CharField(max_length=6, choices=Part, default=Part.DAY)
    # How many days of the balance it takes; days that are free anyway are not counted.
    days = models.DecimalField(max_digits=5, decimal_places=1)
    reason = models.CharField(max_length=300, blank=True)
    substitute = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    is_urgent = models.BooleanField(default=False)
    # Who took the call.
    told = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    repaired_at = models.DateTimeField(null=True)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    # What was found when it was asked, with the rules it rests on.
    because = models.JSONField(default=list)
    # The shifts that were taken out or cut for it, to be put back if it is cancelled.
    cleared = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(last_day__gte=F("first_day")), name="leave_ends_after_start"),
            models.CheckConstraint(condition=Q(part="day") | Q(last_day=F("first_day")), name="leave_half_of_one_day"),
        ]
        indexes = [
            models.Index(fields=["person", "first_day"], name="leave_of_person"),
            models.Index(fields=["team", "first_day"], name="leave_of_team"),
            models.Index(fields=["state", "asked_at"], name="leave_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.first_day}"


class LeaveDate(models.Model):
    """One day of a request that stands: asked, by phone or approved. Taken back with it, the row goes."""

    request = models.ForeignKey(LeaveRequest, models.CASCADE, related_name="dates")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    day = models.DateField()
    part = models.CharField(max_length=6, choices=Part, default=Part.DAY)
    # False for a day inside the leave that would have been free anyway.
    counts = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "day", "part"], name="one_leave_per_part_of_day"),
        ]
        indexes = [models.Index(fields=["day"], name="leave_by_day")]


class BalanceEntry(models.Model):
    """What came to and left the balance of a kind, in the period it belongs to; never changed, only countered."""

    class What(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("balance", "Granted")
        TAKEN = "taken", pgettext_lazy("balance", "Taken")
        RETURNED = "returned", pgettext_lazy("balance", "Given back")
        EXPIRED = "expired", pgettext_lazy("balance", "Expired")
        PAID_OUT = "paid_out", pgettext_lazy("balance", "Paid out")
        SAVED = "saved", pgettext_lazy("balance", "Kept for later")
        ADJUSTED = "adjusted", pgettext_lazy("balance", "Adjusted")

    person = models.ForeignKey(Person, models.PROTECT, related_name="leave_balance")
    kind = models.CharField(max_length=12, choices=Kind)
    # A year (2026), a month (2026-11), or the month in which time in lieu was earned.
    period = models.CharField(max_length=7)
    what = models.CharField(max_length=10, choices=What)
    days = models.DecimalField(max_digits=5, decimal_places=1)
    day = models.DateField()
    expires_on = models.DateField(null=True)
    request = models.ForeignKey(LeaveRequest, models.PROTECT, null=True, related_name="entries")
    note = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    entered_by_kind = models.CharField(max_length=10, default="system")
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            # A month's and a year's days are granted once, and closed once, however many look.
            models.UniqueConstraint(
                fields=["person", "kind", "period"], condition=Q(what="granted") & ~Q(kind="in_lieu"), name="leave_granted_once"
            ),
            models.UniqueConstraint(
                fields=["person", "kind", "period"], condition=Q(what__in=("expired", "paid_out", "saved")), name="leave_closed_once"
            ),
        ]
        indexes = [models.Index(fields=["person", "kind", "period"], name="leave_balance_of")]
