"""Campaigns: what they give, in which shops, for which goods, and when."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.people.models import Shop
from dangban.shops.models import Product


class Campaign(models.Model):
    """One promise of a price. What is not of its kind stays empty."""

    class Kind(models.TextChoices):
        PERCENT = "percent", _("Percent off")
        FIXED = "fixed", _("Fixed price")
        NTH = "nth", _("N-th piece cheaper")
        SPEND = "spend", _("Spend and save")
        COUPON = "coupon", pgettext_lazy("campaign", "Coupon")
        GIFT = "gift", pgettext_lazy("campaign", "Gift")
        FREIGHT = "freight", _("Free freight")

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    # Spend-and-save and coupons only: the platform's own, which come last.
    by_platform = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # What is paid of the price: 85 is 八五折, 50 with the second piece is 第二件半价.
    pays_percent = models.PositiveSmallIntegerField(null=True)
    price_fen = models.BigIntegerField(null=True)
    nth = models.PositiveSmallIntegerField(null=True)
    # [threshold, off] in fen, the lowest threshold first.
    tiers = models.JSONField(default=list)
    repeats = models.BooleanField(default=False)
    most_times = models.PositiveSmallIntegerField(default=0)
    gift = models.CharField(max_length=120, blank=True)
    # Names of categories as the catalogue has them. With neither these nor goods: everything.
    categories = models.JSONField(default=list)
    # What an agent is to say of it, in the department's own words.
    say = models.CharField(max_length=500, blank=True)
    # Counts up with every change: whoever saves an older one hears of it.
    version = models.PositiveIntegerField(default=1)
    # When the agents were told that it runs, and that it is over.
    start_told_at = models.DateTimeField(null=True)
    end_told_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gte=F("starts_at")), name="a_campaign_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(pays_percent=None) | Q(pays_percent__lt=100), name="a_campaign_never_dearer"),
        ]
        indexes = [
            models.Index(fields=["ends_at", "starts_at"], name="campaign_times"),
            models.Index(fields=["starts_at"], condition=Q(start_told_at=None), name="campaign_to_start"),
            models.Index(fields=["ends_at"], condition=Q(end_told_at=None), name="campaign_to_end"),
        ]

    def __str__(self) -> str:
        return self.name

    def state(self, at: datetime) -> str:
        """``coming``, ``running`` or ``over``."""
        if at >= self.ends_at:
            return "over"
        return "running" if at >= self.starts_at else "coming"


class CampaignShop(models.Model):
    """A shop in which a campaign runs."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="in_shops")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "shop"], name="a_campaign_once_per_shop")]


class CampaignProduct(models.Model):
    """A listing that a campaign is for."""

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="for_products")
    product = models.ForeignKey(Product, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "product"], name="a_product_once_per_campaign")]
