"""Warehouses and their zones, the ledger of movements, balances, reservations, arrivals, shortages, alerts."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.people.models import Shop
from dangban.shops.models import Batch, Sku


class Warehouse(models.Model):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class WarehouseShop(models.Model):
    """A warehouse sends for a shop; of several, the one with the lowest position is asked first."""

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="serves")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warehouse", "shop"], name="a_warehouse_serves_a_shop_once")]


class Zone(models.Model):
    """A part of a warehouse. Only what lies in a zone for good wares may be reserved or dispatched."""

    class Status(models.TextChoices):
        GOOD = "good", pgettext_lazy("zone", "Good")
        PENDING = "pending", pgettext_lazy("zone", "To be checked")
        RETURNS = "returns", pgettext_lazy("zone", "Returns")
        DEFECTIVE = "defective", pgettext_lazy("zone", "Defective")
        SUPPLIER = "supplier", pgettext_lazy("zone", "Back to supplier")

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="zones")
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    status = models.CharField(max_length=10, choices=Status)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warehouse", "code"], name="a_zone_once_per_warehouse")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_released(self) -> bool:
        return self.status == Zone.Status.GOOD


class Level(models.Model):
    """How much of a SKU a warehouse has: released and not, and how much of the released is promised."""

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="levels", db_index=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="levels")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    good = models.BigIntegerField(default=0)
    unreleased = models.BigIntegerField(default=0)
    reserved = models.BigIntegerField(default=0)
    first_in_at = models.DateTimeField(null=True)
    last_out_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["warehouse", "sku"], name="one_level_per_warehouse"),
            models.CheckConstraint(condition=Q(good__gte=0, unreleased__gte=0), name="stock_never_below_zero"),
            models.CheckConstraint(condition=Q(reserved__gte=0, reserved__lte=F("good")), name="no_more_reserved_than_there_is"),
        ]
        indexes = [models.Index(fields=["shop", "-id"], name="level_shop")]

    @property
    def available(self) -> int:
        return self.good - self.reserved


class Balance(models.Model):
    """What lies in one zone, by batch: always the sum of the movements in less those out."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="balances", db_index=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="balances")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="balances")
    quantity = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["zone", "sku", "batch"], condition=Q(batch__isnull=False), name="one_balance_per_batch"),
            models.UniqueConstraint(fields=["zone", "sku"], condition=Q(batch=None), name="one_balance_without_batch"),
            models.CheckConstraint(condition=Q(quantity__gte=0), name="balance_never_below_zero"),
        ]


class Expected(models.Model):
    """Goods on their way to a warehouse."""

    class Closed(models.TextChoices):
        OPEN = "", pgettext_lazy("arrival", "On its way")
        COMPLETE = "complete", pgettext_lazy("arrival", "All there")
        CANCELLED = "cancelled", pgettext_lazy("arrival", "Not coming")

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="expected")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="expected")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    received = models.PositiveIntegerField(default=0)
    expected_on = models.DateField()
    # The date first named, so that it can be told how often and how far it moved.
    first_expected_on = models.DateField()
    supplier = models.CharField(max_length=80, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    noted_at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    closed = models.CharField(max_length=10, choices=Closed, default=Closed.OPEN, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(quantity__gt=0), name="something_is_expected")]
        indexes = [
            models.Index(fields=["sku", "expected_on"], condition=Q(closed=""), name="expected_open_sku"),
            models.Index(fields=["shop", "closed", "expected_on", "id"], name="expected_list"),
        ]

    @property
    def outstanding(self) -> int:
        return max(0, self.quantity - self.received)

    @property
    def is_open(self) -> bool:
        return self.closed == ""


class Movement(models.Model):
    """One line of the ledger: never changed, never deleted; a mistake is corrected by a further line."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", pgettext_lazy("movement", "Received")
        DISPATCH = "dispatch", pgettext_lazy("movement", "Dispatched")
        RETURN = "return", pgettext_lazy("movement", "Returned")
        SCRAP = "scrap", pgettext_lazy("movement", "Scrapped")
        COUNT = "count", pgettext_lazy("movement", "Counted")
        MOVE = "move", pgettext_lazy("movement", "Moved")
        CORRECTION = "correction", pgettext_lazy("movement", "Corrected")

    kind = models.CharField(max_length=10, choices=Kind)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="movements", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    source = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="+")
    target = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="+")
    quantity = models.PositiveBigIntegerField()
    # What a count found there; its movement is the difference.
    counted = models.PositiveBigIntegerField(null=True)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=80, blank=True)
    subject_kind = models.CharField(max_length=60, blank=True)
    subject_id = models.BigIntegerField(null=True)
    expected = models.ForeignKey(Expected, models.PROTECT, null=True, related_name="movements")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="correction")
    # The same key again is the same act; one act may take from several batches.
    key = models.CharField(max_length=80)
    part = models.PositiveSmallIntegerField(default=0)
    at = models.DateTimeField()
    business_day = models.DateField()
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "part"], name="an_act_once"),
            models.CheckConstraint(condition=Q(quantity__gt=0) | Q(kind="count"), name="a_movement_moves_something"),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(target__isnull=False) | Q(quantity=0), name="a_movement_has_a_place"
            ),
        ]
        indexes = [
            models.Index(fields=["sku", "-id"], name="movement_ledger"),
            models.Index(fields=["sku", "business_day"], condition=Q(kind="dispatch"), name="movement_sold"),
            models.Index(fields=["subject_kind", "subject_id"], name="movement_subject"),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise TypeError("the ledger is append-only")
        super().save(*args, **kwargs)


class Reservation(models.Model):
    """So much of a SKU is promised to a subject; what is not there yet is waited for, oldest first."""

    class Outcome(models.TextChoices):
        OPEN = "", pgettext_lazy("reservation", "Open")
        TAKEN = "taken", pgettext_lazy("reservation", "Dispatched")
        RELEASED = "released", pgettext_lazy("reservation", "Released")

    sku = models.ForeignKey(Sku, models.PROTECT, related_name="reservations", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    label = models.CharField(max_length=120)
    url = models.CharField(max_length=200, blank=True)
    wanted = models.PositiveIntegerField()
    held = models.PositiveIntegerField(default=0)
    taken = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OPEN, blank=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject_kind", "subject_id", "sku"], condition=Q(outcome=""), name="one_open_reservation"),
            models.CheckConstraint(condition=Q(wanted__gt=0), name="something_is_wanted"),
            models.CheckConstraint(condition=Q(wanted__gte=F("held") + F("taken")), name="no_more_held_than_wanted"),
        ]
        indexes = [models.Index(fields=["sku", "at", "id"], condition=Q(outcome=""), name="reservation_open")]

    @property
    def missing(self) -> int:
        return self.wanted - self.held - self.taken

    @property
    def is_open(self) -> bool:
        return self.outcome == ""


class Allotment(models.Model):
    """The part of a reservation that lies ready in one warehouse."""

    reservation = models.ForeignKey(Reservation, models.PROTECT, related_name="allotments")
    level = models.ForeignKey(Level, models.PROTECT, related_name="allotments")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reservation", "level"], name="one_allotment_per_warehouse")]


class ShortageList(models.Model):
    """What a warehouse said on a day that it has not."""

    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="shortage_lists")
    day = models.DateField()
    published_at = models.DateTimeField()
    times = models.PositiveSmallIntegerField(default=1)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["warehouse", "day"], name="one_shortage_list_a_day")]


class Shortage(models.Model):
    """One SKU of a day's out-of-stock list; taken off when it is there again."""

    list = models.ForeignKey(ShortageList, models.PROTECT, related_name="lines")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="shortages")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    expected_on = models.DateField(null=True)
    note = models.CharField(max_length=120, blank=True)
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "sku"], name="a_shortage_once_per_list")]
        indexes = [models.Index(fields=["sku"], condition=Q(over_at=None), name="shortage_open")]


class Alert(models.Model):
    """A rule says that somebody should look at a SKU: since when, and since when no longer."""

    class Kind(models.TextChoices):
        OVERSOLD = "oversold", _("Oversold")
        REORDER = "reorder", _("To re-order")
        EXPIRING = "expiring", _("Near expiry")
        SLOW = "slow", _("Slow-moving")

    kind = models.CharField(max_length=10, choices=Kind)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="stock_alerts")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    amount = models.BigIntegerField(default=0)
    because = models.JSONField(default=list)
    since = models.DateTimeField()
    over_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "sku"], condition=Q(over_at=None), name="one_open_alert")]
        indexes = [models.Index(fields=["shop", "kind", "-id"], condition=Q(over_at=None), name="alert_open")]
