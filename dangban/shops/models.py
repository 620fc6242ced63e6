"""How a shop works, and what it sells."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from dangban.people.models import Shop


class Profile(models.Model):
    """What staff and rules need to know of a shop. Empty values follow the handbook."""

    shop = models.OneToOneField(Shop, models.PROTECT, related_name="profile")
    # The address part of the customer's chat page and of the widget: /w/<key>/.
    public_key = models.CharField(max_length=32, unique=True)
    # Web origins that may embed the widget.
    origins = models.JSONField(default=list)
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    cut_off = models.TimeField(null=True)
    return_name = models.CharField(max_length=60, blank=True)
    return_phone = models.CharField(max_length=30, blank=True)
    return_address = models.CharField(max_length=200, blank=True)
    policies = models.TextField(blank=True)
    welcome = models.CharField(max_length=300, blank=True)


class Courier(models.Model):
    """A courier a shop sends with, as staff and exports name it."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="couriers")
    name = models.CharField(max_length=40)
    code = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    accepts_collect = models.BooleanField(default=False)
    stopped_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="a_courier_once_per_shop")]


class CourierArea(models.Model):
    """What a courier charges to an area, or that it does not go there."""

    courier = models.ForeignKey(Courier, models.PROTECT, related_name="areas")
    province = models.CharField(max_length=20)
    city = models.CharField(max_length=30, blank=True)
    reaches = models.BooleanField(default=True)
    first_fen = models.BigIntegerField(default=0)
    first_grams = models.PositiveIntegerField(default=1000)
    next_fen = models.BigIntegerField(default=0)
    next_grams = models.PositiveIntegerField(default=1000)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["courier", "province", "city"], name="one_price_per_area")
        ]


class Product(models.Model):
    """One listing (宝贝) of a shop."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="products")
    platform_id = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    category = models.CharField(max_length=80, blank=True)
    url = models.CharField(max_length=300, blank=True)
    image = models.CharField(max_length=300, blank=True)
    price_fen = models.BigIntegerField(null=True)
    supplier = models.CharField(max_length=80, blank=True)
    # What an agent must tell before the customer buys, e.g. that colours differ on screens.
    must_say = models.TextField(blank=True)
    listed = models.BooleanField(default=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "platform_id"], name="a_listing_once_per_shop")
        ]

    def __str__(self) -> str:
        return self.title


class Sku(models.Model):
    """One sellable variant."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="skus")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True)
    attributes = models.JSONField(default=dict)
    price_fen = models.BigIntegerField()
    listed = models.BooleanField(default=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="a_sku_once_per_shop")]


class Batch(models.Model):
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="batches")
    number = models.CharField(max_length=40)
    made_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "number"], name="a_batch_once_per_sku")]
