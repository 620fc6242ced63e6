"""Deadlines, tasks, approvals and who answers them meanwhile, notices."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Person, Shop, Team


class Deadline(models.Model):
    """A promise with a clock. At most one is running per subject and kind.

    `due_at` moves when the clock is paused; the sweeping clock fires warning, escalation and
    breach once each by conditional updates.
    """

    class Runs(models.TextChoices):
        ALWAYS = "always", _("Round the clock")
        DUTY = "duty", _("In duty hours")

    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=200)
    url = models.CharField(max_length=200, blank=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="deadlines", db_index=False)
    rule = models.CharField(max_length=120)
    because = models.JSONField(default=list)
    runs = models.CharField(max_length=8, choices=Runs, default=Runs.ALWAYS)
    allowed_seconds = models.BigIntegerField()
    used_seconds = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    running_since = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    warn_seconds = models.BigIntegerField(default=0)
    # Whether warning and breach are told by a notice; clocks of seconds are seen on the screen itself.
    tells = models.BooleanField(default=True)
    warn_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    met_at = models.DateTimeField(null=True)
    missed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    ended_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "kind"],
                condition=Q(met_at=None, cancelled_at=None),
                name="one_running_deadline",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(met_at=None, missed_at=None, cancelled_at=None), name="deadline_due"),
            models.Index(fields=["warn_at"], condition=Q(met_at=None, warned_at=None, cancelled_at=None), name="deadline_warn"),
            models.Index(fields=["owner", "due_at"], condition=Q(met_at=None, cancelled_at=None), name="deadline_owner"),
            models.Index(fields=["missed_at"], condition=Q(escalated_at=None, met_at=None, cancelled_at=None), name="deadline_late"),
            # Partial, or SQLite takes it for the clocks that are not missed: nearly all that ever ran.
            models.Index(fields=["missed_at", "kind"], condition=Q(missed_at__isnull=False), name="deadline_missed"),
            models.Index(fields=["subject_kind", "subject_id"]),
            # What somebody got done on a day.
            models.Index(fields=["owner", "met_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind}:{self.subject_id}"

    @property
    def is_open(self) -> bool:
        return self.met_at is None and self.cancelled_at is None

    @property
    def is_paused(self) -> bool:
        return self.is_open and self.running_since is None

    @property
    def is_missed(self) -> bool:
        return self.missed_at is not None


class DeadlinePause(models.Model):
    """A clock stood still: from when, until when, why and by whose act."""

    deadline = models.ForeignKey(Deadline, models.PROTECT, related_name="pauses")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=200)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deadline"], condition=Q(until=None), name="one_open_pause")
        ]


class Task(models.Model):
    """Something somebody, or somebody of a team, is to do."""

    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    url = models.CharField(max_length=200, blank=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="tasks")
    made_by_kind = models.CharField(max_length=12)
    made_by_id = models.BigIntegerField(null=True)
    made_by_name = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # Ended because whoever gave it took it back, not because it was done.
    withdrawn = models.BooleanField(default=False)
    recurrence = models.ForeignKey("desk.Recurrence", models.PROTECT, null=True, related_name="tasks")

    def __str__(self) -> str:
        return self.title

    class Meta:
        indexes = [
            models.Index(fields=["owner", "due_at"], condition=Q(done_at=None), name="task_open_owner"),
            models.Index(fields=["team", "due_at"], condition=Q(done_at=None), name="task_open_team"),
            models.Index(fields=["made_by_id"], condition=Q(done_at=None), name="task_open_given"),
        ]


class Snooze(models.Model):
    """A person put an inbox item aside until a time. `item` is its key, e.g. ``task:12``."""

    person = models.ForeignKey(Person, models.PROTECT)
    item = models.CharField(max_length=80)
    until = models.DateTimeField()
    at = models.DateTimeField()
    # How often this one was put off: the handbook says how often is enough.
    times = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "item"], name="one_snooze_per_item")]


class Delegation(models.Model):
    """An inbox item was passed on: by whom, to whom, why."""

    item = models.CharField(max_length=80, db_index=True)
    from_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, related_name="delegated")
    note = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()


class Approval(models.Model):
    """A question that needs a second person's yes: asked, then granted or refused, never by the asker."""

    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    title = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)
    because = models.JSONField(default=list)
    needs = models.CharField(max_length=80)
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    settled_for = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["needs", "asked_at"], condition=Q(settled_at=None), name="approval_open")]


class ApprovalWord(models.Model):
    """Asked back before an answer is given, or said to that by who asked for it. The clock runs on."""

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="words")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    body = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at", "pk")


class StandIn(models.Model):
    """While somebody is away, somebody else answers the approvals that come to them; never the asker's own."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="stand_ins")
    deputy = models.ForeignKey(Person, models.PROTECT, related_name="stands_in_for")
    since = models.DateTimeField()
    until = models.DateTimeField()
    reason = models.CharField(max_length=200)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(person=F("deputy")), name="nobody_stands_in_for_oneself"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="stand_in_ends_after_it_begins"),
        ]
        indexes = [models.Index(fields=["deputy", "until"], condition=Q(ended_at=None), name="stand_in_running")]


class Notice(models.Model):
    """Something everybody of an audience is to know; `must_read` asks for a receipt."""

    title = models.CharField(max_length=200)
    body = models.TextField()
    must_read = models.BooleanField(default=False)
    confidentiality = models.PositiveSmallIntegerField(default=1)
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    shop = models.ForeignKey(Shop, models.PROTECT, null=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="notices")
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    url = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(db_index=True)
    until = models.DateTimeField(null=True)
    # The clock of which it tells: once that is met there is nothing left to do about it.
    deadline = models.ForeignKey(Deadline, models.PROTECT, null=True, related_name="+")
    # When those who had not confirmed were reminded, once.
    reminded_at = models.DateTimeField(null=True)


class NoticeReceipt(models.Model):
    """A person has read a notice."""

    notice = models.ForeignKey(Notice, models.PROTECT, related_name="receipts")
    person = models.ForeignKey(Person, models.PROTECT)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["notice", "person"], name="one_receipt_per_reader")]
