"""What came from DingTalk: its users, its files, what they said differently, overtime granted there."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person


class DingTalkUser(models.Model):
    """Somebody whom a DingTalk export names. The UserId is the key: names repeat and numbers are missing."""

    user_id = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    number = models.CharField(max_length=40, blank=True)
    department = models.CharField(max_length=120, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="dingtalk_users")
    # Somebody else's staff: their rows are left out without a word.
    ignored = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True)
    matched_by = models.CharField(max_length=60, blank=True)

    class Meta:
        indexes = [models.Index(fields=["name"])]


class Intake(models.Model):
    """One reading of a file, or of DingTalk's interface; first as a trial."""

    class Kind(models.TextChoices):
        REPORT = "report", pgettext_lazy("intake", "Attendance report")
        OVERTIME = "overtime", pgettext_lazy("intake", "Overtime approvals")
        INTERFACE = "interface", pgettext_lazy("intake", "DingTalk's interface")

    kind = models.CharField(max_length=10, choices=Kind)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64)
    # Kept between the trial and its confirmation only.
    contents = models.BinaryField(null=True)
    dry_run = models.BooleanField()
    trial = models.OneToOneField("self", models.PROTECT, null=True, related_name="confirmation")
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failed = models.TextField(blank=True)
    counts = models.JSONField(default=dict)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=60)


class IntakeRefusal(models.Model):
    intake = models.ForeignKey(Intake, models.CASCADE, related_name="refusals")
    sheet = models.CharField(max_length=40)
    line = models.IntegerField()
    reference = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)


class Difference(models.Model):
    """On one day DingTalk says something else of a person than we do."""

    intake = models.ForeignKey(Intake, models.CASCADE, related_name="differences")
    user_id = models.CharField(max_length=60)
    name = models.CharField(max_length=60)
    day = models.DateField()
    shift = models.CharField(max_length=60)
    what = models.CharField(max_length=20)
    theirs = models.CharField(max_length=60)
    ours = models.CharField(max_length=60)
    reason = models.CharField(max_length=40)

    class Meta:
        indexes = [models.Index(fields=["intake", "reason"])]


class Overtime(models.Model):
    """Overtime somebody was granted, as its approval says; one approval may name several stretches."""

    class State(models.TextChoices):
        GRANTED = "granted", pgettext_lazy("overtime", "Granted")
        REFUSED = "refused", pgettext_lazy("overtime", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("overtime", "Withdrawn")
        WAITING = "waiting", pgettext_lazy("overtime", "Waits for an answer")

    person = models.ForeignKey(Person, models.PROTECT, related_name="overtime")
    day = models.DateField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.IntegerField()
    number = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=State)
    # Paid, or taken as time off, in the words of the approval.
    settled_as = models.CharField(max_length=40, blank=True)
    is_holiday = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="overtime_ends_after_it_starts"),
            models.UniqueConstraint(fields=["number", "person", "starts_at"], name="overtime_once"),
        ]
        indexes = [models.Index(fields=["person", "day"])]


class DingTalkAway(models.Model):
    """Leave or an errand that was approved in DingTalk, as its reports tie it to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="dingtalk_away")
    kind = models.CharField(max_length=40)
    is_leave = models.BooleanField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind", "starts_at"], name="dingtalk_away_once")]
        indexes = [models.Index(fields=["person", "ends_at"])]


class DingTalkApp(models.Model):
    """The company's own application at DingTalk: its secret is kept sealed."""

    code = models.CharField(max_length=12, unique=True)
    app_key = models.CharField(max_length=80)
    sealed_secret = models.TextField()
    asks = models.BooleanField(default=False)
    # Up to which day punches have been fetched.
    asked_until = models.DateField(null=True)
    asked_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=200, blank=True)
    kept_at = models.DateTimeField()
    by_name = models.CharField(max_length=60)
