"""What figures are summed from: rows made of other rooms' rows, rebuilt at will, provisional until their windows close."""

from __future__ import annotations

from django.db import models

from dangban.customers.models import Customer
from dangban.orders.models import Order
from dangban.people.models import Person, Shop
from dangban.performance.measures.columns import COLUMNS


class BuiltDay(models.Model):
    """A day whose figures were made, by which definitions and rules, and what of it is final."""

    day = models.DateField(unique=True)
    built_at = models.DateTimeField()
    # Of the definitions, and of the handbook in force on that day.
    version = models.PositiveSmallIntegerField()
    handbook = models.PositiveIntegerField(null=True)
    service_final = models.BooleanField(default=False)
    sales_final = models.BooleanField(default=False)
    refunds_final = models.BooleanField(default=False)


class PersonDay(models.Model):
    """The sums of one person in one shop on one day. Person 0 is the shop itself, silent sales included; shop 0 is work in no shop.

    Plain numbers instead of keys, because the rows leave for other engines as they are.
    """

    source = models.CharField(max_length=8, default="own")
    day = models.DateField()
    shop_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    version = models.PositiveSmallIntegerField()
    service_final = models.SmallIntegerField(default=0)
    sales_final = models.SmallIntegerField(default=0)
    refunds_final = models.SmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "day", "shop_id", "person_id"], name="one_personday"),
        ]
        indexes = [models.Index(fields=["person_id", "day"]), models.Index(fields=["shop_id", "day"])]


for _name in COLUMNS:
    PersonDay.add_to_class(_name, models.BigIntegerField(null=True))


class Deal(models.Model):
    """A sale as figures see it: its days, its money, and whose it is by each rule. One order, one row, one person a rule."""

    class Void(models.TextChoices):
        NONE = "", ""
        FLAG = "flag", "flag"
        BRUSHED = "brushed", "brushed"
        CANCELLED = "cancelled", "cancelled"

    order = models.OneToOneField(Order, models.PROTECT, related_name="deal")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    created_day = models.DateField()
    paid_day = models.DateField(null=True)
    # The day on which it counts by the handbook's rule.
    counted_day = models.DateField(null=True)
    by_order = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    by_payment = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    by_first = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="deals", db_index=False)
    # Who reminded last before the payment; whose staff number the remark bears.
    chased_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    tagged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    # A flag takes the sale from the person; a brushed or cancelled one from everybody.
    void = models.CharField(max_length=10, choices=Void, blank=True)
    total_fen = models.BigIntegerField()
    paid_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField()
    quantity = models.IntegerField()
    because = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["created_day", "shop"]),
            models.Index(fields=["paid_day", "shop"]),
            models.Index(fields=["person", "counted_day"]),
        ]


class Asking(models.Model):
    """One customer who asked one person in one shop on one day, and what came of it."""

    day = models.DateField()
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    # Nobody: the customer and the shop, whoever served.
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="+", db_index=False)
    conversation_id = models.BigIntegerField()
    ordered_same = models.SmallIntegerField(default=0)
    ordered_final = models.SmallIntegerField(default=0)
    paid_same = models.SmallIntegerField(default=0)
    paid_next = models.SmallIntegerField(default=0)
    paid_final = models.SmallIntegerField(default=0)
    paid_fen = models.BigIntegerField(default=0)
    # 0 while an order may still come.
    settled = models.SmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["day", "shop"]), models.Index(fields=["person", "day"])]


class CaseFact(models.Model):
    """An after-sales case in whole numbers, on the day it was opened."""

    case_id = models.BigIntegerField(unique=True)
    day = models.DateField()
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    answered_in_time = models.SmallIntegerField(default=0)
    solved_in_time = models.SmallIntegerField(default=0)
    refunded = models.SmallIntegerField(default=0)
    refund_seconds = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    disputed = models.SmallIntegerField(default=0)
    lost = models.SmallIntegerField(default=0)
    # An offer was taken instead of a refund: whose, and how much it kept.
    saved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    saved_fen = models.BigIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["day", "shop"]), models.Index(fields=["person", "day"])]
