"""Back to the supplier (退厂): a slip, the deduction from the books when it has left, and a reminder until then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Min, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access
from dangban.aftersales.clauses.inbound import SUPPLIER_REMINDER
from dangban.aftersales.inbound.disposing import zone_of
from dangban.aftersales.models import Finding, SupplierSlip, SupplierSlipLine
from dangban.chat import hub
from dangban.desk import actions as desk
from dangban.desk.models import Task
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.access import people_who_may
from dangban.people.models import Person, Shop
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Zone

SUBJECT = "aftersales.supplierslip"
EVERY_SECONDS = 600.0


def waiting(person: Person) -> QuerySet[Finding]:
    """What lies in the zone for suppliers and is on no slip yet."""
    rows = Finding.objects.filter(access.where(person, path="item__sku__shop"), disposal=Finding.Disposal.SUPPLIER, disposed_at=None)
    return rows.filter(slip_line=None).select_related("item__sku__product", "item__sku__shop", "item__parcel", "item__zone__warehouse").order_by("pk")


def make_slip(findings: Sequence[Finding], supplier: str, *, by: Person, note: str = "", at: datetime | None = None) -> SupplierSlip:
    """One slip for these goods of one shop and one warehouse; each finding stands on one slip only."""
    at, supplier, note = at or clock.now(), _text(supplier, 80), _text(note, 300)
    if not supplier:
        raise BadInput(_("Name the supplier."), fields={"supplier": [_("Name the supplier.")]})
    with transaction.atomic():
        rows = Finding.objects.select_for_update(of=("self",)).select_related("item__sku", "item__batch", "item__zone__warehouse", "item__parcel")
        held = list(rows.filter(pk__in=[one.pk for one in findings], disposal=Finding.Disposal.SUPPLIER, disposed_at=None).order_by("pk"))
        if not held or len(held) < len(findings) or SupplierSlipLine.objects.filter(finding__in=held).exists():
            raise Conflict(_("Some of these goods are on a slip already. Load the page again."))
        places = {(one.item.sku.shop_id, one.item.zone.warehouse_id) for one in held if one.item.sku and one.item.zone}
        if len(places) > 1:
            message = _("A slip is for goods of one shop in one warehouse.")
            raise BadInput(message, fields={"finding": [message]})
        ((shop_id, warehouse_id),) = places
        access.require(by, "aftersales.receive", shop_id)
        slip = SupplierSlip.objects.create(shop_id=shop_id, warehouse_id=warehouse_id, supplier=supplier, note=note, made_by=by, made_at=at)
        for one in held:
            assert one.item.sku is not None
            SupplierSlipLine.objects.create(
                slip=slip, finding=one, sku=one.item.sku, batch=one.item.batch, zone=zone_of(one.item, Zone.Status.SUPPLIER),
                quantity=one.quantity, reason=one.note or str(one.get_condition_display()),
            )  # fmt: skip
        record(
            "aftersales.supplier_slip_made", subject=slip, by=by, shop=shop_id,
            change={"number": slip.number, "supplier": supplier, "quantity": sum(one.quantity for one in held)}, at=at,
        )  # fmt: skip
        hub.changed("supplier-slips", shop_id, shop_id=shop_id)
    return slip


def send_slip(slip: SupplierSlip, reference: str, *, by: Person, at: datetime | None = None) -> SupplierSlip:
    """The goods have left with this slip: they are out of the books, each once. The same again changes nothing."""
    at, reference = at or clock.now(), _text(reference, 80)
    with transaction.atomic():
        slip = SupplierSlip.objects.select_for_update(of=("self",)).select_related("shop").get(pk=slip.pk)
        access.require(by, "aftersales.receive", slip.shop_id)
        if slip.sent_at is not None:
            return slip
        lines = list(slip.lines.select_related("sku", "batch", "zone__warehouse", "finding").order_by("sku", "pk"))
        ledger.lock(*{line.sku_id for line in lines})
        for line in lines:
            stock.scrap(
                line.sku, line.zone, line.quantity, reason=_("Back to supplier %(supplier)s") % {"supplier": slip.supplier}, by=by.actor,
                key=f"supplier:{line.pk}", batch=line.batch, reference=slip.number, at=at,
            )  # fmt: skip
        Finding.objects.filter(slip_line__slip=slip).update(disposed_at=at)
        slip.sent_at, slip.sent_by, slip.reference, slip.version = at, by, reference, slip.version + 1
        slip.save()
        record("aftersales.supplier_slip_sent", subject=slip, by=by, shop=slip.shop_id, change={"number": slip.number, "reference": reference}, at=at)
        hub.changed("supplier-slips", slip.shop_id, shop_id=slip.shop_id)
    return slip


def remind(at: datetime | None = None) -> int:
    """Purchasing gets a task for each shop whose goods wait longer than the rule says, and again each time it says."""
    at = at or clock.now()
    rules = in_force(at)
    if not rules.has(SUPPLIER_REMINDER):
        return 0
    every = rules[SUPPLIER_REMINDER]
    rows = Finding.objects.filter(disposal=Finding.Disposal.SUPPLIER, disposed_at=None).values("item__sku__shop").annotate(first=Min("at"))
    told = 0
    for shop_id, first in rows.order_by("item__sku__shop").values_list("item__sku__shop", "first"):
        if shop_id is None or at - first < every:
            continue
        last = Task.objects.filter(subject_kind="people.shop", subject_id=shop_id, url=reverse("aftersales:suppliers")).order_by("-pk").first()
        if last is not None and at - last.created_at < every:
            continue
        shop = Shop.objects.get(pk=shop_id)
        owner = min(people_who_may("aftersales.receive", shop_id), key=lambda one: (one.level in ("supervisor", "manager"), one.pk), default=None)
        if owner is None:
            continue
        with translation.override(settings.LANGUAGE_CODE):
            title = _("%(shop)s: goods wait to go back to the supplier; press purchasing for it") % {"shop": shop.name}
        desk.write_task(title, by=SYSTEM, owner=owner, shop=shop, subject=shop, url=reverse("aftersales:suppliers"), at=at)
        told += 1
    return told


def _text(value: str, longest: int) -> str:
    return refuse_unstorable(" ".join(value.split()))[:longest]
