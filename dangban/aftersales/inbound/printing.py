"""Sheets of what comes back: the card that lies in a return, the day's list, the slip for a supplier."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.template.loader import render_to_string

from dangban.aftersales.inbound import listing
from dangban.aftersales.models import Case, InboundParcel, SupplierSlip
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.dispatch import barcodes, typeset
from dangban.people.models import Person
from dangban.shops.models import Profile


def return_card(case: Case) -> bytes:
    """What the customer fills in and puts into the parcel; its number is what the keeper scans."""
    context: dict[str, Any] = {
        "case": case, "lines": list(case.lines.select_related("sku", "wanted_sku").order_by("pk")), "reason": REASONS.get(case.reason),
        "profile": Profile.objects.filter(shop=case.shop_id).first(), "barcode": barcodes.data_url,
    }  # fmt: skip
    return typeset.pdf(render_to_string("aftersales/inbound/print_card.html", context))


def expected_sheet(found: QuerySet[InboundParcel], person: Person, at: datetime) -> bytes:
    rows = list(listing.with_names(found).order_by("announced_at", "pk")[:2000])
    return typeset.pdf(render_to_string("aftersales/inbound/print_expected.html", {"rows": rows, "person": person, "at": at}))


def supplier_slip(slip: SupplierSlip) -> bytes:
    lines = list(slip.lines.select_related("sku__product", "batch").order_by("pk"))
    context = {"slip": slip, "lines": lines, "pieces": sum(line.quantity for line in lines), "barcode": barcodes.data_url}
    return typeset.pdf(render_to_string("aftersales/inbound/print_slip.html", context))
