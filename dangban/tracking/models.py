"""What is known of each parcel on its way, what couriers said, what customers were told."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.orders.models import Parcel
from dangban.people.models import Shop


class Track(models.Model):
    """Where a parcel is, added up from what was said; one for each parcel, narrow for the work list."""

    class State(models.TextChoices):
        UNKNOWN = "", pgettext_lazy("parcel", "No news yet")
        WAITING = "waiting", pgettext_lazy("parcel", "To be picked up")
        PICKED = "picked", pgettext_lazy("parcel", "Picked up")
        MOVING = "moving", pgettext_lazy("parcel", "In transit")
        DELIVERING = "delivering", pgettext_lazy("parcel", "Out for delivery")
        SIGNED = "signed", pgettext_lazy("parcel", "Signed for")
        PROBLEM = "problem", pgettext_lazy("parcel", "Problem")
        RETURNING = "returning", pgettext_lazy("parcel", "On its way back")
        RETURNED = "returned", pgettext_lazy("parcel", "Back with us")

    class Trouble(models.TextChoices):
        NONE = "", "–"
        REFUSED = "refused", pgettext_lazy("parcel", "Refused")
        UNDELIVERABLE = "undeliverable", pgettext_lazy("parcel", "Can't be delivered")
        CANCELLED = "cancelled", pgettext_lazy("parcel", "Waybill cancelled")

    parcel = models.OneToOneField(Parcel, models.PROTECT, primary_key=True, related_name="track")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    state = models.CharField(max_length=12, choices=State, blank=True, default=State.UNKNOWN)
    trouble = models.CharField(max_length=14, choices=Trouble, blank=True, default=Trouble.NONE)
    remote = models.BooleanField(default=False)
    # Its last step, or when it left.
    moved_at = models.DateTimeField()
    last_text = models.CharField(max_length=200, blank=True)
    # Until when it may stand still; empty once it is over or found to be stalled.
    stalls_at = models.DateTimeField(null=True)
    stalled_since = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    # Nothing more is expected of it.
    ended_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "moved_at", "parcel"], condition=Q(ended_at=None), name="track_on_its_way"),
            models.Index(fields=["shop", "state", "moved_at", "parcel"], name="track_state"),
            models.Index(fields=["stalls_at"], condition=Q(ended_at=None, stalls_at__isnull=False), name="track_stalls"),
            models.Index(fields=["asked_at"], condition=Q(ended_at=None), name="track_to_ask"),
            models.Index(fields=["shop", "stalled_since", "parcel"], condition=Q(ended_at=None, stalled_since__isnull=False), name="track_stalled"),
        ]


class Step(models.Model):
    """One thing a courier, a file or a person said of a parcel. Never changed; the same again is the same."""

    class Source(models.TextChoices):
        KUAIDI100 = "kuaidi100", _("Kuaidi100")
        KDNIAO = "kdniao", _("Kdniao")
        FILE = "file", pgettext_lazy("step", "File")
        HAND = "hand", pgettext_lazy("step", "By hand")

    track = models.ForeignKey(Track, models.PROTECT, related_name="steps", db_index=False)
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=Track.State, blank=True)
    trouble = models.CharField(max_length=14, blank=True)
    # As the vendor wrote it.
    code = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=300, blank=True)
    place = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=10, choices=Source)
    by_name = models.CharField(max_length=120, blank=True)
    noted_at = models.DateTimeField()
    digest = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "digest"], name="a_step_once")]
        indexes = [models.Index(fields=["track", "-at", "-id"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("what couriers said is append-only")
        super().save(*args, **kwargs)


class Telling(models.Model):
    """What a customer is to be told unasked about a parcel, once for each occasion."""

    class Way(models.TextChoices):
        OPEN = "", pgettext_lazy("telling", "To be told")
        CHAT = "chat", pgettext_lazy("telling", "Told in the chat")
        NO_CHAT = "no_chat", pgettext_lazy("telling", "No chat here")
        PAST = "past", pgettext_lazy("telling", "No longer news")

    track = models.ForeignKey(Track, models.PROTECT, related_name="tellings", db_index=False)
    occasion = models.CharField(max_length=14)
    due_at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=Way, blank=True, default=Way.OPEN)
    done_at = models.DateTimeField(null=True)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["track", "occasion"], name="told_once_an_occasion")]
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="telling_due")]


class Account(models.Model):
    """The company's account with a tracking service; its key is sealed with the installation's secret key."""

    vendor = models.CharField(max_length=10, unique=True)
    customer = models.CharField(max_length=60)
    sealed_key = models.TextField()
    sealed_salt = models.TextField(blank=True)
    asks = models.BooleanField(_("Ask the service for news"), default=False)
    kept_at = models.DateTimeField()
    by_name = models.CharField(max_length=120)


class Exchange(models.Model):
    """A push that came or a query that went out, so that a failing service is seen. Kept for two weeks."""

    vendor = models.CharField(max_length=10)
    kind = models.CharField(max_length=6)
    at = models.DateTimeField()
    ok = models.BooleanField()
    said = models.CharField(max_length=200, blank=True)
    parcels = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["vendor", "-at"]), models.Index(fields=["at"])]
