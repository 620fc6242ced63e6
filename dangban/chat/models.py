"""Threads and their log. The log is the truth; everything else about a conversation is read off it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangban.customers.models import Customer
from dangban.people.models import Person, Shop


class Thread(models.Model):
    """All that one customer and one shop have said to each other in one channel, for good."""

    class Channel(models.TextChoices):
        WIDGET = "widget", _("Web chat")
        PLATFORM = "platform", _("Platform chat")
        PHONE = "phone", _("Phone")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="threads", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="threads")
    channel = models.CharField(max_length=12, choices=Channel, default=Channel.WIDGET)
    # Names the thread in signed visitor tokens; never shown to other people.
    public_id = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["shop", "customer"])]


class ThreadSequence(models.Model):
    """The narrow row that gives out a thread's sequence numbers.

    Bumped in SQL inside the transaction that writes the message, by the lane and by actions alike.
    """

    thread = models.OneToOneField(Thread, models.PROTECT, primary_key=True, related_name="sequence")
    last_seq = models.BigIntegerField(default=0)


class Message(models.Model):
    """One line of a thread. Never changed: a recall or a correction is a further line about it."""

    class Author(models.TextChoices):
        CUSTOMER = "customer", _("Customer")
        AGENT = "agent", _("Agent")
        AUTO = "auto", _("Automatic reply")
        SYSTEM = "system", _("System")

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        IMAGE = "image", _("Picture")
        VIDEO = "video", _("Video")
        FILE = "file", _("File")
        CARD = "card", _("Card")
        EVENT = "event", _("Event")
        NOTE = "note", _("Internal note")
        WHISPER = "whisper", _("Whisper")
        RECALL = "recall", _("Recall")

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages", db_index=False)
    seq = models.BigIntegerField()
    author = models.CharField(max_length=10, choices=Author)
    # The person for agents, the customer for customers, 0 for automatic lines.
    author_id = models.BigIntegerField(default=0)
    author_name = models.CharField(max_length=60)
    # Made by the sender (UUIDv7): the same id again is the same message, not a second one.
    client_id = models.CharField(max_length=40)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.TEXT)
    # Never leaves the department.
    internal = models.BooleanField(default=False)
    body = models.TextField(blank=True)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "seq"], name="message_seq_once"),
            models.UniqueConstraint(
                fields=["thread", "author", "author_id", "client_id"], name="message_once"
            ),
        ]
        indexes = [models.Index(fields=["thread"], condition=Q(kind="recall"), name="message_recalls")]


class ReadMark(models.Model):
    """How far each side has read a thread."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="read_marks")
    reader = models.CharField(max_length=10)
    reader_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["thread", "reader", "reader_id"], name="one_read_mark")
        ]


class Presence(models.Model):
    """One stretch of time in which a person was in one state; the open one is the present state."""

    class State(models.TextChoices):
        ONLINE = "online", _("Online")
        # 挂起: keeps the customers one has, takes no new ones.
        SUSPENDED = "suspended", _("On hold")
        BUSY = "busy", _("Busy")
        AWAY = "away", _("Away")
        OFFLINE = "offline", _("Offline")

    class Reason(models.TextChoices):
        MEAL = "meal", _("Meal")
        BREAK = "break", _("Break")
        MEETING = "meeting", _("Meeting")
        TRAINING = "training", _("Training")
        OTHER = "other", _("Other")
        # Given by the program, not chosen.
        CONNECTION = "connection", _("Connection lost")

    person = models.ForeignKey(Person, models.PROTECT, related_name="presence")
    state = models.CharField(max_length=10, choices=State)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="one_present_state")
        ]
        indexes = [models.Index(fields=["person", "started_at"])]


class IdleStretch(models.Model):
    """Shown online, yet nothing was touched for longer than the handbook allows (挂机)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="idle_stretches")
    started_at = models.DateTimeField()
    noticed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_at=None), name="one_open_idle_stretch"
            )
        ]


class LastSeen(models.Model):
    """When a person's pages were last connected, and when something was last touched in them."""

    person = models.OneToOneField(Person, models.PROTECT, primary_key=True, related_name="last_seen")
    connected_at = models.DateTimeField(null=True)
    active_at = models.DateTimeField(null=True)


class Lease(models.Model):
    """One process at a time does what is done once: whoever holds an unexpired lease."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=80)
    until = models.DateTimeField()


class ThreadProjection(models.Model):
    """How far each thread has been projected; the log beyond `seq` still has to have its effects."""

    thread = models.OneToOneField(Thread, models.PROTECT, primary_key=True, related_name="projection")
    seq = models.BigIntegerField(default=0)
