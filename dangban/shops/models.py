"""How a shop works, and what it sells."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Shop


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
    # Provinces (short: 新疆) or cities that cost extra or take longer, whoever carries the parcel.
    remote_areas = models.JSONField(default=list)
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
    # The text it is found by, folded; kept here so that a hit can be verified without joins.
    search = models.TextField(blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "platform_id"], name="a_listing_once_per_shop")
        ]
        indexes = [models.Index(fields=["shop", "-id"], name="product_newest")]

    def __str__(self) -> str:
        return self.title


class Sku(models.Model):
    """One sellable variant."""

    product = models.ForeignKey(Product, models.PROTECT, related_name="skus")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=120, blank=True)
    attributes = models.JSONField(default=dict)
    price_fen = models.BigIntegerField(null=True)
    image = models.CharField(max_length=300, blank=True)
    listed = models.BooleanField(default=True)
    search = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "code"], name="a_sku_once_per_shop")]

    def __str__(self) -> str:
        return self.name or self.code


class ProductWord(models.Model):
    """A word (pair of characters, Latin word, number) under which a listing or one of its SKUs is found."""

    word = models.CharField(max_length=64)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    product = models.ForeignKey(Product, models.CASCADE, related_name="words")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["word", "shop", "product"], name="a_word_once_per_product")]


class Batch(models.Model):
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="batches")
    number = models.CharField(max_length=40)
    made_on = models.DateField(null=True)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sku", "number"], name="a_batch_once_per_sku")]


class ImportRun(models.Model):
    """One reading of a file for a shop: what came of every row."""

    class Kind(models.TextChoices):
        ORDERS = "orders", _("Orders")
        CATALOGUE = "catalogue", _("Catalogue")
        COUNT = "count", _("Stock count")
        PARCELS = "parcels", _("News of parcels")
        REFUNDS = "refunds", _("Platform refunds")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind)
    format = models.CharField(max_length=40, blank=True)
    file_name = models.CharField(max_length=255)
    file_sha256 = models.CharField(max_length=64)
    dry_run = models.BooleanField(default=False)
    # The trial whose result was confirmed.
    trial = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    # Moved with every chunk; a run that stopped moving was interrupted.
    moved_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    failed = models.TextField(blank=True)
    rows = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    # What a reader should know: columns not understood, sums left out.
    notes = models.JSONField(default=list)
    # A few of the changes as they would be, for the trial's page.
    samples = models.JSONField(default=list)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["shop", "kind", "-id"])]

    def __str__(self) -> str:
        return self.file_name


class ImportRefusal(models.Model):
    """A row that was not taken, and why."""

    run = models.ForeignKey(ImportRun, models.PROTECT, related_name="refusals")
    line = models.PositiveIntegerField()
    reference = models.CharField(max_length=120, blank=True)
    reason = models.TextField()
    row = models.JSONField(default=dict)


class PageFeedback(models.Model):
    """A fault of a shop's pages that somebody noted, and the request in which it is seen to.

    Who notes the same fault again while it is open joins the request that runs.
    """

    class Fault(models.TextChoices):
        PICTURE = "picture", _("Wrong picture")
        SIZES = "sizes", _("Size chart wrong or missing")
        DESCRIPTION = "description", _("Description wrong or missing")
        TITLE = "title", _("Wrong title")
        PRICE = "price", _("Wrong price")
        VARIANT = "variant", _("Variant wrong or missing")
        CAMPAIGN = "campaign", _("Campaign shown is over or missing")
        LINK = "link", _("Link leads elsewhere")
        COUNTERFEIT = "counterfeit", _("Counterfeit shop seen")
        OTHER = "other", pgettext_lazy("page fault", "Something else")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="page_feedback")
    # None: it is about a page of the shop itself, or about another shop.
    product = models.ForeignKey(Product, models.PROTECT, null=True, related_name="page_feedback")
    fault = models.CharField(max_length=20, choices=Fault)
    text = models.CharField(max_length=500)
    request = models.ForeignKey("desk.DepartmentRequest", models.PROTECT, related_name="+")
    # Where the customer asked: an address of the program.
    url = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["shop", "-id"], name="page_feedback_shop"),
            models.Index(fields=["product", "-id"], name="page_feedback_product"),
        ]

    def __str__(self) -> str:
        return self.text
