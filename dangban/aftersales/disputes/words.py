"""What disputes and evidence are called, and their parts of the case page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import access, events, panels
from dangban.aftersales.disputes import acting
from dangban.aftersales.evidence.arriving import ACCEPT
from dangban.aftersales.models import Case, Dispute, Evidence, QualityNote
from dangban.chat.lane.bounds import MEGABYTE, read_bounds
from dangban.journal import ports
from dangban.lib import masks
from dangban.media.links import signed_url
from dangban.people.models import Person

VERBS = {
    "aftersales.dispute_opened": _("brought the dispute before the platform on record"),
    "aftersales.dispute_described": _("said what the dispute is about"),
    "aftersales.dispute_waived": _("said why a material of the dispute can't be had"),
    "aftersales.dispute_answered": _("answered the platform about the dispute"),
    "aftersales.dispute_ruled": _("entered the platform's ruling on the dispute"),
}
FIELDS = {"about": pgettext_lazy("dispute", "about"), "ruled_fen": pgettext_lazy("dispute", "to the customer")}
# Kinds that somebody writes down without a file.
WRITTEN = (Evidence.Kind.WEIGHT, Evidence.Kind.SIGNED, Evidence.Kind.STUB, Evidence.Kind.OTHER)


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="aftersales")
    ports.name_subject("aftersales.dispute", _("dispute before the platform"), url_name="aftersales:dispute", titles=_titles)
    events.on_moved(acting.after_move)
    panels.add("evidence", "aftersales/_evidence.html", evidence_panel, order=20)
    panels.add("dispute", "aftersales/_dispute.html", dispute_panel, order=30)


def evidence_panel(person: Person, case: Case, at: datetime) -> Mapping[str, Any]:
    """What is on file, with small pictures; and where more is put."""
    whole = access.may(person, "customers.reveal", case.shop_id)
    bounds = read_bounds()
    rows = [
        {
            "one": one, "url": signed_url(one.media_key) if one.media_key else "", "small": signed_url(one.media_key, small=True) if one.media_key else "",
            "text": one.text if whole else masks.scrub(one.text),
        }
        for one in case.evidence.order_by("-taken_at", "-pk")[:60]
    ]  # fmt: skip
    notes = list(QualityNote.objects.filter(case=case, void_at=None).select_related("sku"))
    known = QualityNote.objects.filter(product__in=[one.product_id for one in notes]).exclude(fault="").order_by("fault").values_list("fault", flat=True).distinct()
    return {
        "rows": rows, "may": access.may(person, "aftersales.handle", case.shop_id) and case.closed_at is None, "accept": ACCEPT, "limit": bounds.largest,
        "photo": bounds.image_size // MEGABYTE, "kinds": Evidence.Kind.choices, "written": [(kind.value, kind.label) for kind in WRITTEN], "notes": notes,
        "faults": list(known[:30]) if notes else [],
    }  # fmt: skip


def dispute_panel(person: Person, case: Case, at: datetime) -> Mapping[str, Any] | None:
    """The disputes there were, and what the open one still lacks."""
    found = list(case.disputes.order_by("-pk"))
    opened = next((one for one in found if one.ruled_at is None), None)
    return {"disputes": found, "materials": acting.materials(opened)[0] if opened else []} if found else None


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    return {one.pk: str(one) for one in Dispute.objects.filter(pk__in=ids)}
