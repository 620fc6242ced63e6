"""Parcels that come back, what lies in them, and what was found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models.cases import Case, CaseLine
from dangban.customers.models import Customer
from dangban.orders.models import Order
from dangban.people.models import Person, Shop
from dangban.shops.models import Batch, Sku
from dangban.stock.models import Warehouse, Zone


class InboundParcel(models.Model):
    """A parcel on its way to the warehouse or there (退件). It may belong to several cases, or to nobody yet."""

    class Origin(models.TextChoices):
        RETURN = "return", pgettext_lazy("inbound", "Customer's return")
        UNDELIVERABLE = "undeliverable", pgettext_lazy("inbound", "Undeliverable")
        REFUSED = "refused", pgettext_lazy("inbound", "Refused by the customer")

    class State(models.TextChoices):
        EXPECTED = "expected", pgettext_lazy("inbound", "Expected")
        ARRIVED = "arrived", pgettext_lazy("inbound", "Arrived")
        SHELF = "shelf", pgettext_lazy("inbound", "Unclaimed")
        COUNTED = "counted", pgettext_lazy("inbound", "Counted")
        INSPECTED = "inspected", pgettext_lazy("inbound", "Inspected")
        TURNED_AWAY = "turned_away", pgettext_lazy("inbound", "Turned away")
        GIVEN_UP = "given_up", pgettext_lazy("inbound", "Disposed of")
        CANCELLED = "cancelled", pgettext_lazy("inbound", "Not coming")

    shop = models.ForeignKey(Shop, models.PROTECT, null=True, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, null=True, related_name="+")
    courier = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=60, unique=True)
    origin = models.CharField(max_length=14, choices=Origin, default=Origin.RETURN)
    state = models.CharField(max_length=12, choices=State)
    announced_at = models.DateTimeField(null=True)
    expected_by = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # The courier's hand-over was signed: the daily list shows it struck red.
    signed_over_at = models.DateTimeField(null=True)
    collect_fen = models.BigIntegerField(default=0)
    surface = models.BooleanField(default=False)
    # What the label and the slip inside say, for guessing whose it is.
    sender = models.CharField(max_length=60, blank=True)
    phone_tail = models.CharField(max_length=4, blank=True)
    label_text = models.CharField(max_length=300, blank=True)
    # The order whose own parcel it is, when it comes back undelivered or refused.
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    card_enclosed = models.BooleanField(null=True)
    cash_fen = models.BigIntegerField(default=0)
    weight_g = models.PositiveIntegerField(null=True)
    shelf = models.CharField(max_length=40, blank=True)
    # Codes of the goods that were seen in an unclaimed parcel.
    goods_seen = models.JSONField(default=list)
    note = models.CharField(max_length=300, blank=True)
    because = models.JSONField(default=list)
    counted_at = models.DateTimeField(null=True)
    counted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    inspected_at = models.DateTimeField(null=True)
    inspected_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["state", "arrived_at", "id"], name="inbound_state"),
            models.Index(fields=["shop", "state", "arrived_at", "id"], name="inbound_shop"),
            models.Index(fields=["phone_tail"], name="inbound_phone"),
            models.Index(fields=["state", "announced_at", "id"], name="inbound_announced"),
            models.Index(fields=["signed_over_at"], name="inbound_signed"),
        ]

    def __str__(self) -> str:
        return self.number


class ParcelCase(models.Model):
    """This parcel holds goods of this case; both may have several of the other."""

    parcel = models.ForeignKey(InboundParcel, models.PROTECT, related_name="parcel_cases")
    case = models.ForeignKey(Case, models.PROTECT, related_name="parcel_cases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "case"], name="a_case_once_per_parcel")]


class ParcelItem(models.Model):
    """Goods in a parcel: how many were announced for a line of a case, and how many the keeper counted."""

    parcel = models.ForeignKey(InboundParcel, models.PROTECT, related_name="items")
    line = models.ForeignKey(CaseLine, models.PROTECT, null=True, related_name="parcel_items")
    sku = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=300, blank=True)
    announced = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(null=True)
    # Where the keeper put what was counted.
    zone = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "line"], name="a_case_line_once_per_parcel")]


class Finding(models.Model):
    """What the inspector says of so many pieces of an item, and what becomes of them."""

    class Condition(models.TextChoices):
        GOOD = "good", pgettext_lazy("condition", "As new")
        OPENED = "opened", pgettext_lazy("condition", "Opened, otherwise good")
        USED = "used", pgettext_lazy("condition", "Used")
        SOILED = "soiled", pgettext_lazy("condition", "Soiled")
        DAMAGED = "damaged", pgettext_lazy("condition", "Damaged")
        DEFECTIVE = "defective", pgettext_lazy("condition", "Defective")
        SWAPPED = "swapped", pgettext_lazy("condition", "Not our goods")
        MISSING = "missing", pgettext_lazy("condition", "Not in the parcel")

    class Disposal(models.TextChoices):
        STOCK = "stock", pgettext_lazy("disposal", "Back to stock")
        DISCOUNT = "discount", pgettext_lazy("disposal", "Sell at a discount")
        REWORK = "rework", pgettext_lazy("disposal", "Rework")
        MATERIAL = "material", pgettext_lazy("disposal", "Use as material")
        REPAIR = "repair", pgettext_lazy("disposal", "Repair for the customer")
        SUPPLIER = "supplier", pgettext_lazy("disposal", "Back to the supplier")
        SCRAP = "scrap", pgettext_lazy("disposal", "Scrap")
        SEND_BACK = "send_back", pgettext_lazy("disposal", "Back to the customer")
        NONE = "none", pgettext_lazy("disposal", "Nothing there")

    item = models.ForeignKey(ParcelItem, models.PROTECT, related_name="findings")
    quantity = models.PositiveIntegerField()
    condition = models.CharField(max_length=10, choices=Condition)
    # Whether it is as the customer said; None where that was no question.
    matches_claim = models.BooleanField(null=True)
    # Who is responsible: production, inspection, technique, purchasing, sales, courier, customer.
    responsibility = models.CharField(max_length=12, blank=True)
    disposal = models.CharField(max_length=10, choices=Disposal)
    cost_fen = models.BigIntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # When the goods were moved accordingly; scrap waits for its approval.
    disposed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["item"], condition=Q(disposed_at=None), name="finding_undisposed")]


class Resend(models.Model):
    """What could not be delivered is sent again with another courier; the old slip is given back and void."""

    class BorneBy(models.TextChoices):
        SELLER = "seller", pgettext_lazy("resend", "Us")
        BUYER = "buyer", pgettext_lazy("resend", "The customer")

    case = models.OneToOneField(Case, models.PROTECT, related_name="resend")
    order = models.ForeignKey(Order, models.PROTECT, related_name="resends")
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    # The parcel that came back, or is on its way back.
    old_number = models.CharField(max_length=60)
    old_courier = models.CharField(max_length=40, blank=True)
    courier = models.CharField(max_length=40)
    why = models.CharField(max_length=200)
    # How often this customer's parcels were sent again before, and whose the extra cost is.
    earlier = models.PositiveSmallIntegerField(default=0)
    surcharge_fen = models.BigIntegerField(default=0)
    borne_by = models.CharField(max_length=8, choices=BorneBy)
    because = models.JSONField(default=list)
    new_order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    # Finance has changed the old slip for the new one; the old one is waste paper.
    swapped_at = models.DateTimeField(null=True)
    swapped_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["customer"], name="resend_customer"), models.Index(fields=["at"], condition=Q(swapped_at=None), name="resend_unswapped")]


class SupplierSlip(models.Model):
    """Goods go back to a supplier (退厂单): once it has left, they are out of the books."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, related_name="+")
    supplier = models.CharField(max_length=80)
    note = models.CharField(max_length=300, blank=True)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=80, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["shop", "-id"], name="supplier_slip_list")]

    @property
    def number(self) -> str:
        return f"TC{self.pk:06d}"


class SupplierSlipLine(models.Model):
    """Pieces of one finding that go back on a slip."""

    slip = models.ForeignKey(SupplierSlip, models.PROTECT, related_name="lines")
    finding = models.OneToOneField(Finding, models.PROTECT, related_name="slip_line")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    reason = models.CharField(max_length=300, blank=True)
