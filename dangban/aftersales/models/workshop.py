"""Rework orders (返修单): goods that the workshop puts right, and what became of them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person, Shop
from dangban.shops.models import Batch, Sku
from dangban.stock.models import Zone


class ReworkOrder(models.Model):
    """So many pieces go to the workshop, come back, are looked at again, and lie in stock or are no more.

    What was issued is always at the workshop, back in stock or scrapped; the stock's ledger is the truth of it.
    """

    class State(models.TextChoices):
        ORDERED = "ordered", pgettext_lazy("rework", "To be handed to the workshop")
        ISSUED = "issued", pgettext_lazy("rework", "In the workshop")
        DONE = "done", pgettext_lazy("rework", "To be checked again")
        SCRAPPING = "scrapping", pgettext_lazy("rework", "Scrap awaits approval")
        CLOSED = "closed", pgettext_lazy("rework", "Finished")
        CANCELLED = "cancelled", pgettext_lazy("rework", "Called off")

    key = models.CharField(max_length=60, unique=True)
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="reworks")
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    batch = models.ForeignKey(Batch, models.PROTECT, null=True, related_name="+")
    quantity = models.PositiveIntegerField()
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+")
    # Where the pieces lie while the workshop has them.
    bench = models.ForeignKey(Zone, models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=200)
    plan = models.CharField(max_length=500)
    # What it comes from: a return of a customer or a dealer.
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=80, blank=True)
    subject_url = models.CharField(max_length=200, blank=True)
    responsible = models.CharField(max_length=40, blank=True)
    cost_fen = models.BigIntegerField(default=0)
    material_fen = models.BigIntegerField(default=0)
    labour_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.ORDERED)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    rounds = models.PositiveSmallIntegerField(default=1)
    at_work = models.PositiveIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    sampled = models.PositiveIntegerField(default=0)
    stocked = models.PositiveIntegerField(default=0)
    scrapped = models.PositiveIntegerField(default=0)
    note = models.CharField(max_length=300, blank=True)
    ordered_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    ordered_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="something_is_reworked"),
            models.CheckConstraint(
                condition=Q(state__in=("ordered", "cancelled"), at_work=0, stocked=0, scrapped=0)
                | Q(quantity=F("at_work") + F("stocked") + F("scrapped")),
                name="no_piece_is_lost_in_rework",
            ),
            models.CheckConstraint(condition=Q(cost_fen__gte=0, material_fen__gte=0, labour_fen__gte=0), name="rework_costs_something"),
        ]
        indexes = [
            models.Index(fields=["shop", "state", "-id"], name="rework_list"),
            models.Index(fields=["subject_kind", "subject_id"], name="rework_subject"),
        ]

    OPEN = (State.ORDERED, State.ISSUED, State.DONE, State.SCRAPPING)

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def number(self) -> str:
        return f"FX{self.pk:06d}"

    @property
    def spent_fen(self) -> int:
        return self.material_fen + self.labour_fen
