"""Dealers, what they send back, who signed for it, what was found, what it cost and who answers for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models import ReworkOrder
from dangban.customers.models import Customer
from dangban.desk.models import Approval
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku
from dangban.stock.models import Warehouse


class Dealer(models.Model):
    """Somebody who buys from a shop to sell on (经销商)."""

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="dealers")
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=40)
    phone = models.CharField(max_length=30, blank=True)
    address = models.CharField(max_length=200, blank=True)
    # Where the dealer is known as a customer too.
    customer = models.ForeignKey(Customer, models.PROTECT, null=True, related_name="+")
    contract = models.CharField(max_length=60, blank=True)
    # The breach fee of the contract in hundredths of a percent; none where it says nothing.
    breach_points = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    added_at = models.DateTimeField()
    closed_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shop", "name"], name="a_dealer_once_per_shop")]

    def __str__(self) -> str:
        return self.name


class DealerReturn(models.Model):
    """What a dealer wants to send back (经销商退货), from the application to the closed note."""

    class State(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("dealer return", "To be judged")
        SIGNING = "signing", pgettext_lazy("dealer return", "To be signed for")
        APPROVED = "approved", pgettext_lazy("dealer return", "Dealer to be told")
        TOLD = "told", pgettext_lazy("dealer return", "Dealer to send")
        ON_WAY = "on_way", pgettext_lazy("dealer return", "On its way")
        COUNTING = "counting", pgettext_lazy("dealer return", "To be counted")
        INSPECTING = "inspecting", pgettext_lazy("dealer return", "To be inspected")
        DISPOSING = "disposing", pgettext_lazy("dealer return", "Being disposed of")
        SETTLING = "settling", pgettext_lazy("dealer return", "To be settled")
        SETTLED = "settled", pgettext_lazy("dealer return", "To be closed")
        CLOSED = "closed", pgettext_lazy("dealer return", "Closed")
        ADVISED = "advised", pgettext_lazy("dealer return", "Solved without return")
        REFUSED = "refused", pgettext_lazy("dealer return", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("dealer return", "Withdrawn")

    class Reason(models.TextChoices):
        QUALITY = "quality", pgettext_lazy("dealer return", "Quality")
        TRANSPORT = "transport", pgettext_lazy("dealer return", "Damaged on the way")
        WRONG = "wrong", pgettext_lazy("dealer return", "Wrong goods sent")
        TERMINATION = "termination", pgettext_lazy("dealer return", "Cooperation ended")
        UNWANTED = "unwanted", pgettext_lazy("dealer return", "No fault, the dealer's wish")
        CHANGE = "change", pgettext_lazy("dealer return", "Order changed")
        CANCEL = "cancel", pgettext_lazy("dealer return", "Order cancelled")

    class Judged(models.TextChoices):
        NOTHING = "", pgettext_lazy("dealer return", "Not judged yet")
        ADVISE = "advise", pgettext_lazy("dealer return", "No return needed")
        REPAIR = "repair", pgettext_lazy("dealer return", "Repair at the works")
        RETURN = "return", pgettext_lazy("dealer return", "Return")

    dealer = models.ForeignKey(Dealer, models.PROTECT, related_name="returns", db_index=False)
    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=12, choices=Reason)
    words = models.CharField(max_length=500)
    order_number = models.CharField(max_length=60, blank=True)
    received_on = models.DateField()
    batch = models.BooleanField(default=False)
    disputed = models.BooleanField(default=False)
    state = models.CharField(max_length=12, choices=State, default=State.APPLIED)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    applied_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    applied_at = models.DateTimeField()
    photos_at = models.DateTimeField(null=True)
    # A quality engineer was there.
    visited_by = models.CharField(max_length=40, blank=True)
    visited_on = models.DateField(null=True)
    visit_words = models.CharField(max_length=500, blank=True)
    judged = models.CharField(max_length=8, choices=Judged, default=Judged.NOTHING, blank=True)
    judged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    judged_at = models.DateTimeField(null=True)
    judgement = models.CharField(max_length=500, blank=True)
    because = models.JSONField(default=list)
    told_at = models.DateTimeField(null=True)
    courier = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=60, blank=True)
    pickup = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True)
    warehouse = models.ForeignKey(Warehouse, models.PROTECT, null=True, related_name="+")
    arrived_at = models.DateTimeField(null=True)
    counted_at = models.DateTimeField(null=True)
    inspected_at = models.DateTimeField(null=True)
    inspected_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # What repaired goods went back with.
    back_courier = models.CharField(max_length=40, blank=True)
    back_number = models.CharField(max_length=60, blank=True)
    key = models.CharField(max_length=40, unique=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "state", "-id"], name="dealer_return_list"),
            models.Index(fields=["dealer", "-id"], name="dealer_return_dealer"),
            models.Index(fields=["number"], condition=~Q(number=""), name="dealer_return_number"),
            models.Index(fields=["shop", "applied_at"], name="dealer_return_month"),
        ]

    FINAL = (State.CLOSED, State.ADVISED, State.REFUSED, State.WITHDRAWN)

    @property
    def is_open(self) -> bool:
        return self.state not in self.FINAL

    @property
    def title(self) -> str:
        return f"JT{self.pk:06d}"

    @property
    def note(self) -> Note | None:
        """The note that stands; none while it is not settled, or what was settled is entered against."""
        notes = sorted(self.notes.all(), key=lambda one: one.pk)
        return notes[-1] if notes and notes[-1].against_id is None else None


class ReturnLine(models.Model):
    """One kind of goods of a return: as applied for, and as counted."""

    made = models.ForeignKey(DealerReturn, models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    sku = models.ForeignKey(Sku, models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()
    price_fen = models.BigIntegerField()
    fault = models.CharField(max_length=200)
    nonstandard = models.BooleanField(default=False)
    counted = models.PositiveIntegerField(null=True)
    looks = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made", "position"], name="one_return_line_a_place"),
            models.UniqueConstraint(fields=["made", "sku"], name="goods_once_per_dealer_return"),
            models.CheckConstraint(condition=Q(quantity__gt=0, price_fen__gte=0), name="something_is_returned"),
        ]


class Signature(models.Model):
    """A unit signs that a return may come, or one of those who count signs the count sheet."""

    class Kind(models.TextChoices):
        RELEASE = "release", pgettext_lazy("dealer signature", "Countersigned")
        COUNT = "count", pgettext_lazy("dealer signature", "Counted")

    made = models.ForeignKey(DealerReturn, models.PROTECT, related_name="signatures")
    kind = models.CharField(max_length=8, choices=Kind)
    unit = models.CharField(max_length=20)
    step = models.PositiveSmallIntegerField(default=1)
    # A return that was turned down is judged and signed for anew; a count that was corrected is signed again.
    round = models.PositiveSmallIntegerField(default=1)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    granted = models.BooleanField(null=True)
    words = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made", "kind", "round", "unit"], name="a_unit_signs_once"),
            models.UniqueConstraint(
                fields=["made", "kind", "round", "person"], condition=Q(person__isnull=False), name="nobody_signs_twice"
            ),
        ]


class Arrival(models.Model):
    """A parcel or lorry of a dealer at the gate: let in, or turned away because nobody had released it."""

    class Why(models.TextChoices):
        TAKEN = "", pgettext_lazy("dealer arrival", "Let in")
        UNKNOWN = "unknown", pgettext_lazy("dealer arrival", "Nobody announced it")
        UNAPPROVED = "unapproved", pgettext_lazy("dealer arrival", "Not approved yet")
        OVER = "over", pgettext_lazy("dealer arrival", "Refused, withdrawn or here already")

    shop = models.ForeignKey(Shop, models.PROTECT, related_name="+", db_index=False)
    made = models.ForeignKey(DealerReturn, models.PROTECT, null=True, related_name="arrivals")
    courier = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=60)
    sender = models.CharField(max_length=80, blank=True)
    why = models.CharField(max_length=10, choices=Why, default=Why.TAKEN, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["shop", "-id"], name="dealer_arrival_list")]


class Finding(models.Model):
    """So many pieces of a line: what is wrong with them, why, and what becomes of them."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("dealer finding", "To be decided")
        ASKED = "asked", pgettext_lazy("dealer finding", "Awaits approval")
        READY = "ready", pgettext_lazy("dealer finding", "To be done")
        WORKSHOP = "workshop", pgettext_lazy("dealer finding", "In the workshop")
        DONE = "done", pgettext_lazy("dealer finding", "Done")

    class Cause(models.TextChoices):
        PRODUCTION = "production", pgettext_lazy("cause", "Production")
        INSPECTION = "inspection", pgettext_lazy("cause", "Inspection")
        TECHNIQUE = "technique", pgettext_lazy("cause", "Technique")
        PURCHASING = "purchasing", pgettext_lazy("cause", "Purchasing")
        SALES = "sales", pgettext_lazy("cause", "Sales")
        CUSTOMER = "customer", pgettext_lazy("cause", "The dealer")
        OTHER = "other", pgettext_lazy("cause", "Other, or not to be found out")

    class Disposal(models.TextChoices):
        STOCK = "stock", pgettext_lazy("disposal", "Back to stock")
        REWORK = "rework", pgettext_lazy("disposal", "Rework")
        DISCOUNT = "discount", pgettext_lazy("disposal", "Sale at a discount")
        MATERIAL = "material", pgettext_lazy("disposal", "Reuse of the material")
        SCRAP = "scrap", pgettext_lazy("disposal", "Scrap")

    line = models.ForeignKey(ReturnLine, models.PROTECT, related_name="findings")
    position = models.PositiveSmallIntegerField()
    quantity = models.PositiveIntegerField()
    fault = models.CharField(max_length=200)
    # As the inspector found it, and as the rules count it.
    found_cause = models.CharField(max_length=12, choices=Cause)
    cause = models.CharField(max_length=12, choices=Cause)
    department = models.CharField(max_length=40)
    because = models.JSONField(default=list)
    disposal = models.CharField(max_length=10, choices=Disposal)
    plan = models.CharField(max_length=500, blank=True)
    cost_fen = models.BigIntegerField(default=0)
    loss_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    rework = models.ForeignKey(ReworkOrder, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "position"], name="one_finding_a_place"),
            models.CheckConstraint(condition=Q(quantity__gt=0, cost_fen__gte=0, loss_fen__gte=0), name="something_is_found"),
        ]


class Note(models.Model):
    """The settlement of a return, never changed: credit, fees, and who bears what is lost.

    What was wrong is entered against by a note of the same amounts the other way round; then it is settled anew.
    """

    made = models.ForeignKey(DealerReturn, models.PROTECT, related_name="notes", db_index=False)
    turn = models.PositiveSmallIntegerField(default=1)
    against = models.OneToOneField("self", models.PROTECT, null=True, related_name="countered")
    credit_fen = models.BigIntegerField()
    fees_fen = models.BigIntegerField()
    net_fen = models.BigIntegerField()
    borne_fen = models.BigIntegerField()
    dispatch_fen = models.BigIntegerField(default=0)
    packing_fen = models.BigIntegerField(default=0)
    words = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(net_fen=models.F("credit_fen") - models.F("fees_fen")), name="a_note_adds_up"),
            models.CheckConstraint(
                condition=Q(against=None, credit_fen__gte=0, fees_fen__gte=0, borne_fen__gte=0)
                | Q(against__isnull=False, credit_fen__lte=0, fees_fen__lte=0, borne_fen__lte=0),
                name="a_note_owes_nothing_odd",
            ),
            models.UniqueConstraint(fields=["made", "turn"], condition=Q(against=None), name="a_note_once_a_turn"),
        ]


class Fee(models.Model):
    """One fee a dealer pays, with the rule it rests on."""

    class Kind(models.TextChoices):
        DISPATCH = "dispatch", pgettext_lazy("dealer fee", "Dispatch")
        PACKING = "packing", pgettext_lazy("dealer fee", "Packing")
        LABOUR = "labour", pgettext_lazy("dealer fee", "Labour")
        BREACH = "breach", pgettext_lazy("dealer fee", "Breach of contract")
        UNRETURNED = "unreturned", pgettext_lazy("dealer fee", "Replaced, never returned")
        SPOILT = "spoilt", pgettext_lazy("dealer fee", "Replaced, spoilt by the dealer")

    note = models.ForeignKey(Note, models.PROTECT, related_name="fees")
    kind = models.CharField(max_length=10, choices=Kind)
    amount_fen = models.BigIntegerField()
    because = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "kind"], name="a_fee_once_per_note")]


class Share(models.Model):
    """What a department bears of a return; all shares of a note are what the company bears."""

    note = models.ForeignKey(Note, models.PROTECT, related_name="shares")
    cause = models.CharField(max_length=12, choices=Finding.Cause)
    department = models.CharField(max_length=40)
    amount_fen = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "cause"], name="a_cause_once_per_note")]


class Advance(models.Model):
    """A replacement that leaves before the return has come: asked for with proof, consented to, sent."""

    class Way(models.TextChoices):
        WRITTEN = "written", pgettext_lazy("advance", "Written request")
        CALL = "call", pgettext_lazy("advance", "Record of a call")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("advance", "Awaits consent")
        GRANTED = "granted", pgettext_lazy("advance", "May be sent")
        REFUSED = "refused", pgettext_lazy("advance", "Refused")
        SENT = "sent", pgettext_lazy("advance", "Sent")

    made = models.ForeignKey(DealerReturn, models.PROTECT, related_name="advances")
    way = models.CharField(max_length=8, choices=Way)
    words = models.CharField(max_length=500)
    said_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    approval = models.ForeignKey(Approval, models.PROTECT, null=True, related_name="+")
    answer = models.CharField(max_length=300, blank=True)
    courier = models.CharField(max_length=40, blank=True)
    number = models.CharField(max_length=60, blank=True)
    sent_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made"], condition=~Q(state="refused"), name="one_advance_per_dealer_return"),
        ]


class Step(models.Model):
    """Where a return went from where, by whom: its timeline."""

    made = models.ForeignKey(DealerReturn, models.PROTECT, related_name="steps")
    act = models.CharField(max_length=20)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    words = models.CharField(max_length=500, blank=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=120)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["made", "id"], name="dealer_step_return")]
