"""Staff files: terms of employment by day, contracts, what was learned and passed, and proposals to change terms."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk.models import Approval
from dangban.people.models import Person


class StaffFile(models.Model):
    """What is kept of a person beside their account."""

    class Education(models.TextChoices):
        SECONDARY = "secondary", _("Secondary school")
        VOCATIONAL = "vocational", _("Vocational secondary school")
        COLLEGE = "college", _("Junior college")
        BACHELOR = "bachelor", _("Bachelor")
        MASTER = "master", _("Master or higher")

    person = models.OneToOneField(Person, models.PROTECT, related_name="staff_file")
    education = models.CharField(max_length=12, choices=Education, blank=True)
    # Work of the same kind before coming here.
    experience_months = models.PositiveSmallIntegerField(default=0)
    mentor = models.ForeignKey(Person, models.PROTECT, null=True, related_name="mentees")
    # The last day of probation; confirmed earlier or later by a review.
    probation_until = models.DateField(null=True)
    confirmed_on = models.DateField(null=True)
    opened_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.person)


class Terms(models.Model):
    """Level and pay from a day on. Rows are never changed: for the same day the one written last holds."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="terms")
    since = models.DateField()
    level = models.CharField(max_length=12, choices=Person.Level)
    base_fen = models.BigIntegerField()
    # The whole month's insurance contribution, of which company and person bear their shares.
    insurance_fen = models.BigIntegerField(default=0)
    reason = models.CharField(max_length=200)
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(base_fen__gt=0) & Q(insurance_fen__gte=0), name="terms_are_paid"),
        ]
        indexes = [models.Index(fields=["person", "since"], name="terms_by_day")]


class Contract(models.Model):
    """A contract of employment, as signed."""

    class Kind(models.TextChoices):
        FIXED = "fixed", _("Fixed term")
        OPEN = "open", _("Open-ended")
        PART_TIME = "part_time", _("Part time")
        TASK = "task", _("Until a task is done")
        INTERN = "intern", _("Internship")

    person = models.ForeignKey(Person, models.PROTECT, related_name="contracts")
    kind = models.CharField(max_length=12, choices=Kind)
    number = models.CharField(max_length=40, blank=True)
    starts_on = models.DateField()
    # The last day it holds; empty for one without an end.
    ends_on = models.DateField(null=True)
    signed_on = models.DateField()
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="contract_ends_after_start"),
        ]
        indexes = [models.Index(fields=["ends_on"], name="contract_ends")]


class Attainment(models.Model):
    """Something learned, passed or held: a training, an exam, a licence, a typing test."""

    class Kind(models.TextChoices):
        TRAINING = "training", pgettext_lazy("staff", "Training")
        EXAM = "exam", _("Exam")
        LICENCE = "licence", _("Licence")
        TYPING = "typing", _("Typing test")

    person = models.ForeignKey(Person, models.PROTECT, related_name="attainments")
    kind = models.CharField(max_length=10, choices=Kind)
    # What exactly: `tools` for the tools exam, else as it is called.
    code = models.CharField(max_length=40)
    on = models.DateField()
    passed = models.BooleanField(default=True)
    # Points of an exam, characters a minute of a typing test.
    result = models.PositiveIntegerField(null=True)
    number = models.CharField(max_length=60, blank=True)
    expires_on = models.DateField(null=True)
    note = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "kind", "on"], name="attainment_of_person"),
            models.Index(fields=["expires_on"], condition=Q(expires_on__isnull=False), name="attainment_expires"),
        ]


class Proposal(models.Model):
    """A change of level or pay that one person asks for and another decides on."""

    class Kind(models.TextChoices):
        PROMOTION = "promotion", _("Promotion")
        DEMOTION = "demotion", _("Demotion")
        WAGE = "wage", _("Change of wage")
        CONFIRMATION = "confirmation", _("End of probation")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("proposal", "Waits for a decision")
        GRANTED = "granted", pgettext_lazy("proposal", "Granted")
        REFUSED = "refused", pgettext_lazy("proposal", "Refused")

    person = models.ForeignKey(Person, models.PROTECT, related_name="proposals")
    kind = models.CharField(max_length=12, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    level = models.CharField(max_length=12, choices=Person.Level)
    from_level = models.CharField(max_length=12, choices=Person.Level)
    base_fen = models.BigIntegerField()
    insurance_fen = models.BigIntegerField(default=0)
    since = models.DateField()
    reason = models.CharField(max_length=300)
    # How the requirements stood when it was asked.
    judged = models.JSONField(default=list)
    because = models.JSONField(default=list)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    # When the account took the new level over; a change dated ahead waits for its day.
    applied_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(state="asked"), name="one_proposal_at_a_time"),
        ]
        indexes = [models.Index(fields=["since"], condition=Q(state="granted", applied_at=None), name="proposal_to_apply")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"


class Departure(models.Model):
    """Somebody will leave: entered ahead with the last day of work, until which they work and are planned."""

    class Kind(models.TextChoices):
        RESIGNATION = "resignation", pgettext_lazy("departure", "Resignation")
        DISMISSAL = "dismissal", pgettext_lazy("departure", "Dismissal")
        PROBATION = "probation", pgettext_lazy("departure", "Not kept after probation")
        CONTRACT = "contract", pgettext_lazy("departure", "Contract not renewed")
        MUTUAL = "mutual", pgettext_lazy("departure", "By agreement")
        RETIREMENT = "retirement", pgettext_lazy("departure", "Retirement")
        OTHER = "other", pgettext_lazy("departure", "Something else")

    person = models.ForeignKey(Person, models.PROTECT, related_name="departures")
    kind = models.CharField(max_length=12, choices=Kind)
    last_day = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    # Who takes over what is open then; without a name it falls to the next superior.
    to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    # What the rooms above took away when it was entered, by their names: given back when it is withdrawn.
    kept = models.JSONField(default=dict)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)

    OPEN = Q(withdrawn_at=None, closed_at=None)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(withdrawn_at=None, closed_at=None), name="one_departure_at_a_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person}"

    @property
    def is_open(self) -> bool:
        return self.withdrawn_at is None and self.closed_at is None
