"""What stands between a paid order and its leaving: audit, waves, slips, packing, pick-ups, the cut-off, help."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.orders.models import Order, OrderException, OrderLine
from dangban.people.models import Person, RoleGrant, Shop
from dangban.shops.models import Sku
from dangban.stock.models import Warehouse


class Wave(models.Model):
    """Audited orders that are picked and packed together (波次)."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    ordinal = models.PositiveIntegerField()
    orders = models.PositiveIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "day", "ordinal"], name="one_wave_a_number")]
        indexes = [models.Index(fields=["shop", "-made_at", "-id"], name="wave_list")]

    def __str__(self) -> str:
        return f"{self.day:%m%d}-{self.ordinal}"


class Preparation(models.Model):
    """A paid order on its way out of the house; one for each, kept beside it for narrow work lists."""

    class Stage(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("preparation", "To audit")
        HELD = "held", pgettext_lazy("preparation", "Held at the audit")
        PASSED = "passed", pgettext_lazy("preparation", "To print")
        PRINTED = "printed", pgettext_lazy("preparation", "To pack")
        PACKED = "packed", pgettext_lazy("preparation", "Packed, to send")
        SENT = "sent", pgettext_lazy("preparation", "Sent")
        ENDED = "ended", pgettext_lazy("preparation", "Not to be sent")

    order = models.OneToOneField(Order, models.PROTECT, related_name="preparation")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.WAITING)
    came_at = models.DateTimeField()
    # By when it is to leave: the cut-off first, then what was promised anew.
    due_at = models.DateTimeField()
    because = models.JSONField(default=list)
    # The platform's own limit; later than that costs a compensation.
    ship_by = models.DateTimeField(null=True)
    # What stands in the way, as the last audit found it: code, facts, reasons; and the first of them for the list.
    holds = models.JSONField(default=list)
    hold = models.CharField(max_length=12, blank=True)
    # Who has it in hand: who audited it, made its wave, packs it.
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="preparations")
    courier = models.CharField(max_length=40, blank=True)
    # Goes in one parcel with another order of the same buyer.
    joined_to = models.ForeignKey("self", models.PROTECT, null=True, related_name="joined")
    wave = models.ForeignKey(Wave, models.PROTECT, null=True, related_name="preparations")
    misses = models.PositiveSmallIntegerField(default=0)
    audited_at = models.DateTimeField(null=True)
    # Nothing of it is to leave any more.
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "stage", "due_at", "id"], name="preparation_list"),
            models.Index(fields=["due_at"], condition=Q(closed_at=None), name="preparation_due"),
            models.Index(fields=["shop", "closed_at"], name="preparation_closed"),
            models.Index(fields=["holder", "due_at"], condition=Q(closed_at=None), name="preparation_holder"),
        ]

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Release(models.Model):
    """Somebody looked at what stood in the way and lets the order pass; it holds for these very facts."""

    preparation = models.ForeignKey(Preparation, models.PROTECT, related_name="releases")
    code = models.CharField(max_length=12)
    digest = models.CharField(max_length=32)
    why = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["preparation", "code", "digest"], name="released_once")]


class AuditRun(models.Model):
    """Many orders audited with one action (批量审单): how far it is, what came of it."""

    shops = models.JSONField()
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    passed = models.PositiveIntegerField(default=0)
    held = models.PositiveIntegerField(default=0)
    # The key of the last order looked at, so that another process can go on.
    last = models.BigIntegerField(default=0)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failed = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["moved_at"], condition=Q(finished_at=None), name="audit_run_open")]


class Pickup(models.Model):
    """A courier is asked to come to a warehouse for parcels (约取件): booked, confirmed, collected."""

    class State(models.TextChoices):
        BOOKED = "booked", pgettext_lazy("pick-up", "Booked")
        CONFIRMED = "confirmed", pgettext_lazy("pick-up", "Confirmed")
        COLLECTED = "collected", pgettext_lazy("pick-up", "Collected")
        CANCELLED = "cancelled", pgettext_lazy("pick-up", "Called off")

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+", db_index=False)
    courier = models.CharField(max_length=40)
    state = models.CharField(max_length=10, choices=State, default=State.BOOKED)
    # What was asked for; of a collected one, how many were handed over.
    parcels = models.PositiveIntegerField()
    comes_at = models.DateTimeField()
    # By when the courier is to have said yes; empty for one who came unasked.
    due_at = models.DateTimeField(null=True)
    because = models.JSONField(default=list)
    # What the courier said: their own number of the booking, who comes.
    number = models.CharField(max_length=40, blank=True)
    driver = models.CharField(max_length=40, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "courier"], condition=Q(closed_at=None), name="one_open_pickup")
        ]
        indexes = [models.Index(fields=["warehouse", "-at"], name="pickup_list")]

    def __str__(self) -> str:
        return f"{self.warehouse} · {self.courier}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Slip(models.Model):
    """What was printed for one parcel (面单): good as long as it says what is to be sent."""

    number = models.CharField(max_length=30, unique=True)
    preparation = models.ForeignKey(Preparation, models.PROTECT, related_name="slips")
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="slips")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    courier = models.CharField(max_length=40)
    made_at = models.DateTimeField()
    printed_at = models.DateTimeField(null=True)
    prints = models.PositiveSmallIntegerField(default=0)
    packer = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    packing_since = models.DateTimeField(null=True)
    packed_at = models.DateTimeField(null=True)
    tracking_number = models.CharField(max_length=60, blank=True)
    sent_at = models.DateTimeField(null=True)
    # The parcel is ready and still in the house: the courier has not taken it.
    stands = models.BooleanField(default=False)
    pickup = models.ForeignKey(Pickup, models.PROTECT, null=True, related_name="slips")
    void_at = models.DateTimeField(null=True)
    void_reason = models.CharField(max_length=200, blank=True)
    # Somebody took the paper out of the pile.
    pulled_at = models.DateTimeField(null=True)
    pulled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["preparation"], condition=Q(void_at=None, sent_at=None), name="one_good_slip")
        ]
        indexes = [
            models.Index(fields=["shop", "void_at", "id"], condition=Q(void_at__isnull=False, pulled_at=None), name="slip_to_pull"),
            models.Index(fields=["shop", "-sent_at", "-id"], name="slip_sent"),
            models.Index(fields=["shop", "courier"], condition=Q(void_at=None, sent_at=None), name="slip_to_send"),
            models.Index(fields=["shop", "courier"], condition=Q(stands=True), name="slip_stands"),
        ]

    def __str__(self) -> str:
        return self.number


class SlipLine(models.Model):
    """Pieces of one order's line on a slip, and how many of them were put in."""

    slip = models.ForeignKey(Slip, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    # A file may bring the order's lines anew; the slip keeps its own words.
    line = models.ForeignKey(OrderLine, models.SET_NULL, null=True, related_name="+")
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    code = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=300)
    variant = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField()
    packed = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["slip", "position"], name="slip_line_position"),
            models.CheckConstraint(condition=Q(packed__lte=models.F("quantity")), name="no_more_packed_than_ordered"),
        ]


class Miss(models.Model):
    """An order did not leave by its time: why, who had it, what was promised instead."""

    class Reason(models.TextChoices):
        STOCK = "out_of_stock", pgettext_lazy("miss", "Out of stock")
        HELD = "held", pgettext_lazy("miss", "Held at the audit")
        AUDIT = "not_audited", pgettext_lazy("miss", "Not audited")
        PRINT = "not_printed", pgettext_lazy("miss", "Audited, not printed")
        PACK = "not_packed", pgettext_lazy("miss", "Printed, not packed")
        SEND = "not_sent", pgettext_lazy("miss", "Packed, not sent")

    preparation = models.ForeignKey(Preparation, models.PROTECT, related_name="miss_rows")
    order = models.ForeignKey(Order, models.PROTECT, related_name="+")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    due_at = models.DateTimeField()
    at = models.DateTimeField()
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.CharField(max_length=200, blank=True)
    holder = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    promised_for = models.DateTimeField()
    exception = models.ForeignKey(OrderException, models.PROTECT, null=True, related_name="+")
    compensation_fen = models.BigIntegerField(null=True)
    because = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["preparation", "due_at"], name="missed_once")]
        indexes = [models.Index(fields=["shop", "day", "id"], name="miss_day")]


class Help(models.Model):
    """Too much to do for the warehouse or the order desk: somebody is asked for, and given for a time."""

    class Place(models.TextChoices):
        WAREHOUSE = "warehouse", pgettext_lazy("help", "Warehouse")
        DESK = "desk", pgettext_lazy("help", "Order desk")

    class Kind(models.TextChoices):
        HELP = "help", pgettext_lazy("help", "Help from agents")
        STAND_IN = "stand_in", pgettext_lazy("help", "Standing in for the warehouse")

    kind = models.CharField(max_length=8, choices=Kind)
    place = models.CharField(max_length=10, choices=Place)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    people = models.PositiveSmallIntegerField(default=1)
    why = models.CharField(max_length=200)
    until = models.DateTimeField()
    because = models.JSONField(default=list)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shop", "until"], condition=Q(closed_at=None), name="help_open")]


class Helper(models.Model):
    """Somebody helps: the role they got for the time, and when it was taken back."""

    help = models.ForeignKey(Help, models.PROTECT, related_name="helpers")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    grant = models.ForeignKey(RoleGrant, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["help", "person"], condition=Q(ended_at=None), name="helps_once")]
