"""Customers who wait for goods, how they were told, what they then bought; orders whose goods are not there."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.customers.models import Customer
from dangban.orders.models import Order, OrderException
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku


class Wait(models.Model):
    """A customer is on the back-order register (缺货登记) for one SKU, until they bought or gave up.

    `gets` is the SKU that is reserved: the one asked for, or the substitute that was accepted.
    `ready` counts pieces that lie reserved in the stock; the stock's reservation is the truth of it.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("back-order", "Waiting")
        READY = "ready", pgettext_lazy("back-order", "Arrived, to be told")
        TOLD = "told", pgettext_lazy("back-order", "Message left")
        REACHED = "reached", pgettext_lazy("back-order", "Knows, goods kept")
        BOUGHT = "bought", pgettext_lazy("back-order", "Bought")
        WITHDRAWN = "withdrawn", pgettext_lazy("back-order", "No longer wanted")
        EXPIRED = "expired", pgettext_lazy("back-order", "Not arrived in time")
        LAPSED = "lapsed", pgettext_lazy("back-order", "Kept goods not bought")

    class Tell(models.TextChoices):
        NOTHING = "", pgettext_lazy("back-order", "Nothing to tell")
        ARRIVED = "arrived", pgettext_lazy("back-order", "Goods have arrived")
        LOST = "lost", pgettext_lazy("back-order", "Goods are gone again")
        EXPIRED = "expired", pgettext_lazy("back-order", "Not arrived in time")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="waits", db_index=False)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="waits", db_index=False)
    gets = models.ForeignKey(Sku, models.PROTECT, related_name="+", db_index=False)
    quantity = models.PositiveIntegerField()
    takes_other = models.BooleanField(default=False)
    other = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+", db_index=False)
    wait_until = models.DateField()
    note = models.CharField(max_length=200, blank=True)
    # Where it was said: in a chat, about an order.
    thread_id = models.BigIntegerField(null=True)
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="waits")
    registered_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    registered_at = models.DateTimeField()
    business_day = models.DateField()
    owner = models.ForeignKey(Person, models.PROTECT, related_name="waits", db_index=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    ready = models.PositiveIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    # What is still to be said to the customer by the program, and not before when.
    to_tell = models.CharField(max_length=8, choices=Tell, default=Tell.NOTHING, blank=True)
    tell_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told_seq = models.BigIntegerField(null=True)
    reached_at = models.DateTimeField(null=True)
    kept_until = models.DateTimeField(null=True)
    contacts = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)
    bought = models.ForeignKey(Order, models.PROTECT, null=True, related_name="recovered_waits")
    recovered_fen = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="something_is_waited_for"),
            models.CheckConstraint(condition=Q(ready__lte=models.F("quantity")), name="no_more_ready_than_waited_for"),
        ]
        indexes = [
            models.Index(fields=["shop", "-id"], name="wait_shop"),
            models.Index(fields=["shop", "state", "-id"], name="wait_state"),
            models.Index(fields=["sku", "-id"], name="wait_sku"),
            models.Index(fields=["customer", "-id"], name="wait_customer"),
            models.Index(fields=["owner", "state", "-id"], name="wait_owner"),
            models.Index(fields=["business_day", "shop"], name="wait_day"),
            models.Index(fields=["tell_at"], condition=~Q(to_tell=""), name="wait_to_tell"),
            models.Index(fields=["wait_until"], condition=Q(state="waiting"), name="wait_until"),
            models.Index(fields=["kept_until"], condition=Q(state__in=("ready", "told", "reached")), name="wait_kept"),
            models.Index(fields=["registered_by", "closed_at"], condition=Q(state="bought"), name="wait_recovered"),
        ]

    OPEN = (State.WAITING, State.READY, State.TOLD, State.REACHED)
    HELD = (State.READY, State.TOLD, State.REACHED)
    LOST = (State.WITHDRAWN, State.EXPIRED, State.LAPSED)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def missing(self) -> int:
        return self.quantity - self.ready

    @property
    def substituted(self) -> bool:
        return self.gets_id != self.sku_id


class Attempt(models.Model):
    """Somebody tried to reach a customer whose goods are there; words that were left are no contact yet."""

    class Way(models.TextChoices):
        CHAT = "chat", pgettext_lazy("back-order contact", "In the chat here")
        PLATFORM = "platform", pgettext_lazy("back-order contact", "On the platform")
        PHONE = "phone", pgettext_lazy("back-order contact", "By phone")
        SMS = "sms", pgettext_lazy("back-order contact", "By text message")
        WECHAT = "wechat", pgettext_lazy("back-order contact", "By WeChat")

    wait = models.ForeignKey(Wait, models.PROTECT, related_name="attempts")
    ordinal = models.PositiveSmallIntegerField()
    # Empty where the program told them.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    way = models.CharField(max_length=10, choices=Way)
    reached = models.BooleanField()
    text = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wait", "ordinal"], name="one_attempt_a_turn")]


class Ordered(models.Model):
    """A customer who waits has placed an order with what they wait for; settled once it is paid or closed."""

    wait = models.ForeignKey(Wait, models.PROTECT, related_name="ordered")
    order = models.ForeignKey(Order, models.PROTECT, related_name="ordered_waits")
    quantity = models.PositiveIntegerField()
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wait", "order"], name="an_order_for_a_wait_once")]
        indexes = [models.Index(fields=["id"], condition=Q(settled_at=None), name="ordered_unsettled")]


class Shortfall(models.Model):
    """What an order lacks that is paid and can't be sent: who sold it, whether they know, what the customer chose."""

    class Choice(models.TextChoices):
        NONE = "", _("Not chosen yet")
        EXCHANGE = "exchange", pgettext_lazy("shortfall", "Exchange for another style")
        WAIT = "wait", pgettext_lazy("shortfall", "Wait")
        REFUND = "refund", pgettext_lazy("shortfall", "Refund")
        COMPENSATION = "compensation", pgettext_lazy("shortfall", "Wait, with compensation")

    exception = models.OneToOneField(OrderException, models.PROTECT, related_name="shortfall")
    order = models.ForeignKey(Order, models.PROTECT, related_name="shortfalls")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    expected_on = models.DateField(null=True)
    seller = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    tell_by = models.DateTimeField(null=True)
    known_at = models.DateTimeField(null=True)
    known_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    choice = models.CharField(max_length=12, choices=Choice, default=Choice.NONE, blank=True)
    other = models.ForeignKey(Sku, models.PROTECT, null=True, related_name="+")
    compensation_fen = models.BigIntegerField(default=0)
    because = models.JSONField(default=list)
    chosen_at = models.DateTimeField(null=True)
    chosen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    over_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["shop", "-id"], condition=Q(over_at=None), name="shortfall_open")]
