"""Orders, what is marked on them, and how they came in."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.customers.models import Customer
from dangban.orders.changing.models import ChangeRequest as ChangeRequest
from dangban.orders.changing.models import ChangeStep as ChangeStep
from dangban.orders.pricing.models import PriceOffer as PriceOffer
from dangban.orders.self_service.models import OrderLink as OrderLink
from dangban.people.models import Person, Shop
from dangban.shops.models import ImportRun, Sku


class Order(models.Model):
    class Status(models.TextChoices):
        UNPAID = "unpaid", _("Awaiting payment")
        PAID = "paid", _("Awaiting dispatch")
        PART = "part", _("Partly dispatched")
        SENT = "sent", _("Dispatched")
        SIGNED = "signed", _("Signed for")
        DONE = "done", _("Completed")
        CLOSED = "closed", _("Closed")

    class Refund(models.TextChoices):
        NONE = "none", _("No refund")
        ASKED = "asked", _("Refund asked")
        PARTIAL = "partial", _("Partly refunded")
        FULL = "full", _("Refunded")

    class Purpose(models.TextChoices):
        SALE = "sale", pgettext_lazy("order purpose", "Sale")
        EXCHANGE = "exchange", pgettext_lazy("order purpose", "Exchange")
        RESHIP = "reship", pgettext_lazy("order purpose", "Reshipment")
        SEND_BACK = "send_back", pgettext_lazy("order purpose", "Goods sent back")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="orders")
    platform_id = models.CharField(max_length=64)
    # What is not a sale is an order of our own, by which goods leave for an after-sales case: no figure of sales counts it.
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.SALE)
    # Its last six characters, by which people name an order on the phone.
    number_tail = models.CharField(max_length=6, blank=True)
    # Empty where the platform's file does not say who bought.
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="orders")
    status = models.CharField(max_length=8, choices=Status)
    refund = models.CharField(max_length=8, choices=Refund, default=Refund.NONE)
    total_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField(default=0)
    freight_fen = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    # Of it, what after-sales cases here paid back; and of that, what the platform knows nothing of.
    settled_fen = models.BigIntegerField(default=0)
    settled_aside_fen = models.BigIntegerField(default=0)
    # What the platform itself said it paid back, where a case here says the same: it stays when the case's is entered against.
    platform_refunded_fen = models.BigIntegerField(default=0, db_default=0)
    quantity = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    dispatched_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    completed_at = models.DateTimeField(null=True)
    business_day = models.DateField()
    receiver = models.CharField(max_length=60, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    phone_tail = models.CharField(max_length=4, blank=True)
    province = models.CharField(max_length=30, blank=True)
    city = models.CharField(max_length=40, blank=True)
    district = models.CharField(max_length=40, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    courier = models.CharField(max_length=40, blank=True)
    tracking_number = models.CharField(max_length=120, blank=True)
    buyer_message = models.TextField(blank=True)
    platform_remark = models.TextField(blank=True)
    close_reason = models.CharField(max_length=80, blank=True)
    invoice_title = models.CharField(max_length=120, blank=True)
    # The flag in force, by the legend's code; its history is in FlagChange.
    flag = models.CharField(max_length=20, blank=True)
    imported_at = models.DateTimeField()
    # Digest of what the platform last said, so that the same row again is known to change nothing.
    source_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "platform_id"], name="an_order_once_per_shop")]
        indexes = [
            # No partial ones: with bound values SQLite can't tell that they would do.
            models.Index(fields=["shop", "-created_at", "-id"]),
            models.Index(fields=["-created_at", "-id"]),
            models.Index(fields=["shop", "status", "-created_at", "-id"]),
            models.Index(fields=["shop", "refund", "-created_at", "-id"]),
            models.Index(fields=["shop", "flag", "-created_at", "-id"]),
            models.Index(fields=["customer", "-created_at"]),
            models.Index(fields=["platform_id"]),
            models.Index(fields=["number_tail"]),
            models.Index(fields=["phone_tail"]),
            models.Index(fields=["tracking_number"]),
        ]

    def __str__(self) -> str:
        return self.platform_id

    @property
    def is_sale(self) -> bool:
        return self.purpose == self.Purpose.SALE


class OrderLine(models.Model):
    order = models.ForeignKey(Order, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    platform_line_id = models.CharField(max_length=64, blank=True)
    sku = models.ForeignKey(Sku, models.PROTECT, null=True)
    sku_code = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=300)
    variant = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField()
    price_fen = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "position"], name="order_line_position")]


class FlagChange(models.Model):
    """A flag was planted (插旗), changed or taken away."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="flag_changes")
    before = models.CharField(max_length=20, blank=True)
    flag = models.CharField(max_length=20, blank=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()
    because = models.JSONField(default=list)


class Remark(models.Model):
    """A remark (备注) in the legend's format; `parts` is what it was built from."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="remarks")
    flag = models.CharField(max_length=20, blank=True)
    text = models.TextField()
    parts = models.JSONField(default=dict)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()


class Requirement(models.Model):
    """A customer's wish that the order desk must tick or answer before dispatch."""

    class Kind(models.TextChoices):
        COLOUR = "colour", _("Colour")
        QUANTITY = "quantity", _("Quantity")
        COURIER = "courier", _("Courier")
        CALL = "call", _("Call before delivery")
        DAY = "day", _("Delivery day")
        GIFT = "gift", _("Gift")
        INVOICE = "invoice", _("Invoice")
        CARD = "card", _("Card text")
        ADDRESS = "address", _("New address")
        OTHER = "other", _("Other wish")

    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="requirements")
    # Before there is an order, a wish hangs on the customer and moves to the order when it is placed.
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="requirements")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    text = models.CharField(max_length=300)
    thread_id = models.BigIntegerField(null=True)
    message_seq = models.BigIntegerField(null=True)
    remark = models.ForeignKey(Remark, models.PROTECT, null=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    # The customer wrote it on their order's page; `by` gave them the link and sees to it.
    by_customer = models.BooleanField(default=False)
    at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=200, blank=True)
    fulfilled = models.BooleanField(null=True)
    warnings = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "at"], condition=Q(settled_at=None), name="requirement_open"),
        ]


class OrderChange(models.Model):
    """What an import found different on the platform."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="changes")
    run = models.ForeignKey(ImportRun, models.PROTECT, null=True, related_name="changes")
    field = models.CharField(max_length=40)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)
    at = models.DateTimeField()


class OrderWord(models.Model):
    """A word of an order's remarks and messages under which it is found."""

    word = models.CharField(max_length=64)
    order = models.ForeignKey(Order, models.CASCADE, related_name="words")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "order"], name="a_word_once_per_order")]


class FollowUp(models.Model):
    """An order that awaits payment, as long as somebody is to see to it (催付); one for each such order.

    Kept beside the order, so that the work list is read by its own narrow index.
    """

    class Outcome(models.TextChoices):
        PAID = "paid", pgettext_lazy("follow-up", "Paid")
        CLOSED = "closed", pgettext_lazy("follow-up", "Closed")

    order = models.OneToOneField(Order, models.PROTECT, related_name="follow_up")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    # Placed while nobody who serves the shop was on duty: contacted first, where the handbook says so.
    off_duty = models.BooleanField(default=False)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="follow_ups")
    contacts = models.PositiveSmallIntegerField(default=0)
    last_contact_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    # When its clock was set going, or it was found too old for one.
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "off_duty", "placed_at", "id"], condition=Q(ended_at=None, contacts=0), name="follow_up_untouched"),
            models.Index(fields=["shop", "placed_at", "id"], condition=Q(ended_at=None), name="follow_up_open"),
            models.Index(fields=["placed_at"], condition=Q(ended_at=None, called_at=None, contacts=0), name="follow_up_uncalled"),
            models.Index(fields=["owner", "next_at"], condition=Q(ended_at=None), name="follow_up_owner"),
        ]


class Contact(models.Model):
    """Somebody reached out to the buyer of an unpaid order: how, with which words, what came of it."""

    class Way(models.TextChoices):
        CHAT = "chat", _("In the chat here")
        PLATFORM = "platform", pgettext_lazy("contact", "On the platform")
        PHONE = "phone", _("By phone")

    class Reason(models.TextChoices):
        UNKNOWN = "unknown", _("No answer yet")
        HESITATING = "hesitating", _("Hesitating")
        CANNOT_PAY = "cannot_pay", _("Can't pay just now")
        COMPARING = "comparing", _("Comparing")
        WRONG_ORDER = "wrong_order", _("Ordered by mistake")
        FRIEND_PAYS = "friend_pays", _("A friend pays")

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="contact_rows")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    ordinal = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    reason = models.CharField(max_length=12, choices=Reason)
    # Scripts are kept by a room above; the title stays as it was when it was said.
    script_id = models.BigIntegerField(null=True)
    script_title = models.CharField(max_length=60, blank=True)
    text = models.TextField(blank=True)
    thread_id = models.BigIntegerField(null=True)
    message_seq = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    # The payment that followed belongs to the last contact before it.
    paid_at = models.DateTimeField(null=True)
    paid_fen = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["follow_up", "ordinal"], name="one_contact_a_turn")]
        indexes = [models.Index(fields=["shop", "at"])]


class Parcel(models.Model):
    """A parcel to the customer. Without lines it holds all of the order, or nobody said what."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="parcels")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    courier = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["order", "number"], name="a_parcel_once_per_order")]
        indexes = [models.Index(fields=["number"]), models.Index(fields=["shop", "-sent_at", "-id"])]

    def __str__(self) -> str:
        return self.number


class ParcelLine(models.Model):
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="lines")
    line = models.ForeignKey(OrderLine, models.PROTECT, related_name="parcel_lines")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parcel", "line"], name="a_line_once_per_parcel")]


class OrderException(models.Model):
    """Something about an order that does not go as it should (异常): one owner, one deadline, until it is settled."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="exceptions")
    parcel = models.ForeignKey(Parcel, models.PROTECT, null=True, related_name="exceptions")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    # A code that a room has named with `orders.exceptions.name_kind`.
    kind = models.CharField(max_length=20)
    reason = models.CharField(max_length=20, blank=True)
    note = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)
    because = models.JSONField(default=list)
    owner = models.ForeignKey(Person, models.PROTECT, related_name="order_exceptions")
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # What the customer was promised anew, and since when they know.
    promised_for = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by_kind = models.CharField(max_length=12, blank=True)
    settled_by_id = models.BigIntegerField(null=True)
    settled_by_name = models.CharField(max_length=120, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "kind"], condition=Q(settled_at=None, parcel=None), name="one_open_exception_a_kind"),
            models.UniqueConstraint(fields=["parcel", "kind"], condition=Q(settled_at=None), name="one_open_exception_a_parcel"),
        ]
        indexes = [
            models.Index(fields=["shop", "due_at", "id"], condition=Q(settled_at=None), name="exception_open"),
            models.Index(fields=["owner", "due_at", "id"], condition=Q(settled_at=None), name="exception_owner"),
            models.Index(fields=["shop", "-opened_at", "-id"], name="exception_list"),
        ]


class WarehouseChase(models.Model):
    """Somebody asked the warehouse where an order stays (催仓库): who asks in time is not to blame for its being late."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="chases")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["order", "at"], name="chase_of_order")]


class ExceptionSweep(models.Model):
    """On this day the late orders of a shop were gone through: who was asked to, and how many there were."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    day = models.DateField()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="+")
    found = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "day"], name="one_sweep_a_day")]
