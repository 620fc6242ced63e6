"""Sessions of service on a thread, who had them when, and what was measured and promised."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.chat.models import Thread
from dangban.customers.models import Customer
from dangban.orders.models import Order
from dangban.people.models import Person, Shop, Team
from dangban.shops.models import Product


class Conversation(models.Model):
    """One session (会话): from a customer's first line until it is resolved.

    The columns from `last_seq` on are projections of the message log, brought up to date within a
    quarter of a second by the projector; the log is the truth.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SERVING = "serving", _("Being served")
        # 留言: written while nobody was on duty; answered first by whoever comes.
        OFFLINE = "offline", _("Left a message")
        ENDED = "ended", _("Ended")

    class Stage(models.TextChoices):
        PRESALE = "presale", _("Pre-sale")
        AFTERSALE = "aftersale", _("After-sale")

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="conversations")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="conversations", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="conversations", db_index=False)
    state = models.CharField(max_length=8, choices=State)
    stage = models.CharField(max_length=10, choices=Stage)
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="conversations", db_index=False)
    assignee = models.ForeignKey(Person, models.PROTECT, null=True, related_name="conversations", db_index=False)
    opened_at = models.DateTimeField()
    business_day = models.DateField()
    first_seq = models.BigIntegerField()
    queued_at = models.DateTimeField(null=True)
    assigned_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    transfers = models.PositiveSmallIntegerField(default=0)
    # The platform account the customer wrote to, where the channel says so.
    seat = models.ForeignKey("Seat", models.PROTECT, null=True, related_name="+", db_index=False)
    # By when a customer who had to leave a message was told they would be answered.
    promised_at = models.DateTimeField(null=True)
    last_seq = models.BigIntegerField(default=0)
    last_at = models.DateTimeField()
    last_author = models.CharField(max_length=10, blank=True)
    preview = models.CharField(max_length=80, blank=True)
    unread = models.PositiveIntegerField(default=0)
    # Since when the customer awaits a human answer; empty while nobody waits.
    waiting_since = models.DateTimeField(null=True)
    version = models.BigIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread"], condition=~Q(state="ended"), name="one_open_conversation_per_thread"
            )
        ]
        # None holds a column that each line changes: so a row is brought up to date without its indexes.
        indexes = [
            models.Index(fields=["assignee", "state"]),
            models.Index(fields=["state", "id"]),
            models.Index(fields=["shop", "id"]),
            models.Index(fields=["shop", "state", "queued_at"]),
            models.Index(fields=["team", "state", "queued_at"]),
            models.Index(fields=["customer", "-opened_at"]),
            models.Index(fields=["waiting_since"], condition=Q(waiting_since__isnull=False), name="conv_waiting"),
        ]


class Assignment(models.Model):
    """Who had a conversation from when to when, and how it came to them."""

    class How(models.TextChoices):
        ROUTED = "routed", _("Assigned by the rules")
        TAKEN = "taken", _("Taken from the queue")
        TRANSFERRED = "transferred", _("Transferred")
        TAKEN_OVER = "taken_over", _("Taken over")
        HANDED_OVER = "handed_over", _("Handed over")

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, models.PROTECT, related_name="assignments")
    team = models.ForeignKey(Team, models.PROTECT, null=True)
    how = models.CharField(max_length=12, choices=How)
    because = models.JSONField(default=list)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # How long the customer had stood in the queue before this assignment.
    waited_ms = models.BigIntegerField(null=True)
    business_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(ended_at=None), name="one_present_assignment"
            )
        ]
        indexes = [models.Index(fields=["person", "started_at"]), models.Index(fields=["business_day", "person"])]


class StepIn(models.Model):
    """Somebody answers in a conversation that stays another's: a leader who helps, say."""

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="step_ins")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "person"], condition=Q(ended_at=None), name="stepped_in_once"
            )
        ]


class Requeue(models.Model):
    """A conversation went back to the queue: the assigned agent was silent, left, or lost the line."""

    class Why(models.TextChoices):
        SILENCE = "silence", _("Silent too long")
        OFF_DUTY = "off_duty", _("Off duty")
        CONNECTION = "connection", _("Connection lost")
        LEFT = "left", _("Left to the next shift")
        RETURNED = "returned", _("Transfer returned")

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="requeues")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="requeues")
    why = models.CharField(max_length=10, choices=Why)
    because = models.JSONField(default=list)
    at = models.DateTimeField()
    business_day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["business_day", "person"])]


class Transfer(models.Model):
    """A conversation was offered to somebody else, with a note; accepted or returned."""

    class State(models.TextChoices):
        OFFERED = "offered", _("Offered")
        ACCEPTED = "accepted", _("Accepted")
        RETURNED = "returned", _("Returned")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="transfer_rows")
    ordinal = models.PositiveSmallIntegerField()
    from_person = models.ForeignKey(Person, models.PROTECT, related_name="transfers_out")
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="transfers_in")
    to_team = models.ForeignKey(Team, models.PROTECT, null=True)
    to_skill = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=500)
    summary = models.TextField(blank=True)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.OFFERED)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=200, blank=True)
    because = models.JSONField(default=list)
    business_day = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state="offered"), name="one_open_transfer"
            )
        ]
        indexes = [models.Index(fields=["business_day", "from_person"])]


class Closure(models.Model):
    """A conversation was resolved or closed: when, by whom, how."""

    class How(models.TextChoices):
        RESOLVED = "resolved", _("Resolved")
        QUIET = "quiet", _("Closed after a quiet time")

    conversation = models.OneToOneField(Conversation, models.PROTECT, related_name="closure")
    how = models.CharField(max_length=10, choices=How)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=40, blank=True)
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    business_day = models.DateField()
    # From the first assignment to the end, for the count of long sessions.
    served_ms = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["business_day"])]


class LeftOver(models.Model):
    """An agent marked an open conversation as left to the next shift, with what is still to do."""

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="left_over")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    note = models.CharField(max_length=300)
    at = models.DateTimeField()
    taken_up_at = models.DateTimeField(null=True)


class Turn(models.Model):
    """One question and its answer (一问一答).

    Opens at the customer's first line after the last human reply and closes at the first human
    reply; automatic replies never close it. Kept as it happens; figures are sums over these rows.
    """

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="turns", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, db_index=False)
    # Whose clock it was when the turn opened, and who in the end answered.
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="turns_owned", db_index=False)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="turns_answered", db_index=False)
    first = models.BooleanField()
    opened_seq = models.BigIntegerField()
    opened_at = models.DateTimeField()
    # The day of the shift on which it was asked, and the minute of the company's wall clock.
    business_day = models.DateField()
    minute = models.PositiveSmallIntegerField()
    # Whether the house's clock ran: not for somebody off shift where the handbook spares them.
    counted = models.BooleanField(default=True)
    # Asked while nobody was there: measured by the promised time, not by the house's clock.
    left_message = models.BooleanField(default=False)
    answered_seq = models.BigIntegerField(null=True)
    answered_at = models.DateTimeField(null=True)
    milliseconds = models.BigIntegerField(null=True)
    # Answered on the day it was asked: what the reply rate asks for.
    same_day = models.BooleanField(default=False)
    # Ended without a human answer.
    abandoned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "opened_seq"], name="one_turn_per_opening"),
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(answered_at=None, abandoned_at=None),
                name="one_open_turn",
            ),
        ]
        indexes = [
            models.Index(fields=["answered_by", "business_day"]),
            models.Index(fields=["owner", "business_day"]),
            models.Index(fields=["shop", "business_day"]),
        ]


class Reception(models.Model):
    """What one person said in one conversation on one day: the row behind "served"."""

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="receptions", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="receptions", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+")
    business_day = models.DateField()
    lines = models.PositiveIntegerField(default=0)
    characters = models.PositiveIntegerField(default=0)
    # The customer has written in this conversation too, whoever began.
    mutual = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "person", "business_day"], name="one_reception_a_day"
            )
        ]
        indexes = [
            models.Index(fields=["person", "business_day"]),
            models.Index(fields=["shop", "business_day"]),
        ]


class Promise(models.Model):
    """Something an agent promised a customer, by when; its clock is a deadline."""

    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="promises")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="promises")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="promises")
    message_seq = models.BigIntegerField(null=True)
    text = models.CharField(max_length=300)
    due_at = models.DateTimeField()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="promises")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True)
    kept_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField(max_length=200, blank=True)


class Enquiry(models.Model):
    """A conversation about buying: what, why not yet, when to ask again, what came of it."""

    class Outcome(models.TextChoices):
        OPEN = "open", pgettext_lazy("enquiry", "Not yet")
        ORDERED = "ordered", _("Ordered")
        PAID = "paid", pgettext_lazy("enquiry", "Paid")
        LOST = "lost", _("Lost")

    class Reason(models.TextChoices):
        HESITATES = "hesitates", _("Hesitates")
        PRICE = "price", pgettext_lazy("enquiry", "Price")
        COMPARES = "compares", _("Compares")
        NO_STOCK = "no_stock", _("Out of stock")
        FREIGHT = "freight", _("Freight")
        DELIVERY = "delivery", _("Delivery time")
        TRUST = "trust", _("Not convinced")
        ASKS_OTHER = "asks_other", _("Asks somebody first")
        OTHER = "other", _("Other")

    conversation = models.OneToOneField(Conversation, models.PROTECT, related_name="enquiry")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="enquiries")
    product = models.ForeignKey(Product, models.PROTECT, null=True)
    wanted = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    next_contact_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN)
    outcome_at = models.DateTimeField(null=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="enquiries")
    at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(
                fields=["shop", "next_contact_at", "id"],
                condition=Q(outcome="open", next_contact_at__isnull=False),
                name="enquiry_to_ask",
            ),
            models.Index(fields=["shop", "at", "id"], name="enquiry_by_day"),
            models.Index(fields=["at", "id"], condition=Q(outcome__in=["open", "ordered"]), name="enquiry_unsettled"),
        ]


class Credit(models.Model):
    """Whose sale an order is: one person at most, by each of the rules that platforms know."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="credit")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    # Who served before the order was placed, and who before it was paid.
    by_order = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    by_payment = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    # By the handbook's rule; nobody of a silent sale.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="credits")
    paid_at = models.DateTimeField(null=True)
    because = models.JSONField(default=list)


class GuardHit(models.Model):
    """The speech guard met something in a line: remarked, warned, blocked or overridden."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="guard_hits")
    message_seq = models.BigIntegerField(null=True)
    client_id = models.CharField(max_length=40)
    rule = models.CharField(max_length=120)
    word = models.CharField(max_length=60)
    act = models.CharField(max_length=10)
    body = models.TextField()
    sent = models.BooleanField()
    overridden_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(db_index=True)


class GuardOverride(models.Model):
    """An agent asked to send a blocked line as it stands; a leader let it pass, or did not."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    body = models.TextField()
    # Of the folded text, so that exactly this line and no other passes.
    digest = models.CharField(max_length=64)
    words = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thread", "person", "digest"], condition=Q(settled_at=None), name="asked_to_pass_once"
            )
        ]
        indexes = [models.Index(fields=["thread", "settled_at"])]


class Invitation(models.Model):
    """A customer was asked how they were served: once per closing."""

    conversation = models.OneToOneField(Conversation, models.PROTECT, related_name="invitation")
    person = models.ForeignKey(Person, models.PROTECT, null=True)
    at = models.DateTimeField()
    because = models.JSONField(default=list)


class Rating(models.Model):
    invitation = models.OneToOneField(Invitation, models.PROTECT, related_name="rating")
    stars = models.PositiveSmallIntegerField()
    reasons = models.JSONField(default=list)
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()


class Draft(models.Model):
    """What a person has typed and not yet sent."""

    person = models.ForeignKey(Person, models.PROTECT)
    thread = models.ForeignKey(Thread, models.PROTECT)
    text = models.TextField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "thread"], name="one_draft")]


class AutoReply(models.Model):
    """What is said automatically: greeting, away, queue, out of hours. By shop and time of day."""

    class Kind(models.TextChoices):
        GREETING = "greeting", _("Greeting")
        AWAY = "away", _("Away")
        QUEUE = "queue", _("In the queue")
        CLOSED = "closed", _("Out of hours")

    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="auto_replies")
    kind = models.CharField(max_length=10, choices=Kind)
    # For `away`: the presence reason it belongs to; empty fits every reason.
    reason = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=500)
    starts = models.TimeField(null=True)
    ends = models.TimeField(null=True)
    retired_at = models.DateTimeField(null=True)


class Seat(models.Model):
    """A platform account (旺旺号) that customers write to."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="seats")
    handle = models.CharField(max_length=80)
    # The main account forwards at once and answers nobody itself.
    receives = models.BooleanField(default=True)
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "handle"], name="a_seat_once_per_shop")]


class SeatHolding(models.Model):
    """Who answers on a seat from when to when."""

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="holdings")
    person = models.ForeignKey(Person, models.PROTECT, related_name="seats")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["seat"], condition=Q(ended_at=None), name="one_holder_per_seat")
        ]
